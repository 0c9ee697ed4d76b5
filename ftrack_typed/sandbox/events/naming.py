"""Owns the names that ``ftrack.update`` gives to types and attributes: those of the server's older model (7.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ...schema import Schema
from ..model import EntityModel

_TYPES: Final[Mapping[str, str]] = {
    # Where the older model has another name than the alias of the schema says, or the schema has no alias.
    "BaseUser": "user",
    "User": "user",
    "Group": "team",
}

UNTOLD: Final = frozenset(
    {
        # Rows that the server adds by itself to record a change that is told already.
        "StatusChange",
    }
)


class Names:
    """The older names of one workspace."""

    def __init__(self, schemas: Iterable[Schema]) -> None:
        """Take the aliases of *schemas*."""
        self._aliases = {schema.id: schema.alias_for for schema in schemas}
        self._types: dict[str, str] = {}
        self._columns: dict[str, Mapping[str, str]] = {}

    def entity_type(self, entity: EntityModel) -> str:
        """Return ``task`` for a Shot, ``show`` for a Project: the alias of the type or a base, else the root's name."""
        known = self._types.get(entity.name)
        if known is None:
            given = (_TYPES.get(name) or self._aliases.get(name) for name in entity.lineage)
            known = next((name for name in given if name), entity.lineage[-1]).lower()
            self._types[entity.name] = known
        return known

    def columns(self, entity: EntityModel) -> Mapping[str, str]:
        """Return the raw names of stored attributes, such as ``statusid``, by column."""
        known = self._columns.get(entity.name)
        if known is None:
            plainest_last = sorted(entity.attributes.values(), key=lambda each: (each.name[0] != "_", each.name))
            known = {each.column: each.wire.alias_for or each.name for each in plainest_last}
            self._columns[entity.name] = known
        return known
