"""Tests how locations are set up (session.md sections 2, 9 and 25; protocol sections 8.1, 8.2 and 8.5)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ftrack_typed.entities import Location, Session, Setting
from ftrack_typed.errors import AttributeValueError, LocationError, NotLoadedError, UnknownAttributeError
from ftrack_typed.events import Event, EventHub
from ftrack_typed.files import DiskAccessor, EntityIdStructure, OriginStructure, StandardStructure
from ftrack_typed.files.centralized_storage import SCENARIO_NAME, CentralizedStorage, parsed, scenario_of, verify
from ftrack_typed.files.server_accessor import ServerAccessor
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.symbols import NOT_SET
from tests.files.conftest import built_in
from tests.session.conftest import actions_of

CONFIGURE = "ftrack.api.session.configure-location"
ACTIVATE = "ftrack.storage-scenario.activate"
READY = "ftrack.api.session.ready"
RESET = "ftrack.api.session.reset"

BUILT_IN = {
    "ftrack.origin": ("ce9b348f-8809-11e3-821c-20c9d081909b", 100, DiskAccessor, OriginStructure),
    "ftrack.unmanaged": ("cb268ecc-8809-11e3-a7e2-20c9d081909b", 90, DiskAccessor, OriginStructure),
    "ftrack.review": ("cd41be70-8809-11e3-b98a-20c9d081909b", 110, DiskAccessor, OriginStructure),
    "ftrack.server": ("3a372bde-05bc-11e4-8908-20c9d081909b", 150, ServerAccessor, EntityIdStructure),
}


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_location(session: Session, name: str) -> None:
    location_id, priority, accessor, structure = BUILT_IN[name]
    location = session.query(Location).where(Location.name == name).one()
    assert (location.id, location.priority) == (location_id, priority)
    assert type(location.accessor) is accessor
    assert type(location.structure) is structure
    assert session.get(Location, location_id) is location


def test_other_locations_are_not_usable(session: Session) -> None:
    connect = built_in(session, "07b82a97-8cf9-11e3-9383-20c9d081909b")
    assert (connect.accessor, connect.structure, connect.resource_identifier_transformer) == (None, None, None)
    assert connect.priority == 95
    first = session.pick_location()
    assert first is not None
    assert first.name == "ftrack.unmanaged"


def test_scripts_without_files_set_nothing_up(session: Session, sandbox: Sandbox) -> None:
    session.query(Location).first()
    assert session._session_files is None
    sandbox.requests.clear()
    assert session.pick_location() is not None
    assert actions_of(sandbox) == []


def listening(sandbox: Sandbox, *topics: str) -> tuple[EventHub, list[str]]:
    """Return a hub that notes in a list what it hears of *topics*, in order."""
    hub = EventHub(sandbox.server_url, sandbox.api_user, sandbox.api_key)
    heard: list[str] = []
    for topic in topics:
        hub.subscribe(f"topic={topic}", lambda event: heard.append(event["topic"]))
    return hub, heard


def test_listeners_are_told_before_the_session_is_ready(open_session: type[Session], sandbox: Sandbox) -> None:
    hub, heard = listening(sandbox, CONFIGURE, READY, RESET)
    session = open_session(event_hub=hub)
    assert heard == [CONFIGURE, READY]
    session.pick_location()
    session.reset()
    assert heard == [CONFIGURE, READY, CONFIGURE, RESET]


def test_listener_sets_a_location_up(open_session: type[Session], sandbox: Sandbox, tmp_path: Path) -> None:
    hub = EventHub(sandbox.server_url, sandbox.api_user, sandbox.api_key)

    def configure(event: Event) -> None:
        location = event["data"]["session"].ensure(Location, {"name": "studio.by-plugin"})
        location.accessor = DiskAccessor(tmp_path)
        location.structure = StandardStructure()
        location.priority = 1

    hub.subscribe(f"topic={CONFIGURE}", configure)
    session = open_session(event_hub=hub)
    picked = session.pick_location()
    assert picked is not None
    assert picked.name == "studio.by-plugin"
    session.reset()
    again = session.pick_location()
    assert again is not None
    assert again.name == "studio.by-plugin"
    assert again is not picked


def test_late_listener_is_told_when_a_location_is_first_used(session: Session) -> None:
    heard: list[Any] = []
    session.event_hub.subscribe(f"topic={CONFIGURE}", heard.append)
    assert heard == []
    session.pick_location()
    session.pick_location()
    assert [event["data"]["session"] for event in heard] == [session]


def test_settings_are_of_one_session(session: Session, open_session: type[Session]) -> None:
    mine, theirs = (built_in(each, BUILT_IN["ftrack.unmanaged"][0]) for each in (session, open_session()))
    mine.priority = 5
    assert theirs.priority == 90
    assert session.recorded_operations.__len__() == 0


def test_settings_take_what_they_are_for(session: Session) -> None:
    location = built_in(session, BUILT_IN["ftrack.unmanaged"][0])
    with pytest.raises(AttributeValueError, match=r"Location\.accessor takes"):
        location.accessor = "/mnt"  # type: ignore[assignment]
    with pytest.raises(AttributeValueError, match="structure"):
        location.structure = StandardStructure  # type: ignore[assignment]
    for priority in (None, "1", True, float("nan")):
        with pytest.raises(AttributeValueError, match=r"Location\.priority takes a number"):
            location.priority = priority  # type: ignore[assignment]
    location.accessor = NOT_SET
    assert location.accessor is None
    with pytest.raises(UnknownAttributeError, match="accesor"):
        location.accesor = None  # type: ignore[attr-defined]


@pytest.fixture
def storage(sandbox: Sandbox, open_session: type[Session], tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A centralized storage scenario that the server tells, with what it says."""
    session = open_session()
    (setting,) = session.query(Setting).where(Setting.name == "storage_scenario", Setting.group == "STORAGE").all()
    location = session.create(Location, name="studio.central")
    folder = tmp_path / "central"
    folder.mkdir()
    scenario = {
        "scenario": SCENARIO_NAME,
        "data": {
            "location_id": location.id,
            "location_name": location.name,
            "accessor": {"mount_points": {name: str(folder) for name in ("linux", "osx", "windows")}},
        },
    }
    before, setting.value = setting.value, json.dumps(scenario)
    session.commit()
    yield scenario
    setting.value = before
    session.commit()


def test_centralized_storage_is_picked_first(open_session: type[Session], storage: dict[str, Any]) -> None:
    session = open_session()
    picked = session.pick_location()
    assert picked is not None
    assert (picked.id, picked.name, picked.priority) == (storage["data"]["location_id"], "studio.central", 1)
    assert isinstance(picked.accessor, DiskAccessor)
    assert picked.accessor.prefix == storage["data"]["accessor"]["mount_points"]["linux"]
    assert isinstance(picked.structure, StandardStructure)
    assert verify(scenario_of(session.server_information)) is None


def test_scenario_comes_before_the_plugins_configure(
    open_session: type[Session], sandbox: Sandbox, storage: dict[str, Any]
) -> None:
    hub, heard = listening(sandbox, CONFIGURE, ACTIVATE, READY)
    open_session(event_hub=hub)
    assert heard == [ACTIVATE, CONFIGURE, READY]


def test_incomplete_scenario_is_logged(
    open_session: type[Session], storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    admin = open_session()
    setting = admin.query(Setting).where(Setting.name == "storage_scenario").one()
    del storage["data"]["location_name"]
    setting.value = json.dumps(storage)
    admin.commit()
    session = open_session()
    with caplog.at_level(logging.ERROR):
        picked = session.pick_location()
    assert picked is not None
    assert picked.name == "ftrack.unmanaged"
    assert "location_name" in caplog.text


@pytest.mark.parametrize(("platform", "name"), [("linux", "linux"), ("darwin", "osx"), ("win32", "windows")])
def test_mount_point_is_that_of_the_platform(platform: str, name: str) -> None:
    points = {"linux": "/mnt/x", "osx": "/Volumes/x", "windows": "\\\\srv\\x"}
    found = CentralizedStorage("id", "name", points)
    assert found.mount_point(platform) == points[name]
    with pytest.raises(LocationError, match=f"no mount point for the platform {name}"):
        CentralizedStorage("id", "name", {**points, name: ""}).mount_point(platform)


def test_unknown_platform_has_no_mount_point() -> None:
    with pytest.raises(LocationError, match="aix"):
        CentralizedStorage("id", "name", {"linux": "/mnt/x"}).mount_point("aix")


def test_storage_that_is_no_folder_is_told(tmp_path: Path) -> None:
    points = {name: str(tmp_path / "gone") for name in ("linux", "osx", "windows")}
    data = {"location_id": "a", "location_name": "b", "accessor": {"mount_points": points}}
    scenario = {"scenario": SCENARIO_NAME, "data": data}
    assert "gone" in (verify(scenario) or "")
    assert "location_id" in (verify({"scenario": SCENARIO_NAME, "data": {}}) or "")
    assert verify({"scenario": "ftrack.automatic", "data": {}}) is None
    assert verify(None) is None
    assert parsed(scenario).location_id == "a"


def test_copy_of_a_location_has_no_settings(session: Session) -> None:
    import copy

    with pytest.raises(NotLoadedError):
        _ = copy.copy(built_in(session, BUILT_IN["ftrack.origin"][0])).accessor
