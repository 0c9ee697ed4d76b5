"""Owns where a commit may be cut into batches, each of which is a transaction of its own.

Operations keep their order. Never cut is between an operation and the creation of what it names, where that comes
later; between a creation and what completes it; between a deletion and what lets go of the deleted row; and within the
rows of one mapping. What is written with a new entity, its metadata and its link rows, stays with it where a batch has
room for them. Operations of one batch run in order, and required values are checked at its end (protocol sections 1.2
and 10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from ..creation import blueprint
from ..entity import Entity
from ..facts import AttributeFacts, AttributeKind
from ..symbols import NOT_SET
from ..wire import ENTITY_TYPE
from .batch import PlannedOperation

OldValues = Callable[[Entity], Mapping[str, Any]]

_LINKED: Final = 2
"""How many references a type requires whose entities only link others."""


@attrs.frozen(kw_only=True)
class CommitProgress:
    """How far a commit is: ``done`` of ``total`` operations, in ``batches_done`` of ``batches_total`` transactions."""

    done: int
    total: int
    batches_done: int
    batches_total: int

    def __str__(self) -> str:
        """Return ``200 of 1000 operations, 1 of 5 batches``."""
        return f"{self.done} of {self.total} operations, {self.batches_done} of {self.batches_total} batches"


def checked_size(batch_size: object) -> int | None:
    """Return *batch_size*; raise TypeError where it is no whole number, ValueError where it is smaller than 1."""
    if batch_size is None:
        return None
    if isinstance(batch_size, bool) or not isinstance(batch_size, int):
        raise TypeError(f"batch_size is a whole number of operations from 1 on, or None for one batch: {batch_size!r}")
    if batch_size < 1:
        raise ValueError(f"batch_size is at least 1 operation, not {batch_size}; None sends everything as one batch")
    return batch_size


def split(
    planned: Sequence[PlannedOperation], size: int | None, old_values: OldValues
) -> list[Sequence[PlannedOperation]]:
    """Return *planned* in batches of at most *size* operations; one is larger only where it cannot be cut.

    *old_values* gives what the changed attributes of an entity held before.
    """
    if size is None or len(planned) <= size:
        return [planned] if planned else []
    batches: list[Sequence[PlannedOperation]] = []
    start = end = 0
    for stop in _stops(planned, size, old_values):
        if stop - start > size and end > start:
            batches.append(planned[start:end])
            start = end
        end = stop
    batches.append(planned[start:])
    return batches


def _stops(planned: Sequence[PlannedOperation], size: int, old_values: OldValues) -> Iterator[int]:
    """Yield the places where *planned* may be cut, its end included; none is inside of a group that has *size*."""
    following = _following(planned)
    start, inside = 0, []
    for stop in _cuts(planned, old_values):
        inside.append(stop)
        if stop == len(planned) or not following[stop]:
            yield from [stop] if stop - start <= size else inside
            start, inside = stop, []


def _following(planned: Sequence[PlannedOperation]) -> list[bool]:
    """Say of each operation whether it is written with the creation just before: a row or link of what is new."""
    following = []
    new: set[str] = set()
    for each in planned:
        creates = each.operation["action"] == "create" and each.entity is not None
        belongs = not (creates and not _links(each.entity)) and any(text in new for text in _texts(each.operation))
        following.append(belongs)
        if not belongs:
            new = {each.operation["entity_key"][0]} if creates else set()
    return following


def _links(entity: Entity | None) -> bool:
    """Say whether *entity* only links others, as a membership does: its type requires two references, or more."""
    if entity is None:
        return False
    kinds = entity._ftrack_facts
    required = blueprint(type(entity)).required
    return sum(any(kinds[name].target for name in forms) for forms in required) >= _LINKED


def _cuts(planned: Sequence[PlannedOperation], old_values: OldValues) -> Iterator[int]:
    """Yield the places where *planned* may be cut without harm, its end included."""
    created: dict[str, int] = {}
    for number, each in enumerate(planned):
        if each.operation["action"] == "create" and len(each.operation["entity_key"]) == 1:
            created[each.operation["entity_key"][0]] = number
    deleted: dict[str, int] = {}
    last = list(range(len(planned)))  # the last operation that each one needs in its batch
    for number, each in enumerate(planned):
        operation = each.operation
        last[number] = max((created.get(text, 0) for text in _texts(operation)), default=0)
        if number and each.place == planned[number - 1].place:
            last[number - 1] = max(last[number - 1], number)
        if operation["action"] == "delete":
            deleted[operation["entity_key"][0]] = number
        elif operation["action"] == "update" and each.entity is not None:
            for first in _completed(each, each.entity, created, deleted, old_values):
                last[first] = max(last[first], number)
    reach = 0
    for number, needed in enumerate(last):
        reach = max(reach, number, needed)
        if reach == number:
            yield number + 1


def _completed(
    planned: PlannedOperation,
    entity: Entity,
    created: Mapping[str, int],
    deleted: Mapping[str, int],
    old_values: OldValues,
) -> Iterator[int]:
    """Yield the creation that the update *planned* of *entity* completes, and the deletions of what it lets go of."""
    old = old_values(entity)
    creation = created.get(planned.operation["entity_key"][0])
    for wire in planned.operation["entity_data"]:
        if wire == ENTITY_TYPE:
            continue
        facts = entity._ftrack_fact(wire)
        before = [old.get(each.name, NOT_SET) for each in (facts, *entity._ftrack_twins.get(facts.name, ()))]
        if creation is not None and _completes(facts, before):
            yield creation
        for value in before:
            key = value._ftrack_first_key() if isinstance(value, Entity) else value
            if isinstance(key, str) and key in deleted:
                yield deleted[key]


def _completes(facts: AttributeFacts, before: Sequence[Any]) -> bool:
    """Say whether a creation is not what it was meant to be without a later value: *before* is what it had first."""
    first = before[0]
    if first is not NOT_SET:
        return facts.kind is not AttributeKind.COLLECTION and first != facts.default
    return facts.required or (not facts.nullable and facts.default is NOT_SET)


def _texts(content: Any) -> Iterator[str]:
    """Yield every text in the key and the data of an operation that may be the key of a row."""
    for name, value in content.items():
        if name in ("entity_key", "entity_data"):
            yield from _inner_texts(value)


def _inner_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _inner_texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _inner_texts(item)
