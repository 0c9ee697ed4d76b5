"""Owns the commit: sends the planned batch, and settles what the server has accepted.

Cost follows the number of changes. Nothing is changed here before the server has accepted the whole batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .batch import PlannedOperation, plan
from .errors import CommitInProgressError, TransportError
from .outcome import delivered, lost, resolve
from .settlement import apply

if TYPE_CHECKING:
    from .state import SessionState


def send(state: SessionState) -> None:
    """Send all changes of *state* as one batch, then forget them; where that fails they are pending as before.

    What other threads change meanwhile waits for the next commit. Raise CommitOutcomeUnknownError where no answer came
    and the changes may have happened; the next commit finds out first.
    """
    with state.committing:
        refuse_nested(state)
        resolve(state)
        with state.lock:
            taken, end = state.unit.take(), state.unit.mark()
            state.creation_page = state.new_page()
        planned: list[PlannedOperation] = []
        outdated: list[Any] = []
        try:
            with state.lock:
                planned = plan(taken, state.unit.sending_pushed)
                outdated = [] if state.cache is None else state.cache.outdated(taken, planned)
            results = delivered(state, planned)
        except BaseException as error:
            with state.lock:
                state.unit.give_back()
            if isinstance(error, TransportError) and error.outcome_unknown:
                raise lost(state, error, planned, [changes.entity for changes in taken], end) from error
            raise
        finally:
            # Where it failed too: the server may have done it all the same.
            if state.cache is not None:
                state.cache.drop(outdated)
        with state.lock:
            state.unit.settle()
            apply(state, taken, planned, results)


def refuse_nested(state: SessionState) -> None:
    """Raise CommitInProgressError where a commit of this session is under way, which called back."""
    if state.unit.is_sending:
        raise CommitInProgressError
