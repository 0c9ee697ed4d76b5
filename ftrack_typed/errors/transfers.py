"""Owns the errors of transfers, and of jobs that are waited for."""

from __future__ import annotations

from collections.abc import Mapping

from .base import FtrackError
from .files import AccessorOperationFailedError, LocationError


class TransferCancelledError(LocationError):
    """Transfers were told to stop; ``details`` say what was done by then."""

    def __init__(
        self, message: str = "The transfer was cancelled", details: Mapping[str, object] | None = None
    ) -> None:
        """Keep the message and the *details*."""
        super().__init__(message, details)


class TransferVerificationError(AccessorOperationFailedError):
    """A copy is not what its source was: one of both was altered meanwhile, or the storage does not keep data."""


class JobFailedError(FtrackError):
    """A job that was waited for failed; ``job_id``, ``status`` and ``reason``, which may be empty, are the server's."""

    def __init__(self, job_id: str, status: str, reason: str) -> None:
        """Name the job, and say what the server says of it."""
        self.job_id = job_id
        self.status = status
        self.reason = reason
        said = f": {reason}" if reason else ", and the server does not say why"
        details = {"job_id": job_id, "status": status, "reason": reason}
        super().__init__(f"The job {job_id} is {status}{said}", details)


class JobTimeoutError(FtrackError, TimeoutError):
    """A job was not over in time; ``job_id`` and ``status`` say which, and how it was when last asked for."""

    def __init__(self, job_id: str, status: str, timeout: float) -> None:
        """Name the job; *timeout* is in seconds."""
        self.job_id = job_id
        self.status = status
        self.timeout = timeout
        details = {"job_id": job_id, "status": status, "timeout": timeout}
        super().__init__(
            f"The job {job_id} is still {status} after {timeout:g} seconds; wait again, or longer", details
        )
