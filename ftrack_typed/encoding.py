"""Owns the JSON that is made of entities and operations: what `Session.encode` and `Session.call` write."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from .collection import Collection
from .custom_attributes import CustomAttributes
from .entity import Entity
from .facts import AttributeFacts, AttributeKind
from .payload import OperationPayload
from .session_parts.modes import AutoPopulatingContext
from .symbols import NOT_SET
from .wire import ENTITY_TYPE, encoded, reference

if TYPE_CHECKING:
    from .page import Page

Strategy: TypeAlias = Literal["all", "set_only", "modified_only", "persisted_only"]
"""Which values of an entity are written: all of them, loading what is missing; those that are set; those that changed
since the last commit; or those that the server holds, as far as they are loaded."""

STRATEGIES: Final[tuple[Strategy, ...]] = get_args(Strategy)

Values = Iterator[tuple[AttributeFacts, Any]]


class WireBatch(list[Mapping[str, Any]]):
    """Operations that are JSON already: nothing in them needs to be encoded."""


def encode(data: object, strategy: Strategy) -> str:
    """Return *data* as JSON with sorted keys, with the values of entities in it that *strategy* names.

    Raise ValueError for an unknown strategy, and for a number that is not finite or a datetime that UTC cannot hold;
    TypeError for other values that JSON has no form for.
    """
    return json_text(encodable(data, strategy))


def json_text(content: object) -> str:
    """Return *content*, as `encodable` gives it, as JSON with sorted keys; raise as `encode` does."""
    try:
        return json.dumps(content, sort_keys=True, allow_nan=False)
    except ValueError as error:
        raise ValueError(f"JSON cannot hold the data: {error}") from None


def encodable(data: object, strategy: Strategy) -> Any:
    """Return *data* with all entities, payloads and dates in it as JSON has them."""
    if strategy not in STRATEGIES:
        raise ValueError(f"there is no strategy {strategy!r}; choose one of {', '.join(STRATEGIES)}")
    return _encoded(data, strategy)


def call_batch(operations: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return *operations* as they are sent: of entities in them, the key and what changed.

    Raise TypeError for what is no sequence of mappings.
    """
    given: object = operations
    if isinstance(given, (Mapping, str)) or not isinstance(given, Sequence):
        raise TypeError(f"call takes a list of operations, each a mapping, not {given!r}")
    for operation in given:
        if not isinstance(operation, Mapping):
            raise TypeError(f"call takes a list of operations, each a mapping, which {operation!r} is not")
    return operations if type(operations) is WireBatch else WireBatch(encodable(operations, "modified_only"))


def entity_reference(entity: Entity) -> dict[str, str]:
    """Return how *entity* is pointed at; raise NotLoadedError where its primary key is not known, and never load it."""
    return reference(entity.entity_type, entity._ftrack_key())


def _encoded(value: Any, strategy: Strategy) -> Any:
    if isinstance(value, Entity):
        return _of_entity(value, strategy)
    if isinstance(value, OperationPayload):
        return {
            name: entity_reference(item) if isinstance(item, Entity) else _encoded(item, strategy)
            for name, item in value.items()
        }
    if isinstance(value, Collection):
        return [entity_reference(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _encoded(item, strategy) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        return [_encoded(item, strategy) for item in value]
    return encoded(value)


def _of_entity(entity: Entity, strategy: Strategy) -> dict[str, Any]:
    values = _READERS[strategy](entity)
    row = {facts.wire: wire_value(entity, facts, value) for facts, value in values}
    return {ENTITY_TYPE: entity.entity_type, **row, **entity._ftrack_key()}


def wire_value(entity: Entity, facts: AttributeFacts, value: Any) -> Any:
    """Return the value of an attribute as it is in a row; other entities are references."""
    if isinstance(value, Entity):
        return entity_reference(value)
    if isinstance(value, (Collection, list)) and facts.kind is AttributeKind.COLLECTION:
        return [entity_reference(item) for item in value]
    if isinstance(value, Mapping) and facts.kind in (AttributeKind.MAPPED, AttributeKind.CUSTOM):
        return [_mapping_row(entity, facts, key, item) for key, item in value.items()]
    return encoded(value)


def _mapping_row(entity: Entity, facts: AttributeFacts, key: str, value: Any) -> dict[str, Any]:
    """Return the row that holds one value of a mapping of *entity*."""
    owner_id = entity._ftrack_first_key()
    held = vars(entity).get(facts.name)
    if isinstance(held, CustomAttributes):
        entity_type, configuration_id = held._ftrack_source(key)
        row = {"configuration_id": configuration_id, "entity_id": owner_id}
        return {ENTITY_TYPE: entity_type, **row, "key": key, "value": encoded(value)}
    return {ENTITY_TYPE: "Metadata", "parent_id": owner_id, "key": key, "value": encoded(value)}


def set_values(entity: Entity) -> Values:
    """Yield what *entity* holds, changes that are not committed included."""
    content = vars(entity)
    for facts in entity._ftrack_facts.values():
        value = content.get(facts.name, NOT_SET)
        if value is not NOT_SET:
            yield facts, value


def persisted_values(entity: Entity) -> Values:
    """Yield what *entity* holds of the server's values; of a new entity, none."""
    page: Page | None = vars(entity).get("_ftrack_page")
    old: Mapping[str, Any] = {} if page is None else page.state.unit.old_values(entity)
    if page is not None and page.state.unit.is_new(entity):
        return
    for facts, value in set_values(entity):
        before = old.get(facts.name, value)
        if before is not NOT_SET:
            yield facts, before


def _modified_values(entity: Entity) -> Values:
    page: Page | None = vars(entity).get("_ftrack_page")
    changed = () if page is None else page.state.unit.written(entity)
    return ((facts, value) for facts, value in set_values(entity) if facts.name in changed)


def _all_values(entity: Entity) -> Values:
    page: Page | None = vars(entity).get("_ftrack_page")
    if page is None:
        return set_values(entity)
    session = page.state.session
    with AutoPopulatingContext(session, True):
        session._ftrack_load_missing(entity)
        for facts in entity._ftrack_facts.values():
            if facts.kind is not AttributeKind.RESTRICTED and facts.name not in entity._ftrack_missing():
                entity[facts.wire]
    return set_values(entity)


def _stored_values(entity: Entity) -> Values:
    return ((facts, value) for facts, value in persisted_values(entity) if not facts.computed)


_READERS: Final[Mapping[Strategy, Callable[[Entity], Values]]] = {
    "all": _all_values,
    "set_only": set_values,
    "modified_only": _modified_values,
    "persisted_only": _stored_values,
}
