"""Owns the keys that caches go by: text, or bytes for any objects (session.md section 18)."""

from __future__ import annotations

import inspect
import pickle
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, Generic, TypeVar

Text = TypeVar("Text", str, bytes)


class KeyMaker(ABC, Generic[Text]):
    """Makes one key of several items; equal items give equal keys. A subclass needs `_key`."""

    def __init__(self) -> None:
        """Put nothing between items; a subclass may set `item_separator`."""
        self.item_separator: Any = ""

    def key(self, *items: object) -> Text:
        """Return the key of *items*, in their order."""
        joined: Text = self.item_separator.join([self._key(item) for item in items])
        return joined

    @abstractmethod
    def _key(self, item: Any) -> Text:
        """Return the part of a key that stands for *item*."""


class StringKeyMaker(KeyMaker[str]):
    """Makes keys of the texts of items; the key of an entity is ``('Task', ['<id>'])``."""

    def _key(self, item: Any) -> str:
        return str(item)


_MAPPING: Final = b"\1"
_PAIR: Final = b"\2"
_ITERABLE: Final = b"\3"
_NAME: Final = b"\4"

_PROTOCOL: Final = 2
"""Version of pickled keys: what is kept under them outlives this Python."""


class ObjectKeyMaker(KeyMaker[bytes]):
    """Makes keys of what items hold: mappings in any order, iterables, functions by name, pickles of all others.

    An iterator among the items is used up.
    """

    def __init__(self) -> None:
        """Put a zero byte between items."""
        self.item_separator = b"\0"

    def _key(self, item: Any) -> bytes:
        if isinstance(item, str):
            return pickle.dumps(item, protocol=_PROTOCOL)
        if inspect.isroutine(item) or inspect.isclass(item):
            return _NAME + self._joined(_names(item))
        if isinstance(item, Mapping):
            pairs = [self._key(name) + _PAIR + self._key(item[name]) for name in _sorted(item)]
            return _MAPPING + self._joined(pairs) + _MAPPING
        if isinstance(item, Iterable):
            parts = [self._key(part) for part in item]
            if isinstance(item, AbstractSet):  # in another order in each process
                parts.sort()
            return _ITERABLE + self._joined(parts) + _ITERABLE
        return pickle.dumps(item, protocol=_PROTOCOL)

    def _joined(self, parts: Iterable[bytes]) -> bytes:
        joined: bytes = self.item_separator.join(parts)
        return joined


def _sorted(names: Iterable[Any]) -> list[Any]:
    """Return *names* in an order that does not depend on theirs, as far as there is one."""
    try:
        return sorted(names)
    except TypeError:
        return sorted(names, key=repr)


def _names(item: Any) -> list[bytes]:
    """Return what tells a function, method or class from others: its name, its class and its module."""
    names = [item.__name__]
    if inspect.ismethod(item):
        names.append(type(item.__self__).__name__)
    if not inspect.isbuiltin(item):
        names.append(item.__module__)
    return [str(name).encode() for name in names]
