"""Owns entities that come from elsewhere than an answer: from text, from another session, or from values told here.

What is decoded belongs to no session until it is merged; what is merged is the one object that the session has for the
row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from .collection import Collection, MappedCollection
from .encoding import entity_reference, persisted_values, set_values, wire_value
from .entity import Entity
from .errors import MissingAttributeError, UnknownAttributeError
from .facts import AttributeFacts, AttributeKind
from .symbols import NOT_SET
from .wire import ENTITY_TYPE, VALUE_TYPE, aware, decoded

if TYPE_CHECKING:
    from .page import Page
    from .state import SessionState

E = TypeVar("E", bound=Entity)

_ROWS: Final = {
    AttributeKind.MAPPED: {"key", "value"},
    AttributeKind.CUSTOM: {"key", "value", "configuration_id", ENTITY_TYPE},
}
"""What a row of a mapping has where it holds a value."""


def merge(state: SessionState, value: Any) -> Any:
    """Return the entity of this session for the row that *value* stands for, with what *value* knows of it.

    A list, tuple or collection gives a list of what its items give; anything else is returned as it is. Changes here
    that are not committed stay, and those of another session do not come along. Raise NotLoadedError for an entity
    without a primary key.
    """
    if isinstance(value, Entity):
        with state.lock:
            return _attached(state, value)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        return [merge(state, item) for item in value]
    return value


def _attached(state: SessionState, entity: Entity) -> Entity:
    page: Page | None = vars(entity).get("_ftrack_page")
    if page is not None and page.state is state and _find(state, entity) is entity:
        return entity
    # One row after the other, with references between them: what an entity leads to may be of any depth.
    merging = state.new_page()
    for each in _reached(entity):
        state.identity.merge_row(row_of(each), merging)
    found = _find(state, entity)
    assert found is not None
    return found


def _find(state: SessionState, entity: Entity) -> Entity | None:
    return state.identity.find(state.entity_type(entity.entity_type), tuple(entity._ftrack_key().values()))


def _reached(entity: Entity) -> list[Entity]:
    """Return *entity* and everything that its loaded values lead to, each object once."""
    found, seen = [entity], {id(entity)}
    for each in found:
        for _, value in persisted_values(each):
            others = value if isinstance(value, Collection) else (value,)
            for other in others:
                if isinstance(other, Entity) and id(other) not in seen:
                    seen.add(id(other))
                    found.append(other)
    return found


def row_of(entity: Entity) -> dict[str, Any]:
    """Return what *entity* holds of the server's values, as a row; other entities in it are references."""
    page: Page | None = vars(entity).get("_ftrack_page")
    is_new = page is not None and page.state.unit.is_new(entity)
    values = set_values(entity) if is_new else persisted_values(entity)
    row = {facts.wire: wire_value(entity, facts, value) for facts, value in values}
    return {ENTITY_TYPE: entity.entity_type, **row, **entity._ftrack_key()}


def reconstruct(state: SessionState, entity_type: type[E], given: Mapping[str, Any]) -> E:
    """Return the entity that the server is known to have, with the values *given*; nothing is recorded.

    Raise UnknownAttributeError, SchemaDriftError, or MissingAttributeError without a whole primary key.
    """
    row: dict[str, Any] = {ENTITY_TYPE: entity_type.entity_type}
    mappings: list[tuple[AttributeFacts, Mapping[str, Any]]] = []
    for name, value in given.items():
        facts = fact(entity_type, name)
        if state.drift is not None:
            state.drift.check(entity_type, facts)
        if isinstance(value, Mapping) and facts.kind in (AttributeKind.MAPPED, AttributeKind.CUSTOM):
            mappings.append((facts, value))
        elif value is not NOT_SET:
            row[facts.wire] = _known(state, value)
    missing = [name for name in entity_type.primary_key_attributes if name not in row]
    if missing:
        raise MissingAttributeError(entity_type.entity_type, missing)
    with state.lock:
        entity = state.identity.merge_row(row, state.new_page())
        for facts, values in mappings:
            kind = MappedCollection if facts.kind is AttributeKind.MAPPED else entity_type._ftrack_custom_type()
            vars(entity)[facts.name] = kind(entity, facts, dict(values))
    assert isinstance(entity, entity_type)
    return entity


def fact(entity_type: type[Entity], name: str) -> AttributeFacts:
    """Return the facts of the attribute that the server or Python calls *name*; raise UnknownAttributeError."""
    found = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(name, name))
    if found is None:
        raise UnknownAttributeError(entity_type.entity_type, name, entity_type._ftrack_facts)
    return found


def _known(state: SessionState, value: Any) -> Any:
    """Return *value* as a row has it; entities of other sessions are merged first."""
    if isinstance(value, Entity):
        return entity_reference(merge(state, value))
    if isinstance(value, (list, tuple, Collection)):
        return [_known(state, item) for item in value]
    return aware(value) if isinstance(value, datetime) else value


def decode(text: str | bytes, entity_type: Callable[[object], type[Entity]]) -> Any:
    """Return what the JSON *text* holds: entities that belong to no session, aware datetimes, everything else as it is.

    Find classes with *entity_type*. Raise ValueError where *text* is no JSON.
    """
    return decoded_content(json.loads(text, parse_constant=_refused), entity_type)


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON: a number is finite")


def decoded_content(content: Any, entity_type: Callable[[object], type[Entity]]) -> Any:
    """Return what *content*, parsed JSON, stands for, see `decode`."""
    return _Decoder(entity_type).value(content)


class _Decoder:
    """Reads one document; every mention of a row in it is the same entity."""

    def __init__(self, entity_type: Callable[[object], type[Entity]]) -> None:
        self._entity_type = entity_type
        self._known: dict[tuple[str, ...], Entity] = {}

    def value(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self.value(item) for item in content]
        if not isinstance(content, dict):
            return content
        if isinstance(content.get(ENTITY_TYPE), str):
            return self._entity(content)
        if VALUE_TYPE in content:
            return decoded(content)
        return {name: self.value(item) for name, item in content.items()}

    def _entity(self, row: dict[str, Any]) -> Entity:
        entity_type = self._entity_type(row[ENTITY_TYPE])
        entity = entity_type._ftrack_new({})
        key = tuple(str(row.get(name, "")) for name in entity_type.primary_key_attributes)
        if all(key):
            entity = self._known.setdefault((entity_type._ftrack_root_type, *key), entity)
        for wire, item in row.items():
            facts = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(wire, ""))
            if facts is not None and _has_values(facts, item):
                vars(entity)[facts.name] = self._attribute(entity, facts, item)
        return entity

    def _attribute(self, entity: Entity, facts: AttributeFacts, content: Any) -> Any:
        if not isinstance(content, list):
            return self.value(content)
        if facts.kind is AttributeKind.COLLECTION:
            return Collection(entity, facts, self.value(content), mutable=facts.mutable)
        if facts.kind is AttributeKind.MAPPED:
            return MappedCollection(entity, facts, {row["key"]: row["value"] for row in content})
        if facts.kind is AttributeKind.CUSTOM:
            return entity._ftrack_custom_type()(entity, facts, None, content)
        return self.value(content)


def _has_values(facts: AttributeFacts, content: Any) -> bool:
    """Say whether *content* holds the attribute *facts*: references to the rows of a mapping do not hold its values."""
    if facts.kind not in _ROWS or not isinstance(content, list):
        return True
    return all(isinstance(row, dict) and row.keys() >= _ROWS[facts.kind] for row in content)
