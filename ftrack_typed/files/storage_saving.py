"""Owns the storage scenario as the server keeps it: what is set up there, and the setting up (protocol section 8.5)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from ..errors import LocationError
from ..symbols import (
    CONNECT_LOCATION_ID,
    ORIGIN_LOCATION_ID,
    REVIEW_LOCATION_ID,
    SERVER_LOCATION_ID,
    UNMANAGED_LOCATION_ID,
)
from .centralized_storage import SCENARIO_NAME, CentralizedStorage, parsed, scenario_of
from .registrations import rows

if TYPE_CHECKING:
    from ..session import Session

SETTING: Final = {"name": "storage_scenario", "group": "STORAGE"}
"""Key of the row that keeps the scenario."""

_BUILT_IN: Final = frozenset(
    {ORIGIN_LOCATION_ID, UNMANAGED_LOCATION_ID, REVIEW_LOCATION_ID, CONNECT_LOCATION_ID, SERVER_LOCATION_ID}
)


@attrs.frozen
class SetUp:
    """What a server has that matters to its storage."""

    storage: CentralizedStorage | None
    """The centralized storage, where that is the scenario."""
    titles: Mapping[str, str]
    """By id, what people call each location of the studio."""
    ids: Mapping[str, str]
    """By name, the ids of all locations."""
    has_setting: bool
    """Whether there is a row that keeps the scenario."""


def set_up(session: Session) -> SetUp:
    """Return what the server has now, in one request."""
    texts = (
        f'select value from Setting where name is "{SETTING["name"]}" and group is "{SETTING["group"]}"',
        "select id, name, label from Location",
    )
    found = rows(session._state, texts)
    settings = [row for row in found if row.get("__entity_type__") == "Setting"]
    locations = [row for row in found if row.get("__entity_type__") != "Setting"]
    scenario = scenario_of({"storage_scenario": settings[0].get("value")}) if settings else None
    storage = None
    if scenario is not None and scenario["scenario"] == SCENARIO_NAME:
        try:
            storage = parsed(scenario)
        except LocationError:
            storage = None  # it is set up anew
    titles = {str(row["id"]): str(row.get("label") or row["name"]) for row in locations if row["id"] not in _BUILT_IN}
    return SetUp(storage, titles, {str(row["name"]): str(row["id"]) for row in locations}, bool(settings))


def save_storage(
    session: Session, name: str, mount_points: Mapping[str, str], *, label: str | None = None, description: str = ""
) -> CentralizedStorage:
    """Make the location called *name* the centralized storage of the site, and return what is set up then.

    It is made, with *label* and *description*, unless there is one of that name. *mount_points* are the folders of the
    storage, by "linux", "osx" and "windows". All of it happens in one batch, or nothing; what waits for a commit of
    *session* still waits. Sessions that are opened from then on use it. Raise LocationError without a name or a mount
    point, and ServerError where the server refuses.
    """
    given = {platform: str(path) for platform, path in mount_points.items() if path}
    if not name or not given:
        raise LocationError("The centralized storage needs the name of a location and a mount point")
    now = set_up(session)
    location_id = now.ids.get(name) or str(uuid.uuid4())
    storage = CentralizedStorage(location_id, name, given)
    operations: list[dict[str, Any]] = []
    if name not in now.ids:
        data = {"id": location_id, "name": name, "label": label or name, "description": description}
        operations.append(_operation("create", "Location", data))
    value = json.dumps(storage.scenario())
    if now.has_setting:
        key = [SETTING[part] for part in session._state.entity_type("Setting").primary_key_attributes]
        operations.append({**_operation("update", "Setting", {"value": value}), "entity_key": key})
    else:
        operations.append(_operation("create", "Setting", {**SETTING, "value": value}))
    session._state.call(operations)
    return storage


def _operation(action: str, entity_type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"action": action, "entity_type": entity_type, "entity_data": {"__entity_type__": entity_type, **data}}
