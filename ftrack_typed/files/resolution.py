"""Owns how components are found in a location: by what the server says, or by what the session remembers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..errors import ComponentNotInLocationError
from .registrations import registrations

if TYPE_CHECKING:
    from ..entity import Entity
    from .session_files import SessionFiles


def known_identifiers(files: SessionFiles, location: Entity, components: Iterable[Entity]) -> dict[str, str]:
    """Return by component id the resource identifiers, as stored, of those of *components* that are in *location*.

    Components that are not committed are in no location of the server's, which is not asked for them.
    """
    ids = [component["id"] for component in components]
    remembered = files.storage(location).remembered
    if remembered is not None:
        return {each: remembered[each] for each in ids if each in remembered}
    unit = files.state.unit
    stored = [component["id"] for component in components if not unit.is_new(component)]
    found = registrations(files.state, stored, location["id"])
    return {each.component_id: each.resource_identifier for each in found}


def resource_identifiers(files: SessionFiles, location: Entity, components: Sequence[Entity]) -> list[str]:
    """Return the resource identifier of each of *components*; raise ComponentNotInLocationError naming the others."""
    known = known_identifiers(files, location, components)
    missing = [component for component in components if component["id"] not in known]
    if missing:
        raise ComponentNotInLocationError(missing, location)
    transformer = files.storage(location).transformer
    found = [(component, known[component["id"]]) for component in components]
    if transformer is None:
        return [identifier for _, identifier in found]
    return [transformer.decode(identifier, {"component": component}) for component, identifier in found]
