"""Owns the commit: sends the planned batch, and settles what the server has accepted.

Cost follows the number of changes. Nothing is changed here before the server has accepted the whole batch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..encoding import WireBatch
from ..errors import CommitInProgressError, ServerError, TransportError
from .batch import PlannedOperation, plan
from .settlement import apply

if TYPE_CHECKING:
    from ..changes import Changes
    from ..state import SessionState


class Taken(NamedTuple):
    """What a commit has taken over from the changes that wait."""

    changes: Sequence[Changes]
    planned: Sequence[PlannedOperation]
    end: int
    """The place in the journal before which all that was taken was written."""


def send(state: SessionState) -> None:
    """Send all changes of *state* as one batch, then forget them; where that fails they are pending as before.

    What other threads change meanwhile waits for the next commit. Raise CommitOutcomeUnknownError where no answer came
    and the changes may have happened; the next commit finds out first.
    """
    with state.committing:
        with taken(state) as batch:
            try:
                results = delivered(state, batch.planned)
            except TransportError as error:
                if not error.outcome_unknown:
                    raise
                from .outcome import lost

                entities = [changes.entity for changes in batch.changes]
                raise lost(state, error, batch.planned, entities, batch.end) from error
        with state.lock:
            state.unit.settle()
            apply(state, batch.changes, batch.planned, results)


def delivered(state: SessionState, planned: Sequence[PlannedOperation]) -> list[Any]:
    """Send *planned* as one batch and return its results; raise what the server says, unless it has done it all."""
    batch = WireBatch(each.operation for each in planned)
    try:
        return state.call(batch) if batch else []
    except ServerError as error:
        from .outcome import done_before

        results = done_before(state, planned, error)
        if results is None:
            raise
        return results


@contextlib.contextmanager
def taken(state: SessionState) -> Generator[Taken]:
    """Take over the changes of *state* to send them within the block; where that raises they wait as before.

    What became of an earlier commit is found out first. Raise CommitInProgressError where a commit of this session is
    under way, which called back.
    """
    if state.unit.is_sending:
        raise CommitInProgressError
    if state.unresolved is not None:
        from .outcome import resolve

        resolve(state)
    with state.lock:
        changes, end = state.unit.take(), state.unit.mark()
        state.creation_page = state.new_page()
    outdated: list[Any] = []
    try:
        with state.lock:
            planned = plan(changes, state.unit.sending_pushed)
            outdated = [] if state.cache is None else state.cache.outdated(changes, planned)
        yield Taken(changes, planned, end)
    except BaseException:
        with state.lock:
            state.unit.give_back()
        raise
    finally:
        # Where it failed too: the server may have done it all the same.
        if state.cache is not None:
            state.cache.drop(outdated)
