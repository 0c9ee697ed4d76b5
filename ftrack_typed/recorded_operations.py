"""Owns the view of what waits for a commit as the documented operations, one for each changed attribute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .changes import Changes
from .collection import Collection
from .commit.batch import mapped_operations
from .entity import Entity
from .facts import AttributeKind
from .operations import (
    CreateEntityOperation,
    DeleteEntityOperation,
    Operation,
    Operations,
    UpdateEntityOperation,
)
from .symbols import NOT_SET
from .wire import ENTITY_TYPE

if TYPE_CHECKING:
    from .state import SessionState


class RecordedOperations(Operations):
    """What waits for the commit of one session. An attribute that changed several times is one update.

    Operations that are pushed are sent by the next commit, at their place among the others.
    """

    def __init__(self, state: SessionState) -> None:
        """Show, and change, what waits in *state*."""
        self._state = state

    def push(self, operation: Operation) -> None:
        """Send *operation* with the next commit; raise TypeError for anything but a creation, update or deletion."""
        if not isinstance(operation, (CreateEntityOperation, UpdateEntityOperation, DeleteEntityOperation)):
            raise TypeError(f"an operation creates, updates or deletes an entity, which {operation!r} does not")
        with self._state.lock:
            self._state.unit.push(operation)

    def pop(self) -> Operation:
        """Take out and return the last operation; the value that it wrote goes back. Raise IndexError without any."""
        with self._state.lock:
            last = self._operations_in_order()[-1]
            self._state.unit.forget_last()
        return last

    def clear(self) -> None:
        """Forget all changes; values of entities stay as they are."""
        with self._state.lock:
            self._state.unit.clear()

    def __len__(self) -> int:
        return len(self._operations_in_order())

    def __bool__(self) -> bool:
        return bool(self._state.unit)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._operations_in_order())

    def _operations_in_order(self) -> list[Operation]:
        with self._state.lock:
            unit = self._state.unit
            placed: list[tuple[int, Operation]] = list(unit.pushed.items())
            for changes in unit.pending():
                placed += _placed(changes)
        placed.sort(key=_place)
        return [operation for _, operation in placed]


def _place(placed: tuple[int, Operation]) -> int:
    return placed[0]


def _placed(changes: Changes) -> Iterator[tuple[int, Operation]]:
    """Yield the operations of one entity, each with its place."""
    entity = changes.entity
    entity_type, key = entity.entity_type, entity._ftrack_key()
    if changes.created is not None:
        yield changes.created, CreateEntityOperation(entity_type, key, {**key, **_first_values(changes)})
    for name, place in list(changes.sent.items()):  # other threads may note writes meanwhile
        facts = entity._ftrack_fact(name)
        old = changes.old.get(name, NOT_SET)
        if facts.kind in (AttributeKind.MAPPED, AttributeKind.CUSTOM):
            for planned in mapped_operations(entity, facts, old):
                yield place, _of_row(entity, planned.operation, planned.old)
        elif name in changes.old or changes.created is None:
            value = _kept(vars(entity)[name])
            yield place, UpdateEntityOperation(entity_type, key, facts.wire, _kept(old), value)
    if changes.deleted is not None:
        yield changes.deleted, DeleteEntityOperation(entity_type, key)


def _first_values(changes: Changes) -> dict[str, Any]:
    """Return the values that a new entity started with, whatever was written to it since."""
    entity, content = changes.entity, vars(changes.entity)
    values = {}
    for name in list(changes.sent):
        facts = entity._ftrack_fact(name)
        if facts.kind not in (AttributeKind.MAPPED, AttributeKind.CUSTOM):
            value = changes.old.get(name, content[name])
            if value is not NOT_SET:
                values[facts.wire] = _kept(value)
    return values


def _kept(value: Any) -> Any:
    """Return *value* as it is now, whatever happens to the collection that it may be."""
    return list(value) if isinstance(value, Collection) else value


def _of_row(entity: Entity, operation: dict[str, Any], old: Any) -> Operation:
    """Return the operation on a row of its own that a change of one key of a mapping comes to."""
    entity_type: str = operation["entity_type"]
    names = entity._ftrack_type(entity_type).primary_key_attributes
    key = dict(zip(names, operation["entity_key"], strict=True))
    data = {name: value for name, value in operation.get("entity_data", {}).items() if name != ENTITY_TYPE}
    if operation["action"] == "create":
        return CreateEntityOperation(entity_type, key, data)
    if operation["action"] == "update":
        return UpdateEntityOperation(entity_type, key, "value", old, data["value"])
    return DeleteEntityOperation(entity_type, key)
