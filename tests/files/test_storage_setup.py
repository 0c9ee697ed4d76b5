"""Tests the dialogue that sets the centralized storage up, asked over the event server as clients with forms do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from ftrack_typed.entities import Location, Session, Setting
from ftrack_typed.errors import LocationError
from ftrack_typed.events import Event
from ftrack_typed.files.storage_saving import save_storage, set_up
from ftrack_typed.files.storage_setup import CONFIGURE_TOPIC, DISCOVER_TOPIC, DONE_TOPIC, register_configuration
from ftrack_typed.sandbox.faults import Fault
from ftrack_typed.sandbox.in_process import Sandbox
from tests.events.event_server import eventually
from tests.files.conftest import make_version, write
from tests.session.conftest import make_production

SCENARIO = "ftrack.centralized-storage"
TOPICS = (f"{DISCOVER_TOPIC} ", f"{CONFIGURE_TOPIC} ")
PATIENCE = 300.0


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A server of the test's own: there is one storage for all."""
    with Sandbox() as running:
        yield running


@attrs.frozen
class Dialogue:
    """What a client does: it shows items, and sends them back as they were filled in."""

    session: Session

    def ask(self, topic: str, data: dict[str, Any]) -> Any:
        """Return what is replied to an event; the test fails where nothing is."""
        replies: list[Any] = []
        hub = self.session.event_hub
        hub.publish(Event(topic, data=data), on_reply=lambda reply: replies.append(reply["data"]))
        for _ in range(int(PATIENCE * 10)):
            if replies:
                return replies[0]
            hub.wait(0.1)
        raise AssertionError(f"nobody answers {topic}")

    def send(self, shown: Mapping[str, Any] | None = None, **filled: str) -> dict[str, Any]:
        """Return the form that follows that which is *shown*, some fields of which were *filled* in."""
        values: dict[str, Any] = {}
        if shown is not None:
            values = {item["name"]: item["value"] for item in shown["items"] if "name" in item}
            assert filled.keys() <= values.keys(), values
        answer: dict[str, Any] = self.ask(CONFIGURE_TOPIC, {"scenario_id": SCENARIO, "values": {**values, **filled}})
        return answer


def step_of(shown: Mapping[str, Any]) -> str:
    return next(str(item["value"]) for item in shown["items"] if item.get("name") == "step")


def read(shown: Mapping[str, Any]) -> str:
    """Return what people read of a form."""
    return "\n".join(item["value"] for item in shown["items"] if item["type"] == "label")


def choices(shown: Mapping[str, Any]) -> dict[str, str]:
    """Return label and value of what a list has."""
    (listed,) = (item for item in shown["items"] if item["type"] == "enumerator")
    return {each["label"]: each["value"] for each in listed["data"]}


@pytest.fixture
def dialogue(open_session: type[Session], sandbox: Sandbox) -> Iterator[Dialogue]:
    """A client, and in a thread a session that answers it."""
    answering, asking = open_session(), open_session()
    register_configuration(answering)
    stop = threading.Event()

    def listen() -> None:
        while not stop.is_set():
            answering.event_hub.wait(0.05)

    for session in (answering, asking):
        session.event_hub.connect()
    eventually(lambda: all(any(topic in each for each in sandbox.events.subscriptions) for topic in TOPICS))
    thread = threading.Thread(target=listen)
    thread.start()
    yield Dialogue(asking)
    stop.set()
    thread.join(PATIENCE)


def new_location(dialogue: Dialogue, **filled: str) -> dict[str, Any]:
    """Return what follows the form of a new location."""
    shown = dialogue.send()
    assert step_of(shown) == "select_location"
    shown = dialogue.send(shown, location_id="create_new_location")
    assert step_of(shown) == "configure_location"
    return dialogue.send(shown, **filled)


def test_scenario_is_offered(dialogue: Dialogue) -> None:
    offer = dialogue.ask(DISCOVER_TOPIC, {})
    assert offer["id"] == SCENARIO
    assert {"name", "description"} <= offer.keys()


def test_from_the_first_form_to_files_in_the_storage(
    dialogue: Dialogue, open_session: type[Session], tmp_path: Path
) -> None:
    done: list[Event] = []
    dialogue.session.event_hub.subscribe(f"topic={DONE_TOPIC}", done.append)
    shown = new_location(dialogue, location_name="studio.central", location_label="Central")
    assert step_of(shown) == "select_structure"
    assert choices(shown) == {"Standard": "standard"}
    shown = dialogue.send(shown)
    assert step_of(shown) == "select_mount_point"
    folder = tmp_path / "central"
    folder.mkdir()
    points = {"linux": str(folder), "osx": str(folder), "windows": r"\\srv\x"}
    shown = dialogue.send(shown, **{f"{platform}_mount_point": path for platform, path in points.items()})
    assert (step_of(shown), shown["state"]) == ("confirm_summary", "confirm")
    assert "Central (studio.central, new)" in read(shown)
    assert str(folder) in read(shown)
    assert open_session().query(Location).where(Location.name == "studio.central").first() is None
    shown = dialogue.send(shown)
    assert shown["state"] == "done"
    dialogue.ask(DISCOVER_TOPIC, {})
    assert len(done) == 1

    session = open_session()
    location = session.pick_location()
    assert isinstance(location, Location)
    assert (location.name, location.label, location.priority) == ("studio.central", "Central", 1)
    setting = session.query(Setting).where(Setting.name == "storage_scenario").one()
    assert json.loads(setting.value or "") == {
        "scenario": SCENARIO,
        "data": {
            "location_id": location.id,
            "location_name": "studio.central",
            "accessor": {"mount_points": points},
        },
    }
    production = make_production(session, 0)
    version = make_version(session, production)
    component = version.create_component(write(tmp_path / "plate.exr"), location="auto")
    assert (
        location.get_filesystem_path(component) == f"{folder}/{production.name}/sh010/render/v001/{component.name}.exr"
    )


def test_second_time_starts_with_what_is_set_up(
    dialogue: Dialogue, open_session: type[Session], tmp_path: Path
) -> None:
    session = open_session()
    storage = save_storage(session, "studio.a", {"linux": "/mnt/a"}, label="A")
    other = session.create(Location, name="studio.b", label="B")
    session.commit()
    shown = dialogue.send()
    (listed,) = (item for item in shown["items"] if item["type"] == "enumerator")
    assert listed["value"] == storage.location_id
    assert choices(shown) == {"A new location": "create_new_location", "A": storage.location_id, "B": other.id}
    shown = dialogue.send(dialogue.send(shown, location_id=other.id))
    fields = {item["name"]: item["value"] for item in shown["items"] if item["type"] == "text"}
    assert fields == {"linux_mount_point": "/mnt/a", "osx_mount_point": "", "windows_mount_point": ""}
    shown = dialogue.send(shown, osx_mount_point="/Volumes/a")
    assert "B (studio.b)" in read(shown)
    assert dialogue.send(shown)["state"] == "done"
    now = set_up(session).storage
    assert now is not None
    assert (now.location_id, now.location_name) == (other.id, "studio.b")
    assert now.mount_points == {"linux": "/mnt/a", "osx": "/Volumes/a"}
    assert session.query(Location).where(Location.name.like("studio.%")).count() == 2


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"location_name": " ", "location_label": ""}, "The name and the label of the location must not be empty."),
        ({"location_name": "ftrack.server"}, "There is a location 'ftrack.server' already"),
    ],
)
def test_location_that_cannot_be(dialogue: Dialogue, filled: dict[str, str], said: str) -> None:
    shown = new_location(dialogue, **filled)
    assert step_of(shown) == "configure_location"
    assert said in read(shown)
    fields = {item["name"]: item["value"] for item in shown["items"] if item["type"] == "text"}
    assert fields["location_name"] == filled["location_name"].strip() or filled["location_name"] == " "


def test_location_that_is_not_there(dialogue: Dialogue) -> None:
    shown = dialogue.send(dialogue.send(), location_id="gone")
    assert step_of(shown) == "select_location"
    assert "no such location" in read(shown)


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({}, "At least one mount point"),
        ({"linux_mount_point": "mnt/x"}, "'mnt/x' is no whole path on Linux"),
        ({"windows_mount_point": "/mnt/x"}, "'/mnt/x' is no whole path on Windows"),
        ({"osx_mount_point": "P:\\x"}, "is no whole path on macOS"),
    ],
)
def test_mount_points_that_cannot_be(dialogue: Dialogue, filled: dict[str, str], said: str) -> None:
    shown = dialogue.send(dialogue.send(new_location(dialogue)), **filled)
    assert step_of(shown) == "select_mount_point"
    assert said in read(shown)


def test_server_that_refuses_is_told_and_nothing_is_saved(
    dialogue: Dialogue, sandbox: Sandbox, open_session: type[Session]
) -> None:
    shown = dialogue.send(dialogue.send(new_location(dialogue)), linux_mount_point="/mnt/x")

    def refuse(request: Any, answer: Callable[[], Any]) -> Any:
        if b'"Setting"' in request.body:
            raise Fault("PermissionError", "only administrators may")
        return answer()

    sandbox.intercept = refuse
    again = dialogue.send(shown)
    sandbox.intercept = None
    assert (step_of(again), again["state"]) == ("confirm_summary", "confirm")
    assert "only administrators may" in read(again)
    assert set_up(open_session()).storage is None
    assert dialogue.send(again)["state"] == "done"


def test_broken_values_begin_anew(dialogue: Dialogue) -> None:
    for values in ({"step": "nonsense"}, {"configuration": "{"}, {"configuration": {"mount_points": 3}}, None):
        shown = dialogue.ask(CONFIGURE_TOPIC, {"scenario_id": SCENARIO, "values": values})
        assert step_of(shown) == "select_location"
    texts = {"configuration": json.dumps({"location_id": "x", "mount_points": {"linux": "/mnt/x"}})}
    shown = dialogue.ask(CONFIGURE_TOPIC, {"scenario_id": SCENARIO, "values": texts})
    hidden = next(item["value"] for item in shown["items"] if item.get("name") == "configuration")
    assert hidden["mount_points"] == {"linux": "/mnt/x"}


def test_saving_leaves_what_waits_for_a_commit(open_session: type[Session]) -> None:
    session = open_session()
    waiting = session.create(Location, name="studio.waiting")
    save_storage(session, "studio.a", {"linux": "/mnt/a"})
    assert session.created == [waiting]
    with pytest.raises(LocationError, match="mount point"):
        save_storage(session, "studio.a", {"linux": ""})


def test_storage_that_is_not_mounted_is_told_to_connect(open_session: type[Session], tmp_path: Path) -> None:
    def warnings(session: Session) -> list[Any]:
        return session.event_hub.publish(Event("ftrack.connect.verify-startup"), synchronous=True)

    assert warnings(open_session()) == []
    folder = tmp_path / "central"
    save_storage(open_session(), "studio.a", dict.fromkeys(("linux", "osx", "windows"), str(folder)))
    (warning,) = warnings(open_session())
    assert str(folder) in warning
    folder.mkdir()
    assert warnings(open_session()) == [None]
