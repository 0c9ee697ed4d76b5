"""Tests that look-ups by key, foreign key and name use an index, for every entity type of the standard workspace."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftrack_typed.sandbox.derivation import derive
from ftrack_typed.sandbox.model import EntityModel
from ftrack_typed.sandbox.workspace import Workspace
from ftrack_typed.schema import PropertyKind

from .conftest import Calls, create
from .plans import plan

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
        found = plan(calls, f"{name} where {condition} limit 10")
        assert found.is_a_look_up, (condition, found)
        assert "_entity_type" not in found.steps[0], (condition, found)


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
    found = plan(calls, f"{expression} limit 10")
    assert found.is_a_look_up, found
    assert not found.reads_a_whole_table, found


@pytest.mark.parametrize(
    ("expression", "index", "condition"),
    [
        ('Task where id is "x"', "sqlite_autoindex_context_1", "id = "),
        ('TypedContext where id in ("x", "y")', "sqlite_autoindex_context_1", "id = ANY"),
        ('Task where parent_id is "x"', "parent_id", "parent_id = "),
        ('Task where parent.id is "x"', "parent_id", "parent_id = "),
        ('Task where parent.name is "x"', "parent_id", "lower(name) = "),
        ('Task where parent_id is "x" and name is "y"', "parent_id_name", "name) = "),
        ('Task where project_id is "x"', "ix_context_project_id", "project_id = "),
        ('Task where project.name is "x"', "ix_context_project_id", "lower(name) = "),
        ('Task where name is "x"', "ix_context_name", "lower(name) = "),
        ('Task where name in ("x", "y")', "ix_context_name", "lower(name) = ANY"),
        ('Task where status_id is "x"', "ix_context_status_id", "status_id = "),
        ('AssetVersion where asset_id is "x"', "ix_asset_version_asset_id", "asset_id = "),
        ('Metadata where parent_id is "x" and key is "k"', "sqlite_autoindex_metadata_1", "parent_id = "),
        (
            'ComponentLocation where location_id is "x" and component_id in ("a")',
            "ix_component_location_",
            "_id = ",
        ),
        ('Note where parent_id is "x"', "ix_note_parent_id", "parent_id = "),
        ("Project", "ix_context__entity_type", "_entity_type"),
    ],
)
def test_look_ups_use_an_index(calls: Calls, expression: str, index: str, condition: str) -> None:
    """SQLite chooses by rules, PostgreSQL by what it knows of the rows: it may take any index with the column."""
    found = plan(calls, f"{expression} limit 10")
    assert found.is_a_look_up, found
    assert not found.reads_a_whole_table, found
    is_sqlite = calls.store.database.engine.dialect.name == "sqlite"
    assert index in found.steps[0] if is_sqlite else any(condition in step for step in found.steps), found


LETTERS = "aAzZ@[`{%_\\é\U0010ffff"


@pytest.fixture(scope="module")
def names(calls: Calls) -> None:
    """Make a scope of every name of one or two of the letters."""
    pairs = ("".join(each) for length in (1, 2) for each in itertools.product(LETTERS, repeat=length))
    calls.batch(*(create("Scope", name=name) for name in pairs))


@pytest.mark.usefixtures("names")
@given(st.text(LETTERS, min_size=1, max_size=4).filter(lambda text: not text.endswith("\\")))
@settings(max_examples=60)
def test_look_up_by_a_beginning_finds_what_reading_every_row_finds(calls: Calls, pattern: str) -> None:
    expected = calls.names(f'Scope where not name not_like "{pattern}"')
    assert calls.names(f'Scope where name like "{pattern}"') == expected
