"""Tests that a reference and its foreign key are one value, whichever of them was loaded or written."""

from __future__ import annotations

import pytest

from ftrack_typed.entities import Session, Status, Task
from ftrack_typed.errors import NotLoadedError
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production, operations_of


@pytest.fixture
def tasks(session: Session, production: Production, sandbox: Sandbox) -> list[Task]:
    """Three tasks with the keys of their references alone, and an empty request log."""
    found = session.query(Task).where(Task.parent_id == production.shot_id).order_by(Task.name)
    tasks = found.select(Task.name, Task.status_id, Task.thumbnail_id).all()
    sandbox.requests.clear()
    return tasks


@pytest.fixture
def others(open_session: type[Session], tasks: list[Task], sandbox: Sandbox) -> list[str]:
    """The keys of statuses that the session does not know, and no task has."""
    keys = [status.id for status in open_session().query(Status).all() if status.id != tasks[0].status_id]
    sandbox.requests.clear()
    assert len(keys) > 1
    return keys


def asked(sandbox: Sandbox) -> list[str]:
    return [str(each["expression"]) for each in operations_of(sandbox) if each["action"] == "query"]


def test_reference_whose_key_was_written_is_what_the_key_names(
    session: Session, tasks: list[Task], others: list[str], sandbox: Sandbox
) -> None:
    for task, key in zip(tasks, (*others[:2], others[0]), strict=True):
        task.status_id = key
    assert [task.status.id for task in tasks] == [*others[:2], others[0]]
    assert tasks[0].status is tasks[2].status is session.get(Status, others[0])
    assert len(asked(sandbox)) == 1
    session.rollback()
    assert tasks[0].status.id not in others


def test_key_that_was_written_is_asked_for_alone_where_the_mode_says_so(
    session: Session, tasks: list[Task], others: list[str], sandbox: Sandbox
) -> None:
    tasks[0].status_id, tasks[1].status_id = others[:2]
    with session.loading_mode("single"):
        assert [task["status"]["id"] for task in tasks[:2]] == others[:2]
    assert [others[0] in text for text in asked(sandbox)] == [True, False]


def test_reference_of_a_new_entity_that_was_given_by_its_key(
    session: Session, production: Production, others: list[str], sandbox: Sandbox
) -> None:
    task = session.create(Task, name="new", parent_id=production.shot_id, status_id=others[0])
    assert task.status.id == others[0]
    assert session.created == [task]
    session.commit()
    assert task.status is session.get(Status, others[0])


def test_key_that_names_nothing_is_told(session: Session, tasks: list[Task]) -> None:
    tasks[0].status_id = "nothing"
    with pytest.raises(NotLoadedError, match="the server has no Status nothing"):
        _ = tasks[0].status
    with session.auto_populating(False), pytest.raises(NotLoadedError, match="auto-population is off"):
        _ = tasks[0].status


def test_reference_without_a_key_is_known_to_be_none(tasks: list[Task], sandbox: Sandbox) -> None:
    assert [task.thumbnail for task in tasks] == [None] * 3
    assert len(asked(sandbox)) == 0


def test_reference_that_was_found_by_its_key_is_loaded_from_then_on(session: Session, tasks: list[Task]) -> None:
    session.query(Status).all()
    status = tasks[0].status
    assert tasks[0].to_dict()["status"] is status
    assert "status" not in tasks[1].to_dict()
