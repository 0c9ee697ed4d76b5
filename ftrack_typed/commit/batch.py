"""Owns the batch that a commit sends: turns pending changes into operations, in an order that the server accepts.

Every change has the place of its last write. An entity that was created and deleted is left out; neighbouring changes
of one entity become one operation, so what a new entity starts with goes into its creation (session.md section 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..changes import Changes, forms
from ..collection import Collection
from ..custom_attributes import CustomAttributes
from ..entity import Entity
from ..facts import AttributeFacts, AttributeKind
from ..symbols import NOT_SET
from ..wire import ENTITY_TYPE, encoded, reference

if TYPE_CHECKING:
    from ..operations import Operation as RecordedOperation

Operation = dict[str, Any]

_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
"""Types whose values are on the wire what they are here."""

NOTHING: Final[Mapping[int, RecordedOperation]] = MappingProxyType({})


class PlannedOperation(NamedTuple):
    """One operation of a batch, and the entity that its answer is about, where that is known.

    ``old`` is what the value of a row behind a mapping was, where it is known.
    """

    entity: Entity | None
    operation: Operation
    old: Any = NOT_SET
    pushed: bool = False
    """Whether the operation was given as it is."""
    place: int = -1
    """The place of the first change that it sends; nothing that is sent later has an earlier one."""


def plan(pending: Sequence[Changes], pushed: Mapping[int, RecordedOperation] = NOTHING) -> list[PlannedOperation]:
    """Return the operations that send all changes, and those that were *pushed*, by place, in order."""
    sendable = [each for each in pending if each.created is None or each.deleted is None]
    steps = [step for changes in sendable for step in _steps(changes)]
    steps += [_Step(place, None, "", {}, _pushed(operation, place)) for place, operation in pushed.items()]
    steps.sort(key=_place)
    return list(_joined(steps))


class _Step(NamedTuple):
    """A part of the batch: whole operations, or values for an operation on one entity, to which more are added."""

    place: int
    entity: Entity | None
    action: str
    data: dict[str, Any]
    operations: list[PlannedOperation] | None = None


def _place(step: _Step) -> int:
    return step.place


def _steps(changes: Changes) -> Iterator[_Step]:
    entity = changes.entity
    if changes.deleted is not None:
        operations = [PlannedOperation(entity, _operation("delete", entity), place=changes.deleted)]
        yield _Step(changes.deleted, entity, "delete", {}, operations)
        return
    content = vars(entity)
    open_step: _Step | None = None
    folded: dict[str, Any] = {}
    if changes.created is not None:
        first, folded = _rewritten(changes)
        yield (open_step := _Step(changes.created, entity, "create", {**first, **folded}))
    last_place = changes.created
    known = entity._ftrack_facts
    for name, place in sorted(changes.sent.items(), key=_second):
        facts = known.get(name) or entity._ftrack_fact(name)
        value = content[name]
        if facts.wire in folded:
            continue
        if facts.kind is AttributeKind.MAPPED or facts.kind is AttributeKind.CUSTOM:
            operations = list(mapped_operations(entity, facts, changes.old.get(name), place))
            yield _Step(place, entity, "update", {}, operations)
            continue
        # Places have no gap where nothing was recorded in between: no step of another entity can stand there.
        if open_step is None or last_place is None or place != last_place + 1:
            yield (open_step := _Step(place, entity, "update", {}))
        last_place = place
        if facts.kind is not AttributeKind.COLLECTION or value or changes.created is None:
            open_step.data[facts.wire] = value if type(value) in _PLAIN else _value(value)


def _rewritten(changes: Changes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return, of what a new entity started with and no longer holds, first values and last ones, for its creation.

    A plain value is sent as it is now: the first one may be why the server refused the creation before. A reference is
    sent as it was, for what it points at now may be created later; the update that follows sends that. It is left out
    where it points at what is deleted, or waits for that: the new entity would be deleted with it.
    """
    entity, content = changes.entity, vars(changes.entity)
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for name in list(changes.sent) if changes.old else ():  # other threads may note writes meanwhile
        facts = entity._ftrack_fact(name)
        old = changes.old.get(name, NOT_SET)
        if old is NOT_SET or facts.kind not in (AttributeKind.SCALAR, AttributeKind.REFERENCE):
            continue
        if facts.kind is AttributeKind.SCALAR and name not in entity._ftrack_twins:
            last[facts.wire] = _value(content[name])
        elif not any(_is_going(changes.old.get(each)) for each in forms(entity, name)):
            first[facts.wire] = _value(old)
    return first, last


def _is_going(value: Any) -> bool:
    return isinstance(value, Entity) and "_ftrack_deleted" in vars(value)


def _second(pair: tuple[str, int]) -> int:
    return pair[1]


def _joined(steps: Iterable[_Step]) -> Iterator[PlannedOperation]:
    """Yield the operations of *steps*, with neighbouring ones on one entity as one."""
    before: _Step | None = None
    for step in steps:
        joins = step.operations is None and step.action == "update"
        if before is not None and joins and step.entity is before.entity:
            before.data.update(step.data)
            continue
        if before is not None and (finished := _finished(before)):
            yield finished
        before = None if step.operations is not None else step
        if step.operations is not None:
            yield from step.operations
    if before is not None and (finished := _finished(before)):
        yield finished


def _finished(step: _Step) -> PlannedOperation | None:
    """Return the operation that *step* comes to; None where nothing is left to send."""
    assert step.entity is not None
    if step.action == "create":
        key = step.entity._ftrack_key()
        operation = _raw("create", step.entity.entity_type, list(key.values()), {**key, **step.data})
        return PlannedOperation(step.entity, operation, place=step.place)
    if step.data:
        return PlannedOperation(step.entity, _operation("update", step.entity, step.data), place=step.place)
    return None


def _pushed(operation: RecordedOperation, place: int) -> list[PlannedOperation]:
    """Return what sends an operation that was given as it is; nothing for an update to NOT_SET."""
    from ..operations import CreateEntityOperation, UpdateEntityOperation

    key = {name: str(value) for name, value in operation.entity_key.items()}
    data: dict[str, Any] | None
    if isinstance(operation, CreateEntityOperation):
        action, data = "create", {**key, **_sendable(operation.entity_data)}
    elif isinstance(operation, UpdateEntityOperation):
        action, data = "update", _sendable({operation.attribute_name: operation.new_value})
        if not data:
            return []
    else:
        action, data = "delete", None
    sent = _raw(action, operation.entity_type, list(key.values()), data)
    return [PlannedOperation(None, sent, pushed=True, place=place)]


def _sendable(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in data.items() if value is not NOT_SET and name != ENTITY_TYPE}


def _value(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Entity):
        return reference(value.entity_type, value._ftrack_key())
    if isinstance(value, Collection):
        # What waits for its deletion, and what was never created, is no item when this arrives.
        return [_value(item) for item in value if "_ftrack_deleted" not in vars(item)]
    if isinstance(value, (list, tuple)):
        return [_value(item) for item in value]
    return encoded(value)


def mapped_operations(entity: Entity, facts: AttributeFacts, old: Any, place: int = -1) -> Iterator[PlannedOperation]:
    """Yield an operation for each key of a mapping that changed from *old*: each is a row of its own."""
    before: Mapping[str, Any] = old if isinstance(old, dict) else {}
    now = vars(entity)[facts.name]
    changed = {key: value for key, value in now.items() if key not in before or before[key] != value}
    owner_id = entity._ftrack_first_key()
    if isinstance(now, CustomAttributes):
        for key, value in changed.items():
            value_type, configuration_id = now._ftrack_source(key)
            operation = _raw("update", value_type, [configuration_id, owner_id], {"value": encoded(value)})
            yield PlannedOperation(None, operation, before.get(key, NOT_SET), place=place)
        return
    for key in before:
        if key not in now:
            yield PlannedOperation(None, _raw("delete", "Metadata", [owner_id, key]), place=place)
    for key, value in changed.items():
        if key in before:
            operation = _raw("update", "Metadata", [owner_id, key], {"value": value})
            yield PlannedOperation(None, operation, before[key], place=place)
        else:
            row = {"key": key, "value": value, "parent_id": owner_id, "parent_type": entity.entity_type}
            yield PlannedOperation(None, _raw("create", "Metadata", [owner_id, key], row), place=place)


def _operation(action: str, entity: Entity, data: dict[str, Any] | None = None) -> Operation:
    return _raw(action, entity.entity_type, list(entity._ftrack_key().values()), data)


def _raw(action: str, entity_type: str, key: list[str], data: dict[str, Any] | None = None) -> Operation:
    operation: Operation = {"action": action, "entity_type": entity_type, "entity_key": key}
    if data is not None:
        operation["entity_data"] = {ENTITY_TYPE: entity_type, **data}
    return operation
