"""Owns the commit in several batches: sends one after the other, and settles each as soon as it is acknowledged."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import attrs

from ..changes import Changes
from ..entity import Entity
from ..errors import PartialCommitError, TransportError
from .batch import PlannedOperation
from .batches import CommitProgress, checked_size, split
from .outcome import lost
from .sending import Taken, delivered, taken
from .settlement import apply

if TYPE_CHECKING:
    from ..state import SessionState

Progress: TypeAlias = "Callable[[CommitProgress], object]"

Batch: TypeAlias = "Sequence[PlannedOperation]"


def send_in_batches(state: SessionState, batch_size: int | None, progress: Progress | None) -> None:
    """Send all changes of *state* in batches of *batch_size* operations, each a transaction; report to *progress*.

    What a batch sent is settled when the server has acknowledged it. Raise PartialCommitError where one fails, and
    TypeError or ValueError for a size that is none; then, and where *progress* raises, what was not sent still waits.
    """
    size = checked_size(batch_size)
    if progress is not None and not callable(progress):
        raise TypeError(f"progress is called with a CommitProgress after each batch; {progress!r} cannot be called")
    with state.committing, taken(state) as whole:
        with state.lock:
            batches = split(whole.planned, size, state.unit.old_values)
        _send_each(state, batches, whole, progress)


def _send_each(state: SessionState, batches: Sequence[Batch], whole: Taken, progress: Progress | None) -> None:
    ends = [*(batch[0].place for batch in batches[1:]), whole.end]
    changed = _entities_by_batch(whole.changes, ends)
    so_far = CommitProgress(done=0, total=sum(map(len, batches)), batches_done=0, batches_total=len(batches))
    for batch, entities, before in zip(batches or [()], changed, ends, strict=True):
        try:
            results = delivered(state, batch)
        except Exception as error:
            reason = error
            if isinstance(error, TransportError) and error.outcome_unknown:
                reason = lost(state, error, batch, entities, before)
            raise PartialCommitError(str(reason), **attrs.asdict(so_far)) from reason
        with state.lock:
            apply(state, state.unit.settle_before(entities, before), batch, results)
        so_far = attrs.evolve(so_far, done=so_far.done + len(batch), batches_done=so_far.batches_done + 1)
        if progress is not None and batch:
            progress(so_far)


def _entities_by_batch(pending: Sequence[Changes], ends: Sequence[int]) -> list[list[Entity]]:
    """Return the entities with changes in each batch; a batch has the places before its number of *ends*."""
    found: list[list[Entity]] = [[] for _ in ends]
    for changes in pending:
        numbers = {bisect.bisect_right(ends, place) for place in changes.places()} if changes.is_sent else {0}
        for number in numbers:
            found[number].append(changes.entity)
    return found
