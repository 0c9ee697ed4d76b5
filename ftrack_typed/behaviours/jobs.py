"""Owns which jobs a client may make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TYPE: Final = "api_job"
"""The only type of job that the server lets clients make."""


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
