"""Owns what is pending for one entity: the old values and the places of its changes, and how they are taken back."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from .collection import Collection, MappedCollection
from .entity import Entity
from .facts import AttributeFacts, AttributeKind
from .symbols import CREATED, DELETED, MODIFIED, NOT_SET, Symbol

PLACES = itertools.count()
"""Numbers of recorded changes, in the order in which they were made."""


class Reread(dict[str, Any]):
    """What a mapping held before it was changed here, where it was read again since.

    What is sent is told by this. What the mapping goes back to is `read`, which others may have written to.
    """

    def __init__(self, before: Mapping[str, Any], read: Mapping[str, Any]) -> None:
        super().__init__(before)
        self.read = dict(read)


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

    def starts_with(self, names: Iterable[str]) -> None:
        """Remember that the entity, a new one, starts with values for *names*; its keys are sent without that."""
        self.sent.update(zip(names, PLACES, strict=False))

    @property
    def state(self) -> Symbol:
        """CREATED, MODIFIED or DELETED, or NOT_SET where nothing is left of the changes."""
        if self.deleted is not None:
            return DELETED
        if self.created is not None:
            return CREATED
        return MODIFIED if self.sent else NOT_SET

    @property
    def last(self) -> int:
        """The place of the last change that is sent; -1 where there is none."""
        places = (self.created, self.deleted, *self.sent.values())
        return max((place for place in places if place is not None), default=-1)

    def forget(self, last: int) -> None:
        """Take back the write at the place *last*, or forget the deletion there, or the whole creation."""
        if self.deleted == last:
            self.keep()
            return
        name = next((name for name, place in self.sent.items() if place == last), None)
        if name is not None and name in self.old:
            del self.sent[name]
            if self.created is not None and self.old[name] is not NOT_SET:
                self.sent[name] = self.created  # the entity started with a value, which is sent again
            for each in forms(self.entity, name):
                if each in self.old:
                    restore(self.entity, each, self.old.pop(each))
            return
        self.created = None
        self.sent.clear()
        self.old.clear()

    def delete(self) -> None:
        """Remember that the entity is to be deleted; from now on each write to it looks before it is noted."""
        self.deleted = next(PLACES)
        vars(self.entity).setdefault("_ftrack_deleted", "")

    def keep(self) -> None:
        """Forget the deletion."""
        self.deleted = None
        if vars(self.entity).get("_ftrack_deleted") == "":
            del vars(self.entity)["_ftrack_deleted"]

    def absorb(self, newer: Changes) -> None:
        """Take over what was recorded after this."""
        self.old = {**newer.old, **self.old}
        self.sent.update(newer.sent)
        self.created = self.created if newer.created is None else newer.created
        self.deleted = self.deleted if newer.deleted is None else newer.deleted

    @property
    def is_sent(self) -> bool:
        """Whether a commit sends anything of it: what was created and deleted comes to nothing."""
        return self.created is None or self.deleted is None

    def places(self) -> Iterator[int]:
        """Yield the places of what a commit sends: of a deletion, that alone."""
        if self.deleted is not None:
            yield self.deleted
            return
        if self.created is not None:
            yield self.created
        yield from self.sent.values()

    def part_before(self, place: int) -> Changes:
        """Take out what has a place before *place*, and return it; something of this has to stay."""
        done = Changes(self.entity)
        done.created, self.created = self.created, None
        done.sent = {name: at for name, at in self.sent.items() if at < place}
        self.sent = {name: at for name, at in self.sent.items() if at >= place}
        kept = {each for name in self.sent for each in forms(self.entity, name)}
        done.old = {name: old for name, old in self.old.items() if name not in kept}
        self.old = {name: old for name, old in self.old.items() if name in kept}
        if done.created is not None:
            # A creation leaves out what a later part sends: of that the server has a value of its own until then.
            self.old = dict.fromkeys(kept, NOT_SET)
        return done

    def undo(self) -> None:
        """Give every changed attribute its old value."""
        for name, old in self.old.items():
            restore(self.entity, name, old)


def forms(entity: Entity, name: str) -> tuple[str, ...]:
    """Return *name* and the names of its twins: a reference of *entity* and its key are forms of one value."""
    return (name, *(twin.name for twin in entity._ftrack_twins.get(name, ())))


def restore(entity: Entity, name: str, old: Any) -> None:
    """Give the attribute *name* of *entity* the value *old* again; NOT_SET means that it was not loaded."""
    content = vars(entity)
    current = content.get(name)
    if isinstance(old, Collection) and isinstance(current, Collection):
        old._restore_to(cast("Collection[Entity]", current))
    elif isinstance(current, MappedCollection) and isinstance(old, dict):
        current._restore(old.read if isinstance(old, Reread) else cast("dict[str, Any]", old))
    elif old is NOT_SET:
        content.pop(name, None)
    else:
        content[name] = old


def touched_references(changes: Changes) -> Iterator[tuple[AttributeFacts, Any]]:
    """Yield what the changed entity refers to, or referred to before, with the facts of the reference.

    Collections there may be out of date. What it referred to is the key alone where no more is known of that.
    """
    content, old = vars(changes.entity), changes.old
    whole = changes.created is not None or changes.deleted is not None
    for facts in changes.entity._ftrack_kinds[AttributeKind.REFERENCE]:
        name = facts.name
        if name in content and (whole or name in old) and isinstance(content[name], Entity):
            yield facts, content[name]
        if name in old:
            if isinstance(old[name], Entity):
                yield facts, old[name]
            elif old[name] is NOT_SET:
                twins = changes.entity._ftrack_twins.get(name, ())
                yield from ((facts, old[twin.name]) for twin in twins if isinstance(old.get(twin.name), str))


def moved_items(changes: Changes) -> Iterator[tuple[Entity, bool]]:
    """Yield what came into the collections of the changed entity, and True, and what left them, and False."""
    content, old = vars(changes.entity), changes.old
    for facts in changes.entity._ftrack_kinds[AttributeKind.COLLECTION]:
        if facts.name in changes.sent:
            now, before = (
                dict.fromkeys(cast("Collection[Entity]", held)) if isinstance(held, Collection) else {}
                for held in (content.get(facts.name), old.get(facts.name))
            )
            yield from ((item, True) for item in now if item not in before)
            yield from ((item, False) for item in before if item not in now)
