"""The type, the offset and the limit of a query text are found where they are clauses, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrack_typed.errors import QuerySyntaxError
from ftrack_typed.query.text import Outline, outline
from ftrack_typed.query.tokens import quote

from .test_tokens import HOSTILE


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Task", Outline("Task", "Task", selects=False)),
        ("  Task  ", Outline("Task", "Task", selects=False)),
        ('Task where name is "x"', Outline('Task where name is "x"', "Task", selects=False)),
        ("select name from Task", Outline("select name from Task", "Task", selects=True)),
        ("select a.b, c from Shot where d is 1", Outline("select a.b, c from Shot where d is 1", "Shot", selects=True)),
        ("Task limit 5", Outline("Task", "Task", selects=False, limit=5)),
        ("Task offset 3", Outline("Task", "Task", selects=False, offset=3)),
        ("Task offset 3 limit 5", Outline("Task", "Task", selects=False, offset=3, limit=5)),
        ("Task limit 5 offset 3", Outline("Task", "Task", selects=False, offset=3, limit=5)),
        ("Task limit 0", Outline("Task", "Task", selects=False, limit=0)),
        ("Task\nwhere a is 1\nlimit 5\n", Outline("Task\nwhere a is 1", "Task", selects=False, limit=5)),
        (
            "select name from Task where a is 1 order by name limit 5",
            Outline("select name from Task where a is 1 order by name", "Task", selects=True, limit=5),
        ),
        ("Task order by sort descending limit 7", Outline("Task order by sort descending", "Task", False, limit=7)),
    ],
)
def test_clauses_outside_are_found_and_cut(text: str, found: Outline) -> None:
    assert outline(text) == found


@pytest.mark.parametrize(
    "text",
    [
        'Task where name is "limit 5"',
        "Task where name is 'offset 3 limit 2'",
        'Task where name in ("a", "limit 5")',
        "Task where id in (select id from Shot offset 3 limit 2)",
        "Task where notes any (content is 'x' limit 2)",
        "Task where limit is 5",
        "Task where a is 1 and limit > 5",
        "Task order by limit",
        "select limit from Task",
        "select name, offset from Task",
        "Task where (limit is 5)",
        "Task where name is limit",
    ],
)
def test_what_is_no_clause_is_left_alone(text: str) -> None:
    found = outline(text)
    assert (found.text, found.offset, found.limit) == (text, None, None)


def test_clauses_outside_are_found_beside_others_inside() -> None:
    text = 'Task where id in (select id from Shot limit 2) and name is "offset 1" offset 3 limit 4'
    found = outline(text)
    assert (found.offset, found.limit) == (3, 4)
    assert found.text == 'Task where id in (select id from Shot limit 2) and name is "offset 1"'


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("window", ["", " offset 3 limit 2"])
def test_no_window_is_found_in_a_string(value: str, window: str) -> None:
    text = f"Task where name is {quote(value)}"
    expected = (3, 2) if window else (None, None)
    found = outline(text + window)
    assert (found.text, found.offset, found.limit) == (text, *expected)


@given(st.text(), st.text(), st.sampled_from(["", " offset 3", " limit 2", " offset 3 limit 2"]))
def test_no_window_is_found_in_any_string_or_bracket(value: str, inner: str, window: str) -> None:
    text = f"Task where name is {quote(value)} and id in (select id from Shot where name is {quote(inner)} limit 9)"
    found = outline(text + window)
    assert found.text == text
    assert (found.offset, found.limit) == (3 if "offset" in window else None, 2 if "limit" in window else None)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "a query starts with an entity type or with 'select'"),
        ("   ", "a query starts with an entity type or with 'select'"),
        ("select name", "'select' needs 'from' and an entity type"),
        ("select name from", "'select' needs 'from' and an entity type"),
        ("Task limit", "'limit' needs a whole number"),
        ("Task offset", "'offset' needs a whole number"),
        ('Task where name is "x', 'the string that starts with " is not closed'),
        ("Task where", "the query ends where something has to follow 'where'"),
        ("select name from Task where name is", "the query ends where something has to follow 'is'"),
        ("Task where bid >", "the query ends where something has to follow '>'"),
        ("Task where bid is 1 and", "the query ends where something has to follow 'and'"),
        ("Task order by name,", "the query ends where something has to follow ','"),
    ],
)
def test_text_that_is_no_query_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        outline(text)
    assert caught.value.message.startswith(complaint)
