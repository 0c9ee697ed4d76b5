"""Owns the changes that wait for a commit: records them, hands them over to be sent, and undoes them.

Each changed attribute keeps its first old value and the place of its last write; the new value is what the entity
holds. Cost follows the number of changes, never the number of entities that are known. Plain writes are noted in a
journal, which costs next to nothing and needs no lock, and folded into the changes when these are asked for.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .changes import PLACES, Changes, Reread, restore
from .collection import MappedCollection, rebased
from .entity import Entity
from .errors import DeletedEntityError
from .symbols import NOT_SET, Symbol

if TYPE_CHECKING:
    from .operations import Operation

_LOGGER: Final = logging.getLogger(__name__)

Journal: TypeAlias = "deque[tuple[Entity, str, Any, Any]]"
"""Plain writes in order: the entity, the name of the attribute, what it held and what it holds now."""


class UnitOfWork:
    """The changes of one session that are not committed."""

    __slots__ = ("_folding", "_recorded", "_sending", "journal", "pushed", "sending_pushed")

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
        self.sending_pushed: dict[int, Operation] = {}

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

    def _cut(self) -> dict[int, Changes]:
        """Return all changes so far, and start with none; not one that another thread notes meanwhile is lost."""
        self.fold()
        with self._folding:
            changes, self._recorded = self._recorded, {}
        return changes

    def __bool__(self) -> bool:
        return bool(self.pushed) or any(changes.state is not NOT_SET for changes in self.pending())

    def __len__(self) -> int:
        """Return how many changes wait: written attributes, creations and deletions."""
        pending = self.pending()
        whole = ((changes.created is not None) + (changes.deleted is not None) for changes in pending)
        return sum(whole) + sum(len(changes.sent) for changes in pending) + len(self.pushed)

    def entities(self) -> Iterator[tuple[Entity, Symbol]]:
        """Yield every entity with pending changes, and its state."""
        for changes in self.pending():
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
        # What is being sent goes first: a row does not know of it yet, and what was written since goes back to that.
        for pending in (self._sending, self._pending):
            changes = pending.get(id(entity))
            if changes is not None:
                for name in [name for name in content if name in changes.old]:
                    value = content.pop(name)
                    if isinstance(value, MappedCollection):
                        value = self._reread(entity, name, value, changes.old[name])
                    changes.old[name] = value
                    # Its other form is looked up again, should the change be taken back.
                    for twin in entity._ftrack_twins.get(name, ()):
                        if twin.name in changes.old and twin.name not in content:
                            changes.old[twin.name] = NOT_SET

    def _reread(self, entity: Entity, name: str, read: MappedCollection[Any], before: Any) -> dict[str, Any]:
        """Return what is to be known of the mapping *name* of *entity*, changed since *before*, that was *read* again.

        It shows what it showed until the changes are sent or taken back. A key that nobody wrote here is not sent: that
        would undo what others made of it.
        """
        if not isinstance(before, dict):
            return dict(read._values)
        newer = self._pending.get(id(entity))
        later = None if newer is None else newer.old.get(name)
        if newer is not None and isinstance(later, dict) and later is not before:
            # It was written again while the first is being sent.
            newer.old[name] = Reread(later, rebased(later, before, read._values))
        return Reread(before, read._values)

    def outdate(self, entity: Entity, names: Iterable[str]) -> None:
        """Forget the values to go back to of the changed attributes *names* of *entity*: they load again then."""
        for pending in (self._pending, self._sending):
            changes = pending.get(id(entity))
            if changes is not None:
                changes.old.update((name, NOT_SET) for name in names if name in changes.old)

    def push(self, operation: Operation) -> None:
        """Send *operation* as it is, after what is recorded so far."""
        self.fold()
        self.pushed[next(PLACES)] = operation

    def record_create(self, entity: Entity) -> Changes:
        """Remember that *entity* is new, and return its changes, for the values that it starts with."""
        changes = self._of(entity)
        changes.created = next(PLACES)
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

    def record_shown(self, entity: Entity, name: str, before: Any) -> None:
        """Remember that the attribute *name* of *entity* held *before*; what changed it is sent with something else."""
        changes = self._of(entity)
        changes.old.setdefault(name, before)
        if name in changes.sent:
            # What is sent has what came in as well, so it goes after the creation of that.
            changes.sent[name] = next(PLACES)

    def _of(self, entity: Entity) -> Changes:
        return self._pending.setdefault(id(entity), Changes(entity))

    def _note(self, entity: Entity, name: str, old: Any) -> Changes:
        """Remember that the attribute *name* of *entity* changed from *old*, and return all changes of the entity."""
        # Threads fold and record at the same time: only steps that no other can divide are taken here.
        changes = self._recorded.get(id(entity)) or self._recorded.setdefault(id(entity), Changes(entity))
        changes.old.setdefault(name, old)
        changes.sent[name] = next(PLACES)
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
        self.pushed = {}
        for changes in self._cut().values():
            changes.keep()

    def abandon(self, what: str) -> None:
        """Forget all changes, with a warning where there are any; *what* happened to the session."""
        if self:
            _LOGGER.warning("A session is %s with %d changes that were not committed.", what, len(self))
        self.clear()

    def forget_last(self) -> None:
        """Take back the write that was made last, or forget the creation or deletion; raise IndexError without any."""
        places = [(place, None) for place in self.pushed]
        last, changes = max([*places, *((each.last, each) for each in self.pending())], default=(-1, None))
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
        self.pushed = {}
        pending = self._cut().values()
        for changes in pending:
            changes.keep()
            changes.undo()
        return [changes.entity for changes in pending if changes.created is not None]

    def pending(self) -> list[Changes]:
        """Return all changes."""
        return list(self._pending.values())

    def take(self) -> list[Changes]:
        """Return all changes, to be sent; until `settle` or `give_back` they still shield the values of entities."""
        self._sending = self._cut()
        self.sending_pushed, self.pushed = self.pushed, {}
        return list(self._sending.values())

    def settle(self) -> None:
        """Forget what `take` returned: it is sent."""
        self._sending, self.sending_pushed = {}, {}

    def settle_before(self, entities: Iterable[Entity], place: int) -> list[Changes]:
        """Forget, of what `take` returned, the changes of *entities* with places before *place*, and return them."""
        settled = []
        for entity in entities:
            changes = self._sending[id(entity)]
            if not changes.is_sent or max(changes.places(), default=-1) < place:
                settled.append(self._sending.pop(id(entity)))
            else:
                settled.append(changes.part_before(place))
        self.sending_pushed = {at: each for at, each in self.sending_pushed.items() if at >= place}
        return settled

    def mark(self) -> int:
        """Return a place that is after all changes so far, and before all that come."""
        return next(PLACES)

    @property
    def is_sending(self) -> bool:
        """Whether a commit is under way."""
        return bool(self._sending or self.sending_pushed)

    def give_back(self) -> None:
        """Put back what `take` returned, together with what was recorded since: it was not sent."""
        self.fold()
        with self._folding:
            newer, self._recorded, self._sending = self._recorded, self._sending, {}
            self.pushed, self.sending_pushed = {**self.sending_pushed, **self.pushed}, {}
            for number, changes in newer.items():
                before = self._recorded.setdefault(number, changes)
                if before is not changes:
                    before.absorb(changes)
