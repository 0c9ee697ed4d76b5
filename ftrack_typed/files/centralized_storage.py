"""Owns the centralized storage scenario: one disk location for the whole site (protocol section 8.5, session.md 25)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from ..errors import LocationError
from .disk import DiskAccessor
from .standard_structure import StandardStructure
from .storage import Storage

if TYPE_CHECKING:
    from ..events import Event, EventHub
    from .session_files import SessionFiles

SCENARIO_NAME: Final = "ftrack.centralized-storage"
ACTIVATE_TOPIC: Final = "ftrack.storage-scenario.activate"
VERIFY_TOPIC: Final = "ftrack.connect.verify-startup"

PRIORITY: Final = 1
"""The site's own storage is tried before anything else."""

_PLATFORMS: Final = {"linux": "linux", "darwin": "osx", "win32": "windows"}
"""What the server calls the platforms of Python."""


@attrs.frozen
class CentralizedStorage:
    """What the server says of the site's storage: a location, and its mount point on each platform."""

    location_id: str
    location_name: str
    mount_points: Mapping[str, str]

    def scenario(self) -> dict[str, Any]:
        """Return the scenario as the server keeps it."""
        data = {
            "location_id": self.location_id,
            "location_name": self.location_name,
            "accessor": {"mount_points": dict(self.mount_points)},
        }
        return {"scenario": SCENARIO_NAME, "data": data}

    def mount_point(self, platform: str = sys.platform) -> str:
        """Return the folder of the storage on *platform*, by default this one; raise LocationError without any."""
        name = _PLATFORMS.get(platform)
        found = None if name is None else self.mount_points.get(name)
        if not found:
            known = ", ".join(sorted(self.mount_points)) or "none"
            raise LocationError(
                f"The storage scenario has no mount point for the platform {name or platform} of this machine, only "
                f"for {known}: set one in the server's storage scenario"
            )
        return found


def scenario_of(information: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the storage scenario that the server says it has, or None; text is read as JSON."""
    found = information.get("storage_scenario")
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except ValueError:
            return None
    return found if isinstance(found, Mapping) and found.get("scenario") else None


def parsed(scenario: Mapping[str, Any]) -> CentralizedStorage:
    """Return what a scenario says; raise LocationError where something of it is missing."""
    try:
        data = scenario["data"]
        found = CentralizedStorage(
            str(data["location_id"]), str(data["location_name"]), dict(data["accessor"]["mount_points"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LocationError(
            f"The storage scenario of the server is not complete ({error!r}): it needs location_id, location_name and "
            "accessor.mount_points"
        ) from error
    return found


def register(files: SessionFiles) -> None:
    """Subscribe to what activates the scenario."""

    def activate(event: Event) -> None:
        found = parsed(event["data"]["storage_scenario"])
        accessor = DiskAccessor(found.mount_point())
        files.set_up(found.location_id, found.location_name, Storage(accessor, StandardStructure(), priority=PRIORITY))

    hub = files.state.session.event_hub
    hub.subscribe(f'topic={ACTIVATE_TOPIC} and data.storage_scenario.scenario="{SCENARIO_NAME}"', activate)


def register_verification(hub: EventHub, information: Callable[[], Mapping[str, Any]]) -> None:
    """Subscribe to what asks whether the storage is there, of which the server tells in its *information*."""
    hub.subscribe(f"topic={VERIFY_TOPIC}", lambda event: verify(scenario_of(information())))


def verify(scenario: Mapping[str, Any] | None) -> str | None:
    """Return what is wrong with the storage of the site on this machine, or None."""
    if scenario is None or scenario.get("scenario") != SCENARIO_NAME:
        return None
    try:
        mount_point = parsed(scenario).mount_point()
    except LocationError as error:
        return str(error)
    if not os.path.isdir(mount_point):
        return f"The storage of the site should be at {mount_point}, which is no folder on this machine."
    return None
