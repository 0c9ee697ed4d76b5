"""Owns the cache that lies in memory: unbounded, or of a size and age that are told."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from .ages import checked_age
from .base import Cache, K, V


class MemoryCache(Cache[K, V]):
    """Values in the memory of this process, as they are: who changes one changes what the cache holds."""

    def __init__(
        self,
        max_size: int | None = None,
        *,
        max_age: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Hold at most *max_size* values, dropping those that were not used for longest, none older than *max_age*.

        Ages are in seconds, by *clock*. Raise ValueError for a size below 1 or an age that is not above 0, and
        TypeError for what is no number.
        """
        if max_size is not None:
            _check_size(max_size)
        self.max_size = max_size
        self.max_age = checked_age(max_age)
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[K, tuple[V, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self.keys())

    def get(self, key: K) -> V:
        """Return the value under *key*; raise KeyError where there is none, or none young enough."""
        with self._lock:
            value, ends = self._entries[key]
            if ends <= self._clock():
                del self._entries[key]
                raise KeyError(key)
            if self.max_size is not None:
                self._entries.move_to_end(key)
            return value

    def set(self, key: K, value: V) -> None:
        """Keep *value* under *key*, as the value used last."""
        with self._lock:
            ends = math.inf if self.max_age is None else self._clock() + self.max_age
            self._entries[key] = (value, ends)
            self._entries.move_to_end(key)
            if self.max_size is not None and len(self._entries) > self.max_size:
                self._entries.popitem(last=False)

    def remove(self, key: K) -> None:
        """Forget the value under *key*; raise KeyError where there is none."""
        with self._lock:
            del self._entries[key]

    def keys(self) -> list[K]:
        """Return the keys of all values that are young enough."""
        with self._lock:
            now = self._clock()
            return [key for key, (_, ends) in self._entries.items() if ends > now]


def _check_size(max_size: object) -> None:
    message = f"max_size is a number of values above 0, or None, not {max_size!r}"
    if not isinstance(max_size, int) or isinstance(max_size, bool):
        raise TypeError(message)
    if max_size < 1:
        raise ValueError(message)
