"""Owns the setting of an attribute: checks the value, keeps a reference and its foreign key one, records the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from .collection import Collection, MappedCollection
from .entity import Entity
from .errors import AttributeValueError, DeletedEntityError, ImmutableAttributeError
from .facts import AttributeFacts, AttributeKind
from .symbols import CREATED, NOT_SET
from .wire import aware

if TYPE_CHECKING:
    from .state import SessionState

_ACCEPTED: Final[dict[str, type | tuple[type, ...]]] = {
    "str": str,
    "float": (float, int),
    "int": int,
    "bool": bool,
    "datetime": datetime,
}


def assign(state: SessionState, entity: Entity, facts: AttributeFacts, value: Any) -> None:
    """Set the attribute *facts* of *entity* to *value* and record that.

    Raise ImmutableAttributeError where it cannot change, AttributeValueError where the value has the wrong type and
    DeletedEntityError where the entity is deleted; nothing is changed then.
    """
    content = vars(entity)
    _check_writable(state, entity, facts)
    kind = facts.kind
    if kind is AttributeKind.SCALAR:
        value = checked_scalar(entity, facts, value)
    elif kind is AttributeKind.REFERENCE:
        check_reference(entity, facts, value)
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
    if facts.computed:
        raise ImmutableAttributeError(entity.entity_type, facts.name, "computed by the server")
    if not facts.mutable and (facts.name in content or state.unit.state(entity) is not CREATED):
        raise ImmutableAttributeError(entity.entity_type, facts.name)


def checked_scalar(entity: Entity, facts: AttributeFacts, value: Any) -> Any:
    """Return *value* as the attribute holds it; raise AttributeValueError where it has the wrong type.

    None is always accepted here: what the schema says about it is not always what the server does.
    """
    if value is None:
        return None
    expected = facts.value_type
    accepted = _ACCEPTED.get(expected)
    if accepted is None:
        return value
    if not isinstance(value, accepted) or (type(value) is bool and expected != "bool"):
        raise AttributeValueError(entity.entity_type, facts.name, f"a value of type {expected}", value)
    return aware(value) if type(value) is datetime else value


def check_reference(entity: Entity, facts: AttributeFacts, value: Any) -> None:
    """Raise AttributeValueError where *value* is no entity of the type that the attribute refers to, and not None."""
    if value is None:
        return
    target = entity._ftrack_type(facts.target or "")
    if not isinstance(value, target):
        raise AttributeValueError(entity.entity_type, facts.name, f"a {target.__name__} or None", value)


def set_twins(state: SessionState, entity: Entity, facts: AttributeFacts, value: Any) -> None:
    """Make the other forms of the attribute *facts*, its references or its foreign key, say what it says: *value*."""
    for twin in entity._ftrack_twins.get(facts.name, ()):
        _set_twin(state, entity, twin, value)


def _set_twin(state: SessionState, entity: Entity, twin: AttributeFacts, value: Any) -> None:
    """Make the attribute *twin* say what was written to its other form: *value* is an entity, a key, or None."""
    content = vars(entity)
    if twin.kind is AttributeKind.SCALAR:
        content[twin.name] = next(iter(value._ftrack_key().values())) if isinstance(value, Entity) else None
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
    target = entity._ftrack_type(facts.target or "")
    items = list(value)
    for item in items:
        if not isinstance(item, target):
            raise AttributeValueError(entity.entity_type, facts.name, f"entities of type {target.__name__}", item)
    changed: Collection[Entity] = Collection(entity, facts, items, mutable=facts.mutable)
    current = vars(entity).get(facts.name)
    if isinstance(current, Collection):
        current._replace(items)
        return
    with state.lock:
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
        for key, item in given.items():
            current[key] = item
    elif given != dict(current):
        current._replace(given)
