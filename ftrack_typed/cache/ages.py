"""Owns how long something may be used: the ages of values, and the time out of use of a cache that failed."""

from __future__ import annotations

import logging
import time
from typing import Final, cast

_LOGGER: Final = logging.getLogger("ftrack_typed.cache")


def checked_age(max_age: float | None) -> float | None:
    """Return *max_age*, seconds or None; raise TypeError where it is neither, ValueError where it is not above 0."""
    if max_age is not None and (isinstance(max_age, bool) or not isinstance(cast("object", max_age), (int, float))):
        raise TypeError(f"max_age is a number of seconds above 0, or None, not {max_age!r}")
    if max_age is not None and not max_age > 0:
        raise ValueError(f"max_age is a number of seconds above 0, or None, not {max_age!r}")
    return max_age


class Outage:
    """The time in which a cache is left alone because it failed: reading goes on without it.

    The first failure is logged as a warning, and so is the return.
    """

    def __init__(self, cache: str, retry_after: float) -> None:
        """Leave *cache*, what the log calls it, alone for *retry_after* seconds after each failure."""
        self._cache = cache
        self._retry_after = retry_after
        self._until: float | None = None

    @property
    def lasts(self) -> bool:
        """Whether the cache is to be left alone now."""
        return self._until is not None and time.monotonic() < self._until

    def begin(self, error: Exception) -> None:
        """Start, or go on, because of *error*."""
        if self._until is None:
            _LOGGER.warning("%s is not used for %g seconds: %s", self._cache, self._retry_after, error)
        self._until = time.monotonic() + self._retry_after

    def end(self) -> None:
        """Say that the cache works."""
        if self._until is not None:
            self._until = None
            _LOGGER.warning("%s works again", self._cache)


def warn_of_dropped(cache: object, key: object, reason: object) -> None:
    """Log that the value under *key* was dropped because it cannot be read."""
    _LOGGER.warning("%s drops what it holds under %r: %s", cache, key, reason)
