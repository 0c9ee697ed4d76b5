"""Owns what every cache can do: the abstract `Cache`, the one that forwards to another, and the one that holds text."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_MANY: Final = {"get": "get_many", "set": "set_many", "remove": "remove_many"}


class Cache(ABC, Generic[K, V]):
    """Values under keys, which may be gone at any time (session.md section 18). May be used by several threads.

    A subclass needs `get`, `set`, `remove` and `keys`. The forms for many keys do one after the other unless it does
    better.
    """

    def __init_subclass__(cls) -> None:
        """Make what the subclass says of one key count for many keys too."""
        for one, many in _MANY.items():
            if one in vars(cls) and many not in vars(cls):
                setattr(cls, many, vars(Cache)[many])

    @abstractmethod
    def get(self, key: K) -> V:
        """Return the value under *key*; raise KeyError where there is none."""

    @abstractmethod
    def set(self, key: K, value: V) -> None:
        """Keep *value* under *key*, in place of what was there."""

    @abstractmethod
    def remove(self, key: K) -> None:
        """Forget the value under *key*; raise KeyError where there is none."""

    @abstractmethod
    def keys(self) -> list[K]:
        """Return all keys at this moment."""

    def values(self) -> list[V]:
        """Return all values; keys that vanish meanwhile are passed over."""
        return list(self.get_many(self.keys()).values())

    def clear(self, pattern: str | bytes | re.Pattern[Any] | None = None) -> None:
        """Forget everything, or what has a key in which the regular expression *pattern* is found."""
        keys = self.keys()
        if pattern is not None:
            found: re.Pattern[Any] = re.compile(pattern)
            keys = [key for key in keys if found.search(key)]
        self.remove_many(keys)

    def get_many(self, keys: Iterable[K]) -> dict[K, V]:
        """Return the values under those of *keys* that have one."""
        found: dict[K, V] = {}
        for key in keys:
            try:
                found[key] = self.get(key)
            except KeyError:
                continue
        return found

    def set_many(self, values: Mapping[K, V]) -> None:
        """Keep each of *values* under its key."""
        for key, value in values.items():
            self.set(key, value)

    def remove_many(self, keys: Iterable[K]) -> None:
        """Forget the values under *keys*; those that have none are passed over."""
        for key in keys:
            try:
                self.remove(key)
            except KeyError:
                continue

    def close(self) -> None:
        """Let go of files and connections; the next use opens them again."""


class ProxyCache(Cache[K, V]):
    """A cache that forwards to another one; a base for those that change a part of it."""

    def __init__(self, proxied: Cache[K, Any]) -> None:
        """Forward to *proxied*."""
        self.proxied = proxied

    def get(self, key: K) -> V:
        """Return the value that the other cache has under *key*; raise KeyError where there is none."""
        value: V = self.proxied.get(key)
        return value

    def set(self, key: K, value: V) -> None:
        """Keep *value* under *key* in the other cache."""
        self.proxied.set(key, value)

    def remove(self, key: K) -> None:
        """Forget the value under *key* in the other cache; raise KeyError where there is none."""
        self.proxied.remove(key)

    def keys(self) -> list[K]:
        """Return all keys of the other cache."""
        return self.proxied.keys()

    def get_many(self, keys: Iterable[K]) -> dict[K, V]:
        """Return the values that the other cache has under *keys*."""
        return self.proxied.get_many(keys)

    def set_many(self, values: Mapping[K, V]) -> None:
        """Keep *values* in the other cache."""
        self.proxied.set_many(values)

    def remove_many(self, keys: Iterable[K]) -> None:
        """Forget the values under *keys* in the other cache."""
        self.proxied.remove_many(keys)

    def close(self) -> None:
        """Close the other cache."""
        self.proxied.close()


class TextCache(Cache[str, str]):
    """A cache of text, which a session turns entities into by itself. Raise TypeError for anything else."""

    def _check(self, values: Mapping[str, str]) -> None:
        for key, value in values.items():
            if not isinstance(key, str) or not isinstance(value, str):
                raise TypeError(
                    f"a {type(self).__name__} holds text under text, not {type(value).__name__} under "
                    f"{type(key).__name__}: put a SerialisedCache around it"
                )


class BatchedTextCache(TextCache):
    """A cache of text for which one exchange with what holds it does for many keys, and so for one as well.

    A subclass needs `keys` and the forms for many keys, of which `_removed` is the one that removes.
    """

    def get(self, key: str) -> str:
        """Return the text under *key*; raise KeyError where there is none."""
        return self.get_many([key])[key]

    def set(self, key: str, value: str) -> None:
        """Keep the text *value* under *key*."""
        self.set_many({key: value})

    def remove(self, key: str) -> None:
        """Forget the text under *key*; raise KeyError where there is none."""
        if not self._removed([key]):
            raise KeyError(key)

    @abstractmethod
    def get_many(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the texts under those of *keys* that have one."""

    @abstractmethod
    def set_many(self, values: Mapping[str, str]) -> None:
        """Keep *values*."""

    def remove_many(self, keys: Iterable[str]) -> None:
        """Forget the texts under *keys*; those that have none are passed over."""
        self._removed(list(keys))

    @abstractmethod
    def _removed(self, keys: Sequence[str]) -> int:
        """Forget the texts under *keys* and return how many there were."""


def chunks(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield *keys* in their order, *size* of them at a time."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
