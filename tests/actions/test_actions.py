"""Tests actions on the sandbox: what is offered, launched, asked for and replied, and the folder that they are in."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

from ftrack_typed.actions import Action, ActionError, ActionFolder, Selection
from ftrack_typed.actions.__main__ import main
from ftrack_typed.entities import Project, Session, Shot, Task
from ftrack_typed.events import Event, EventHub
from ftrack_typed.sandbox.in_process import Sandbox
from tests.events.event_server import PATIENCE, eventually
from tests.session.conftest import Production, open_session, production, sandbox, session

__all__ = ["open_session", "production", "sandbox", "session"]


@attrs.frozen
class Options:
    suffix: str
    count: int = 2


class Rename(Action[Options]):
    identifier = "test.rename"
    label = "Rename"
    variant = "tasks"

    def discover(self, selection: Selection) -> bool:
        return selection.may_hold(Task)

    def launch(self, selection: Selection, answers: Options) -> str:
        return ", ".join(f"{task.name}{answers.suffix * answers.count}" for task in selection.of(Task))


class Plain(Action[None]):
    identifier = "test.plain"
    label = "Plain"
    result: Any = None

    def launch(self, selection: Selection, answers: None) -> Any:
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


def ask(session: Session, topic: str, entries: list[tuple[str, str]], **data: object) -> list[Any]:
    """Return what the actions of *session* say of a selection."""
    selection = [{"entityType": kind, "entityId": identifier} for kind, identifier in entries]
    event = Event(topic, data={"selection": selection, **data}, source={"user": {"username": "jane doe"}})
    return session.event_hub.publish(event, synchronous=True)


def launch(session: Session, identifier: str, entries: list[tuple[str, str]], **data: object) -> Any:
    (reply,) = ask(session, "ftrack.action.launch", entries, actionIdentifier=identifier, **data)
    return reply


def test_action_is_offered_where_it_says(session: Session, production: Production) -> None:
    Rename(session).register()
    (reply,) = ask(session, "ftrack.action.discover", [("task", production.task_ids[0])])
    assert reply == {"items": [{"label": "Rename", "variant": "tasks", "actionIdentifier": "test.rename"}]}
    assert ask(session, "ftrack.action.discover", [("show", production.project_id)]) == [None]
    assert ask(session, "ftrack.action.discover", []) == [None]


def test_form_is_shown_filled_in_and_read(session: Session, production: Production) -> None:
    Rename(session).register()
    entries = [("task", each) for each in (*production.task_ids[:2], production.shot_id)]
    form = launch(session, "test.rename", entries)
    assert (form["type"], form["title"], form["submit_button_label"]) == ("form", "Rename: tasks", "Run")
    assert [(each["name"], each["value"]) for each in form["items"]] == [("suffix", None), ("count", 2)]
    wrong = launch(session, "test.rename", entries, values={"suffix": "", "count": "x"})
    assert [each["value"] for each in wrong["items"]] == [
        "Suffix is needed",
        "Count 'x' is no whole number",
        "",
        "x",
    ]
    done = launch(session, "test.rename", entries, values={"suffix": "_", "count": 3})
    assert done == {"success": True, "message": "task_000___, task_001___"}


@pytest.mark.parametrize(
    ("result", "reply"),
    [
        (None, {"success": True, "message": "Plain is done."}),
        (False, {"success": False, "message": "Plain failed."}),
        ("So.", {"success": True, "message": "So."}),
        ({"type": "widget", "url": "https://x"}, {"type": "widget", "url": "https://x"}),
        (ActionError("Not today."), {"success": False, "message": "Not today."}),
        (RuntimeError("disk is full"), {"success": False, "message": "Plain failed: disk is full"}),
    ],
)
def test_replies(session: Session, monkeypatch: pytest.MonkeyPatch, result: object, reply: object) -> None:
    monkeypatch.setattr(Plain, "result", result)
    Plain(session).register()
    assert launch(session, "test.plain", []) == reply


def test_only_one_user_and_no_longer(session: Session) -> None:
    action = Plain(session)
    action.register(only_user="anna")
    assert ask(session, "ftrack.action.discover", []) == []
    action.unregister()
    action.register(only_user="jane doe")
    assert len(ask(session, "ftrack.action.discover", [])) == 1
    action.unregister()
    assert ask(session, "ftrack.action.discover", []) == []


def test_selection_is_loaded_by_one_request_in_its_order(
    session: Session, sandbox: Sandbox, production: Production
) -> None:
    first, second, third = production.task_ids
    entries = [("task", third), ("task", first), ("show", production.project_id), ("task", production.shot_id)]
    data = [{"entityType": kind, "entityId": each} for kind, each in entries]
    event = Event("x", data={"selection": [*data, {"entityType": "martian", "entityId": "1"}, None, {}]})
    selection = Selection(session, event)
    assert list(selection) == [each for _, each in entries]
    assert session.schemas
    sandbox.requests.clear()
    assert [task.id for task in selection.of(Task)] == [third, first]
    assert len(sandbox.requests) == 1
    assert [each.id for each in selection.of(Shot)] == [production.shot_id]
    assert [each.id for each in selection.of(Project)] == [production.project_id]
    assert second not in selection
    assert len(Selection(session, Event("x"))) == 0
    assert Selection(session, Event("x", data={"selection": None})).of(Task) == []


class Nameless(Action[None]):
    identifier = "x"


class OfNumbers(Action[int]):
    identifier = "x"
    label = "x"


def test_action_that_cannot_be_is_refused(session: Session) -> None:
    with pytest.raises(TypeError, match="Nameless has no label: write label = "):
        Nameless(session)
    with pytest.raises(TypeError, match="attrs class"):
        OfNumbers(session)


SOURCE = """
from ftrack_typed.actions import Action

class {name}(Action[None]):
    identifier = "test.{name}"
    label = "{label}"

    def launch(self, selection, answers):
        return "{label}"
"""


@pytest.fixture
def folder(session: Session, tmp_path: Path) -> Iterator[ActionFolder]:
    """An empty folder of actions."""
    made = ActionFolder(session, tmp_path)
    yield made
    made.close()


def test_files_that_come_change_break_and_go(session: Session, folder: ActionFolder, tmp_path: Path) -> None:
    (tmp_path / "_shared.py").write_text("raise RuntimeError")
    (tmp_path / "a.py").write_text(SOURCE.format(name="A", label="one"))
    (tmp_path / "b.py").write_text("import nothing_of_that_name")
    (error,) = folder.refresh()
    assert (error.path, "cannot be loaded" in str(error)) == (str(tmp_path / "b.py"), True)
    assert [action.label for action in folder.actions] == ["one"]
    assert folder.refresh() == []
    (tmp_path / "a.py").write_text(SOURCE.format(name="A", label="two"))
    (tmp_path / "b.py").write_text(SOURCE.format(name="B", label="bee"))
    assert folder.refresh() == []
    assert launch(session, "test.A", [])["message"] == "two"
    assert launch(session, "test.B", [])["message"] == "bee"
    (tmp_path / "a.py").write_text("class")
    assert len(folder.refresh()) == 1
    assert launch(session, "test.A", [])["message"] == "two", "what could be loaded before goes on"
    (tmp_path / "a.py").unlink()
    assert folder.refresh() == []
    assert ask(session, "ftrack.action.launch", [], actionIdentifier="test.A") == []
    assert [action.label for action in folder.actions] == ["bee"]


def test_file_that_changes_within_a_tick_of_the_clock(folder: ActionFolder, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    now = time.time_ns()
    for label in ("one", "two", "six"):
        path.write_text(SOURCE.format(name="A", label=label))
        os.utime(path, ns=(now, now))
        assert folder.refresh() == []
        assert [action.label for action in folder.actions] == [label]


def test_file_that_has_not_changed_for_long_is_not_read_again(folder: ActionFolder, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    for label in ("one", "two"):
        path.write_text(SOURCE.format(name="A", label=label))
        os.utime(path, (1_000_000_000, 1_000_000_000))
        for _ in range(2):
            assert folder.refresh() == []
        assert [action.label for action in folder.actions] == ["one"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "no class that derives from Action"),
        ("from ftrack_typed.actions import Action", "no class that derives from Action"),
        (SOURCE.format(name="A", label=""), "cannot be made"),
        (SOURCE.format(name="taken", label="x"), "'test.taken', which is that of"),
        ("raise SystemExit", "cannot be loaded"),
    ],
)
def test_file_that_is_no_action_says_why(folder: ActionFolder, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.py").write_text(SOURCE.format(name="taken", label="first"))
    assert folder.refresh() == []
    (tmp_path / "b.py").write_text(text)
    (error,) = folder.refresh()
    assert said in str(error)
    assert error.path == str(tmp_path / "b.py")
    assert folder.refresh() == [], "it is said once"


def test_folder_that_does_not_exist(session: Session, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no_such"):
        ActionFolder(session, tmp_path / "no_such").refresh()


def test_launches_run_in_an_executor(open_session: type[Session], sandbox: Sandbox) -> None:
    session = open_session()
    session.event_hub.connect()
    replies: list[Any] = []
    with ThreadPoolExecutor(2) as executor:
        Plain(session).register(executor=executor)
        asker = EventHub(sandbox.server_url, sandbox.api_user, sandbox.api_key)
        asker.connect()
        assert session.event_hub.flush(PATIENCE)
        event = Event("ftrack.action.launch", data={"actionIdentifier": "test.plain", "selection": []})
        asker.publish(event, on_reply=lambda reply: replies.append(reply["data"]))

        def answered() -> bool:
            session.event_hub.wait(0.01)
            asker.wait(0.01)
            return bool(replies)

        eventually(answered)
        asker.close()
    assert replies == [{"success": True, "message": "Plain is done."}]


def test_command(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE.format(name="A", label="one"))
    (tmp_path / "broken.py").write_text("class")
    command = [sys.executable, "-m", "ftrack_typed.actions", str(tmp_path), "--interval", "0.05"]
    environment = {**os.environ, **sandbox.environment()}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    hub = EventHub(sandbox.server_url, sandbox.api_user, sandbox.api_key)
    hub.connect()
    labels: list[str] = []

    def offered(label: str) -> bool:
        event = Event("ftrack.action.discover", data={"selection": []})
        hub.publish(event, on_reply=lambda reply: labels.extend(each["label"] for each in reply["data"]["items"]))
        hub.wait(0.1)
        return label in labels

    try:
        eventually(lambda: offered("one"))
        (tmp_path / "a.py").write_text(SOURCE.format(name="A", label="changed"))
        eventually(lambda: offered("changed"))
    finally:
        hub.close()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "broken.py cannot be loaded" in said


def test_command_without_a_folder(sandbox: Sandbox, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ftrack_typed.actions", str(tmp_path / "none")]
    environment = {**os.environ, **sandbox.environment()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "error: there is no folder of actions" in done.stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--package", "json"], 1, "error: json has no Session: name a package that ftrack-gen made"),
        (["--package", "no_such_package"], 1, "error: No module named 'no_such_package'"),
        (["--workers", "0"], 2, "argument --workers: at least 1, not 0"),
        (["--interval", "0"], 2, "argument --interval: more than 0, not 0"),
        (["--interval", "nan"], 2, "argument --interval: more than 0, not nan"),
        (["--intervall", "1"], 2, "there is no option --intervall; did you mean '--interval'?"),
    ],
)
def test_options_that_cannot_be_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], code: int, said: str
) -> None:
    heeded = signal.getsignal(signal.SIGTERM)
    try:
        outcome = main([str(tmp_path), *options])
    except SystemExit as end:
        outcome = int(end.code or 0)
    finally:
        signal.signal(signal.SIGTERM, heeded)
    assert outcome == code
    assert said in capsys.readouterr().err


def test_launch_that_ends_the_program_is_a_failure(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plain, "result", SystemExit(3))
    Plain(session).register()
    assert launch(session, "test.plain", []) == {"success": False, "message": "Plain failed: 3"}


def test_discovery_that_ends_the_program_hides_one_action(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    class Leaving(Plain):
        identifier = "test.leaving"

        def discover(self, selection: Selection) -> bool:
            sys.exit(3)

    Leaving(session).register()
    Plain(session).register()
    (offered,) = ask(session, "ftrack.action.discover", [])
    assert [item["actionIdentifier"] for item in offered["items"]] == ["test.plain"]
    assert "discover of the action test.leaving ended with SystemExit(3)" in caplog.text


def test_failure_is_logged(session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(Plain, "result", RuntimeError("x"))
    Plain(session).register()
    with caplog.at_level(logging.ERROR):
        launch(session, "test.plain", [])
    assert "The action test.plain failed." in caplog.text
