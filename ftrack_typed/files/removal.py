"""Owns the removing of components from a location: their data, and what the server says of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ..behaviours.sessions import working
from ..errors import AccessorResourceNotFoundError, ComponentNotInLocationError, LocationError
from ..reconstruction import reconstruct
from ..symbols import COMPONENT_REMOVED_FROM_LOCATION_TOPIC
from .members import expanded, is_container, is_sequence
from .registrations import Registration, registrations

if TYPE_CHECKING:
    from ..entity import Entity
    from .session_files import SessionFiles

_LOGGER: Final = logging.getLogger(__name__)

Place = tuple["Entity", str, "Registration | None"]
"""A component, its resource identifier, and the row that says so."""


def remove_components(files: SessionFiles, location: Entity, components: Sequence[Entity], recursive: bool) -> None:
    """Remove *components* from *location*; raise ComponentNotInLocationError or LocationError."""
    wanted = expanded(components, recursive)
    if not wanted:
        return
    files.check_recording(location)
    places = _places(files, location, wanted)
    removed: list[Place] = []
    try:
        if files.storage(location).moves_data:
            _remove_data(files, location, places, removed)
        else:
            removed = places
    except Exception as error:
        _forget(files, location, removed)
        done = tuple(component for component, _, _ in removed)
        message = f"Failed to remove {len(places)} component(s) from location {location}: {error}; {len(done)} are gone"
        raise LocationError(message, {"removed": done, "location": location}) from error
    _forget(files, location, removed)


def _places(files: SessionFiles, location: Entity, components: Sequence[Entity]) -> list[Place]:
    storage = files.storage(location)
    by_id = {component["id"]: component for component in components}
    if storage.remembered is not None:
        known = storage.remembered
        places: list[Place] = [(by_id[each], known[each], None) for each in by_id if each in known]
    else:
        places = [
            (by_id[each.component_id], each.resource_identifier, each)
            for each in registrations(files.state, by_id, location["id"])
        ]
    present = {component["id"] for component, _, _ in places}
    missing = [component for component in components if component["id"] not in present]
    if missing:
        raise ComponentNotInLocationError(missing, location)
    # Members before what they are in, as they were given.
    order = {component_id: number for number, component_id in enumerate(by_id)}
    return sorted(places, key=lambda place: order[place[0]["id"]])


def _remove_data(files: SessionFiles, location: Entity, places: Sequence[Place], removed: list[Place]) -> None:
    """Remove the data of *places*, and append to *removed* each that is gone."""
    accessor, transformer = files.accessor(location), files.storage(location).transformer
    for place in places:
        component, identifier, _ = place
        if transformer is not None:
            identifier = transformer.decode(identifier, {"component": component})
        try:
            if is_sequence(component):
                pass  # its frames are its data
            elif is_container(component):
                accessor.remove_container(identifier)
            else:
                accessor.remove(identifier)
        except AccessorResourceNotFoundError:
            _LOGGER.warning("%s of %r was gone already.", identifier, component)
        removed.append(place)


def _forget(files: SessionFiles, location: Entity, removed: Sequence[Place]) -> None:
    """Commit that what was removed is not here any more."""
    if not removed:
        return
    storage = files.storage(location)
    if storage.remembered is not None:
        for component, _, _ in removed:
            storage.remembered.pop(component["id"], None)
    else:
        row_type = files.state.entity_type("ComponentLocation")
        with working(location) as work:
            for component, _, row in removed:
                if row is not None:
                    values = {"id": row.id, "component_id": component["id"], "location_id": location["id"]}
                    work.delete(reconstruct(files.state, row_type, values))
            work.session.commit()
    files.tell(COMPONENT_REMOVED_FROM_LOCATION_TOPIC, location, [component for component, _, _ in removed])
