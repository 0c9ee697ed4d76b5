"""Owns the making of new entities: defaults, what is required, and what is recorded."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from .assignment import assign, check_reference, checked_scalar, set_twins
from .entity import Entity
from .errors import AttributeValueError, ImmutableAttributeError, MissingAttributeError, UnknownAttributeError
from .facts import AttributeFacts, AttributeKind
from .identity import key_value
from .symbols import NEW_ID, NOT_SET, SERVER_SIDE

if TYPE_CHECKING:
    from .state import SessionState

E = TypeVar("E", bound=Entity)


@attrs.frozen
class Blueprint:
    """What the schema says about new entities of one type.

    ``defaults`` are plain values that a new entity starts with unless it, or its other form, is given; ``required``
    names what must be given, in one of the forms in the tuple. ``prepare``, which a behaviour of the type has,
    returns the values to go by, or refuses them.
    """

    defaults: tuple[tuple[AttributeFacts, frozenset[str]], ...]
    required: tuple[tuple[str, ...], ...]
    keys: frozenset[str]
    prepare: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None


@functools.cache
def blueprint(entity_type: type[Entity]) -> Blueprint:
    """Return what the schema says about new entities of *entity_type*."""
    defaults, required = [], []
    for facts in entity_type._ftrack_facts.values():
        forms = (facts.name, *(twin.name for twin in entity_type._ftrack_twins.get(facts.name, ())))
        by_server = facts.default is SERVER_SIDE
        if facts.kind is AttributeKind.SCALAR and not facts.computed and facts.default is not NOT_SET and not by_server:
            defaults.append((facts, frozenset(forms)))
        elif facts.required and not by_server:
            required.append(forms)
    keys = frozenset(entity_type._ftrack_names[wire] for wire in entity_type.primary_key_attributes)
    return Blueprint(tuple(defaults), tuple(required), keys, getattr(entity_type, "_ftrack_prepare", None))


def create(state: SessionState, entity_type: type[E], given: Mapping[str, Any]) -> E:
    """Return a new entity of the session of *state* with the values *given*, under names in Python or on the wire.

    Raise UnknownAttributeError, AttributeValueError, ImmutableAttributeError (a computed attribute) or
    MissingAttributeError; nothing is made then.
    """
    rules = blueprint(entity_type)
    values = _by_facts(entity_type, given if rules.prepare is None else rules.prepare(given))
    names = {facts.name for facts, _ in values}
    missing = _missing(state, entity_type, values)
    _check_complete(entity_type, rules, names | missing)
    for facts, forms in rules.defaults:
        if names.isdisjoint(forms) and facts.name not in missing:
            values.append((facts, str(uuid.uuid4()) if facts.default is NEW_ID else facts.default))
    page = state.creation_page
    entity = entity_type._ftrack_new({}, page)
    with state.lock:
        changes = state.unit.record_create(entity) if state.record_operations else None
        try:
            later = [pair for pair in values if not _fill(state, entity, *pair, keys=rules.keys)]
            if changes is not None:
                for facts, _ in values:
                    if facts.name in vars(entity) and facts.name not in rules.keys:
                        changes.starts_with(facts.name)
            state.identity.add(entity)
            # Collections last: they may want to know what the entity is.
            for facts, value in later:
                assign(state, entity, facts, value)
        except BaseException:
            state.unit.forget(entity)
            raise
        page.entities.append(entity)
    return entity


def gathered(mappings: Iterable[object], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `Session.create` was given, in *mappings* or as *values* by name, as one dict; the latter count."""
    given: dict[str, Any] = {}
    for mapping in mappings:
        if not isinstance(mapping, Mapping):
            raise TypeError(f"create takes values by name, or one mapping, not {mapping!r}")
        given.update(mapping)
    return {**given, **values}


def _by_facts(entity_type: type[Entity], given: Mapping[str, Any]) -> list[tuple[AttributeFacts, Any]]:
    found = []
    for name, value in given.items():
        facts = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(name, name))
        if facts is None:
            raise UnknownAttributeError(entity_type.entity_type, name, entity_type._ftrack_facts)
        if facts.computed:
            raise ImmutableAttributeError(entity_type.entity_type, name, "computed by the server")
        if value is not NOT_SET:
            found.append((facts, value))
    if len(found) > 1:
        _check_forms(entity_type, found)
    return found


def _check_forms(entity_type: type[Entity], given: Iterable[tuple[AttributeFacts, Any]]) -> None:
    """Raise AttributeValueError where an attribute, or a reference and its foreign key, are given different values."""
    values: dict[str, Any] = {}
    for facts, value in given:
        for other in (facts, *entity_type._ftrack_twins.get(facts.name, ())):
            if other.name in values and not _same(values[other.name], value):
                expected = f"what {other.name} says as well, {values[other.name]!r}"
                raise AttributeValueError(entity_type.entity_type, facts.name, expected, value)
        values[facts.name] = value


def _same(first: Any, second: Any) -> bool:
    """Say whether two values mean one thing: an entity and its key do."""
    if isinstance(first, Entity) != isinstance(second, Entity):
        first, second = (str(key_value(each)) if isinstance(each, Entity) else each for each in (first, second))
    return bool(first == second)


def _missing(
    state: SessionState, entity_type: type[Entity], values: Iterable[tuple[AttributeFacts, Any]]
) -> frozenset[str]:
    """Return the attributes that the server lacks; raise SchemaDriftError where *values* has one."""
    if state.drift is None:
        return frozenset()
    for facts, _ in values:
        state.drift.check(entity_type, facts)
    return state.drift.missing(entity_type)


def _check_complete(entity_type: type[Entity], rules: Blueprint, given: Iterable[str]) -> None:
    """Raise MissingAttributeError where something required is given in none of its forms."""
    have = set(given)
    missing = [" or ".join(forms) for forms in rules.required if have.isdisjoint(forms)]
    if missing:
        raise MissingAttributeError(entity_type.entity_type, missing)


def _fill(state: SessionState, entity: Entity, facts: AttributeFacts, value: Any, *, keys: frozenset[str]) -> bool:
    """Give *entity*, a new one, a plain value or a reference; return False where the value is neither."""
    content = vars(entity)
    if facts.kind is AttributeKind.SCALAR:
        # A key is part of every operation and is text there.
        content[facts.name] = str(value) if facts.name in keys else checked_scalar(entity, facts, value)
    elif facts.kind is AttributeKind.REFERENCE:
        check_reference(state, entity, facts, value)
        content[facts.name] = value
    else:
        return False
    set_twins(state, entity, facts, value)
    return True
