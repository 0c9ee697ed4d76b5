"""Owns the cache whose values are written in another form before they are kept, such as entities as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from .ages import warn_of_dropped
from .base import Cache, K, ProxyCache, V

S = TypeVar("S")


class SerialisedCache(ProxyCache[K, V]):
    """A cache that encodes what goes into another one, and decodes what comes out.

    A value that cannot be decoded is dropped with a warning, and counts as absent.
    """

    def __init__(
        self,
        proxied: Cache[K, S],
        encode: Callable[[V], S] | None = None,
        decode: Callable[[S], V] | None = None,
    ) -> None:
        """Keep in *proxied* what *encode* makes of a value; *decode* makes the value again. None leaves it as it is."""
        super().__init__(proxied)
        self.encode: Callable[[Any], Any] = _same if encode is None else encode
        self.decode: Callable[[Any], Any] = _same if decode is None else decode

    def get(self, key: K) -> V:
        """Return the decoded value under *key*; raise KeyError where there is none that can be decoded."""
        value: V = self._decoded({key: self.proxied.get(key)})[key]
        return value

    def set(self, key: K, value: V) -> None:
        """Keep *value*, encoded, under *key*."""
        self.proxied.set(key, self.encode(value))

    def get_many(self, keys: Iterable[K]) -> dict[K, V]:
        """Return the decoded values under *keys*."""
        return self._decoded(self.proxied.get_many(keys))

    def set_many(self, values: Mapping[K, V]) -> None:
        """Keep *values*, encoded."""
        self.proxied.set_many({key: self.encode(value) for key, value in values.items()})

    def _decoded(self, encoded: Mapping[K, Any]) -> dict[K, V]:
        found: dict[K, V] = {}
        for key, content in encoded.items():
            try:
                found[key] = self.decode(content)
            except Exception as error:  # what a decoder makes of damaged content is its own affair
                warn_of_dropped(type(self).__name__, key, f"{type(error).__name__}: {error}")
                self.proxied.remove_many([key])
        return found


def _same(value: Any) -> Any:
    return value
