"""Owns which jobs a client may make, and how it waits for one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from ..errors import JobFailedError, JobTimeoutError, NotFoundError
from ..query.printer import print_value

if TYPE_CHECKING:
    from ..entity import Entity

TYPE: Final = "api_job"
"""The only type of job that the server lets clients make."""


J = TypeVar("J", bound="RunsOutside")

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
"""Seconds between two looks at a job: each pause is half as long again as the one before, up to the longest."""


class RunsOutside:
    """A job, whose work is done outside the server."""

    __slots__ = ()

    @staticmethod
    def _ftrack_prepare(given: Mapping[str, object]) -> Mapping[str, object]:
        """Return the values of a new job; raise ValueError for another type than api_job."""
        if "type" not in given:
            return given
        if given["type"] is None:
            return {**given, "type": TYPE}
        if given["type"] != TYPE:
            raise ValueError(f"a job made here is of type {TYPE!r}, not {given['type']!r}: leave the type out")
        return given

    def wait(self: J, *, timeout: float | None = None, progress: Callable[[J], object] | None = None) -> J:
        """Wait until this job is done, and return it; the server is asked less and less often, at most every 5 seconds.

        *progress* is called with this job after each look, its ``status`` and ``data`` as the server has them; what it
        raises ends the waiting. Raise JobFailedError with the server's reason where the job failed, JobTimeoutError
        where it is not over after *timeout* seconds, and NotFoundError where it is gone.
        """
        job = cast("Entity", self)
        ends = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_PAUSE
        while True:
            status, data = _looked_at(job)
            if progress is not None:
                progress(self)
            if status == "done":
                return self
            if status == "failed":
                raise JobFailedError(job._ftrack_first_key(), status, _reason(data))
            left = pause if ends is None else ends - time.monotonic()
            if left <= 0:
                raise JobTimeoutError(job._ftrack_first_key(), status, timeout or 0.0)
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)


def _looked_at(job: Entity) -> tuple[str, str]:
    """Load the status and the data of a job anew, and return them."""
    key = job._ftrack_first_key()
    found: Any = job.session.query(f"select status, data, finished_at from Job where id is {print_value(key)}").first()
    if found is None:
        raise NotFoundError(f"there is no job {key}: it was deleted, or never committed")
    with job.session.auto_populating(False):
        return str(found["status"]), str(found["data"] or "")


def _reason(data: str) -> str:
    """Return what the data of a job says of its failure, or what people see of it."""
    try:
        facts = json.loads(data)
    except ValueError:
        return ""
    if not isinstance(facts, dict):
        return ""
    return str(facts.get("error") or facts.get("description") or "")
