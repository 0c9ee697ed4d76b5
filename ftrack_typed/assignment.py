"""Owns the setting of an attribute: checks the value, keeps a reference and its foreign key one, records the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .collection import Collection, MappedCollection, changing
from .entity import Entity
from .errors import AttributeValueError, DeletedEntityError, ImmutableAttributeError
from .facts import AttributeFacts, AttributeKind
from .identity import key_value
from .symbols import CREATED, NOT_SET
from .values import checked_value

if TYPE_CHECKING:
    from .state import SessionState


def assign(state: SessionState, entity: Entity, facts: AttributeFacts, value: Any) -> None:
    """Set the attribute *facts* of *entity* to *value* and record that.

    Raise ImmutableAttributeError where it cannot change, AttributeValueError where the value has the wrong type,
    DeletedEntityError where the entity is deleted and SchemaDriftError where the server's schema has no such attribute;
    nothing is changed then.
    """
    content = vars(entity)
    _check_writable(state, entity, facts)
    kind = facts.kind
    if kind is AttributeKind.SCALAR:
        value = checked_scalar(entity, facts, value)
    elif kind is AttributeKind.REFERENCE:
        check_reference(state, entity, facts, value)
    elif kind is AttributeKind.COLLECTION:
        _replace_collection(state, entity, facts, value)
        return
    else:
        _replace_mapping(state, entity, facts, value)
        return
    with state.lock:
        name = facts.name
        old = content.get(name, NOT_SET)
        twins = entity._ftrack_twins.get(name, ())
        if state.record_operations:
            state.unit.record_write(entity, name, old, [(twin.name, content.get(twin.name, NOT_SET)) for twin in twins])
        content[name] = value
        set_twins(state, entity, facts, value)


def _check_writable(state: SessionState, entity: Entity, facts: AttributeFacts) -> None:
    content = vars(entity)
    if content.get("_ftrack_deleted"):
        raise DeletedEntityError(entity, f"{facts.name} cannot be set")
    if state.drift is not None:
        state.drift.check(type(entity), facts)
    if facts.computed:
        raise ImmutableAttributeError(entity.entity_type, facts.name, "computed by the server")
    if not facts.mutable and (facts.name in content or state.unit.state(entity) is not CREATED):
        raise ImmutableAttributeError(entity.entity_type, facts.name)


def checked_scalar(entity: Entity, facts: AttributeFacts, value: Any) -> Any:
    """Return *value* as the attribute holds it; raise AttributeValueError where it has the wrong type."""
    return checked_value(entity.entity_type, facts.name, facts.value_type, value)


def check_reference(state: SessionState, entity: Entity, facts: AttributeFacts, value: Any) -> None:
    """Raise AttributeValueError where *value* is no entity of that type and session, and not None."""
    if value is not None:
        check_item(state, entity, facts, value)


def check_item(state: SessionState, entity: Entity, facts: AttributeFacts, item: Any) -> None:
    """Raise AttributeValueError where *item* is no entity that the attribute *facts* of *entity* can refer to.

    Raise DeletedEntityError where it is deleted; what waits for its deletion may come back.
    """
    target = entity._ftrack_type(facts.target or "")
    if not isinstance(item, target):
        raise AttributeValueError(entity.entity_type, facts.name, f"a {target.__name__}", item)
    content = vars(item)
    page = content.get("_ftrack_page")
    if content.get("_ftrack_deleted"):
        raise DeletedEntityError(item, f"{entity.entity_type}.{facts.name} cannot refer to it")
    if page is None or page.state is not state:
        where = "no session, as a copy does" if page is None else "another session"
        reason = f"it belongs to {where}; session.merge() gives the one of this session"
        expected = f"a {target.__name__} of this session"
        raise AttributeValueError(entity.entity_type, facts.name, expected, item, reason)


def set_twins(state: SessionState, entity: Entity, facts: AttributeFacts, value: Any) -> None:
    """Make the other forms of the attribute *facts*, its references or its foreign key, say what it says: *value*."""
    for twin in entity._ftrack_twins.get(facts.name, ()):
        _set_twin(state, entity, twin, value)


def _set_twin(state: SessionState, entity: Entity, twin: AttributeFacts, value: Any) -> None:
    """Make the attribute *twin* say what was written to its other form: *value* is an entity, a key, or None."""
    content = vars(entity)
    if twin.kind is AttributeKind.SCALAR:
        content[twin.name] = key_value(value)
    elif value is None or isinstance(value, Entity):
        content[twin.name] = value
    else:
        target = entity._ftrack_type(twin.target or "")
        found = state.identity.find(target, (str(value),))
        if found is None:
            content.pop(twin.name, None)
        else:
            content[twin.name] = found


def _replace_collection(state: SessionState, entity: Entity, facts: AttributeFacts, value: Any) -> None:
    value = () if value is None else value
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise AttributeValueError(entity.entity_type, facts.name, f"entities of type {facts.target}", value)
    items = list(value)
    with state.lock:
        current = vars(entity).get(facts.name)
        if isinstance(current, Collection):
            current._replace(items)
            return
        changed: Collection[Entity] = Collection(entity, facts, [], mutable=facts.mutable)
        changed._check(items)
        changed._items = items
        if state.record_operations:
            state.unit.record_write(entity, facts.name, NOT_SET)
        vars(entity)[facts.name] = changed


def _replace_mapping(state: SessionState, entity: Entity, facts: AttributeFacts, value: Any) -> None:
    """Make a mapped collection hold what *value* holds: keys that it lacks are removed, where they can be."""
    value = {} if value is None else value
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise AttributeValueError(entity.entity_type, facts.name, "a mapping with text for keys", value)
    current: MappedCollection[Any] = getattr(entity, facts.name)
    given = dict(value)
    if facts.kind is AttributeKind.CUSTOM:
        # Custom attributes belong to the type: they can be set, not taken away.
        current.update(given)
    elif given != dict(current):
        checked = {key: current._checked(key, item) for key, item in given.items()}
        with changing(current):
            current._replace(checked)
