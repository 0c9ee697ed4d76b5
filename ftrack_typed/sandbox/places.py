"""Owns where a row belongs: to a project, to a user, to nobody yet, or to the site as a whole."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final, Literal

import attrs

from . import hints
from .batch import Batch, Row
from .model import EntityModel, StorageModel

SECURITY: Final = frozenset(
    {
        # Say who may do what. Some of them name a project, and still belong to the site.
        "ApiKey",
        "SecurityRole",
        "UserSecurityRole",
        "UserSecurityRoleProject",
    }
)

_OWNERS: Final = ("Context", "AssetVersion", "Asset", "Component", "Note", "List", "ReviewSession", "Resource")
"""Types of what an id of any type may name, the likely ones first."""

_PERSONAL: Final = ("user_id", "created_by_id")
"""Attributes with the user that a row belongs to, where it belongs to no production."""


@attrs.frozen
class Place:
    """Where a row belongs."""

    kind: Literal["production", "loose", "personal", "site"]
    """``loose`` is of a production, but of no project yet, such as a component without a version."""

    project_id: str | None = None
    user_id: str | None = None


SITE: Final = Place("site")


def place_of(batch: Batch, entity: EntityModel, row: Row) -> Place:
    """Return where a row of an entity type belongs."""
    return _climb(batch, entity, row, seen=set())


def _climb(batch: Batch, entity: EntityModel, row: Row, seen: set[tuple[str, object]]) -> Place:
    if "Context" in entity.lineage:
        return Place("production", row.get("project_id") or row["id"])
    if entity.name in SECURITY:
        return SITE
    if "Resource" in entity.lineage:
        return Place("personal", user_id=row["id"]) if entity.name == "User" else SITE
    columns = {**production(batch.storage.model).get(entity.table, {}), **_owned(entity)}
    for column, target in columns.items():
        owner_id = row.get(column)
        if owner_id is not None and (entity.table, owner_id) not in seen:
            seen.add((entity.table, owner_id))
            for name in (target,) if target else _OWNERS:
                owner = batch.find(name, owner_id)
                if owner is not None:
                    return _climb(batch, batch.concrete(batch.entity(name), owner), owner, seen)
    for name in _PERSONAL:
        if name in entity.attributes and row.get(entity.column(name)) is not None:
            return Place("personal", user_id=row[entity.column(name)])
    return Place("loose") if columns else SITE


def _owned(entity: EntityModel) -> Mapping[str, str | None]:
    """Return the columns of a type with the id of an entity of any type."""
    return {column: None for name in entity.lineage for column in hints.OWNED.get(name, ())}


@functools.lru_cache(maxsize=8)
def production(model: StorageModel) -> Mapping[str, Mapping[str, str]]:
    """Return the tables whose rows go with a context or something below it, with the columns that say with what.

    Each column comes with the entity type that it names.
    """
    roots = {entity.table: entity.lineage[-1] for entity in model.entities.values()}
    found: dict[str, dict[str, str]] = {table: {} for table, root in roots.items() if root == "Context"}
    found |= {each.table: {} for each in model.owned}
    while True:
        more = [
            each
            for each in model.references
            if each.action == "cascade"
            and each.target_table in found
            and each.column not in found.get(each.table, {})
            and roots[each.table] not in {"Context", *SECURITY}
        ]
        if not more:
            return found
        for each in more:
            found.setdefault(each.table, {})[each.column] = roots[each.target_table]
