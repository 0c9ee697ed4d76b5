"""Owns `Selection`: the entities that a user has selected, loaded when they are asked for (protocol section 7.8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from ..entity import Entity
from ..errors import FtrackError
from ..query.syntax import Membership, Path, Step

if TYPE_CHECKING:
    from ..events import Event
    from ..session import Session

E = TypeVar("E", bound=Entity)

_TYPES: Final[Mapping[str, str]] = {
    # Entity type by the name that clients give to it in a selection: that of the server's older model.
    "asset": "Asset",
    "assetversion": "AssetVersion",
    "component": "Component",
    "list": "List",
    "note": "Note",
    "reviewsession": "ReviewSession",
    "show": "Project",
    "task": "TypedContext",
    "user": "User",
}


class Selection:
    """What is selected, in the order in which it was; empty where nothing is."""

    def __init__(self, session: Session, event: Event) -> None:
        """Read the selection of *event*; entries that make no sense are passed over."""
        self.session = session
        self.event = event
        self._ids: dict[str, type[Entity]] = {}
        data = event["data"]
        entries = cast("Mapping[str, Any]", data).get("selection") if isinstance(data, Mapping) else None
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping) and entry.get("entityId") and entry.get("entityType"):
                self._add(str(entry["entityId"]), str(entry["entityType"]))

    def _add(self, identifier: str, name: str) -> None:
        try:
            self._ids[identifier] = self.session.types[_TYPES.get(name.lower(), name)]
        except (KeyError, FtrackError):
            # Such as a type of a newer client: nobody can ask for it.
            return

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {[f'{each.__name__}({name})' for name, each in self._ids.items()]}>"

    @property
    def user(self) -> str | None:
        """Name of the user who has selected it."""
        user = self.event["source"].get("user")
        return cast("str | None", user.get("username")) if isinstance(user, dict) else None

    def may_hold(self, entity_type: type[Entity]) -> bool:
        """Return whether an *entity_type* may be selected; nothing is asked of the server.

        Selections tell tasks from projects, but not tasks from shots.
        """
        return any(_related(entity_type, base) for base in self._ids.values())

    def of(self, entity_type: type[E]) -> list[E]:
        """Return the selected entities that are an *entity_type*, by at most one request."""
        identifiers = [each for each, base in self._ids.items() if _related(entity_type, base)]
        if not identifiers:
            return []
        wanted = Membership(Path((Step("id"),)), tuple(identifiers))
        found = {entity._ftrack_first_key(): entity for entity in self.session.query(entity_type).where(wanted)}
        return [found[each] for each in identifiers if each in found]


def _related(entity_type: type[Entity], base: type[Entity]) -> bool:
    return issubclass(entity_type, base) or issubclass(base, entity_type)
