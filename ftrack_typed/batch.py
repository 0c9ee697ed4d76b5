"""Owns the batch that a commit sends: turns pending changes into operations, in an order that the server accepts.

An entity that was created and deleted is left out. Writes to a new entity go into its creation, unless they refer to
something created later; neighbouring updates of one entity become one (session.md section 7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from .collection import Collection
from .custom_attributes import CustomAttributes
from .entity import Entity
from .facts import AttributeFacts, AttributeKind
from .unit_of_work import Changes
from .wire import ENTITY_TYPE, encoded, reference

Operation = dict[str, Any]


@attrs.frozen
class PlannedOperation:
    """One operation of a batch, and the entity that its answer is about."""

    entity: Entity | None
    operation: Operation


def plan(pending: Sequence[Changes]) -> list[PlannedOperation]:
    """Return the operations that send all changes, in order."""
    sendable = [each for each in pending if each.created is None or each.deleted is None]
    created = {id(each.entity): each.created for each in sendable if each.created is not None}
    steps = sorted(_steps(sendable, created), key=lambda pair: (pair[0], pair[1].operations is None))
    return list(_joined(step for _, step in steps))


@attrs.define
class _Step:
    """A part of the batch at one place: an operation of its own, or a value of an update."""

    changes: Changes
    operations: list[PlannedOperation] | None = None
    wire: str = ""
    value: Any = None


def _steps(pending: Sequence[Changes], created: Mapping[int, int]) -> Iterator[tuple[int, _Step]]:
    for changes in pending:
        entity = changes.entity
        if changes.deleted is not None:
            yield changes.deleted, _Step(changes, [PlannedOperation(None, _operation("delete", entity))])
            continue
        own_place = changes.created
        content = vars(entity)
        data: dict[str, Any] = {}
        for name, place in changes.sent.items():
            facts = entity._ftrack_facts[name]
            value = content[name]
            if facts.kind is AttributeKind.MAPPED or facts.kind is AttributeKind.CUSTOM:
                yield place, _Step(changes, list(_mapped(entity, facts, changes.old.get(name))))
            elif own_place is None:
                yield place, _Step(changes, None, facts.wire, _value(value))
            elif _is_later(value, created, own_place):
                yield max(place, *_places(value, created)), _Step(changes, None, facts.wire, _value(value))
            elif facts.kind is not AttributeKind.COLLECTION or value:
                data[facts.wire] = _value(value)
        if own_place is not None:
            operation = _operation("create", entity, {**entity._ftrack_key(), **data})
            yield own_place, _Step(changes, [PlannedOperation(entity, operation)])


def _joined(steps: Iterator[_Step]) -> Iterator[PlannedOperation]:
    """Yield the operations of *steps*, with neighbouring updates of one entity as one."""
    updated: Changes | None = None
    data: dict[str, Any] = {}
    for step in steps:
        if updated is not None and (step.operations is not None or step.changes is not updated):
            yield PlannedOperation(updated.entity, _operation("update", updated.entity, data))
            updated, data = None, {}
        if step.operations is not None:
            yield from step.operations
        else:
            updated = step.changes
            data[step.wire] = step.value
    if updated is not None:
        yield PlannedOperation(updated.entity, _operation("update", updated.entity, data))


def _places(value: Any, created: Mapping[int, int]) -> Iterator[int]:
    """Yield the places where entities in *value*, a reference or a collection, are created."""
    for item in value if isinstance(value, Collection) else (value,):
        if isinstance(item, Entity) and id(item) in created:
            yield created[id(item)]


def _is_later(value: Any, created: Mapping[int, int], place: int) -> bool:
    return isinstance(value, (Entity, Collection)) and any(other > place for other in _places(value, created))


def _value(value: Any) -> Any:
    if isinstance(value, Entity):
        return reference(value.entity_type, value._ftrack_key())
    if isinstance(value, Collection):
        return [reference(item.entity_type, item._ftrack_key()) for item in value]
    return encoded(value)


def _mapped(entity: Entity, facts: AttributeFacts, old: Any) -> Iterator[PlannedOperation]:
    before: Mapping[str, Any] = old if isinstance(old, dict) else {}
    now = vars(entity)[facts.name]
    changed = {key: value for key, value in now.items() if key not in before or before[key] != value}
    owner_id = next(iter(entity._ftrack_key().values()))
    if isinstance(now, CustomAttributes):
        for key, value in changed.items():
            value_type, configuration_id = now._ftrack_source(key)
            yield PlannedOperation(
                None, _raw("update", value_type, [configuration_id, owner_id], {"value": encoded(value)})
            )
        return
    for key in before:
        if key not in now:
            yield PlannedOperation(None, _raw("delete", "Metadata", [owner_id, key]))
    for key, value in changed.items():
        if key in before:
            yield PlannedOperation(None, _raw("update", "Metadata", [owner_id, key], {"value": value}))
        else:
            row = {"key": key, "value": value, "parent_id": owner_id, "parent_type": entity.entity_type}
            yield PlannedOperation(None, _raw("create", "Metadata", [owner_id, key], row))


def _operation(action: str, entity: Entity, data: dict[str, Any] | None = None) -> Operation:
    return _raw(action, entity.entity_type, list(entity._ftrack_key().values()), data)


def _raw(action: str, entity_type: str, key: list[str], data: dict[str, Any] | None = None) -> Operation:
    operation: Operation = {"action": action, "entity_type": entity_type, "entity_key": key}
    if data is not None:
        operation["entity_data"] = {ENTITY_TYPE: entity_type, **data}
    return operation
