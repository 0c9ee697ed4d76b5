"""Owns the cache that is made of others, from the nearest to the farthest."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from .base import Cache, K, V


class LayeredCache(Cache[K, V]):
    """Several caches as one: read from the first that has a value, written to all of them."""

    def __init__(self, caches: Iterable[Cache[K, V]]) -> None:
        """Start with *caches*, the nearest first; the list `caches` may be changed later.

        Raise TypeError where one is no `Cache`.
        """
        self.caches = list(caches)
        for cache in self.caches:
            if not isinstance(cast("object", cache), Cache):
                raise TypeError(f"caches are ftrack_typed.cache.Cache objects, which {cache!r} is not")
        self._lock = threading.Lock()
        self._changes = 0

    def get(self, key: K) -> V:
        """Return the value of the first cache that has one, and keep it in those before; raise KeyError."""
        changes = self._changes
        for place, cache in enumerate(self.caches):
            try:
                value = cache.get(key)
            except KeyError:
                continue
            self._copy({key: value}, place, changes)
            return value
        raise KeyError(key)

    def set(self, key: K, value: V) -> None:
        """Keep *value* under *key* in every cache."""
        for cache in self._from_afar():
            cache.set(key, value)

    def remove(self, key: K) -> None:
        """Forget the value under *key* in every cache; raise KeyError where none had it."""
        removed = False
        for cache in self._from_afar():
            try:
                cache.remove(key)
            except KeyError:
                continue
            removed = True
        if not removed:
            raise KeyError(key)

    def keys(self) -> list[K]:
        """Return the keys of all caches, each once."""
        return list(dict.fromkeys(itertools.chain.from_iterable(cache.keys() for cache in self.caches)))

    def get_many(self, keys: Iterable[K]) -> dict[K, V]:
        """Return the values under *keys*, each from the first cache that has it, and keep them in those before."""
        missing = list(keys)
        found: dict[K, V] = {}
        changes = self._changes
        for place, cache in enumerate(self.caches):
            here = cache.get_many(missing) if missing else {}
            if here:
                self._copy(here, place, changes)
                found.update(here)
                missing = [key for key in missing if key not in here]
        return found

    def set_many(self, values: Mapping[K, V]) -> None:
        """Keep *values* in every cache."""
        for cache in self._from_afar():
            cache.set_many(values)

    def remove_many(self, keys: Iterable[K]) -> None:
        """Forget the values under *keys* in every cache."""
        names = list(keys)
        for cache in self._from_afar():
            cache.remove_many(names)

    def _from_afar(self) -> Iterator[Cache[K, V]]:
        """Yield the caches that are to be changed, the farthest first, and count each change.

        Who meanwhile copies something old from a farther cache does that before the change of the nearer one, or sees
        the count and leaves it.
        """
        for cache in reversed(self.caches):
            with self._lock:
                self._changes += 1
            yield cache

    def _copy(self, values: Mapping[K, V], place: int, changes: int) -> None:
        """Keep *values* in the caches before *place*, unless something changed since there were *changes*."""
        with self._lock:
            if self._changes == changes:
                for nearer in self.caches[:place]:
                    nearer.set_many(values)

    def close(self) -> None:
        """Close every cache."""
        for cache in self.caches:
            cache.close()
