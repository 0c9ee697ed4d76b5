"""Tests `Session.q`: what a value is in a text, and which templates are refused."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrack_typed.entities import Session, Task
from ftrack_typed.errors import QueryError, QueryValueError
from ftrack_typed.query.parser import parse
from ftrack_typed.query.syntax import Comparison
from ftrack_typed.sandbox import Sandbox


@pytest.mark.parametrize(
    ("text", "values", "named", "expected"),
    [
        ("Task where name is {}", ('a" or name is "b',), {}, 'Task where name is "a\\" or name is \\"b"'),
        ("bid > {} and is_open is {flag}", (1.5,), {"flag": True}, "bid > 1.5 and is_open is True"),
        ("id in ({})", (["a", "b"],), {}, 'id in ("a", "b")'),
        ("id in ({})", ((),), {}, "id in ()"),
        ("{1} {0} {1}", (1, 2), {}, "2 1 2"),
        ("thumbnail_id is {}", (None,), {}, "thumbnail_id is none"),
        ("date > {}", (datetime(2026, 1, 2, 3, tzinfo=timezone.utc),), {}, 'date > "2026-01-02T03:00:00"'),
        ('name is "it\'s {{}}"', (), {}, 'name is "it\'s {}"'),
    ],
)
def test_values(text: str, values: tuple[Any, ...], named: dict[str, Any], expected: str) -> None:
    assert Session.q(text, *values, **named) == expected


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_stays_one_value(value: str) -> None:
    statement = parse(Session.q("Task where name is {} limit 1", value))
    assert isinstance(statement.where, Comparison)
    assert statement.where.value == value
    assert statement.limit == 1


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ('name is "{}"', ("a",), "leave out those around {}"),
        ("name is '%{}", ("a",), "leave out those around {}"),
        ("name is {}", (), "there is no value for {0}"),
        ("name is {name}", (), "there is no value for {name}"),
        ("name is {}", ("a", "b"), "there is no {} for 'b'"),
        ("name is {", ("a",), "write {{ and }} for braces"),
        ("bid is {:.2f}", (1.0,), "a value has no format of its own"),
        ("name is {!r}", ("a",), "a value has no format of its own"),
    ],
)
def test_templates_that_are_refused(text: str, values: tuple[Any, ...], message: str) -> None:
    with pytest.raises(QueryError) as caught:
        Session.q(text, *values)
    assert message in str(caught.value)


@pytest.mark.parametrize("value", [object(), {"a": 1}, b"a", float("nan")])
def test_values_without_a_literal(value: Any) -> None:
    with pytest.raises(QueryValueError):
        Session.q("name is {}", value)


def test_entities_stand_for_their_ids() -> None:
    with Sandbox(demo=True) as sandbox:
        session = Session(sandbox.server_url, sandbox.api_key, sandbox.api_user, schema_cache_path=False)
        task = session.query(Task).all()[0]
        assert session.query(session.q("Task where id is {}", task)).one() is task
        assert session.query(session.q("Task where id in ({})", [task])).all() == [task]
        session.close()
