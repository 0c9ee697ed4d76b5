"""The example `open_tasks.py` with a package generated from the demo server: report, changes, and what they cost."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ftrack_gen.command import main as generate
from ftrack_typed.entities import (
    Appointment,
    Asset,
    AssetVersion,
    Note,
    Project,
    Recipient,
    Session,
    Shot,
    Status,
    Task,
    User,
)
from ftrack_typed.sandbox.in_process import Sandbox

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "open_tasks.py"
REQUESTS = 7
"""What a run costs: server information, project, tasks, versions, the frames of all shots, user, and commit."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the package `studio_ftrack` of a demo server."""
    folder = tmp_path_factory.mktemp("demo")
    with Sandbox(demo=True) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment().items():
            patch.setenv(name, value)
        patch.chdir(folder)
        assert generate(["--server", "--name", "demo", "--output", "studio_ftrack"]) == 0
    return folder


@pytest.fixture(scope="module")
def example(package: Path) -> Iterator[Any]:
    """The example's module, imported with that package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(package))
        specification = importlib.util.spec_from_file_location("open_tasks", EXAMPLE)
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        yield module
        for name in [name for name in sys.modules if name.partition(".")[0] == "studio_ftrack"]:
            del sys.modules[name]


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, package: Path) -> Iterator[Sandbox]:
    """A demo server of the test's own, which the usual variables name."""
    with Sandbox(demo=True) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("FTRACK_API_SCHEMA_CACHE_PATH", str(package))
        with Session() as session:
            assert len(session.schemas) > 100  # the cache has them from here on
        running.requests.clear()
        yield running


def statuses() -> dict[str, str | None]:
    """Return the status of each task on a shot, as the server has it now."""
    with Session() as session:
        tasks = session.query(Task).where(Task.parent.as_(Shot).name != "")
        return {task.id: task.status.name for task in tasks.select(Task.status.name)}


def test_approved_tasks_are_completed(example: Any, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    before = statuses()
    approved = {task for task, status in before.items() if status == "Approved"}
    assert example.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["Night Train (demo): 33 open tasks in 11 shots", "", "sq010_sh010  frames 1001-1144"]
    assert "  animation    Anna Lind        Approved -> Completed (v003)" in lines
    assert "  fx           Chloe Martin     In progress" in lines
    assert lines[-1] == f"{len(approved)} tasks completed" == "9 tasks completed"
    assert not any("sq020_sh050" in line for line in lines), "all of its tasks are omitted"
    assert statuses() == {task: "Completed" if task in approved else status for task, status in before.items()}


def test_each_completed_task_has_a_note_to_its_assignees(example: Any, sandbox: Sandbox) -> None:
    assert example.main([]) == 0
    with Session() as session:
        completed = session.query(Task).where(Task.status.name == "Completed").select(Task.name).all()
        for task in completed:
            (note,) = session.query(Note).where(Note.parent_id == task.id).select(Note.content, Note.parent_type)
            assert note.content == f"{task.name} v003 is approved: this task is complete."
            assert note.parent_type == "Task"
            assert note.author.id == session.query(User).where(User.username == sandbox.api_user).one().id
            (assigned,) = {assignment.resource_id for assignment in task.assignments}
            recipients = session.query(Recipient).where(Recipient.note_id == note.id)
            assert {recipient.resource_id for recipient in recipients} == {assigned, note.author.id}


def test_second_run_changes_nothing(example: Any, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert example.main([]) == 0
    sandbox.requests.clear()
    assert example.main([]) == 0
    assert capsys.readouterr().out.endswith("\n0 tasks completed\n")
    assert writes(sandbox) == []


def test_dry_run_changes_nothing(example: Any, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert example.main(["--dry-run"]) == 0
    assert capsys.readouterr().out.endswith("\n9 tasks would be completed\n")
    assert writes(sandbox) == []


def writes(sandbox: Sandbox) -> list[str]:
    """Return the actions that change something."""
    return [action for request in sandbox.requests for action in request.actions if action in {"create", "update"}]


def test_unknown_project(example: Any, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert example.main(["--project", "demmo"]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "error: there is no project 'demmo' (did you mean 'demo'?)\n")


def test_a_handful_of_requests_whatever_the_number_of_tasks(example: Any, sandbox: Sandbox) -> None:
    assert example.main([]) == 0
    assert len(sandbox.requests) == REQUESTS
    multiply_tasks(9)
    sandbox.requests.clear()
    with example.Session() as session:
        lines = example.run(session, "demo", dry_run=False)
    assert lines[0] == "Night Train (demo): 348 open tasks in 12 shots"
    assert lines[-1].strip() == "324 tasks completed"
    assert len(sandbox.requests) == REQUESTS
    assert list(statuses().values()).count("Completed") == 9 + 324


def multiply_tasks(times: int) -> None:
    """Give each shot of the demo project as many further tasks for each that it has, assigned and approved."""
    with Session() as session:
        project = session.query(Project).where(Project.name == "demo").one()
        approved = session.query(Status).where(Status.name == "Approved").one()
        people = session.query(User).all()
        for shot in session.query(Shot).where(Shot.project == project).select(Shot.name):
            for number in range(3 * times):
                task = session.create(Task, name=f"more_{number:02}", parent=shot)
                person = people[number % len(people)]
                session.create(Appointment, context=task, resource=person, type="assignment")
                asset = session.create(Asset, name=task.name, parent=shot)
                session.create(AssetVersion, asset=asset, task=task, status=approved)
        session.commit()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what mypy remembers from one run to the next."""
    return tmp_path_factory.mktemp("mypy")


def checked(script: Path, package: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """Run mypy --strict on *script*, with the generated package at hand."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={cache}", str(script)]
    paths = os.pathsep.join(map(str, (package, ROOT)))
    environment = {**os.environ, "MYPYPATH": paths, "PYTHONPATH": paths}
    return subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("", "", "Success: no issues found in 1 source file"),
        ('= "Approved"', '= "Aproved"', "Incompatible types in assignment"),
        ("Task.start_date", "Task.starts", '"type[Task]" has no attribute "starts"'),
        ("values.fstart", "values.fstrat", '"ShotCustomAttributes" has no attribute "fstrat"'),
        ("project = find_project(", "project_ = find_project(", 'Name "project" is not defined'),
    ],
)
def test_example_is_checked_against_the_package(
    package: Path, cache: Path, tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    pytest.importorskip("mypy")
    text = EXAMPLE.read_text("utf-8")
    assert right in text
    script = tmp_path / "script.py"
    script.write_text(text.replace(right, wrong) if right else text, "utf-8")
    done = checked(script, package, cache)
    assert said in done.stdout, done.stdout + done.stderr
    assert (done.returncode == 0) == (not right)
