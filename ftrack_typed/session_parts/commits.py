"""Owns what a session offers about changes that wait: send, forget and show them, ask what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..collection import bury
from ..commit.sending import send

if TYPE_CHECKING:
    from ..commit.batched import Progress
    from ..commit.outcome import CommitResolution
    from ..commit.plan import CommitPlan
    from ..state import SessionState


class CommitAccess:
    """The part of a session that commits."""

    _state: SessionState

    def commit(self, *, batch_size: int | None = None, progress: Progress | None = None) -> None:
        """Send all recorded changes as one transaction; with *batch_size*, as several of at most so many operations.

        Where that fails nothing is changed: the changes still wait, and can be mended, sent again or rolled back. With
        batches, raise PartialCommitError then: those before it are committed, and only the rest waits. A batch is
        larger than said where it cannot be cut. *progress* is called with a `CommitProgress` after each batch.
        """
        if batch_size is None and progress is None:
            send(self._state)
            return
        from ..commit.batched import send_in_batches

        send_in_batches(self._state, batch_size, progress)

    def resolve_commit(self) -> CommitResolution:
        """Ask the server what became of the last commit, where that raised CommitOutcomeUnknownError.

        What happened is settled as if it had been answered, what did not still waits. The next commit does the same.
        """
        from ..commit.outcome import resolve

        return resolve(self._state)

    def rollback(self) -> None:
        """Forget all recorded changes: values are what they were, and what was created is gone."""
        with self._state.committing, self._state.lock:
            self._state.unresolved = None
            for entity in self._state.unit.roll_back():
                self._state.identity.remove(entity)
                bury(entity, "its creation was rolled back")

    def plan(self, *, batch_size: int | None = None) -> CommitPlan:
        """Return what `commit` would send: as text, a line for each operation; nothing is sent or changed by this."""
        from ..commit.plan import planned_changes

        return planned_changes(self._state, batch_size)
