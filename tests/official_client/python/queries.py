"""Scenarios of the query language: each operator, on the demo project (protocol section 4)."""

from __future__ import annotations

from typing import Any

from ._client import Session, ftrack_api, open_session, raised

SQ010 = {"sq010_sh010", "sq010_sh020", "sq010_sh030", "sq010_sh040"}
SQ020 = {"sq020_sh010", "sq020_sh020", "sq020_sh030", "sq020_sh040", "sq020_sh050"}
SQ030 = {"sq030_sh010", "sq030_sh020", "sq030_sh030"}
SHOTS = SQ010 | SQ020 | SQ030
HEROES = {"sq010_sh030", "sq020_sh020", "sq030_sh030"}
IN_DEMO = 'project.name is "demo"'


def _names(session: Session, expression: str) -> list[str]:
    return [entity["name"] for entity in session.query(f"select name from {expression}")]


def _check(session: Session, table: list[tuple[str, set[str]]]) -> None:
    """Check the names of the shots that each criterion finds."""
    for criterion, expected in table:
        found = _names(session, f"Shot where {IN_DEMO} and ({criterion})")
        assert sorted(found) == sorted(expected), (criterion, found)


def equality(session: Session) -> None:
    _check(
        session,
        [
            ('name is "sq010_sh010"', {"sq010_sh010"}),
            ("name is 'sq010_sh010'", {"sq010_sh010"}),
            ("name is sq010_sh010", {"sq010_sh010"}),
            ("name=sq010_sh010", {"sq010_sh010"}),
            ('name="sq010_sh010"', {"sq010_sh010"}),
            ('name = "sq010_sh010"', {"sq010_sh010"}),
            ('name is_not "sq010_sh010"', SHOTS - {"sq010_sh010"}),
            ('name != "sq010_sh010"', SHOTS - {"sq010_sh010"}),
            ('name is "SQ010_SH010"', {"sq010_sh010"}),
            ('name is "absent"', set()),
        ],
    )


def patterns(session: Session) -> None:
    _check(
        session,
        [
            ('name like "sq010%"', SQ010),
            ('name like "%sh010"', {"sq010_sh010", "sq020_sh010", "sq030_sh010"}),
            ("name like 'SQ03%'", SQ030),
            ('name not_like "sq010%"', SQ020 | SQ030),
            (r'name like "sq010\%"', set()),
        ],
    )


def membership(session: Session) -> None:
    _check(
        session,
        [
            ('name in ("sq010_sh010", "sq020_sh010")', {"sq010_sh010", "sq020_sh010"}),
            ("name in (sq010_sh010,sq020_sh010)", {"sq010_sh010", "sq020_sh010"}),
            ('name not_in ("sq010_sh010")', SHOTS - {"sq010_sh010"}),
            ("name in ()", set()),
            ('name in ("")', set()),
            ('parent_id in (select id from Sequence where name is "sq020")', SQ020),
            ('parent_id not_in (select id from Sequence where name is "sq020")', SQ010 | SQ030),
            (
                'id in (select parent_id from Task where type_id in (select id from Type where name is "Lighting"))',
                SQ010,
            ),
        ],
    )


def logic(session: Session) -> None:
    _check(
        session,
        [
            ('name like "sq010%" and name like "%sh020"', {"sq010_sh020"}),
            ('name is "sq010_sh010" or name is "sq030_sh010"', {"sq010_sh010", "sq030_sh010"}),
            ('not name like "sq010%"', SQ020 | SQ030),
            ('not (name like "sq010%" or name like "sq020%")', SQ030),
            ('name is "sq010_sh010" or name like "sq03%" and name like "%sh030"', {"sq010_sh010", "sq030_sh030"}),
            ('(name is "sq010_sh010" or name like "sq03%") and name like "%sh030"', {"sq030_sh030"}),
            ('name is "sq010_sh010"and description like "%"', {"sq010_sh010"}),
            ('(name is "sq010_sh010")', {"sq010_sh010"}),
        ],
    )


def numbers(session: Session) -> None:
    day = 8 * 3600
    for operator in (">", "greater_than "):
        found = session.query(f"select bid, type.name from Task where {IN_DEMO} and bid {operator}{5 * day}").all()
        assert {task["type"]["name"] for task in found} == {"Modeling", "FX"}, operator
    for operator in ("<", "less_than "):
        found = session.query(f"select bid, type.name from Task where {IN_DEMO} and bid {operator}{3 * day}").all()
        assert {task["type"]["name"] for task in found} == {"Tracking"}, operator
    at_least = session.query(f"select type.name from Task where {IN_DEMO} and bid >= {6 * day}").all()
    assert {task["type"]["name"] for task in at_least} == {"Modeling", "FX"}
    at_most = session.query(f"select type.name from Task where {IN_DEMO} and bid <= {3 * day}").all()
    assert {task["type"]["name"] for task in at_most} == {"Tracking", "Lighting"}
    exact = session.query(f"select type.name from Task where {IN_DEMO} and bid is {8 * day}").all()
    assert {task["type"]["name"] for task in exact} == {"Modeling"}


def dates(session: Session) -> None:
    first = session.query(f'select start_date from Task where {IN_DEMO} and start_date is "2026-01-05T09:00:00"').all()
    assert first
    assert all(task["start_date"].isoformat() == "2026-01-05T09:00:00+00:00" for task in first)
    tasks = session.query(f"select start_date from Task where {IN_DEMO}").all()
    for operator, sign in (("after", 1), (">", 1), ("before", -1), ("<", -1)):
        for literal in ("2026-01-19T09:00:00", "2026-01-19T10:00:00+01:00", "2026-01-19T09:00:00.250000"):
            found = session.query(f'select start_date from Task where {IN_DEMO} and start_date {operator} "{literal}"')
            bound = "2026-01-19T09:00:00+00:00"
            expected = [task["id"] for task in tasks if _sign(task["start_date"].isoformat(), bound) == sign]
            assert expected
            assert sorted(task["id"] for task in found) == sorted(expected), (operator, literal)


def _sign(left: str, right: str) -> int:
    return (left > right) - (left < right)


def nothing_and_something(session: Session) -> None:
    for nothing in ("None", "none", "null"):
        _check(session, [(f"thumbnail_id is {nothing}", SHOTS), (f"thumbnail_id is_not {nothing}", set())])
    _check(session, [("thumbnail is None", SHOTS), ("parent is_not None", SHOTS), ("parent is None", set())])


def booleans(session: Session) -> None:
    for truth in ("True", "true"):
        notes = session.query(f"select content from Note where is_todo is {truth}").all()
        assert [note["content"][:11] for note in notes] == ["Please pick"], truth
    assert len(session.query("select id from Note where is_todo is False").all()) >= 3


def paths_through_references(session: Session) -> None:
    _check(
        session,
        [
            ('parent.name is "sq010"', SQ010),
            ('parent has (name is "sq010")', SQ010),
            ('parent[Sequence].description like "Chase%"', SQ020),
            ('not parent has (name is "sq010")', SQ020 | SQ030),
            ('status.state.short is "NOT_STARTED"', set()),
            ('status.state.short is "BLOCKED"', {"sq020_sh050"}),
        ],
    )
    projects = session.query('select name from Shot where parent[Sequence].parent[Project].status is "active"').all()
    assert {shot["name"] for shot in projects} == SHOTS


def paths_through_collections(session: Session) -> None:
    _check(
        session,
        [
            ('children any (name is "lighting")', SQ010),
            ('children.name is "fx"', SQ020 | SQ030),
            ("not children any ()", set()),
            ("children any ()", SHOTS),
            ("notes any ()", set()),
            ('children[Task].type.name is "Tracking"', SQ030),
            (
                'assets.versions any (version is 3 and status.name is "Approved")',
                SQ010 | {"sq020_sh010", "sq030_sh010"},
            ),
            ('metadata any (key is "lens" and value is "32mm")', {name for name in SHOTS if name[-2] in "24"}),
            ("metadata.key is lens", SHOTS),
        ],
    )
    tasks = session.query('select id from Task where assignments any (resource[User].username is "chloe.martin")').all()
    assert len(tasks) == 8
    cast = session.query(
        'select id from Task where assignments.resource[User].memberships any (group.name is "Night Train artists")'
    )
    assert len(cast.all()) == 42


def custom_attributes_in_criteria(session: Session) -> None:
    _check(
        session,
        [
            ('custom_attributes any (key is "fend" and value > 1150)', {"sq030_sh010", "sq030_sh020", "sq030_sh030"}),
            ('custom_attributes any (key is "fstart" and value is 1009)', {"sq020_sh020"}),
            (
                'custom_attributes any (key is "is_hero" and value is True)',
                {"sq010_sh030", "sq020_sh020", "sq030_sh030"},
            ),
            ("custom_attributes.configuration.key is fstart", SHOTS),
        ],
    )


def order(session: Session) -> None:
    for direction in ("", " asc", " ascending"):
        names = _names(session, f"Shot where {IN_DEMO} order by name{direction}")
        assert names == sorted(SHOTS), direction
    for direction in (" desc", " descending"):
        names = _names(session, f"Shot where {IN_DEMO} order by name{direction}")
        assert names == sorted(SHOTS, reverse=True), direction
    by_two = _names(session, f"Shot where {IN_DEMO} order by parent.name desc, name")
    assert by_two == sorted(SQ030) + sorted(SQ020) + sorted(SQ010)


def default_order_is_stable(session: Session) -> None:
    listed = [user["id"] for user in session.query("User")]
    assert [user["id"] for user in session.query("User", page_size=2)] == listed


def offset_and_limit_in_either_order(session: Session) -> None:
    for text in ("offset 2 limit 3", "limit 3 offset 2"):
        (result,) = session.call(
            [{"action": "query", "expression": f"select name from Shot where {IN_DEMO} order by name {text}"}]
        )
        assert [row["name"] for row in result["data"]] == sorted(SHOTS)[2:5]
        assert result["metadata"]["next"]["offset"] == 5
    (last,) = session.call([{"action": "query", "expression": f"select id from Shot where {IN_DEMO} limit 12"}])
    assert len(last["data"]) == 12
    assert last["metadata"]["next"]["offset"] is None


def aggregates_and_groups(_session: Session) -> None:
    with open_session(strict_api=True) as strict:
        expression = f"select count(id), status_id from Task where {IN_DEMO} group by status_id"
        (result,) = strict.call([{"action": "query", "expression": expression}])
        assert sum(row["count_id"] for row in result["data"]) == 42
        assert len({row["status_id"] for row in result["data"]}) == len(result["data"]) == 6


def nested_projections(session: Session) -> None:
    (project,) = session.query(
        "select children, children.children, children.children.children.name,"
        ' children.children.children.assignments.resource from Project where name is "demo"'
    )
    with session.auto_populating(False):
        sequences = {child["name"] for child in project["children"] if child.entity_type == "Sequence"}
        tasks = [task for top in project["children"] for middle in top["children"] for task in middle["children"]]
        assert len(tasks) == 42
        resources = {appointment["resource"].entity_type for task in tasks for appointment in task["assignments"]}
        assert resources == {"User"}
    assert sequences


def polymorphic_rows_have_their_own_type(session: Session) -> None:
    below = session.query(f"select id from TypedContext where {IN_DEMO}").all()
    assert {entity.entity_type for entity in below} == {"Folder", "AssetBuild", "Sequence", "Shot", "Task"}
    project = session.query('Project where name is "demo"').one()
    context = session.query(f"Context where id is {project['id']}").one()
    assert context.entity_type == "Project"
    (version,) = session.query("select asset.parent from AssetVersion where asset is_not None limit 1")
    assert version["asset"]["parent"].entity_type in {"Shot", "AssetBuild"}


def link_runs_from_the_project_to_the_entity(session: Session) -> None:
    task = session.query('select link from Task where name is "lighting" and parent.name is "sq010_sh010"').one()
    assert [part["name"] for part in task["link"]] == ["demo", "sq010", "sq010_sh010", "lighting"]
    assert task["link"][0]["type"] == "Project"
    assert task["link"][-1]["type"] == "TypedContext"
    assert task["link"][-1]["id"] == task["id"]
    version = session.query(
        f"select link, asset from AssetVersion where task_id is {task['id']} and version is 1"
    ).one()
    assert [part["name"] for part in version["link"]][:3] == ["demo", "sq010", "sq010_sh010"]
    assert len(version["link"]) == 4


def every_attribute_of_a_task_can_be_selected(session: Session) -> None:
    task = session.query(f"select id from Task where {IN_DEMO}").first()
    for name in list(task):
        found = session.query(f"select {name} from Task where id is {task['id']}").one()
        with session.auto_populating(False):
            assert found[name] is not ftrack_api.symbol.NOT_SET, name


def strings_that_look_like_the_language(session: Session) -> None:
    name = "limit 5 offset 2 \"quoted\" and 'single' where %"
    session.create("Scope", {"name": name})
    session.commit()
    escaped = name.replace('"', '\\"').replace("%", "\\%")
    (result,) = session.call([{"action": "query", "expression": f'select name from Scope where name like "{escaped}"'}])
    assert [row["name"] for row in result["data"]] == [name]


def paging_makes_as_many_calls_as_there_are_pages(session: Session) -> None:
    calls: list[str] = []
    call = session.call

    def counted(data: Any) -> Any:
        calls.extend(operation["expression"] for operation in data)
        return call(data)

    session.call = counted
    try:
        assert len(session.query(f"select id from Shot where {IN_DEMO}", page_size=5).all()) == 12
        assert len(calls) == 3
        del calls[:]
        assert len(session.query(f"select id from Shot where {IN_DEMO}", page_size=6).all()) == 12
        assert len(calls) == 2
        del calls[:]
        listed = session.query(f"select id from Shot where {IN_DEMO} offset 2 limit 8", page_size=6).all()
        assert len(listed) == 8
        assert len(calls) == 2
    finally:
        del session.call


def one_first_and_get(session: Session) -> None:
    shots = session.query(f"Shot where {IN_DEMO} order by name")
    assert shots.first()["name"] == "sq010_sh010"
    assert shots[2]["name"] == "sq010_sh030"
    assert session.query('Shot where name is "absent"').first() is None
    for expression, expected in (
        ('Shot where name is "absent"', ftrack_api.exception.NoResultFoundError),
        (f"Shot where {IN_DEMO}", ftrack_api.exception.MultipleResultsFoundError),
    ):
        with raised(expected):
            session.query(expression).one()
    shot = shots.first()
    assert session.get("Shot", shot["id"]) is shot
    assert session.get("User", "non-existant-id") is None
    assert session.get("TypedContext", shot["id"]).entity_type == "Shot"


def populate_loads_for_all_in_one_call(session: Session) -> None:
    tasks = session.query(f"select id from Task where {IN_DEMO} limit 5").all()
    session.populate(tasks, "name, status.name, assignments.resource")
    with session.auto_populating(False):
        assert all(task["name"] and task["status"]["name"] and len(task["assignments"]) == 1 for task in tasks)


def populate_finds_rows_by_several_keys(session: Session) -> None:
    project = session.query('select id from Project where name is "demo"').one()
    rows = session.query(f"select parent_id, key from Metadata where parent_id is {project['id']} order by key").all()
    session.populate(rows, "value")
    with session.auto_populating(False):
        assert [(row["key"], row["value"]) for row in rows] == [
            ("delivery", "UHD, ACEScg EXR, 24 fps"),
            ("edit", "v012"),
        ]


def errors_of_queries_say_what_is_wrong(session: Session) -> None:
    for expression, word in (
        ("select name from", "ParseError"),
        ("Shot where name is", "ParseError"),
        ("Shot where (name is a", "ParseError"),
        ("Shot where no_such_attribute is 1", "no_such_attribute"),
        ("select no_such_attribute from Shot", "no_such_attribute"),
    ):
        text = expression if expression.startswith("select") else f"select id from {expression}"
        with raised(ftrack_api.exception.ServerError, word):
            session.call([{"action": "query", "expression": text}])
