"""Owns the custom attribute configurations of a server: which attributes an entity has, and under which ids.

Matching rule: protocol section 3.5. What a project configures wins over what all projects have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, cast

from .entity import Entity
from .errors import UnknownAttributeError

QUERY: Final = (
    "select id, key, entity_type, object_type_id, project_id, is_hierarchical from CustomAttributeConfiguration"
)

_HIERARCHICAL_KINDS: Final = frozenset({"task", "show", "asset", "assetversion"})
_KINDS: Final = {
    "Project": "show",
    "AssetVersion": "assetversion",
    "Asset": "asset",
    "User": "user",
    "List": "list",
    "TypedContextList": "list",
    "AssetVersionList": "list",
}


class Configuration(NamedTuple):
    """One custom attribute configuration: for which entities it says that there is an attribute *key*."""

    id: str
    key: str
    entity_type: str
    object_type_id: str | None
    project_id: str | None
    is_hierarchical: bool

    def applies(self, kind: str, object_type_id: str | None, project_id: str | None) -> bool:
        """Say whether an entity of that legacy *kind*, object type and project has this attribute."""
        if self.project_id not in (None, project_id):
            return False
        if self.is_hierarchical:
            return kind in _HIERARCHICAL_KINDS
        return self.entity_type == kind and self.object_type_id in (None, object_type_id)


class ConfigurationIndex:
    """The configurations of one server."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], value_type: Callable[[Entity], str]) -> None:
        """Read the *rows* of `QUERY`; *value_type* tells the entity type that holds the values of an entity."""
        self._configurations = [
            Configuration(
                row["id"],
                row["key"],
                row["entity_type"],
                row.get("object_type_id"),
                row.get("project_id"),
                bool(row.get("is_hierarchical")),
            )
            for row in rows
        ]
        self._value_type = value_type

    def of(self, entity: Entity) -> dict[str, Configuration]:
        """Return the configurations that apply to *entity*, by key; the most specific one of each key."""
        content = vars(entity)
        kind = _kind(entity)
        object_type_id = content.get("object_type_id")
        project_id = _project_id(entity)
        found = [each for each in self._configurations if each.applies(kind, object_type_id, project_id)]
        found.sort(key=lambda each: (each.project_id is not None, not each.is_hierarchical))
        return {configuration.key: configuration for configuration in found}

    def source(self, entity: Entity, key: str) -> tuple[str, str]:
        """Return the entity type of the value under *key* of *entity*, and the id of its configuration.

        Raise UnknownAttributeError where *entity* has no such custom attribute.
        """
        known = self.of(entity)
        if key not in known:
            raise UnknownAttributeError(f"{entity.entity_type}.custom_attributes", key, known)
        return self._value_type(entity), known[key].id


def _project_id(entity: Entity) -> str | None:
    """Return the id of the project that *entity* is in, as far as it is known here."""
    seen: Entity | None = entity
    while seen is not None:
        content = vars(seen)
        if _kind(seen) == "show":
            return cast("str | None", content.get("id"))
        if content.get("project_id") is not None:
            return cast("str", content["project_id"])
        above = content.get("parent") or content.get("asset")
        seen = above if isinstance(above, Entity) else None
    return None


def _kind(entity: Entity) -> str:
    for base in type(entity).__mro__:
        kind = _KINDS.get(getattr(base, "entity_type", ""))
        if kind is not None:
            return kind
    return "task"
