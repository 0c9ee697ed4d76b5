"""Tests which configurations of custom attributes apply to an entity (protocol section 3.5)."""

from __future__ import annotations

from typing import Any

import pytest

from ftrack_typed.custom_values import ConfigurationIndex
from ftrack_typed.entities import Asset, AssetVersion, AssetVersionList, Project, Shot, Task, TypedContextList, User
from ftrack_typed.entity import Entity
from ftrack_typed.errors import UnknownAttributeError


def row(name: str, entity_type: str = "task", **more: Any) -> dict[str, Any]:
    """Return a configuration whose id and key are *name*."""
    return {"id": name, "key": name, "entity_type": entity_type, **more}


ROWS = [
    row("any_task"),
    row("shots_alone", object_type_id="shot type"),
    row("here", project_id="p"),
    row("elsewhere", project_id="q"),
    row("inherited", is_hierarchical=True),
    row("of_projects", "show"),
    row("of_assets", "asset"),
    row("of_versions", "assetversion"),
    row("of_users", "user"),
    row("of_lists", "list"),
    row("inherited_by_users", "user", is_hierarchical=True, project_id="q"),
]
PROJECT = Project._ftrack_new({"id": "p"})
SHOT = Shot._ftrack_new({"id": "s", "object_type_id": "shot type", "project_id": "p"})
ASSET = Asset._ftrack_new({"id": "a", "parent": SHOT})


@pytest.mark.parametrize(
    ("entity", "keys"),
    [
        (SHOT, {"any_task", "shots_alone", "here", "inherited"}),
        (
            Task._ftrack_new({"id": "t", "object_type_id": "task type", "parent": SHOT}),
            {"any_task", "here", "inherited"},
        ),
        (
            Task._ftrack_new({"id": "t", "project_id": "q"}),
            {"any_task", "elsewhere", "inherited", "inherited_by_users"},
        ),
        (Task._ftrack_new({"id": "t", "parent": PROJECT}), {"any_task", "here", "inherited"}),
        (Task._ftrack_new({"id": "t"}), {"any_task", "inherited"}),
        (PROJECT, {"of_projects", "inherited"}),
        (ASSET, {"of_assets", "inherited"}),
        (AssetVersion._ftrack_new({"id": "v", "asset": ASSET}), {"of_versions", "inherited"}),
        (User._ftrack_new({"id": "u"}), {"of_users"}),
        (TypedContextList._ftrack_new({"id": "l"}), {"of_lists"}),
        (AssetVersionList._ftrack_new({"id": "l"}), {"of_lists"}),
    ],
    ids=lambda value: value.entity_type if isinstance(value, Entity) else "",
)
def test_configurations_of_an_entity(entity: Entity, keys: set[str]) -> None:
    assert set(ConfigurationIndex(ROWS, lambda each: "X").of(entity)) == keys


@pytest.mark.parametrize("reverse", [False, True])
def test_most_specific_configuration_counts(reverse: bool) -> None:
    rows = [
        {**row("everywhere"), "key": "fps"},
        {**row("inherited", is_hierarchical=True), "key": "fps"},
        {**row("in_the_project", is_hierarchical=True, project_id="p"), "key": "fps"},
    ]
    ordered = rows[::-1] if reverse else rows
    value_type = "ContextCustomAttributeValue"
    assert ConfigurationIndex(ordered, lambda each: value_type).source(SHOT, "fps") == (value_type, "in_the_project")
    elsewhere = Shot._ftrack_new({"id": "s", "project_id": "q"})
    assert ConfigurationIndex(ordered, lambda each: value_type).of(elsewhere)["fps"].id == "everywhere"


def test_unknown_custom_attribute_names_close_ones() -> None:
    with pytest.raises(UnknownAttributeError, match=r"Shot\.custom_attributes has no attribute 'heer'.*'here'"):
        ConfigurationIndex(ROWS, lambda each: "X").source(SHOT, "heer")
