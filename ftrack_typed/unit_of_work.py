"""Owns the changes that wait for a commit: records them, hands them over to be sent, and undoes them.

Each changed attribute keeps its first old value and the place of its last write; the new value is what the entity
holds. Cost follows the number of changes, never the number of entities that are known. Plain writes are noted in a
journal, which costs next to nothing and needs no lock, and folded into the changes when these are asked for.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias, cast

from .collection import Collection, MappedCollection
from .entity import Entity
from .errors import DeletedEntityError
from .facts import AttributeKind
from .operations import Operation
from .symbols import CREATED, DELETED, MODIFIED, NOT_SET, Symbol

_LOGGER: Final = logging.getLogger(__name__)

Journal: TypeAlias = "deque[tuple[Entity, str, Any, Any]]"
"""Plain writes in order: the entity, the name of the attribute, what it held and what it holds now."""

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
            for each in (name, *(twin.name for twin in self.entity._ftrack_twins.get(name, ()))):
                if each in self.old:
                    restore(self.entity, each, self.old.pop(each))
            return
        self.created = None
        self.sent.clear()
        self.old.clear()

    def delete(self) -> None:
        """Remember that the entity is to be deleted; from now on each write to it looks before it is noted."""
        self.deleted = next(_PLACES)
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
        twins = self.entity._ftrack_twins
        kept = {each for name in self.sent for each in (name, *(twin.name for twin in twins.get(name, ())))}
        done.old = {name: old for name, old in self.old.items() if name not in kept}
        self.old = {name: old for name, old in self.old.items() if name in kept}
        if done.created is not None:
            # What the entity started with and was overwritten was never sent: the server has a value of its own.
            self.old = dict.fromkeys(kept, NOT_SET)
        return done

    def undo(self) -> None:
        """Give every changed attribute its old value."""
        for name, old in self.old.items():
            restore(self.entity, name, old)


class UnitOfWork:
    """The changes of one session that are not committed."""

    __slots__ = ("_folding", "_recorded", "_sending", "_sending_pushed", "journal", "pushed")

    def __init__(self) -> None:
        """Start without changes."""
        # By identity of the object: two objects are never the same row within one session.
        self._recorded: dict[int, Changes] = {}
        self.journal: Journal = deque()
        """Plain writes that are not folded into the changes yet; each thread appends to it."""
        self._folding = threading.Lock()
        # What a commit is sending at this moment, in another thread perhaps.
        self._sending: dict[int, Changes] = {}
        self.pushed: dict[int, Operation] = {}
        """Operations that were put here as they are, by their places."""
        self._sending_pushed: dict[int, Operation] = {}

    @property
    def _pending(self) -> dict[int, Changes]:
        if self.journal:
            self.fold()
        return self._recorded

    def fold(self) -> None:
        """Take over what the journal has noted."""
        overtaken: list[tuple[Entity, str]] = []
        latest: dict[tuple[int, str], Any] = {}
        with self._folding:
            while self.journal:
                entity, name, old, value = self.journal.popleft()
                self._note(entity, name, old)
                if vars(entity).get(name, NOT_SET) is not value:
                    overtaken.append((entity, name))
                if overtaken:
                    latest[id(entity), name] = value
            # Written again, or a row was merged between a write and its note: what was noted last holds.
            for entity, name in overtaken:
                vars(entity)[name] = latest[id(entity), name]

    def __bool__(self) -> bool:
        return bool(self.pushed) or any(changes.state is not NOT_SET for changes in self._pending.values())

    def __len__(self) -> int:
        """Return how many changes wait: written attributes, creations and deletions."""
        whole = ((changes.created is not None) + (changes.deleted is not None) for changes in self._pending.values())
        return sum(whole) + sum(len(changes.sent) for changes in self._pending.values()) + len(self.pushed)

    def entities(self) -> Iterator[tuple[Entity, Symbol]]:
        """Yield every entity with pending changes, and its state."""
        for changes in self._pending.values():
            if changes.state is not NOT_SET:
                yield changes.entity, changes.state

    def entities_in(self, state: Symbol) -> list[Entity]:
        """Return the entities whose pending changes make them CREATED, MODIFIED or DELETED."""
        return [entity for entity, found in self.entities() if found is state]

    def old_values(self, entity: Entity) -> dict[str, Any]:
        """Return what the attributes of *entity* that changed since the last commit held before."""
        pending, sending = self._pending.get(id(entity)), self._sending.get(id(entity))
        return {**(pending.old if pending else {}), **(sending.old if sending else {})}

    def is_new(self, entity: Entity) -> bool:
        """Say whether the creation of *entity* is not committed yet."""
        changes = self._pending.get(id(entity)) or self._sending.get(id(entity))
        return changes is not None and changes.created is not None

    def written(self, entity: Entity) -> set[str]:
        """Return the names of the attributes of *entity* that wait to be sent."""
        pending, sending = self._pending.get(id(entity)), self._sending.get(id(entity))
        return {*(pending.sent if pending else ()), *(sending.sent if sending else ())}

    def state(self, entity: Entity) -> Symbol:
        """Return CREATED, MODIFIED or DELETED, or NOT_SET for an entity without pending changes."""
        changes = self._pending.get(id(entity)) or self._sending.get(id(entity))
        return NOT_SET if changes is None else changes.state

    @property
    def shielding(self) -> bool:
        """Whether there is any entity with values that a row must not replace."""
        return bool(self.journal or self._recorded or self._sending)

    def refresh(self, entity: Entity, content: dict[str, Any]) -> None:
        """Take changed attributes of *entity* out of *content*, a row, and keep them as the values to go back to."""
        for pending in (self._pending, self._sending):
            changes = pending.get(id(entity))
            if changes is not None:
                for name in [name for name in content if name in changes.old]:
                    changes.old[name] = content.pop(name)
                    # Its other form is looked up again, should the change be taken back.
                    for twin in entity._ftrack_twins.get(name, ()):
                        if twin.name in changes.old and twin.name not in content:
                            changes.old[twin.name] = NOT_SET

    def push(self, operation: Operation) -> None:
        """Send *operation* as it is, after what is recorded so far."""
        self.pushed[next(_PLACES)] = operation

    def record_create(self, entity: Entity) -> Changes:
        """Remember that *entity* is new, and return its changes, for the values that it starts with."""
        changes = self._of(entity)
        changes.created = next(_PLACES)
        return changes

    def record_delete(self, entity: Entity) -> None:
        """Remember that *entity* is to be deleted."""
        self._of(entity).delete()

    def record_write(self, entity: Entity, name: str, old: Any, twins: Iterable[tuple[str, Any]] = ()) -> None:
        """Remember that the attribute *name* of *entity* changed from *old*.

        *twins* are names and old values of the references or the key that change with it; they are not sent.
        """
        changes = self._pending.get(id(entity))
        if changes is not None and changes.deleted is not None:
            raise DeletedEntityError(entity, f"{name} cannot change, its deletion waits for the commit")
        changes = self._note(entity, name, old)
        for twin, old_twin in twins:
            changes.old.setdefault(twin, old_twin)
            changes.sent.pop(twin, None)

    def _of(self, entity: Entity) -> Changes:
        return self._pending.setdefault(id(entity), Changes(entity))

    def _note(self, entity: Entity, name: str, old: Any) -> Changes:
        """Remember that the attribute *name* of *entity* changed from *old*, and return all changes of the entity."""
        changes = self._recorded.get(id(entity))
        if changes is None:
            changes = self._recorded[id(entity)] = Changes(entity)
        if name not in changes.old:
            changes.old[name] = old
        changes.sent[name] = next(_PLACES)
        return changes

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
        changes = self._pending.pop(id(entity), None)
        if changes is not None:
            changes.keep()

    def clear(self) -> None:
        """Forget all changes; the entities keep their values."""
        for changes in self._pending.values():
            changes.keep()
        self._recorded, self.pushed = {}, {}

    def abandon(self, what: str) -> None:
        """Forget all changes, with a warning where there are any; *what* happened to the session."""
        if self:
            _LOGGER.warning("A session is %s with %d changes that were not committed.", what, len(self))
        self.clear()

    def forget_last(self) -> None:
        """Take back the write that was made last, or forget the creation or deletion; raise IndexError without any."""
        places = [(place, None) for place in self.pushed]
        last, changes = max([*places, *((each.last, each) for each in self._pending.values())], default=(-1, None))
        if last < 0:
            raise IndexError("nothing waits for a commit")
        if changes is None:
            del self.pushed[last]
        else:
            changes.forget(last)
            if not changes.old and changes.state is NOT_SET:
                del self._pending[id(changes.entity)]

    def roll_back(self) -> list[Entity]:
        """Give every changed attribute its old value, forget all changes, and return the entities that never were."""
        pending = list(self._pending.values())
        self.clear()
        for changes in pending:
            changes.undo()
        return [changes.entity for changes in pending if changes.created is not None]

    def pending(self) -> list[Changes]:
        """Return all changes."""
        return list(self._pending.values())

    def take(self) -> list[Changes]:
        """Return all changes, to be sent; until `settle` or `give_back` they still shield the values of entities."""
        self._sending, self._recorded = self._pending, {}
        self._sending_pushed, self.pushed = self.pushed, {}
        return list(self._sending.values())

    def settle(self) -> None:
        """Forget what `take` returned: it is sent."""
        self._sending, self._sending_pushed = {}, {}

    def settle_before(self, entities: Iterable[Entity], place: int) -> list[Changes]:
        """Forget, of what `take` returned, the changes of *entities* with places before *place*, and return them."""
        settled = []
        for entity in entities:
            changes = self._sending[id(entity)]
            if not changes.is_sent or max(changes.places(), default=-1) < place:
                settled.append(self._sending.pop(id(entity)))
            else:
                settled.append(changes.part_before(place))
        self._sending_pushed = {at: each for at, each in self._sending_pushed.items() if at >= place}
        return settled

    @property
    def is_sending(self) -> bool:
        """Whether a commit is under way."""
        return bool(self._sending or self._sending_pushed)

    def give_back(self) -> None:
        """Put back what `take` returned, together with what was recorded since: it was not sent."""
        newer, self._recorded, self._sending = self._pending, self._sending, {}
        self.pushed, self._sending_pushed = {**self._sending_pushed, **self.pushed}, {}
        for number, changes in newer.items():
            before = self._pending.setdefault(number, changes)
            if before is not changes:
                before.absorb(changes)


def restore(entity: Entity, name: str, old: Any) -> None:
    """Give the attribute *name* of *entity* the value *old* again; NOT_SET means that it was not loaded."""
    content = vars(entity)
    current = content.get(name)
    if isinstance(old, Collection) and isinstance(current, Collection):
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
