"""Owns what a session offers about changes that wait: list, show, send and forget them, ask what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..collection import bury
from ..commit.sending import send
from ..symbols import CREATED, DELETED, MODIFIED

if TYPE_CHECKING:
    from ..commit.batched import Progress
    from ..commit.outcome import CommitResolution
    from ..commit.plan import CommitPlan
    from ..entity import Entity
    from ..operations import Operations
    from ..recorded_operations import RecordedOperations
    from ..state import SessionState


class CommitAccess:
    """The part of a session that commits."""

    _state: SessionState
    _recorded_operations: RecordedOperations | None = None

    @property
    def recorded_operations(self) -> Operations:
        """What waits for a commit, in order; operations that are pushed here are sent as well."""
        if self._recorded_operations is None:
            from ..recorded_operations import RecordedOperations

            with self._state.lock:
                if self._recorded_operations is None:
                    self._recorded_operations = RecordedOperations(self._state)
        return self._recorded_operations

    @property
    def created(self) -> list[Entity]:
        """The entities whose creation waits for a commit."""
        return self._state.unit.entities_in(CREATED)

    @property
    def modified(self) -> list[Entity]:
        """The entities with changed values that wait for a commit."""
        return self._state.unit.entities_in(MODIFIED)

    @property
    def deleted(self) -> list[Entity]:
        """The entities whose deletion waits for a commit."""
        return self._state.unit.entities_in(DELETED)

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
