"""Tests the way from a query text to its syntax tree."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ftrack_typed.errors import QuerySyntaxError
from ftrack_typed.query.parser import parse
from ftrack_typed.query.printer import print_statement
from ftrack_typed.query.syntax import (
    Aggregate,
    And,
    Comparison,
    Criterion,
    Membership,
    Not,
    Or,
    Order,
    Path,
    Related,
    Statement,
    Step,
    Word,
)

# Texts that clients are known to send (protocol 4.3); ids and words stand for the X and V of that table.
SENT = [
    "User",
    "User where username is jenkins",
    "User where username is jenkins limit 0",
    "User where username is jenkins offset 2",
    "User offset 2",
    "User limit 50",
    "User offset 2 limit 8",
    "User limit 10",
    "select id from User offset 0 limit 10",
    "Project where id is 5671dcb0-66de-11e1-8e6e-f23c91df25eb",
    'Location where name is "ftrack.origin"',
    "ComponentLocation where location_id is X",
    "select component_id, resource_identifier from ComponentLocation where location_id is X and component_id in (a, b)",
    "ComponentLocation where component_id is X and location_id is Y",
    'select children, children.children.children, children.children.assignments.resource from Project where id is "X"',
    'select metadata.key, metadata.value from Task where id is "X"',
    "Project where metadata.key is K and metadata.value is V",
    'select metadata from AssetVersion where id is "X"',
    "select versions.components.name from Asset where id is X",
    'select version.asset.versions from Component where id is "X"',
    "select status from Task where project_id is X limit 10",
    "select asset.parent from AssetVersion where asset is_not None limit 10",
    "CustomAttributeValue where configuration.key is customNumber",
    "select custom_attributes from Shot where custom_attributes.configuration.key is fstart",
    "Task where scopes.name is X",
    'Timer where user_id = "X"',
    'Timelog where start is "2024-01-01T00:00:00" and duration is 10 and user_id is "X" and context_id is "Y"',
    'User where (id is "non-existant-id")',
    'Metadata where (parent_id is "X" and key is "key")',
    "select P from T where id in (a,b)",
    'select P from T where (k1 is "a"and k2 is "b") or (k1 is "c"and k2 is "d")',
    "select key, project_id, id, object_type_id, entity_type, is_hierarchical from CustomAttributeConfiguration",
    "select task_status from SchemaStatus where schema_id is X",
    'select value from Setting where name is "storage_scenario" and group is "STORAGE"',
    "select status.state.short from Task where status.state.short is NOT_STARTED limit 2",
    "select version, asset.versions.version from AssetVersion where asset_id is_not None limit 1",
    "select _task_workflow.statuses.name, _overrides.workflow_schema.statuses.color from ProjectSchema where id is X",
    'Task where name != "x"',
    "Task where task_id != none and id in (a)",
    "User where email like '%@example.com'",
    'Note where replies any (author.first_name is "John")',
    'Component where components.component_locations.location.name is "studio.foo"',
    "Task order by name descending offset 5 limit 10",
    "Note order by thread_activity desc",
    'Task where name is "a" order by id descending limit 1',
    'User where assignments any (context_id = "X")',
    "Task where not timelogs any ()",
    "Note where not in_reply_to has ()",
    "Task where parent[Project].status is active",
    'Task where allocations.resource[Group].memberships any (user.username is "x")',
    "Note where id in (select in_reply_to_id from Note where content like 'a%')",
    'Task where custom_attributes any (key is "x" and value is "bar")',
    "Task where metadata any (key=a and value=b)",
    'Task where custom_attribute_links any (configuration.key is "supervisor" and user.username is "foobar")',
    "select count(id) from Task group by project_id, status_id",
    "Task limit 500 offset 20",
    "Task where id in ()",
    'Task where id in ("")',
]


@pytest.mark.parametrize("text", SENT)
def test_texts_of_clients_are_parsed_and_survive_printing(text: str) -> None:
    statement = parse(text)
    assert parse(print_statement(statement)) == statement


def path(text: str) -> Path:
    return Path(tuple(Step(name) for name in text.split(".")))


def test_every_clause_reaches_the_tree() -> None:
    text = (
        "select name, parent[Shot].bid from Task where not (a.b is_not 'x' or c in (1, none)) "
        "group by d, e.f order by g desc, h limit 5 offset 10"
    )
    assert parse(text) == Statement(
        "Task",
        (path("name"), Path((Step("parent", "Shot"), Step("bid")))),
        Not(Or((Comparison(path("a.b"), "is_not", "x"), Membership(path("c"), (Word("1"), None))))),
        (path("d"), path("e.f")),
        (Order(path("g"), descending=True), Order(path("h"))),
        offset=10,
        limit=5,
    )


@pytest.mark.parametrize(
    ("sign", "comparator"),
    [
        ("=", "is"),
        ("is", "is"),
        ("!=", "is_not"),
        ("is_not", "is_not"),
        (">", ">"),
        ("after", ">"),
        ("greater_than", ">"),
        ("<", "<"),
        ("before", "<"),
        ("less_than", "<"),
        (">=", ">="),
        ("<=", "<="),
        ("like", "like"),
        ("not_like", "not_like"),
    ],
)
def test_every_spelling_of_an_operator(sign: str, comparator: str) -> None:
    found = parse(f'A where b {sign} "c"').where
    assert isinstance(found, Comparison)
    assert found.comparator == comparator


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('"x y"', "x y"),
        (r'"a\"b"', 'a"b'),
        (r"'a\'b'", "a'b"),
        (r'"50\%"', r"50\%"),
        (r'"C:\new"', r"C:\new"),
        ("none", None),
        ("None", None),
        ("null", None),
        ('"none"', "none"),
        ("True", Word("True")),
        ("12", Word("12")),
        ("-1.5", Word("-1.5")),
        ("5671dcb0-66de-11e1-8e6e-f23c91df25eb", Word("5671dcb0-66de-11e1-8e6e-f23c91df25eb")),
        ("12e45678-66de-11e1-8e6e-f23c91df25eb", Word("12e45678-66de-11e1-8e6e-f23c91df25eb")),
        ("2024-01-31", Word("2024-01-31")),
        ("user@example.com", Word("user@example.com")),
        ('"limit 5"', "limit 5"),
    ],
)
def test_literals(literal: str, value: object) -> None:
    found = parse(f"A where b is {literal}").where
    assert isinstance(found, Comparison)
    assert found.value == value
    assert isinstance(found.value, Word) == isinstance(value, Word)


def test_and_binds_tighter_than_or() -> None:
    a, b, c = (Comparison(path(name), "is", Word("1")) for name in "abc")
    assert parse("T where a is 1 or b is 1 and c is 1").where == Or((a, And((b, c))))
    assert parse("T where (a is 1 or b is 1) and c is 1").where == And((Or((a, b)), c))


@pytest.mark.parametrize("name", ["from", "select", "limit", "any", "is", "count", "order", "in", "asc"])
def test_keywords_can_name_attributes_and_be_values(name: str) -> None:
    statement = parse(f"select {name}, {name}.x from T where {name} is {name} order by {name}")
    assert statement.projections == (path(name), path(f"{name}.x"))
    assert statement.where == Comparison(path(name), "is", Word(name))
    assert statement.order_by == (Order(path(name)),)


def test_keywords_may_be_written_in_any_case() -> None:
    assert parse("SELECT a FROM B WHERE c IS 1 AND NOT d IN (2) ORDER BY e DESC LIMIT 3") == parse(
        "select a from B where c is 1 and not d in (2) order by e desc limit 3"
    )


def test_aggregates() -> None:
    found = parse("select count(id), sum(bid) from Task group by status_id").projections
    assert found == (Aggregate("count", path("id")), Aggregate("sum", path("bid")))


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [
        ("", 0, "a name"),
        ("Task where", 10, "a name"),
        ("Task where name", 15, "'is'"),
        ("Task wher name is x", 5, "'where'"),
        ('Task where name is not "x"', 23, "is_not"),
        ("Task where name == 3", 17, "="),
        ("Task where name not in (a)", 16, "not_in"),
        ("Task where a is 3)", 17, "the end"),
        ("Task where (a is 3", 18, "')'"),
        ("Task limit x", 11, "a whole number"),
        ("Task limit 1 limit 2", 13, "second 'limit'"),
        ('Task where a is "x', 16, "not closed"),
        ("select from Task", 12, "'from'"),
        ("a.b", 0, "no entity type"),
        ("Task where " + "(" * 500, 71, "brackets"),
    ],
)
def test_errors_show_the_place_and_say_what_to_write(text: str, position: int, word: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)
    assert caught.value.position == position
    assert word in caught.value.message


names = st.sampled_from(["id", "name", "status", "from", "limit", "parent", "a1", "_x", "any"])
paths = st.builds(
    Path, st.lists(st.builds(Step, names, st.sampled_from([None, None, "Shot"])), min_size=1, max_size=3).map(tuple)
)
words = st.from_regex(r"[A-Za-z0-9_.@%+*/:;-]{1,12}", fullmatch=True).filter(
    lambda text: text not in ("none", "null", "None")
)
values = st.none() | st.text(max_size=12) | words.map(Word)
comparators = st.sampled_from(["is", "is_not", ">", "<", ">=", "<=", "like", "not_like"])
limits = st.none() | st.integers(0, 10**9)


def statements(criteria: st.SearchStrategy[Criterion], *, selecting: bool = False) -> st.SearchStrategy[Statement]:
    return st.builds(
        Statement,
        names,
        st.lists(paths, min_size=int(selecting), max_size=2).map(tuple),
        st.none() | criteria,
        st.lists(paths, max_size=1).map(tuple),
        st.lists(st.builds(Order, paths, st.booleans()), max_size=2).map(tuple),
        limits,
        limits,
    )


leaves: st.SearchStrategy[Criterion] = st.builds(Comparison, paths, comparators, values) | st.builds(
    Membership, paths, st.lists(values, max_size=3).map(tuple), st.booleans()
)


def joined(children: st.SearchStrategy[Criterion]) -> st.SearchStrategy[Criterion]:
    several = st.lists(children, min_size=2, max_size=3).map(tuple)
    return (
        several.map(lambda parts: And(tuple(each for part in parts for each in flat(part, And))))
        | several.map(lambda parts: Or(tuple(each for part in parts for each in flat(part, Or))))
        | children.map(Not)
        | st.builds(Related, paths, st.sampled_from(["has", "any"]), st.none() | children)
        | st.builds(Membership, paths, statements(children, selecting=True), st.booleans())
    )


def flat(criterion: Criterion, kind: type[And] | type[Or]) -> tuple[Criterion, ...]:
    return criterion.criteria if isinstance(criterion, kind) else (criterion,)


@settings(max_examples=120)
@given(statements(st.recursive(leaves, joined, max_leaves=8)))
def test_what_is_printed_is_parsed_to_the_same_tree(statement: Statement) -> None:
    text = print_statement(statement)
    assert parse(text) == statement
    assert print_statement(parse(text)) == text


pieces = st.sampled_from(
    [
        "select",
        "from",
        "where",
        "and",
        "or",
        "not",
        "is",
        "in",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        "=",
        '"',
        "'",
        "\\",
        "limit",
        "offset",
        "5",
        "name",
        "Task",
        "any",
        "order by",
        "group by",
        "none",
        "\n",
        "\0",
        "é",
        "count(",
    ]
)


@settings(max_examples=200)
@given(st.lists(pieces, max_size=14).map(" ".join) | st.lists(pieces, max_size=14).map("".join) | st.text(max_size=40))
@example("(" * 5000)
@example("Task where " + "not " * 3000 + "a is 1")
@example("Task where a" + ".a" * 5000 + " is 1")
def test_any_text_is_a_query_or_a_syntax_error(text: str) -> None:
    found = attempt(text)
    if isinstance(found, QuerySyntaxError):
        assert 0 <= found.position <= len(text)
    else:
        assert parse(print_statement(found)) == found


def attempt(text: str) -> Statement | QuerySyntaxError:
    try:
        return parse(text)
    except QuerySyntaxError as error:
        return error


def test_error_in_a_long_line_shows_what_is_around_the_place() -> None:
    text = f"Task where {' and '.join(['name is x'] * 2_000)} nad name is y"
    error = attempt(text)
    assert isinstance(error, QuerySyntaxError)
    _, line, marker = str(error).splitlines()
    assert line.startswith("  ...")
    assert line[marker.index("^") :].startswith("nad name is y")
    assert len(line) < 1_100
