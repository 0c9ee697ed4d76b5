"""Owns the changes that wait for a commit: records them, hands them over to be sent, and undoes them.

Each changed attribute keeps its first old value and the place of its last write; the new value is what the entity
holds. Cost follows the number of changes, never the number of entities that are known.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, cast

from .collection import Collection, MappedCollection
from .entity import Entity
from .facts import AttributeKind
from .symbols import CREATED, DELETED, MODIFIED, NOT_SET, Symbol

_PLACES = itertools.count()
"""Numbers of recorded changes, in the order in which they were made."""


class Changes:
    """What is pending for one entity.

    ``old`` has the first old value of every attribute that changed, ``sent`` the place of the last write of those that
    are sent; ``created`` and ``deleted`` are the places of these, or None.
    """

    __slots__ = ("created", "deleted", "entity", "old", "sent")

    def __init__(self, entity: Entity) -> None:
        """Start without changes of *entity*."""
        self.entity = entity
        self.old: dict[str, Any] = {}
        self.sent: dict[str, int] = {}
        self.created: int | None = None
        self.deleted: int | None = None

    def starts_with(self, name: str) -> None:
        """Remember that the entity, a new one, starts with a value for the attribute *name*."""
        self.sent[name] = next(_PLACES)

    @property
    def state(self) -> Symbol:
        """CREATED, MODIFIED or DELETED, or NOT_SET where nothing is left of the changes."""
        if self.deleted is not None:
            return DELETED
        if self.created is not None:
            return CREATED
        return MODIFIED if self.sent else NOT_SET

    def absorb(self, newer: Changes) -> None:
        """Take over what was recorded after this."""
        self.old = {**newer.old, **self.old}
        self.sent.update(newer.sent)
        self.created = self.created if newer.created is None else newer.created
        self.deleted = self.deleted if newer.deleted is None else newer.deleted

    def undo(self) -> None:
        """Give every changed attribute its old value."""
        for name, old in self.old.items():
            restore(self.entity, name, old)


class UnitOfWork:
    """The changes of one session that are not committed."""

    __slots__ = ("_pending", "_sending")

    def __init__(self) -> None:
        """Start without changes."""
        # By identity of the object: two objects are never the same row within one session.
        self._pending: dict[int, Changes] = {}
        # What a commit is sending at this moment, in another thread perhaps.
        self._sending: dict[int, Changes] = {}

    def __bool__(self) -> bool:
        return any(changes.state is not NOT_SET for changes in self._pending.values())

    def __len__(self) -> int:
        """Return how many changes wait: written attributes, creations and deletions."""
        whole = ((changes.created is not None) + (changes.deleted is not None) for changes in self._pending.values())
        return sum(whole) + sum(len(changes.sent) for changes in self._pending.values())

    def entities(self) -> Iterator[tuple[Entity, Symbol]]:
        """Yield every entity with pending changes, and its state."""
        for changes in self._pending.values():
            if changes.state is not NOT_SET:
                yield changes.entity, changes.state

    def state(self, entity: Entity) -> Symbol:
        """Return CREATED, MODIFIED or DELETED, or NOT_SET for an entity without pending changes."""
        changes = self._pending.get(id(entity)) or self._sending.get(id(entity))
        return NOT_SET if changes is None else changes.state

    @property
    def shielding(self) -> bool:
        """Whether there is any entity with values that a row must not replace."""
        return bool(self._pending or self._sending)

    def refresh(self, entity: Entity, content: dict[str, Any]) -> None:
        """Take changed attributes of *entity* out of *content*, a row, and keep them as the values to go back to."""
        for pending in (self._pending, self._sending):
            changes = pending.get(id(entity))
            if changes is not None:
                for name in [name for name in content if name in changes.old]:
                    changes.old[name] = content.pop(name)

    def record_create(self, entity: Entity) -> Changes:
        """Remember that *entity* is new, and return its changes, for the values that it starts with."""
        changes = self._of(entity)
        changes.created = next(_PLACES)
        return changes

    def record_delete(self, entity: Entity) -> None:
        """Remember that *entity* is to be deleted."""
        self._of(entity).deleted = next(_PLACES)

    def record_write(self, entity: Entity, name: str, old: Any, twins: Iterable[tuple[str, Any]] = ()) -> None:
        """Remember that the attribute *name* of *entity* changed from *old*.

        *twins* are names and old values of the references or the key that change with it; they are not sent.
        """
        changes = self._pending.get(id(entity))
        if changes is None:
            changes = self._pending[id(entity)] = Changes(entity)
        if name not in changes.old:
            changes.old[name] = old
        changes.sent[name] = next(_PLACES)
        if not twins:
            return
        for twin, old_twin in twins:
            changes.old.setdefault(twin, old_twin)
            changes.sent.pop(twin, None)

    def _of(self, entity: Entity) -> Changes:
        return self._pending.setdefault(id(entity), Changes(entity))

    def revert(self, entity: Entity, names: Iterable[str]) -> None:
        """Take back what was written to the attributes *names* of *entity*."""
        changes = self._pending.get(id(entity))
        if changes is None:
            return
        for name in names:
            if name in changes.old:
                restore(entity, name, changes.old.pop(name))
            changes.sent.pop(name, None)
        if not changes.old and changes.state is NOT_SET:
            del self._pending[id(entity)]

    def forget(self, entity: Entity) -> None:
        """Forget all changes of *entity*; its values stay."""
        self._pending.pop(id(entity), None)

    def clear(self) -> None:
        """Forget all changes; the entities keep their values."""
        self._pending = {}

    def roll_back(self) -> list[Entity]:
        """Give every changed attribute its old value, forget all changes, and return the entities that never were."""
        pending = list(self._pending.values())
        self._pending = {}
        for changes in pending:
            changes.undo()
        return [changes.entity for changes in pending if changes.created is not None]

    def pending(self) -> list[Changes]:
        """Return all changes."""
        return list(self._pending.values())

    def take(self) -> list[Changes]:
        """Return all changes, to be sent; until `settle` or `give_back` they still shield the values of entities."""
        self._sending, self._pending = self._pending, {}
        return list(self._sending.values())

    def settle(self) -> None:
        """Forget what `take` returned: it is sent."""
        self._sending = {}

    def give_back(self) -> None:
        """Put back what `take` returned, together with what was recorded since: it was not sent."""
        newer, self._pending, self._sending = self._pending, self._sending, {}
        for number, changes in newer.items():
            before = self._pending.setdefault(number, changes)
            if before is not changes:
                before.absorb(changes)


def restore(entity: Entity, name: str, old: Any) -> None:
    """Give the attribute *name* of *entity* the value *old* again; NOT_SET means that it was not loaded."""
    content = vars(entity)
    current = content.get(name)
    if isinstance(old, Collection):
        old._restore_to(cast("Collection[Entity]", current))
    elif isinstance(current, MappedCollection) and isinstance(old, dict):
        current._restore(cast("dict[str, Any]", old))
    elif old is NOT_SET:
        content.pop(name, None)
    else:
        content[name] = old


def touched_references(changes: Changes) -> Iterator[Entity]:
    """Yield what the changed entity refers to, or referred to before: collections there may be out of date."""
    content = vars(changes.entity)
    whole = changes.created is not None or changes.deleted is not None
    for facts in changes.entity._ftrack_kinds[AttributeKind.REFERENCE]:
        if whole or facts.name in changes.old:
            for value in (content.get(facts.name), changes.old.get(facts.name)):
                if isinstance(value, Entity):
                    yield value
