"""Tests that plain writes, which are only noted at first, count everywhere, in order, and with several threads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ftrack_typed import entity as entity_module
from ftrack_typed.entities import Session, Task
from ftrack_typed.errors import DeletedEntityError
from ftrack_typed.inspection import state
from ftrack_typed.operations import DeleteEntityOperation
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.symbols import MODIFIED, NOT_SET
from tests.profiling import calls_of
from tests.session.conftest import Production, make_production, operations_of


@pytest.fixture
def tasks(session: Session, production: Production) -> list[Task]:
    found = session.query(Task).where(Task.id.in_(production.task_ids)).select(Task.name, Task.description).all()
    assert isinstance(found[0], Task)
    return found


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_write_runs_one_function(tasks: list[Task]) -> None:
    def write() -> None:
        tasks[0].description = "written"

    assert [code.co_name for code in calls_of(write)] == ["write", "__setattr__"]


def test_write_shows_wherever_changes_are_asked_for(session: Session, tasks: list[Task]) -> None:
    task = tasks[0]
    task.description = "first"
    assert session.modified == [task]
    task.description = "second"
    assert state(task) is MODIFIED
    task.name = "renamed"
    assert [(each.attribute_name, each.new_value) for each in session.recorded_operations] == [  # type: ignore[attr-defined]
        ("description", "second"),
        ("name", "renamed"),
    ]


def test_what_is_pushed_stands_after_what_was_written_before(session: Session, tasks: list[Task]) -> None:
    tasks[0].description = "before"
    session.recorded_operations.push(DeleteEntityOperation("Task", {"id": tasks[1].id}))
    tasks[2].description = "after"
    assert [each.entity_key["id"] for each in session.recorded_operations] == [task.id for task in tasks]


def test_first_old_value_is_the_one_that_comes_back(session: Session, tasks: list[Task]) -> None:
    task = tasks[0]
    before = task.description
    for number in range(5):
        task.description = f"version {number}"
    session.rollback()
    assert task.description == before
    assert state(task) is NOT_SET


def test_write_to_what_waits_for_deletion_is_refused_until_that_is_undone(session: Session, tasks: list[Task]) -> None:
    task = tasks[0]
    session.delete(task)
    with pytest.raises(DeletedEntityError):
        task.description = "too late"
    session.recorded_operations.pop()
    task.description = "in time"
    session.delete(task)
    session.rollback()
    task.description = "again"
    assert session.modified == [task]


def test_commit_sends_the_last_of_many_writes_and_rows_do_not_replace_it(
    session: Session, tasks: list[Task], sandbox: Sandbox
) -> None:
    for number in range(1000):
        tasks[0].description = f"version {number}"
    session.query(Task).where(Task.id == tasks[0].id).select(Task.description).all()
    assert tasks[0].description == "version 999"
    sandbox.requests.clear()
    session.commit()
    (update,) = operations_of(sandbox)
    assert update["entity_data"] == {"__entity_type__": "Task", "description": "version 999"}


def test_program_that_only_writes_stays_bounded(
    session: Session, tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entity_module, "JOURNAL_LENGTH", 10)
    for number in range(100):
        tasks[number % 3].description = f"version {number}"
        assert len(session._state.unit.journal) <= 10
    assert session.modified == tasks


@pytest.mark.usefixtures("hasty_threads")
def test_threads_that_write_query_and_commit_lose_nothing(open_session: type[Session]) -> None:
    session = open_session()
    made = make_production(session, 40)
    tasks = session.query(Task).where(Task.id.in_(made.task_ids)).select(Task.description).order_by(Task.name).all()

    def write(start: int) -> None:
        for number in range(60):
            tasks[start + 4 * (number % 10)].description = f"thread {start} version {number}"
            if number % 15 == 7:
                session.commit()

    def read(_: int) -> None:
        for _ in range(6):
            session.query(Task).where(Task.parent_id == made.shot_id).select(Task.description).all()

    with ThreadPoolExecutor(6) as pool:
        running = [pool.submit(write, start) for start in range(4)] + [pool.submit(read, 0) for _ in range(2)]
        for each in running:
            each.result()
    session.commit()
    expected = [f"thread {index % 4} version {50 + index // 4}" for index in range(40)]
    assert [task.description for task in tasks] == expected
    stored = open_session().query(Task).where(Task.id.in_(made.task_ids)).order_by(Task.name).all()
    assert [task.description for task in stored] == expected
