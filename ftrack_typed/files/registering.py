"""Owns the rows that say that components are in a location: making them in one commit, and taking them back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from ..behaviours.sessions import working
from ..errors import ComponentInLocationError, ServerError
from .registrations import Registration, registrations

if TYPE_CHECKING:
    from ..entity import Entity
    from .session_files import SessionFiles

_NAMESPACE: Final = uuid.UUID("5f0c3a52-8f6e-4b8e-9d8b-0d9b7f0f5c11")
"""Of the ids that `registration_id` makes; any other would do, but it must never change."""


def registration_id(component_id: str, location_id: str) -> str:
    """Return the id of the row that says that a component is in a location.

    It is always the same, so that of two programs that register one component in one location at once the server
    refuses the second.
    """
    return str(uuid.uuid5(_NAMESPACE, f"{component_id}/{location_id}"))


def register(
    files: SessionFiles,
    location: Entity,
    places: Sequence[tuple[Entity, str]],
    remove_copies: Callable[[Sequence[Registration]], object],
) -> None:
    """Commit that components are in *location*, each under a resource identifier as it is stored.

    Where the server refuses, no row waits for another commit. Raise ComponentInLocationError where somebody else was
    faster: *remove_copies* is called with what is registered, and is theirs.
    """
    try:
        with working(location) as work:
            for component, identifier in places:
                values = {
                    "id": registration_id(component["id"], location["id"]),
                    "component": component,
                    "location": location,
                    "resource_identifier": identifier,
                }
                work.create("ComponentLocation", values)
            work.session.commit()
    except ServerError as error:
        by_id = {component["id"]: component for component, _ in places}
        theirs = registrations(files.state, by_id, location["id"])
        if not theirs:
            raise
        remove_copies(theirs)
        present = [by_id[each.component_id] for each in theirs]
        raise ComponentInLocationError(present, location) from error
