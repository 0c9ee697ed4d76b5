"""The examples of a listener and of an action: checked by mypy, run on the sandbox, driven by the official client."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from ftrack_typed.entities import Note, Project, Session, Shot, Status, Task
from ftrack_typed.plugins import load
from ftrack_typed.sandbox.in_process import Sandbox
from tests.events.event_server import eventually
from tests.official_client.conftest import javascript_client

__all__ = ["javascript_client"]

ROOT = Path(__file__).resolve().parents[2]
LISTENER = ROOT / "examples" / "approve_shots.py"
ACTIONS = ROOT / "examples" / "actions"
PATIENCE = 300.0
"""Seconds that a program may take to end on a busy machine."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A demo server of the test's own."""
    with Sandbox(demo=True) as running:
        yield running


@pytest.fixture
def session(sandbox: Sandbox, tmp_path: Path) -> Iterator[Session]:
    """A session on it."""
    with Session(sandbox.server_url, sandbox.api_key, sandbox.api_user, schema_cache_path=tmp_path) as opened:
        yield opened


def shot_with_tasks(session: Session, name: str = "example") -> tuple[Shot, list[Task]]:
    """Return a new shot with two tasks, committed."""
    project = session.query(Project).where(Project.name == "demo").one()
    shot = session.create(Shot, name=name, parent=project)
    day = datetime(2026, 3, 6, 12, tzinfo=timezone.utc)
    tasks = [session.create(Task, name=name, parent=shot, start_date=day, end_date=day) for name in ("a", "b")]
    session.commit()
    return shot, tasks


def started(command: list[str], sandbox: Sandbox, subscriptions: int) -> subprocess.Popen[bytes]:
    """Start a program, and wait until it has made as many subscriptions."""
    process = subprocess.Popen(command, env={**os.environ, **sandbox.environment()})

    def subscribed() -> bool:
        assert process.poll() is None, "the program has ended"
        return len(sandbox.events.subscriptions) >= subscriptions

    try:
        eventually(subscribed)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def test_listener_approves_a_shot_when_its_last_task_is(sandbox: Sandbox, session: Session) -> None:
    shot, (first, second) = shot_with_tasks(session)
    approved = session.query(Status).where(Status.name == "Approved").one()
    # Of replies, connections, status changes, and updates that it follows.
    process = started([sys.executable, str(LISTENER)], sandbox, 4)

    def status() -> str | None:
        session.reset()
        found = session.get(Shot, shot.id)
        assert found is not None
        return found.status.name

    try:
        before = shot.status.name
        for task in (first, second):
            assert status() == before != "Approved"
            theirs = session.get(Task, task.id)
            assert theirs is not None
            theirs.status = session.get(Status, approved.id)  # type: ignore[assignment]
            session.commit()
        eventually(lambda: status() == "Approved")
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
    notes = session.query(Note).where(Note.parent_id == shot.id).select(Note.content).all()
    assert [note.content for note in notes] == ["All tasks are approved."]


def test_listener_catches_up_with_what_it_missed(sandbox: Sandbox, session: Session) -> None:
    approved = session.query(Status).where(Status.name == "Approved").one()
    (done, tasks), (open_, (first, _)) = (shot_with_tasks(session, name) for name in ("done", "open"))
    for task in (*tasks, first):
        task.status = approved
    session.commit()
    process = started([sys.executable, str(LISTENER)], sandbox, 4)

    def notes(shot: Shot) -> list[str | None]:
        return [note.content for note in session.query(Note).where(Note.parent_id == shot.id).select(Note.content)]

    try:
        eventually(lambda: notes(done))
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert (notes(done), notes(open_)) == (["All tasks are approved."], [])


def test_action_is_driven_by_the_official_javascript_client(
    sandbox: Sandbox, session: Session, javascript_client: Path
) -> None:
    _, (task, other) = shot_with_tasks(session)
    script = javascript_client / "action.mjs"
    shutil.copyfile(Path(__file__).with_name("action.mjs"), script)
    process = started([sys.executable, "-m", "ftrack_typed.actions", str(ACTIONS)], sandbox, 3)
    try:
        environment = {**os.environ, **sandbox.environment(), "TASK_ID": task.id}
        done = subprocess.run(
            ["node", str(script)], cwd=javascript_client, env=environment, capture_output=True, text=True, check=False
        )
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["item"]["actionIdentifier"] == "example.shift-dates"
    assert [each["name"] for each in said["form"]["items"]] == ["days", "weekends", "reason"]
    assert said["wrong"]["items"][0] == {"type": "label", "value": "Days 'soon' is no whole number"}
    assert said["done"] == {"success": True, "message": "1 of 1 tasks were moved by 3 days."}
    session.reset()
    moved, stayed = session.get(Task, task.id), session.get(Task, other.id)
    assert moved is not None
    assert stayed is not None
    assert moved.end_date == datetime(2026, 3, 9, 12, tzinfo=timezone.utc)
    assert moved.metadata["shifted because"] == "é"
    assert stayed.end_date == datetime(2026, 3, 6, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(("days", "day"), [(1, 9), (-5, 27), (3, 11), (0, 6)])
def test_weekends_are_skipped(days: int, day: int) -> None:
    example: Any = load(ACTIONS / "shift_dates.py")
    assert example.shifted(datetime(2026, 3, 6, tzinfo=timezone.utc), example.Shift(days)).day == day


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "right", "wrong", "said"),
    [
        (LISTENER, "", "", "Success"),
        (LISTENER, "Change[Status | None]", "Change[User | None]", "arg-type"),
        (LISTENER, "change.new.name", "change.new.nmae", '"Status" has no attribute "nmae"'),
        (ACTIONS / "shift_dates.py", "", "", "Success"),
        (ACTIONS / "shift_dates.py", "answers.days}", "answers.dyas}", '"Shift" has no attribute "dyas"'),
        (ACTIONS / "shift_dates.py", "answers: Shift) -> str", "answers: int) -> str", "incompatible with supertype"),
    ],
)
def test_examples_are_checked(tmp_path: Path, path: Path, right: str, wrong: str, said: str) -> None:
    pytest.importorskip("mypy")
    text = path.read_text("utf-8")
    assert right in text
    script = tmp_path / "script.py"
    script.write_text(text.replace(right, wrong) if right else text, "utf-8")
    cache = ROOT / ".mypy_cache"
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={cache}", str(script)]
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert said in done.stdout, done.stdout + done.stderr
