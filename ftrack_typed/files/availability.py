"""Owns how much of a component is where (session.md section 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .members import expanded, members_of
from .registrations import registrations, rows

if TYPE_CHECKING:
    from ..entity import Entity
    from ..state import SessionState


def availabilities(
    state: SessionState, components: Sequence[Entity], locations: Sequence[Entity] | None
) -> list[dict[str, float]]:
    """Return for each of *components* per cent by location id, of *locations* or of all.

    A container has the mean of its members, an empty one what is said of itself; the server is asked each time.
    """
    everything = expanded(components, recursive=True)
    stored = [each["id"] for each in everything if not state.unit.is_new(each) and not members_of(each)]
    if locations is None:
        location_ids = [row["id"] for row in rows(state, ["select id from Location"])]
    else:
        location_ids = [location["id"] for location in locations]
    places: dict[str, set[str]] = {}
    for each in registrations(state, stored):
        places.setdefault(each.component_id, set()).add(each.location_id)
    return [{each: _percent(component, each, places) for each in location_ids} for component in components]


def _percent(component: Entity, location_id: str, places: Mapping[str, set[str]]) -> float:
    return min(100.0, max(0.0, round(_share(component, location_id, places) * 100, 9)))


def _share(
    component: Entity, location_id: str, places: Mapping[str, set[str]], around: tuple[Entity, ...] = ()
) -> float:
    """Return how much of *component* is there, from 0 to 1; what is *around* it does not count as its member."""
    around = (*around, component)
    members = [member for member in members_of(component) if not any(member is each for each in around)]
    if members:
        return sum(_share(member, location_id, places, around) for member in members) / len(members)
    return float(location_id in places.get(component["id"], ()))
