"""Owns the commit in several batches: sends one after the other, and settles each as soon as it is acknowledged."""

from __future__ import annotations

import bisect
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from .batch import PlannedOperation, plan
from .commit import apply, refuse_nested
from .commit_batches import CommitProgress, checked_size, split
from .encoding import WireBatch
from .entity import Entity
from .errors import PartialCommitError
from .unit_of_work import Changes

if TYPE_CHECKING:
    from .state import SessionState

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
    with state.committing:
        with state.lock:
            refuse_nested(state)
            unit = state.unit
            batches = split(plan(unit.pending(), unit.pushed), size, unit.old_values)
            taken = unit.take()
            state.creation_page = state.new_page()
        try:
            _send_each(state, batches, taken, progress)
        except BaseException:
            with state.lock:
                unit.give_back()
            raise


def _send_each(
    state: SessionState, batches: Sequence[Batch], taken: Sequence[Changes], progress: Progress | None
) -> None:
    ends = [*(batch[0].place for batch in batches[1:]), sys.maxsize]
    changed = _entities_by_batch(taken, ends)
    so_far = CommitProgress(done=0, total=sum(map(len, batches)), batches_done=0, batches_total=len(batches))
    for batch, entities, end in zip(batches or [()], changed, ends, strict=True):
        results = _acknowledged(state, batch, so_far)
        with state.lock:
            apply(state, state.unit.settle_before(entities, end), batch, results)
        so_far = attrs.evolve(so_far, done=so_far.done + len(batch), batches_done=so_far.batches_done + 1)
        if progress is not None and batch:
            progress(so_far)


def _acknowledged(state: SessionState, batch: Batch, so_far: CommitProgress) -> list[Any]:
    """Return what the server answered to *batch*; raise PartialCommitError where it refuses it."""
    try:
        return state.call(WireBatch(each.operation for each in batch)) if batch else []
    except Exception as error:
        raise PartialCommitError(str(error), **attrs.asdict(so_far)) from error


def _entities_by_batch(taken: Sequence[Changes], ends: Sequence[int]) -> list[list[Entity]]:
    """Return the entities with changes in each batch; a batch has the places before its number of *ends*."""
    found: list[list[Entity]] = [[] for _ in ends]
    for changes in taken:
        numbers = {bisect.bisect_right(ends, place) for place in changes.places()} if changes.is_sent else {0}
        for number in numbers:
            found[number].append(changes.entity)
    return found
