"""Owns the making of new entities: defaults, what is required, and what is recorded."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from .assignment import assign, check_reference, checked_scalar, set_twins
from .entity import Entity
from .errors import AttributeValueError, ImmutableAttributeError, MissingAttributeError, UnknownAttributeError
from .facts import AttributeFacts, AttributeKind
from .identity import key_value
from .symbols import NEW_ID, NOT_SET, SERVER_SIDE

if TYPE_CHECKING:
    from .state import SessionState

E = TypeVar("E", bound=Entity)

_VARIANTS: Final = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
"""What the first digit of the fourth group becomes: its upper bits say which variant of UUIDs it is."""


class Shape(NamedTuple):
    """What the names that a new entity is given say about it, whatever their values."""

    given: tuple[AttributeFacts, ...]
    constants: Mapping[str, object]
    """Attributes, neither given nor in another form, that start with a plain value, which has no other form either."""
    defaults: tuple[AttributeFacts, ...]
    """Other attributes that start with a value of their own."""
    sent: tuple[str, ...]
    """What the creation sends, the key aside: names in the order in which they are given, then those of defaults."""
    has_twins: bool
    """Whether two forms of one value are given, which may disagree."""
    has_many: bool
    """Whether collections or custom attributes are given, which may have to be asked for."""


class Blueprint(NamedTuple):
    """What the schema says about new entities of one type.

    ``defaults`` are plain values that a new entity starts with unless it, or its other form, is given; ``required``
    names what must be given, in one of the forms in the tuple. ``prepare``, which a behaviour of the type has,
    returns the values to go by, or refuses them. ``shapes`` has what is known of the names given before.
    """

    defaults: tuple[tuple[AttributeFacts, frozenset[str]], ...]
    required: tuple[tuple[str, ...], ...]
    keys: frozenset[str]
    prepare: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None
    shapes: dict[tuple[str, ...], Shape]


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
    return Blueprint(tuple(defaults), tuple(required), keys, getattr(entity_type, "_ftrack_prepare", None), {})


def new_id() -> str:
    """Return a new random identifier, a UUID of version 4 (RFC 9562 section 5.4) as text.

    The text alone is needed: the module uuid makes an object first, which takes twice as long.
    """
    digits = os.urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANTS[digits[16]]}{digits[17:20]}-{digits[20:]}"


def create(state: SessionState, entity_type: type[E], given: Mapping[str, Any]) -> E:
    """Return a new entity of the session of *state* with the values *given*, under names in Python or on the wire.

    Raise UnknownAttributeError, AttributeValueError, ImmutableAttributeError (a computed attribute) or
    MissingAttributeError; nothing is made then.
    """
    rules = blueprint(entity_type)
    shape, values = _start(state, entity_type, rules, given if rules.prepare is None else rules.prepare(given))
    page = state.creation_page
    entity = entity_type._ftrack_new(shape.constants, page)
    content, plain = vars(entity), entity_type._ftrack_plain
    later: list[tuple[AttributeFacts, Any]] = []
    with state.lock:
        changes = state.unit.record_create(entity) if state.record_operations else None
        try:
            for facts, value in values:
                if type(value) in plain.get(facts.name, ()):
                    content[facts.name] = value
                elif not _fill(state, entity, facts, value, keys=rules.keys):
                    later.append((facts, value))
            if changes is not None:
                whole = not (later or shape.has_twins)
                changes.starts_with(shape.sent if whole else [name for name in shape.sent if name in content])
            state.identity.add(entity)
            # Collections last: they may want to know what the entity is.
            for facts, value in later:
                assign(state, entity, facts, value)
        except BaseException:
            state.unit.forget(entity)
            if entity._ftrack_identity() is not None:
                state.identity.remove(entity)
            raise
        page.entities.append(entity)
    return entity


def _start(
    state: SessionState, entity_type: type[Entity], rules: Blueprint, given: Mapping[str, Any]
) -> tuple[Shape, list[tuple[AttributeFacts, Any]]]:
    """Return what the names *given* say, and what a new entity starts with besides constants: values and defaults.

    They are not checked for their types yet.
    """
    for value in given.values():
        if value is NOT_SET:
            given = {name: value for name, value in given.items() if value is not NOT_SET}
            break
    names = tuple(given)
    missing = _missing(state, entity_type, names)
    shape = rules.shapes.get(names)
    if shape is None or missing:
        shape = _shape(entity_type, rules, names, missing)
        if not missing:
            rules.shapes[names] = shape
    values = list(zip(shape.given, given.values(), strict=True))
    if shape.has_twins:
        _check_forms(entity_type, values)
    if shape.has_many:
        values = [(facts, _at_hand(state, facts, value)) for facts, value in values]
    for facts in shape.defaults:
        values.append((facts, new_id() if facts.default is NEW_ID else facts.default))
    return shape, values


def _shape(entity_type: type[Entity], rules: Blueprint, names: Iterable[str], missing: frozenset[str]) -> Shape:
    """Return what *names* say about a new entity, whose server lacks the attributes *missing*."""
    given = tuple(_creatable(entity_type, name) for name in names)
    have = {facts.name for facts in given}
    absent = [" or ".join(forms) for forms in rules.required if (have | missing).isdisjoint(forms)]
    if absent:
        raise MissingAttributeError(entity_type.entity_type, absent)
    every = [facts for facts, forms in rules.defaults if have.isdisjoint(forms) and facts.name not in missing]
    constants = {
        facts.name: facts.default
        for facts in every
        if type(facts.default) in entity_type._ftrack_plain.get(facts.name, ()) and facts.name not in rules.keys
    }
    defaults = tuple(facts for facts in every if facts.name not in constants)
    sent = tuple(dict.fromkeys(facts.name for facts in (*given, *every) if facts.name not in rules.keys))
    twins = (twin.name for name in have for twin in entity_type._ftrack_twins.get(name, ()))
    has_many = any(facts.kind in (AttributeKind.COLLECTION, AttributeKind.CUSTOM) for facts in given)
    has_twins = len(have) < len(given) or not have.isdisjoint(twins)
    return Shape(given, constants, defaults, sent, has_twins=has_twins, has_many=has_many)


def _at_hand(state: SessionState, facts: AttributeFacts, value: Any) -> Any:
    """Return *value* so that nothing has to be asked for while the lock is held."""
    if facts.kind is AttributeKind.CUSTOM and value:
        state.load_configurations()
    is_lazy = facts.kind is AttributeKind.COLLECTION and isinstance(value, Iterable)
    return list(value) if is_lazy and not isinstance(value, (str, bytes, Mapping)) else value


def _creatable(entity_type: type[Entity], name: str) -> AttributeFacts:
    facts = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(name, name))
    if facts is None:
        raise UnknownAttributeError(entity_type.entity_type, name, entity_type._ftrack_facts)
    if facts.computed:
        raise ImmutableAttributeError(entity_type.entity_type, name, "computed by the server")
    return facts


def gathered(mappings: Iterable[object], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `Session.create` was given, in *mappings* or as *values* by name, as one dict; the latter count."""
    given: dict[str, Any] = {}
    for mapping in mappings:
        if not isinstance(mapping, Mapping):
            raise TypeError(f"create takes values by name, or one mapping, not {mapping!r}")
        given.update(mapping)
    return {**given, **values}


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


def _missing(state: SessionState, entity_type: type[Entity], names: Iterable[str]) -> frozenset[str]:
    """Return the attributes that the server lacks; raise SchemaDriftError where *names* has one."""
    if state.drift is None:
        return frozenset()
    for name in names:
        facts = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(name, name))
        if facts is not None:
            state.drift.check(entity_type, facts)
    return state.drift.missing(entity_type)


def _fill(state: SessionState, entity: Entity, facts: AttributeFacts, value: Any, *, keys: frozenset[str]) -> bool:
    """Give *entity*, a new one, a scalar or a reference; return False where the value is neither."""
    content = vars(entity)
    name = facts.name
    if facts.kind is AttributeKind.SCALAR:
        # A key is part of every operation and is text there.
        content[name] = str(value) if name in keys else checked_scalar(entity, facts, value)
    elif facts.kind is AttributeKind.REFERENCE:
        check_reference(state, entity, facts, value)
        content[name] = value
    else:
        return False
    set_twins(state, entity, facts, value)
    return True
