"""Owns the typed records of what a commit changed: `Update` of one entity, `Change` of one attribute of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar, cast, overload

import attrs

from ..entity import Entity
from ..errors import NotFoundError
from ..lookup import by_key
from .decoding import decoded_value
from .interest import Interest, interest_of

if TYPE_CHECKING:
    from ..events import Event
    from ..query.expressions import ScalarPath
    from ..session import Session
    from ..state import SessionState
    from .columns import Columns

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
E = TypeVar("E", bound=Entity)

Action: TypeAlias = Literal["add", "update", "remove", "move", "encoded"]
"""What was done to the entity; a move is an update that gives it another parent (protocol section 7.7)."""


@attrs.frozen
class Actor:
    """The user who made a change; what the event does not say is None."""

    id: str | None
    username: str | None
    name: str | None


@attrs.frozen
class Told:
    """One entity of one ``ftrack.update``, and the session that heard of it."""

    event: Event
    raw: Mapping[str, Any]
    entity_type: type[Entity]
    state: SessionState
    columns: Columns

    @property
    def action(self) -> Action:
        """What was done."""
        return cast("Action", self.raw.get("action"))

    @property
    def changes(self) -> Mapping[str, Any]:
        """Old and new values by the server's older names."""
        found = self.raw.get("changes")
        return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}

    @property
    def key(self) -> tuple[str, ...] | None:
        """The primary key, or None where the event does not have all of it."""
        whole = self.raw.get("entityKey")
        parts = cast("list[object]", whole) if isinstance(whole, list) else [self.raw.get("entityId")]
        key = tuple(str(part) for part in parts if part)
        return key if len(key) == len(self.entity_type.primary_key_attributes) else None

    def known(self) -> Entity | None:
        """Return the entity, if the session knows it."""
        return None if self.key is None else self.state.identity.find(self.entity_type, self.key)

    def found(self) -> Entity | None:
        """Return the entity; the server is asked where the session does not know it, unless it was removed."""
        if self.action == "remove" or self.key is None:
            return self.known()
        return by_key(self.state, self.entity_type, self.key)

    def has(self, interest: Interest) -> bool:
        """Return whether it is of that entity type, and the attribute among what changed."""
        if not issubclass(self.entity_type, self.state.entity_type(interest.root)):
            return False
        return interest.whole or interest.found(self.entity_type, self.changes, self.columns) is not None


class Update:
    """What one commit did to one entity."""

    def __init__(self, told: Told) -> None:
        """Read from *told*; nothing is loaded before it is asked for."""
        self._told = told

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.action} {self.entity_type}({self.entity_id})>"

    @property
    def session(self) -> Session:
        """The session that heard of it."""
        return self._told.state.session

    @property
    def event(self) -> Event:
        """The event as it came, about all that the commit changed."""
        return self._told.event

    @property
    def raw(self) -> Mapping[str, Any]:
        """What the event says of this entity, under the server's own names."""
        return self._told.raw

    @property
    def action(self) -> Action:
        """What was done to the entity."""
        return self._told.action

    @property
    def entity_type(self) -> str:
        """Name of the entity's type, such as ``Shot``."""
        return self._told.entity_type.entity_type

    @property
    def entity_id(self) -> str:
        """Id of the entity."""
        return str(self._told.raw.get("entityId") or "")

    @property
    def entity(self) -> Entity | None:
        """The entity, loaded where the session does not know it; None where it does not exist any more."""
        return self._told.found()

    def entity_as(self, entity_type: type[E]) -> E:
        """Return the entity as an *entity_type*; raise NotFoundError where it is gone, else TypeError."""
        found = self.entity
        if found is None:
            raise NotFoundError(f"{self.entity_type} {self.entity_id} does not exist any more")
        if not isinstance(found, entity_type):
            raise TypeError(f"the changed entity is a {found.entity_type}, no {entity_type.entity_type}")
        return found

    @property
    def user(self) -> Actor:
        """Who made the change (protocol section 7.7)."""
        said, source = self.event["data"].get("user"), self.event["source"].get("user")
        told, by = (each if isinstance(each, Mapping) else {} for each in (said, source))
        return Actor(told.get("userid") or by.get("id"), by.get("username"), told.get("name"))

    @overload
    def change(self, what: ScalarPath[T]) -> Change[T | None] | None: ...
    @overload
    def change(self, what: type[E]) -> Change[E | None] | None: ...
    def change(self, what: object) -> Change[Any] | None:
        """Return what the same commit changed of another attribute of the entity, or None where it did not.

        ``update.change(Task.status)``; raise QueryError as `Session.on` does.
        """
        interest = interest_of(what)
        return Change[Any](self._told, interest) if self._told.has(interest) else None


class Change(Update, Generic[T_co]):
    """What one commit did to one attribute of one entity, or to the entity as a whole."""

    def __init__(self, told: Told, interest: Interest) -> None:
        """Read the attribute *interest* from *told*."""
        super().__init__(told)
        self._interest = interest

    def __repr__(self) -> str:
        what = f"{self.entity_type}({self.entity_id}){'.' if self.attribute else ''}{self.attribute}"
        return f"<{type(self).__name__} {self.action} {what}: {self._raw('old')!r} -> {self._raw('new')!r}>"

    @property
    def attribute(self) -> str:
        """Name of the attribute in Python; the key of a custom attribute; "" for the entity as a whole."""
        return self._interest.name

    @property
    def old(self) -> T_co:
        """The value before: None where the entity was added; an entity where the attribute is a reference.

        An entity is loaded where the session does not know it, and None where it does not exist any more. Raise
        ValueError where the event has a value that is none of the attribute's type.
        """
        return cast("T_co", self._value("old", gone="add"))

    @property
    def new(self) -> T_co:
        """The value after: None where the entity was removed; else as `old`."""
        return cast("T_co", self._value("new", gone="remove"))

    @property
    def old_id(self) -> str | None:
        """Id of what a reference led to before; nothing is loaded. None for other attributes."""
        return self._id("old", gone="add")

    @property
    def new_id(self) -> str | None:
        """Id of what a reference leads to now; nothing is loaded. None for other attributes."""
        return self._id("new", gone="remove")

    def _raw(self, which: Literal["old", "new"]) -> Any:
        found = self._interest.found(self._told.entity_type, self._told.changes, self._told.columns)
        return None if found is None else found.get(which)

    def _id(self, which: Literal["old", "new"], gone: Action) -> str | None:
        if self._interest.whole:
            return None if self.action == gone else self.entity_id
        value = self._raw(which)
        return None if value is None or self._interest.target is None else str(value)

    def _value(self, which: Literal["old", "new"], gone: Action) -> Any:
        if self._interest.whole:
            return None if self.action == gone else self._told.found()
        target = self._interest.target
        if target is None:
            return decoded_value(self._interest.value_type, self._raw(which))
        identifier = self._id(which, gone)
        state = self._told.state
        return None if not identifier else by_key(state, state.entity_type(target), identifier)
