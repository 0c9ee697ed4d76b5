"""Owns the batch that a commit sends: turns pending changes into operations, in an order that the server accepts.

Every change has the place of its last write. An entity that was created and deleted is left out; neighbouring changes
of one entity become one operation, so what a new entity starts with goes into its creation (session.md section 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    steps = [step for changes in sendable for step in _steps(changes)]
    steps.sort(key=_place)
    return list(_joined(steps))


@attrs.define
class _Step:
    """A part of the batch: a whole operation, values for an operation on one entity, or both."""

    place: int
    entity: Entity
    action: str
    data: dict[str, Any] = attrs.field(factory=dict)
    operations: list[PlannedOperation] | None = None


def _place(step: _Step) -> int:
    return step.place


def _steps(changes: Changes) -> Iterator[_Step]:
    entity = changes.entity
    if changes.deleted is not None:
        operations = [PlannedOperation(None, _operation("delete", entity))]
        yield _Step(changes.deleted, entity, "delete", operations=operations)
        return
    content = vars(entity)
    open_step: _Step | None = None
    if changes.created is not None:
        yield (open_step := _Step(changes.created, entity, "create"))
    last_place = changes.created
    for name, place in sorted(changes.sent.items(), key=_second):
        facts = entity._ftrack_facts[name]
        value = content[name]
        if facts.kind is AttributeKind.MAPPED or facts.kind is AttributeKind.CUSTOM:
            operations = list(_mapped(entity, facts, changes.old.get(name)))
            yield _Step(place, entity, "update", operations=operations)
            open_step = None
            continue
        # Places have no gap where nothing was recorded in between: no step of another entity can stand there.
        if open_step is None or last_place is None or place != last_place + 1:
            yield (open_step := _Step(place, entity, "update"))
        last_place = place
        if facts.kind is not AttributeKind.COLLECTION or value or changes.created is None:
            open_step.data[facts.wire] = _value(value)


def _second(pair: tuple[str, int]) -> int:
    return pair[1]


def _joined(steps: Iterable[_Step]) -> Iterator[PlannedOperation]:
    """Yield the operations of *steps*, with neighbouring ones on one entity as one."""
    before: _Step | None = None
    for step in steps:
        if before is not None and step.operations is None and step.entity is before.entity and step.action == "update":
            before.data.update(step.data)
            continue
        if before is not None:
            yield from _finished(before)
        before = None if step.operations is not None else step
        if step.operations is not None:
            yield from step.operations
    if before is not None:
        yield from _finished(before)


def _finished(step: _Step) -> Iterator[PlannedOperation]:
    if step.action == "create":
        data = {**step.entity._ftrack_key(), **step.data}
        yield PlannedOperation(step.entity, _operation("create", step.entity, data))
    elif step.data:
        yield PlannedOperation(step.entity, _operation("update", step.entity, step.data))


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
