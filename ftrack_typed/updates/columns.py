"""Owns the names that ``ftrack.update`` gives to attributes: those of an older model (protocol section 7.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..entity import Entity
from ..facts import AttributeFacts, AttributeKind

RawSchemas = Callable[[], Iterable[Mapping[str, Any]]]


class Columns:
    """The older names of one server, which its schema states as ``alias_for`` of each property."""

    def __init__(self, schemas: RawSchemas) -> None:
        """Read what *schemas* returns when a name is first asked for."""
        self._schemas = schemas
        self._properties: dict[str, Mapping[str, Any]] | None = None

    def names(self, entity_type: type[Entity], facts: AttributeFacts) -> tuple[str, ...]:
        """Return the keys that an attribute may stand under in ``changes``, the likelier first: ``statusid``.

        A reference stands there as its foreign key.
        """
        wire = facts.foreign_key or facts.wire
        stated = self._stated(entity_type.entity_type).get(wire)
        alias = stated.get("alias_for") if isinstance(stated, Mapping) else None
        return (alias, wire) if isinstance(alias, str) and alias != wire else (wire,)

    def references(self, entity_type: type[Entity]) -> list[tuple[AttributeFacts, tuple[str, ...]]]:
        """Return the references of a type that have a foreign key, each with the keys that it may stand under."""
        references = entity_type._ftrack_kinds[AttributeKind.REFERENCE]
        return [(facts, self.names(entity_type, facts)) for facts in references if facts.foreign_key is not None]

    def _stated(self, name: str) -> Mapping[str, Any]:
        if self._properties is None:
            self._properties = {str(each["id"]): each.get("properties") or {} for each in self._schemas()}
        return self._properties.get(name, {})
