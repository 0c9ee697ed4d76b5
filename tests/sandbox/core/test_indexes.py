"""Tests that look-ups by key, foreign key and name use an index, for every entity type of the standard workspace."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sql
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from ftrack_typed.sandbox.derivation import derive
from ftrack_typed.sandbox.model import EntityModel
from ftrack_typed.sandbox.workspace import Workspace
from ftrack_typed.schema import PropertyKind

from .conftest import Calls, create

TYPES = sorted(
    {
        *(
            model.lineage[-1]
            for model in derive(Workspace.standard().structured).entities.values()
            if not model.dense_owner
        ),
        *("Task", "Project", "User", "FileComponent"),
    }
)
"""One type of each table, and some that are part of one."""


def plan(calls: Calls, expression: str) -> list[str]:
    """Return how the database finds the rows of a query."""
    plans: list[str] = []

    def explain(connection: sql.Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and not plans:
            cursor = connection.connection.cursor()
            plans.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    engine = calls.store.database.engine
    event.listen(engine, "before_cursor_execute", explain)
    try:
        calls.query(expression)
    finally:
        event.remove(engine, "before_cursor_execute", explain)
    return plans


def foreign_keys(calls: Calls, entity: EntityModel) -> Iterator[str]:
    """Yield the attributes that name rows of another table, and those with the id of an entity of any type."""
    model = calls.store.storage.model
    columns = {each.column for each in (*model.references, *model.owned) if each.table == entity.table}
    for attribute in entity.attributes.values():
        if attribute.column in columns and attribute.kind is not PropertyKind.VARIABLE:
            yield attribute.name


@pytest.mark.parametrize("name", TYPES)
def test_keys_and_foreign_keys_are_found_by_an_index(calls: Calls, name: str) -> None:
    entity = calls.store.storage.entity(name)
    key = " and ".join(f'{part} is "1"' for part in entity.key)
    for condition in (key, *(f'{attribute} is "1"' for attribute in foreign_keys(calls, entity))):
        plans = plan(calls, f"{name} where {condition} limit 10")
        assert plans, condition
        assert plans[0].startswith("SEARCH"), (condition, plans)
        assert "_entity_type" not in plans[0], (condition, plans)


@pytest.mark.parametrize(
    "expression",
    [
        'Project where name is "x"',
        'Shot where name like "x" and parent_id is "y"',
        'TypedContext where name is "x" and project_id is "y"',
        'Asset where name is "x"',
        'Task where name is "x"',
        'Task where name like "x%"',
        'Project where full_name is none and name like "x%y_"',
        'User where username like "ann\\\\_%"',
        'FileComponent where name is "x"',
        'User where username is "x"',
        'User where email is "x"',
        'Metadata where key is "x"',
        'CustomAttributeConfiguration where key is "x"',
        'Asset where parent.name is "x"',
        'AssetVersion where asset.parent.project_id is "x"',
        'ComponentLocation where component.version.asset_id is "x"',
    ],
)
def test_names_are_found_by_an_index(calls: Calls, expression: str) -> None:
    plans = plan(calls, f"{expression} limit 10")
    assert plans[0].startswith("SEARCH"), plans
    assert not any(each.startswith("SCAN") for each in plans), plans


LETTERS = "aAzZ@[`{%_\\é\U0010ffff"


@pytest.fixture(scope="module")
def names(calls: Calls) -> None:
    """Make a scope of every name of one or two of the letters."""
    pairs = ("".join(each) for length in (1, 2) for each in itertools.product(LETTERS, repeat=length))
    calls.batch(*(create("Scope", name=name) for name in pairs))


@pytest.mark.usefixtures("names")
@given(st.text(LETTERS, min_size=1, max_size=4).filter(lambda text: not text.endswith("\\")))
@settings(max_examples=60, deadline=None)
def test_look_up_by_a_beginning_finds_what_reading_every_row_finds(calls: Calls, pattern: str) -> None:
    expected = calls.names(f'Scope where not name not_like "{pattern}"')
    assert calls.names(f'Scope where name like "{pattern}"') == expected
