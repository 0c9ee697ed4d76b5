"""The tables of corrections: each row is needed, and what they lead to is pinned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ftrack_gen.build import build_package
from ftrack_gen.corrections import FOREIGN_KEYS, NEVER_NULL, SERVER_SUPPLIED, TARGETS
from ftrack_gen.descriptions import Describer
from ftrack_gen.model import NOT_SET, SERVER_SIDE, Attribute, Package
from ftrack_gen.problems import Problems
from ftrack_gen.reserved import RESERVED_ATTRIBUTES
from ftrack_gen.workspace import read_workspace
from ftrack_typed.schema import standard_workspace

Attributes = Mapping[tuple[str, str], Attribute]

MUST_BE_GIVEN = """
AssetType.name AssetType.short CalendarEvent.end CalendarEvent.start Disk.name EntitySetting.group EntitySetting.name
EntitySetting.parent_id EntitySetting.parent_type EntitySetting.value ListObject.entity_id Location.name Metadata.key
Metadata.parent_id Metadata.parent_type Metadata.value ObjectType.name
ReviewSessionInvitee.email ReviewSessionInvitee.name Scope.name TaskTemplate.name
"""
"""Some of the attributes without which there is no new entity of the standard types."""


def attributes_of(folder: Path) -> tuple[Package, Attributes]:
    problems = Problems(str(folder))
    package = build_package(read_workspace(folder, "test", problems), Describer({}), problems)
    assert problems.found == []
    return package, {(entity.type_name, each.wire): each for entity in package.entities for each in entity.attributes}


@pytest.fixture(scope="module")
def standard() -> Attributes:
    """Give the attributes of the standard workspace."""
    return attributes_of(standard_workspace())[1]


def raw(folder: Path) -> dict[str, Any]:
    return {schema["id"]: schema for schema in json.loads((folder / "query_schemas.json").read_text())}


@pytest.mark.parametrize("row", sorted(NEVER_NULL))
def test_attribute_that_is_never_null_is_there_and_not_listed(row: tuple[str, str]) -> None:
    schema = raw(standard_workspace())[row[0]]
    assert row[1] in schema["properties"]
    assert row[1] not in schema["required"]


@pytest.mark.parametrize("row", sorted(SERVER_SUPPLIED))
def test_attribute_that_the_server_supplies_is_there_without_default(row: tuple[str, str]) -> None:
    name, attribute = row
    holders = [
        schema
        for schema in raw(standard_workspace()).values()
        if name in ("*", schema["id"])
        if attribute in schema["properties"]
    ]
    assert holders
    assert any("default" not in schema["properties"][attribute] for schema in holders)


@pytest.mark.parametrize("row", sorted(FOREIGN_KEYS))
def test_pair_is_there(row: tuple[str, str]) -> None:
    schema = raw(standard_workspace())[row[0]]
    key, reason = FOREIGN_KEYS[row]
    assert "$ref" in schema["properties"][row[1]]
    assert key in schema["properties"]
    assert f"{row[1]}_id" not in schema["properties"]
    assert reason


def test_every_row_has_its_reason() -> None:
    for table in (NEVER_NULL, SERVER_SUPPLIED, RESERVED_ATTRIBUTES):
        assert all(len(reason) > 8 for reason in table.values())


@pytest.mark.parametrize("column", sorted(TARGETS))
def test_target_is_not_what_the_server_declares(column: str) -> None:
    target, reason = TARGETS[column]
    schemas = raw(standard_workspace())
    declared = {
        prop["items"]["$ref"]
        for schema in schemas.values()
        for prop in schema["properties"].values()
        if prop.get("alias_for") == column
    }
    assert declared
    assert target in schemas
    assert target not in declared
    assert reason


def test_what_must_be_given(standard: Attributes) -> None:
    plain = {
        f"{name}.{wire}"
        for (name, wire), attribute in standard.items()
        if attribute.facts.required and not attribute.given_by_default
    }
    assert set(MUST_BE_GIVEN.split()) <= plain
    assert not {name for name in plain if name.split(".")[0] in ("Task", "Project", "User", "Asset", "Note", "Timelog")}


def test_nothing_left_over_on_the_recorded_schema(recorded_workspace: Path) -> None:
    """Look at every required attribute without default: given, supplied, or given by its twin."""
    _, attributes = attributes_of(recorded_workspace)
    plain = sorted(
        f"{name}.{wire}"
        for (name, wire), attribute in attributes.items()
        if attribute.facts.required and not attribute.given_by_default
    )
    assert not [name for name in plain if name.endswith((".id", "_at", ".created_by_id", ".sort", ".is_active"))]
    assert set(MUST_BE_GIVEN.split()) <= set(plain)


def test_reference_follows_its_foreign_key(standard: Attributes) -> None:
    assert standard["TypedContext", "status"].facts.default == SERVER_SIDE
    assert standard["Membership", "group"].facts.default == NOT_SET
    assert standard["Membership", "group_id"].facts.required
    assert standard["Membership", "group_id"].given_by_default
    assert not standard["Membership", "group"].facts.nullable
    assert not standard["NoteComponent", "component"].facts.mutable


def test_narrowing_names_the_topmost_types(standard: Attributes) -> None:
    assert standard["Context", "parent"].narrowed_to == ("TypedContext",)
    assert standard["Context", "project_id"].narrowed_to == ("TypedContext",)
    assert standard["Context", "thumbnail"].narrowed_to == ()
