"""Owns the freshness of answers: takes out of one what a commit settled while it was on its way.

An answer says what the server had when it was asked. Where another thread has committed since, the answer may hold the
values from before, and must not put them back. Nothing is kept, and nothing looked at, while no answer is on its way.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..entity import Entity
from ..wire import ENTITY_TYPE

if TYPE_CHECKING:
    from ..changes import Changes

Key: TypeAlias = "tuple[str, tuple[str, ...]]"
"""The root type of an entity, and its primary key."""


class _Settled(NamedTuple):
    """What one commit settled of one row: attributes by their names on the wire, or that it is gone."""

    commit: int
    key: Key
    names: frozenset[str]
    deleted: Entity | None


class Freshness:
    """What commits settled since the oldest question was asked that has no answer yet."""

    def __init__(self, entity_type: Callable[[str], type[Entity]]) -> None:
        """Find classes with *entity_type*."""
        self._entity_type = entity_type
        self.commits = 0
        """How many commits are settled."""
        # A leaf: nothing else is locked while this is held.
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._asked: dict[int, int] = {}
        self._settled: list[_Settled] = []

    def ask(self) -> int:
        """Return the number of a question, to be called before it is sent; `answered` has to follow."""
        with self._lock:
            number = next(self._numbers)
            self._asked[number] = self.commits
            return number

    def answered(self, question: int) -> None:
        """Forget *question*, and what only it needed."""
        with self._lock:
            del self._asked[question]
            if self._settled:
                oldest = min(self._asked.values(), default=self.commits)
                self._settled = [each for each in self._settled if each.commit > oldest]

    @property
    def is_needed(self) -> bool:
        """Whether an answer is on its way."""
        return bool(self._asked)

    def begin_settling(self) -> None:
        """Begin to note what a further commit settled."""
        with self._lock:
            self.commits += 1

    def settle(self, changes: Changes) -> None:
        """Note what *changes*, which are sent, made of their entity."""
        if self.is_needed:
            entity = changes.entity
            self._note(entity, {*changes.sent, *changes.old}, None if changes.deleted is None else entity)

    def forget(self, entity: Entity, names: Iterable[str]) -> None:
        """Note that the attributes *names* of *entity* are to be loaded anew."""
        if self.is_needed:
            self._note(entity, names, None)

    def _note(self, entity: Entity, names: Iterable[str], deleted: Entity | None) -> None:
        wires = {entity._ftrack_fact(name).wire for name in names}.difference(entity.primary_key_attributes)
        self.note(type(entity), tuple(entity._ftrack_key().values()), wires, deleted)

    def note(
        self, entity_type: type[Entity], key: tuple[str, ...], wires: Iterable[str], deleted: Entity | None = None
    ) -> None:
        """Note that the attributes *wires* of a row, or the row as a whole, are as a commit has made them."""
        with self._lock:
            if self._asked:
                at = (entity_type._ftrack_root_type, key)
                self._settled.append(_Settled(self.commits, at, frozenset(wires), deleted))

    def freshen(self, rows: Sequence[Mapping[str, Any]], question: int) -> list[Entity]:
        """Take out of *rows*, the answer to *question*, what was settled since that was asked.

        Return the entities that were deleted since: *rows* may still have them.
        """
        if not self._settled:
            return []
        with self._lock:
            since = self._asked[question]
            settled = [each for each in self._settled if each.commit > since]
        names: dict[Key, set[str]] = {}
        for each in settled:
            names.setdefault(each.key, set()).update(each.names)
        if names:
            self._take_out(rows, names)
        return [each.deleted for each in settled if each.deleted is not None]

    def _take_out(self, rows: Sequence[Mapping[str, Any]], names: Mapping[Key, Iterable[str]]) -> None:
        waiting: list[Any] = list(rows)
        while waiting:
            row = waiting.pop()
            if type(row) is not dict or not isinstance(row.get(ENTITY_TYPE), str):
                continue
            entity_type = self._entity_type(row[ENTITY_TYPE])
            key = tuple(str(row.get(part)) for part in entity_type.primary_key_attributes)
            for name in names.get((entity_type._ftrack_root_type, key), ()):
                row.pop(name, None)
            for value in row.values():
                waiting.extend(value if type(value) is list else (value,))
