"""Owns the making of new entities: defaults, what is required, and what is recorded."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from .assignment import assign
from .entity import Entity
from .errors import ImmutableAttributeError, MissingAttributeError, UnknownAttributeError
from .facts import AttributeFacts, AttributeKind
from .symbols import NEW_ID, NOT_SET, SERVER_SIDE

if TYPE_CHECKING:
    from .state import SessionState

E = TypeVar("E", bound=Entity)


def create(state: SessionState, entity_type: type[E], given: Mapping[str, Any]) -> E:
    """Return a new entity of the session of *state* with the values *given*, under names in Python or on the wire.

    Raise UnknownAttributeError, AttributeValueError, ImmutableAttributeError (a computed attribute) or
    MissingAttributeError; nothing is made then.
    """
    values = _by_facts(entity_type, given)
    _check_complete(entity_type, {facts.name for facts, value in values if value is not NOT_SET})
    given_names = {facts.name for facts, _ in values}
    given_names.update(twin.name for name in tuple(given_names) for twin in entity_type._ftrack_twins.get(name, ()))
    defaults = [
        (facts, _default(facts))
        for facts in entity_type._ftrack_facts.values()
        if facts.name not in given_names and _has_default(facts)
    ]
    key_names = [entity_type._ftrack_names[wire] for wire in entity_type.primary_key_attributes]
    entity = entity_type._ftrack_new({}, state.new_page())
    vars(entity)["_ftrack_page"].entities.append(entity)
    with state.lock:
        recording = state.record_operations
        if recording:
            state.unit.record_create(entity)
        try:
            # Plain values first: references and collections may want to know what the entity is.
            for facts, value in sorted((*values, *defaults), key=lambda pair: pair[0].kind is not AttributeKind.SCALAR):
                _fill(state, entity, facts, value, is_key=facts.name in key_names)
            state.identity.add(entity)
        except BaseException:
            state.unit.forget(entity)
            raise
    return entity


def _by_facts(entity_type: type[Entity], given: Mapping[str, Any]) -> list[tuple[AttributeFacts, Any]]:
    found = []
    for name, value in given.items():
        facts = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(name, name))
        if facts is None:
            raise UnknownAttributeError(entity_type.entity_type, name, entity_type._ftrack_facts)
        if facts.computed:
            raise ImmutableAttributeError(entity_type.entity_type, name, "computed by the server")
        found.append((facts, value))
    return found


def _check_complete(entity_type: type[Entity], given: Iterable[str]) -> None:
    """Raise MissingAttributeError where something required is neither given, nor the server's to fill, nor a twin's."""
    have = set(given)
    missing = []
    for facts in entity_type._ftrack_facts.values():
        if not facts.required or facts.name in have or _has_default(facts) or facts.default is SERVER_SIDE:
            continue
        twins = [twin.name for twin in entity_type._ftrack_twins.get(facts.name, ())]
        if not have.intersection(twins):
            missing.append(" or ".join((facts.name, *twins)))
    if missing:
        raise MissingAttributeError(entity_type.entity_type, missing)


def _has_default(facts: AttributeFacts) -> bool:
    plain = facts.kind is AttributeKind.SCALAR
    return plain and facts.default is not NOT_SET and facts.default is not SERVER_SIDE and not facts.computed


def _default(facts: AttributeFacts) -> Any:
    return str(uuid.uuid4()) if facts.default is NEW_ID else facts.default


def _fill(state: SessionState, entity: Entity, facts: AttributeFacts, value: Any, *, is_key: bool) -> None:
    if value is NOT_SET:
        return
    if is_key:
        # The key is part of every operation; it is nothing that changes.
        vars(entity)[facts.name] = value if value is None else str(value)
        return
    assign(state, entity, facts, value)
