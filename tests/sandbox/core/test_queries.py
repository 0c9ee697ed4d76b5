"""Tests what queries find: every operator, paths, quantifiers, casts, order and pages (protocol section 4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.store import Store
from ftrack_typed.sandbox.workspace import Workspace

from .conftest import USER, Calls, Entity, create, moment, query, ref


@pytest.fixture(scope="module")
def calls(workspace: Workspace, database: str) -> Iterator[Calls]:
    """Give a store with one small production, which these tests only read."""
    store = Store(workspace, database)
    store.insert_user(USER, "admin", {"first_name": "Ada", "email": "ada@example.com"})
    made = Calls(store, Caller(USER, "admin"))
    _produce(made)
    yield made
    store.close()


def _produce(calls: Calls) -> None:
    schema = calls.query("ProjectSchema")[0]["id"]
    progress = calls.one('Status where name is "in progress"')["id"]
    made = [
        create("Project", id="p1", name="Demo", project_schema_id=schema, full_name="The Demo", status="active"),
        create("Project", id="p2", name="other", project_schema_id=schema, status="hidden"),
        create("Sequence", id="q1", name="sq010", parent=ref("Project", "p1")),
        create("Shot", id="s1", name="sh010", parent=ref("Sequence", "q1"), bid=10, description="50% done"),
        create("Shot", id="s2", name="sh020", parent=ref("Sequence", "q1"), description='say "hi" \\o/'),
        create("Task", id="t1", name="animation", parent=ref("Shot", "s1"), bid=8, status_id=progress, sort=2),
        create("Task", id="t2", name="Lighting", parent=ref("Shot", "s1"), bid=2.5, sort=1),
        create(
            "Task", id="t3", name="layout_2", parent=ref("Shot", "s2"), bid=0, start_date=moment("2024-05-25T10:30:00")
        ),
        create(
            "Task", id="t4", name="fx", parent=ref("Project", "p2"), bid=100, end_date=moment("2024-01-01T00:00:00.9")
        ),
        create("User", id="u2", username="bob", first_name="Bob", is_active=True),
        create("Group", id="g1", name="artists"),
        create("Membership", user_id="u2", group_id="g1"),
        create("Appointment", context_id="t1", resource_id="u2", type="assignment"),
        create("Appointment", context_id="t2", resource_id="g1", type="allocation"),
        create("Metadata", parent_id="t1", parent_type="Task", key="renderer", value="arnold"),
        create("Metadata", parent_id="t1", parent_type="Task", key="farm", value="yes"),
        create("Metadata", parent_id="t2", parent_type="Task", key="renderer", value="yes"),
        create("Note", id="n1", content="please fix", parent_id="t1", parent_type="Task"),
        create("Note", id="n2", content="done", in_reply_to_id="n1", user_id="u2"),
        create("Scope", id="c1", name="client"),
        create("Asset", id="a1", name="plate", parent=ref("Shot", "s1")),
        create("AssetVersion", id="v1", asset=ref("Asset", "a1"), task=ref("Task", "t1")),
        create("AssetVersion", id="v2", asset=ref("Asset", "a1")),
        create("FileComponent", id="k1", name="main", version_id="v1", size=7, file_type=".exr"),
        create("Timelog", context_id="t1", duration=60, start=moment("2024-01-01T00:00:00.123456"), user_id="u2"),
    ]
    calls.batch(*made)


# What is found among t1 animation (bid 8, in progress), t2 Lighting (2.5), t3 layout_2 (0), t4 fx (100).
CONDITIONS = [
    ('name is "animation"', "t1"),
    ('name = "ANIMATION"', "t1"),
    ("name is lighting", "t2"),
    ("name != animation", "t2 t3 t4"),
    ("name is_not animation", "t2 t3 t4"),
    ('id is "T1"', ""),
    ("id is t1", "t1"),
    ("name like 'l%'", "t2 t3"),
    ('name like "%_2"', "t3"),
    (r'name like "layout\_2"', "t3"),
    (r'name like "lay\%"', ""),
    ('name not_like "l%"', "t1 t4"),
    ("bid is 8", "t1"),
    ("bid = 2.5", "t2"),
    ('bid is "8.0"', "t1"),
    ("bid > 8", "t4"),
    ("bid greater_than 8", "t4"),
    ("bid >= 8", "t1 t4"),
    ("bid < 2.5", "t3"),
    ("bid less_than 2.5", "t3"),
    ("bid <= 2.5", "t2 t3"),
    ("name > layout", "t2 t3"),
    ("name in (FX, 'lighting')", "t2 t4"),
    ("name not_in (fx, lighting)", "t1 t3"),
    ("id in ()", ""),
    ('id in ("")', ""),
    ("id not_in ()", "t1 t2 t3 t4"),
    ("bid in (8, 0)", "t1 t3"),
    ("start_date is none", "t1 t2 t4"),
    ("start_date is_not None", "t3"),
    ("start_date in (none)", "t1 t2 t4"),
    ('start_date is "2024-05-25T10:30:00"', "t3"),
    ('start_date is "2024-05-25T12:30:00.999999+02:00"', "t3"),
    ('start_date is "2024-05-25 10:30"', "t3"),
    ("start_date is 2024-05-25", "t3"),
    ('start_date is "2024-05-26"', ""),
    ('start_date after "2024-05-25"', "t3"),
    ('start_date before "2024-05-25T10:30:01Z"', "t3"),
    ('start_date > "2024-05-25T10:30:00"', ""),
    ('end_date is "2024-01-01T00:00:00"', "t4"),
    ("project.is_global is False and project.is_private is false", "t1 t2 t3 t4"),
    ("project.is_global is True", ""),
    # and, or, not, brackets
    ('name is "fx"or bid is 8', "t1 t4"),
    ("bid > 1 and bid < 50 or name is fx", "t1 t2 t4"),
    ("bid > 1 and (bid < 50 or name is fx)", "t1 t2 t4"),
    ("not name is fx", "t1 t2 t3"),
    ("not (name is fx or bid is 0)", "t1 t2"),
    # references
    ('status.name is "in progress"', "t1"),
    ("status.state.short is IN_PROGRESS", "t1"),
    ("parent.name is SH010", "t1 t2"),
    ("parent.name like 'sh%' and parent.id is s2", "t3"),
    ("project.id is p2", "t4"),
    ("project_id is p2", "t4"),
    ("parent is s1", "t1 t2"),
    ("parent is_not none and not parent.name is sh010", "t3 t4"),
    ("parent has (name is sh010)", "t1 t2"),
    ("parent has (name is sh010 and id is s2)", ""),
    ("thumbnail is none", "t1 t2 t3 t4"),
    ("thumbnail is_not none", ""),
    ("thumbnail has ()", ""),
    ("parent[Shot].bid is 10", "t1 t2"),
    ("parent[Shot].bid >= 0", "t1 t2 t3"),
    ("parent[Project].status is hidden", "t4"),
    ("parent[Shot].parent[Sequence].name is sq010", "t1 t2 t3"),
    ("parent[Shot] is none", "t4"),
    ("parent[Shot] has ()", "t1 t2 t3"),
    # collections
    ("notes any ()", "t1"),
    ("not notes any ()", "t2 t3 t4"),
    ("notes is none", "t2 t3 t4"),
    ("notes is_not none", "t1"),
    ('notes.content like "%FIX%"', "t1"),
    ("notes.replies.author[User].username is bob", "t1"),
    ("metadata any (key is renderer and value is arnold)", "t1"),
    ("metadata any (key is renderer and value is yes)", "t2"),
    ("metadata.key is renderer and metadata.value is yes", "t1 t2"),
    ("metadata.key is farm", "t1"),
    ("assignments any ()", "t1"),
    ("allocations any ()", "t2"),
    ("appointments any ()", "t1 t2"),
    ("assignments.resource[User].username is bob", "t1"),
    ("allocations.resource[Group].memberships any (user.username is bob)", "t2"),
    ("ancestors.name is sq010", "t1 t2 t3"),
    ("ancestors any (name is sh010)", "t1 t2"),
    ("not ancestors any ()", "t4"),
    ("descendants any ()", ""),
    # subqueries
    ("id in (select parent_id from Note where content is 'please fix')", "t1"),
    ("id not_in (select parent_id from Note)", "t2 t3 t4"),
    ("parent_id in (select id from Shot where name like 'sh%' order by name limit 1)", "t1 t2"),
    ("parent in (Shot where name is sh020)", "t3"),
    ("project_id in (select project.id from Shot)", "t1 t2 t3"),
    # computed
    ("time_logged is 60", "t1"),
    ("time_logged > 0", "t1"),
    ("bid_time_logged_difference < 0", "t1"),
]


@pytest.mark.parametrize(("criteria", "expected"), CONDITIONS)
def test_conditions(calls: Calls, criteria: str, expected: str) -> None:
    found = calls.query(f"select id from Task where {criteria} order by id")
    assert " ".join(row["id"] for row in found) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Context where name is demo", "p1"),
        ("Context where parent_id is q1", "s1 s2"),
        ("TypedContext where parent_id is s1", "t1 t2"),
        ("Project where descendants any (name is layout_2)", "p1"),
        ("Project where descendants.name is fx", "p2"),
        ("Project where children.children.children.name is animation", "p1"),
        ('Shot where description is "50% done"', "s1"),
        (r'Shot where description like "50\%%"', "s1"),
        (r'Shot where description is "say \"hi\" \\o/"', "s2"),
        (r"Shot where description like '%\o/'", "s2"),
        ("Asset where ancestors.name is sh010", "a1"),
        ("Asset where latest_version.id is v2", "a1"),
        ("Asset where latest_version is none", ""),
        ("AssetVersion where is_latest_version is True", "v2"),
        ("AssetVersion where asset is_not None and task is none", "v2"),
        ("AssetVersion where asset.parent.name is sh010 and version > 1", "v2"),
        ("Component where file_type is .exr", "k1"),
        ("FileComponent where version.asset.name is plate", "k1"),
        ("SequenceComponent", ""),
        ("Note where not in_reply_to has ()", "n1"),
        ("Note where in_reply_to has (content is 'please fix')", "n2"),
        ("Note where replies any (author.id is u2)", "n1"),
        ("Note where id in (select in_reply_to_id from Note where not replies any ())", "n1"),
        ('User where (id is "non-existant-id")', ""),
        ('User where assignments any (context_id = "t1")', "u2"),
        ("Resource where resource_type is group", "g1"),
        ("Group where memberships.user.username is bob", "g1"),
        ("ObjectType where name is task", "11c137c0-ee7e-4f9c-91c5-8c77cec22b2c"),
        ("Scope", "c1"),
    ],
)
def test_other_types(calls: Calls, expression: str, expected: str) -> None:
    entity_type, _, rest = expression.partition(" ")
    found = calls.query(f"select id from {entity_type} {rest} order by id")
    assert " ".join(row["id"] for row in found) == expected


def test_whole_seconds_are_found_and_composite_keys_may_lack_a_space(calls: Calls) -> None:
    start = 'start is "2024-01-01T00:00:00" and duration is 60 and user_id is "u2" and context_id is "t1"'
    assert len(calls.query(f"Timelog where {start}")) == 1
    keys = '(parent_id is "t1"and key is "farm") or (parent_id is "t2"and key is "renderer")'
    found = calls.query(f"select value from Metadata where {keys}")
    assert [row["value"] for row in found] == ["yes", "yes"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name", "animation fx layout_2 Lighting"),
        ("name descending", "Lighting layout_2 fx animation"),
        ("bid desc", "fx animation Lighting layout_2"),
        ("parent.name ascending, sort", "fx Lighting animation layout_2"),
        ("project.name desc, name", "fx animation layout_2 Lighting"),
        ("status.state.short, bid", "animation layout_2 Lighting fx"),
        ("time_logged desc, name", "animation fx layout_2 Lighting"),
        ("id desc", "fx layout_2 Lighting animation"),
    ],
)
def test_order(calls: Calls, order: str, expected: str) -> None:
    assert " ".join(calls.names(f"Task order by {order}")) == expected


def test_pages_join_to_the_whole(calls: Calls) -> None:
    whole = calls.query("Task")
    pages: list[Entity] = []
    offset: int | None = 0
    while offset is not None:
        result = calls.result(f"select id from Task offset {offset} limit 3")
        pages += result["data"]
        offset = result["metadata"]["next"]["offset"]
    assert [row["id"] for row in pages] == [row["id"] for row in whole]


@pytest.mark.parametrize(
    ("text", "count", "following"),
    [
        ("Task", 4, None),
        ("Task limit 4", 4, None),
        ("Task limit 3", 3, 3),
        ("Task limit 2 offset 1", 2, 3),
        ("Task offset 2 limit 2", 2, None),
        ("Task offset 9", 0, None),
        ("Task limit 0", 0, 0),
        ("Task offset 4 limit 1", 0, None),
        ("Task limit 99999999999999999", 4, None),
    ],
)
def test_the_next_offset_is_exact(calls: Calls, text: str, count: int, following: int | None) -> None:
    result = calls.result(text)
    assert (len(result["data"]), result["metadata"]) == (count, {"next": {"offset": following}})


def test_groups(calls: Calls) -> None:
    assert calls.query("select count(id), project_id from Task group by project_id") == [
        {"count_id": 3, "project_id": "p1"},
        {"count_id": 1, "project_id": "p2"},
    ]
    assert calls.query("select sum(bid), avg(bid), min(name), max(bid) from Task where project_id is p1") == [
        {"sum_bid": 10.5, "avg_bid": 3.5, "min_name": "animation", "max_bid": 8.0}
    ]
    assert calls.result("select count(id) from Task group by parent.name order by parent.name desc limit 1") == {
        "action": "query",
        "data": [{"count_id": 1, "parent.name": "sh020"}],
        "metadata": {"next": {"offset": 1}},
    }


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("Tesk", ["no entity type 'Tesk'", "did you mean 'Task'", "at position 0"]),
        ("select nmae from Task", ["Task has no attribute 'nmae'", "'name'", "at position 7"]),
        ("Task where stauts.name is x", ["'stauts'", "'status'", "at position 11"]),
        ("Task where status.nam is x", ["Status has no attribute 'nam'", "at position 18"]),
        ("Task where parent.status is x", ["Context has no attribute 'status'", "[Project]"]),
        ("Task where parent[Shto].bid is 1", ["no entity type 'Shto'", "'Shot'"]),
        ("Task where status[Shot] is none", ["holds Status, never Shot"]),
        ("Task where bid is many", ["Task.bid must be a number", "'many'", "at position 11"]),
        ("Task where start_date is soon", ["Task.start_date must be a date", "'soon'"]),
        ("Task where project.is_global is maybe", ["True or False"]),
        ("Task where bid like '1%'", ["it is no text"]),
        ("Task where name > none", ["'is' or 'is_not'"]),
        ("Task where name has ()", ["is no relation"]),
        ("Task where name.x is 1", ["is no relation, nothing follows it"]),
        ("Task order by children.name", ["has many values"]),
        ("select name.x from Task", ["nothing follows it"]),
        ("select custom_attribute_links from Task", ["criteria only"]),
        ("Task where link is x", ["selected only"]),
        ("select sum(name) from Task", ["sum needs a number"]),
        ("select count(id), name from Task group by bid", ["add it to 'group by'"]),
        ("Task where name is not x", ["write is_not"]),
        ("Task where", ["too early"]),
        ('Task where name is "x', ["not closed"]),
    ],
)
def test_errors_name_the_expression_the_place_and_what_was_meant(
    calls: Calls, expression: str, words: list[str]
) -> None:
    fault = calls.fault(query(expression))
    assert fault.exception == "ParseError"
    assert fault.content.startswith(f"Failed to parse: {expression}\n")
    for word in words:
        assert word in fault.content


@pytest.mark.parametrize("expression", [None, 5, ["Task"], {}])
def test_an_expression_must_be_a_text(calls: Calls, expression: object) -> None:
    assert calls.fault({"action": "query", "expression": expression}).exception == "ParseError"


def test_thousands_of_values_and_conditions(calls: Calls) -> None:
    ids = ", ".join(f'"x{number}"' for number in range(5_000))
    assert [row["id"] for row in calls.query(f"Task where id in ({ids}, t1)")] == ["t1"]
    keys = " or ".join(f'(parent_id is "t{number}"and key is "farm")' for number in range(1_100))
    assert len(calls.query(f"Metadata where {keys}")) == 1
    both = " and ".join(f"name != x{number}" for number in range(1_200))
    assert len(calls.query(f"Task where {both}")) == 4


# What databases do in different ways by themselves.


@pytest.fixture(scope="module")
def spellings(calls: Calls) -> str:
    """Make users whose first names differ in case, in letters beyond ASCII, or are missing; return what tells them."""
    names = ["b", "B", "Z", "_", "ä", "Ä", "[", None, "é\U0001f600", "zz"]
    users = [
        create(
            "User", id=f"w{number}", username=f"w{number}", first_name=name, last_name="w", is_active=number % 2 == 0
        )
        for number, name in enumerate(names)
    ]
    calls.batch(*users)
    return 'User where last_name is "W"'


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("first_name", "w7 w6 w3 w0 w1 w2 w9 w5 w4 w8"),
        ("first_name desc", "w8 w4 w5 w9 w2 w0 w1 w3 w6 w7"),
        ("is_active, id", "w1 w3 w5 w7 w9 w0 w2 w4 w6 w8"),
        ("email desc, id desc", "w9 w8 w7 w6 w5 w4 w3 w2 w1 w0"),
    ],
)
def test_letters_of_ascii_sort_whatever_their_case_and_nulls_first(
    calls: Calls, spellings: str, order: str, expected: str
) -> None:
    assert " ".join(row["id"] for row in calls.query(f"select id from {spellings} order by {order}")) == expected


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ("first_name is b", "w0 w1"),
        ("first_name is Ä", "w5"),
        ("first_name like 'Z%'", "w2 w9"),
        ("first_name like '_'", "w0 w1 w2 w3 w4 w5 w6"),
        ("first_name like 'é_'", "w8"),
        ("first_name > '_'", "w0 w1 w2 w4 w5 w8 w9"),
        ("first_name not_in (B, zZ)", "w2 w3 w4 w5 w6 w8"),
        ("id like 'W0'", "w0"),
        ("id in ('W0', w1)", "w1"),
        ("first_name in (select first_name from User where id is w1)", "w0 w1"),
        ("id in (select username from User where first_name is B)", "w0 w1"),
        ("username in (select name from Task)", ""),
        ("is_active > False", "w0 w2 w4 w6 w8"),
        ("is_active in (true)", "w0 w2 w4 w6 w8"),
    ],
)
def test_letters_of_ascii_compare_whatever_their_case(
    calls: Calls, spellings: str, criteria: str, expected: str
) -> None:
    found = calls.query(f"select id from {spellings} and {criteria} order by id")
    assert " ".join(row["id"] for row in found) == expected


def test_long_lists_find_what_short_ones_do(calls: Calls, spellings: str) -> None:
    many = ", ".join(f'"x{number}"' for number in range(600))
    for name in ("first_name", "username"):
        assert [row["id"] for row in calls.query(f"{spellings} and {name} in ({many}, B, W2)")] == [
            row["id"] for row in calls.query(f"{spellings} and {name} in (B, W2)")
        ]
    numbers = ", ".join(str(number + 1000) for number in range(600))
    assert [row["id"] for row in calls.query(f"Task where bid in ({numbers}, 2.5, 8)")] == ["t1", "t2"]
    assert [row["id"] for row in calls.query(f"AssetVersion where version in ({numbers}, 2, 1.5)")] == ["v2"]
    assert calls.query("AssetVersion where version in (1.5) or version is 2.25") == []


def test_groups_and_aggregates_of_texts_flags_and_whole_numbers(calls: Calls, spellings: str) -> None:
    rows = calls.query(f"select count(id), first_name from {spellings} and first_name is_not none group by first_name")
    assert [(str(row["first_name"]).lower(), row["count_id"]) for row in rows if row["count_id"] > 1] == [("b", 2)]
    assert len(rows) == 8
    (row,) = calls.query(f"select min(first_name), max(first_name), min(is_active), max(is_active) from {spellings}")
    assert row == {
        "min_first_name": "[",
        "max_first_name": "é\U0001f600",
        "min_is_active": False,
        "max_is_active": True,
    }
    assert calls.query("select sum(version), avg(version), max(version) from AssetVersion order by id") == [
        {"sum_version": 3, "avg_version": 1.5, "max_version": 2}
    ]
    assert calls.query("select count(id), is_active from User where last_name is w group by is_active") == [
        {"count_id": 5, "is_active": False},
        {"count_id": 5, "is_active": True},
    ]


def test_groups_sort_by_what_they_are_grouped_by_or_the_smallest_value(calls: Calls) -> None:
    by_parent = "select count(id), parent.name, parent_id from Task group by parent.name, parent_id order by"
    assert [row["parent.name"] for row in calls.query(f"{by_parent} parent.name desc")] == ["sh020", "sh010", "other"]
    assert [row["parent_id"] for row in calls.query(f"{by_parent} bid")] == ["s2", "s1", "p2"]
    assert [row["parent_id"] for row in calls.query(f"{by_parent} name desc")] == ["s2", "p2", "s1"]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("Task where name in (select bid from Task)", ["Task.name must be texts", "selects bid, which holds numbers"]),
        ("Task where bid in (select name from Task)", ["Task.bid must be numbers", "selects name, which holds texts"]),
    ],
)
def test_the_query_of_an_in_must_select_what_can_be_compared(calls: Calls, expression: str, words: list[str]) -> None:
    fault = calls.fault(query(expression))
    assert fault.exception == "ParseError"
    assert all(word in fault.content for word in words), fault.content


@pytest.mark.parametrize("text", ["Task where name is " + "x" * 9_000 + " y", "Task where nope is " + "x" * 9_000])
def test_errors_repeat_the_beginning_of_a_long_expression(calls: Calls, text: str) -> None:
    content = calls.fault(query(text)).content
    assert content.startswith(f"Failed to parse: {text[:2_000]}...\n")
    assert len(content) < 4_000  # and of its lines the part around the place
