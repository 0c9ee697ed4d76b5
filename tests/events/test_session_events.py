"""Tests what a session does with events: its hub, its plugins, and the events of its own life."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ftrack_typed.entities import Session, Task
from ftrack_typed.events import Event, EventHub
from ftrack_typed.sandbox.in_process import Sandbox
from tests.events.conftest import Recorder
from tests.session.conftest import Production, open_session, production, sandbox, session

__all__ = ["open_session", "production", "sandbox", "session"]

READY = "ftrack.api.session.ready"
RESET = "ftrack.api.session.reset"
CONSTRUCT = "ftrack.api.session.construct-entity-type"


def hub_of(sandbox: Sandbox) -> EventHub:
    return EventHub(sandbox.server_url, sandbox.api_user, sandbox.api_key)


def test_session_has_one_hub(session: Session, sandbox: Sandbox) -> None:
    assert session.event_hub is session.event_hub
    assert session.event_hub.get_server_url() == sandbox.server_url
    assert session.event_hub.connected is False


def test_hub_is_injectable(open_session: type[Session], sandbox: Sandbox) -> None:
    hub = hub_of(sandbox)
    assert open_session(event_hub=hub).event_hub is hub


def test_session_tells_that_it_is_ready_and_that_it_is_reset(open_session: type[Session], sandbox: Sandbox) -> None:
    hub, recorder = hub_of(sandbox), Recorder()
    hub.subscribe("topic=ftrack.api.session.*", recorder)
    session = open_session(event_hub=hub)
    assert recorder.topics.count(READY) == 1
    assert recorder.topics[-1] == READY
    assert recorder.events[-1]["data"]["session"] is session
    session.reset()
    assert recorder.topics[-1] == RESET
    assert recorder.topics.count(READY) == 1


def test_plugins_are_registered_with_the_session_before_it_is_ready(
    open_session: type[Session], tmp_path: Path
) -> None:
    (tmp_path / "plugin.py").write_text(
        "def register(session, ready):\n    session.event_hub.subscribe('topic=ftrack.api.session.ready', ready)\n"
    )
    ready = Recorder()
    session = open_session(plugin_paths=[str(tmp_path)], plugin_arguments={"ready": ready})
    assert [event["data"]["session"] for event in ready.events] == [session]


def test_plugins_are_found_by_the_variable(
    open_session: type[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plugin.py").write_text("def register(session, called=()): called.append(session)")
    monkeypatch.setenv("FTRACK_EVENT_PLUGIN_PATH", str(tmp_path))
    called: list[object] = []
    session = open_session(plugin_arguments={"called": called})
    assert called == [session]
    open_session(plugin_arguments={"called": called}, plugin_paths=[])
    assert called == [session]


def test_plugin_that_fails_leaves_a_session(open_session: type[Session], tmp_path: Path) -> None:
    (tmp_path / "plugin.py").write_text("def register(session): raise RuntimeError")
    assert open_session(plugin_paths=[tmp_path]).closed is False


def test_subscriber_can_give_the_class_of_an_entity_type(
    open_session: type[Session], sandbox: Sandbox, production: Production
) -> None:
    class StudioTask(Task):
        @property
        def shown(self) -> str:
            return f"{self.parent.name}/{self.name}"

    def construct(event: Event) -> object:
        assert event["data"]["schema"] in event["data"]["schemas"]
        return StudioTask if event["data"]["schema"]["id"] == "Task" else None

    hub = hub_of(sandbox)
    hub.subscribe(f"topic={CONSTRUCT}", construct)
    session = open_session(event_hub=hub)
    tasks = session.query(Task).where(Task.project.name == production.name).select(Task.name, Task.parent.name).all()
    assert {type(task) for task in tasks} == {StudioTask}
    assert sorted(getattr(task, "shown") for task in tasks)[0] == "sh010/task_000"  # noqa: B009
    assert session.types["Task"] is StudioTask
    made = session.create(Task, name="new", parent=tasks[0].parent)
    assert type(made) is StudioTask
    session.commit()
    assert session.query(f"Task where id is {made.id}").one() is made


def test_two_classes_for_one_type_are_refused(open_session: type[Session], sandbox: Sandbox) -> None:
    hub = hub_of(sandbox)
    hub.subscribe(f"topic={CONSTRUCT} and data.schema.id=Task", Recorder(Task))
    hub.subscribe(f"topic={CONSTRUCT} and data.schema.id=Task", Recorder(Task))
    with pytest.raises(ValueError, match="Task"):
        open_session(event_hub=hub)


@pytest.mark.parametrize("given", [int, "Task", object()])
def test_class_of_an_entity_type_derives_from_the_generated_one(
    open_session: type[Session], sandbox: Sandbox, given: object
) -> None:
    hub = hub_of(sandbox)
    hub.subscribe(f"topic={CONSTRUCT} and data.schema.id=Task", Recorder(given))
    with pytest.raises(TypeError, match=r"ftrack_typed\.entities\.task\.Task"):
        open_session(event_hub=hub)


def test_schemas_are_read_only_where_somebody_may_give_a_class(open_session: type[Session], sandbox: Sandbox) -> None:
    hub = hub_of(sandbox)
    hub.subscribe(f"topic={READY}", Recorder())
    sandbox.requests.clear()
    open_session(event_hub=hub, schema_cache_path=False)
    assert [request.actions for request in sandbox.requests] == [["query_server_information"]]


def test_opening_and_closing_imports_nothing_of_events(sandbox: Sandbox) -> None:
    code = (
        "import sys; from ftrack_typed import Session\n"
        "session = Session(schema_cache_path=False); session.reset(); session.close()\n"
        "print([name for name in sys.modules if 'ftrack_typed.events' in name or 'ftrack_typed.plugins' in name])\n"
        "session.event_hub\n"
        "print([name for name in ('websocket', 'ftrack_typed.events.socket_io') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=sandbox.environment(), capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["[]", "[]"], done.stderr


def test_entity_in_an_event_is_refused_and_not_loaded(session: Session, production: Production) -> None:
    task = session.query(Task).where(Task.id == production.task_ids[0]).select(Task.name).one()
    hub = session.event_hub
    hub.init_connection()
    event = Event("studio.x", data={"task": task})
    with session.loading_mode("raise"):
        assert hub.publish(event) is None
    delivery = hub.delivery(event)
    assert delivery is not None
    assert delivery.state == "failed"
    assert "send its id, or what of it is needed" in delivery.message
    assert hub.publish(event, synchronous=True) == []  # in this process anything can be published
