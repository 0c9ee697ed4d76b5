"""Owns the errors of commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .base import FtrackError
from .connection import TransportError


class CommitOutcomeUnknownError(TransportError):
    """A commit got no answer, and may have happened: its changes still wait, and ``session.resolve_commit()`` asks.

    ``operations`` is what was sent, ``reason`` the error that ended it.
    """

    def __init__(self, reason: TransportError, operations: Sequence[Mapping[str, object]]) -> None:
        """Say what ended the commit, and what to do."""
        self.reason = reason
        self.operations = tuple(operations)
        message = (
            f"{reason.text}; whether the commit of {len(self.operations)} operations happened is not known: they still "
            "wait, session.resolve_commit() asks the server, and the next commit does so too"
        )
        super().__init__(message, reason.server_url, outcome_unknown=True, temporary=reason.temporary)


class PartialCommitError(FtrackError):
    """A commit in batches ended with one that failed: those before it are committed, the others wait.

    ``done`` of ``total`` operations in ``batches_done`` of ``batches_total`` batches are committed; ``__cause__`` is
    what went wrong.
    """

    def __init__(self, reason: str, *, done: int, total: int, batches_done: int, batches_total: int) -> None:
        """Say how far the commit came, and why it ended."""
        self.done = done
        self.total = total
        self.batches_done = batches_done
        self.batches_total = batches_total
        message = (
            f"batch {batches_done + 1} of {batches_total} failed: {reason}; {batches_done} of {batches_total} batches "
            f"({done} of {total} operations) are committed, the rest still waits for a commit"
        )
        facts = {"done": done, "total": total, "batches_done": batches_done, "batches_total": batches_total}
        super().__init__(message, facts)


class CommitInProgressError(FtrackError):
    """A commit was asked for while one of the same session was under way in the same thread."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("a commit of this session is under way, and called what commits again: commit when it is done")
