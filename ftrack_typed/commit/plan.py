"""Owns the plan of a commit: what would be sent, for people to read and for code to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, cast, overload

import attrs

from ..collection import Collection
from ..entity import Entity
from ..facts import AttributeKind
from ..symbols import NOT_SET
from ..wire import ENTITY_TYPE
from .batch import PlannedOperation, plan
from .batches import checked_size, split

if TYPE_CHECKING:
    from ..state import SessionState

Action = Literal["create", "update", "delete"]

_SIGNS: Final[Mapping[Action, str]] = {"create": "+", "update": "~", "delete": "-"}


@attrs.frozen
class PlannedChange:
    """One operation that a commit would send.

    ``values`` has the new value of each attribute, under the server's names, and ``old`` those before, as far as they
    are known. ``entity`` is None for a row that no entity stands for, such as one of metadata.
    """

    action: Action
    entity_type: str
    key: tuple[str, ...]
    values: Mapping[str, Any]
    old: Mapping[str, Any]
    entity: Entity | None = None

    def __str__(self) -> str:
        """Return a line such as ``~ Task 'comp' (id): description: 'a' -> 'b'``."""
        name = None if self.entity is None else vars(self.entity).get("name")
        shown_name = f" {name!r}" if isinstance(name, str) else ""
        head = f"{_SIGNS[self.action]} {self.entity_type}{shown_name} ({', '.join(self.key)})"
        changes = ", ".join(self._change(each) for each in self.values)
        return f"{head}: {changes}" if changes else head

    def _change(self, name: str) -> str:
        before = f"{_shown(self.old[name])} -> " if name in self.old else ""
        return f"{name}: {before}{_shown(self.values[name])}"


class CommitPlan(Sequence[PlannedChange]):
    """What a commit would send, in order; as text, a line for each operation.

    ``batches`` has the same by transactions; where there are several, the text has a line above each.
    """

    def __init__(self, batches: Iterable[Iterable[PlannedChange]]) -> None:
        """Hold the changes of each batch."""
        self.batches = tuple(tuple(batch) for batch in batches)
        self._changes = tuple(change for batch in self.batches for change in batch)

    @overload
    def __getitem__(self, index: int) -> PlannedChange: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[PlannedChange, ...]: ...
    def __getitem__(self, index: int | slice) -> PlannedChange | tuple[PlannedChange, ...]:
        return self._changes[index]

    def __len__(self) -> int:
        return len(self._changes)

    def __iter__(self) -> Iterator[PlannedChange]:
        return iter(self._changes)

    def __str__(self) -> str:
        if len(self.batches) <= 1:
            return "\n".join(map(str, self._changes)) or "nothing to commit"
        return "\n".join(line for number in range(len(self.batches)) for line in self._lines(number))

    def _lines(self, number: int) -> Iterator[str]:
        batch = self.batches[number]
        yield f"batch {number + 1} of {len(self.batches)}, {len(batch)} operations:"
        yield from map(str, batch)

    def __repr__(self) -> str:
        return f"<CommitPlan of {len(self)}>"


def planned_changes(state: SessionState, batch_size: int | None = None) -> CommitPlan:
    """Return what a commit of the session of *state* would send now; nothing is changed by this.

    Raise TypeError or ValueError where *batch_size* is no size of a batch.
    """
    size = checked_size(batch_size)
    with state.lock:
        unit = state.unit
        return CommitPlan(
            [_described(each, {} if each.entity is None else unit.old_values(each.entity)) for each in batch]
            for batch in split(plan(unit.pending(), unit.pushed), size, unit.old_values)
        )


def _described(planned: PlannedOperation, old: Mapping[str, Any]) -> PlannedChange:
    """Return what *planned* does; *old* are earlier values of its entity under their names in Python."""
    operation, entity = planned.operation, planned.entity
    data = {name: value for name, value in operation.get("entity_data", {}).items() if name != ENTITY_TYPE}
    before: dict[str, Any] = {}
    if entity is None:
        if planned.old is not NOT_SET:
            before["value"] = planned.old
        return _change(operation, data, before, None)
    values = {}
    for wire in data:
        facts = entity._ftrack_fact(wire)
        if operation["action"] == "create" and wire in entity.primary_key_attributes:
            continue
        values[wire] = _kept(vars(entity)[facts.name])
        is_known = facts.kind is not AttributeKind.COLLECTION or isinstance(old.get(facts.name), Collection)
        if operation["action"] == "update" and old.get(facts.name, NOT_SET) is not NOT_SET and is_known:
            before[wire] = _kept(old[facts.name])
    return _change(operation, values, before, entity)


def _change(
    operation: Mapping[str, Any], values: Mapping[str, Any], old: Mapping[str, Any], entity: Entity | None
) -> PlannedChange:
    action = cast("Action", operation["action"])
    return PlannedChange(action, operation["entity_type"], tuple(operation["entity_key"]), values, old, entity)


def _kept(value: Any) -> Any:
    return list(value) if isinstance(value, Collection) else value


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return value.isoformat() if isinstance(value, datetime) else repr(value)
