"""Tests what close, reset and rollback leave behind: warnings with a number, no changes, and what goes on."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from ftrack_typed import inspection
from ftrack_typed.cache import MemoryCache
from ftrack_typed.entities import Note, Session, Shot, Task, User
from ftrack_typed.errors import ConnectionClosedError, DeletedEntityError
from ftrack_typed.operations import UpdateEntityOperation
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.symbols import NOT_SET
from tests.logs import messages_of
from tests.session.conftest import Production, operations_of


@pytest.fixture
def task(session: Session, production: Production, sandbox: Sandbox) -> Task:
    """A task with name and metadata loaded, and an empty request log."""
    query = session.query(Task).where(Task.id == production.task_ids[0])
    found = query.select(Task.name, Task.description, Task.metadata, Task.notes).one()
    sandbox.requests.clear()
    return found


def change_three_times(session: Session, task: Task) -> User:
    """Leave a creation, an update and a pushed operation waiting; return what was created."""
    made = session.create(User, username="never")
    task.description = "never"
    session.recorded_operations.push(UpdateEntityOperation("Task", {"id": task.id}, "bid", NOT_SET, 5.0))
    return made


@pytest.mark.parametrize(("end", "words"), [("close", "closed"), ("reset", "reset")])
def test_changes_that_are_lost_are_counted_in_a_warning(
    session: Session, task: Task, caplog: pytest.LogCaptureFixture, end: str, words: str
) -> None:
    task.description = "never"
    task.name = "never"
    session.recorded_operations.push(UpdateEntityOperation("Task", {"id": task.id}, "bid", NOT_SET, 5.0))
    with caplog.at_level(logging.WARNING):
        getattr(session, end)()
        getattr(session, end)()
    assert messages_of("ftrack_typed.unit_of_work", caplog) == [
        f"A session is {words} with 3 changes that were not committed."
    ]
    assert list(session.recorded_operations) == []


@pytest.mark.parametrize("end", ["close", "reset", "rollback"])
def test_nothing_waits_afterwards(session: Session, task: Task, end: str) -> None:
    made = change_three_times(session, task)
    session.delete(task)
    getattr(session, end)()
    assert (session.created, session.modified, session.deleted) == ([], [], [])
    assert len(session.recorded_operations) == 0
    assert inspection.states([made, task]) == [NOT_SET, NOT_SET]


def test_closed_session_lets_go_of_its_caches_once(open_session: type[Session]) -> None:
    class Closing(MemoryCache[str, Any]):
        closings = 0

        def close(self) -> None:
            self.closings += 1

    cache = Closing()
    session = open_session(cache=cache)
    session.close()
    session.close()
    assert cache.closings == 1


def test_closed_session_asks_nobody(session: Session, task: Task, sandbox: Sandbox) -> None:
    session.close()
    for ask in (lambda: session.get(Task, task.id), lambda: task.bid, session.query(Task).all, session.query(Task).one):
        with pytest.raises(ConnectionClosedError):
            ask()
    assert task.name == "task_000"
    assert len(sandbox.requests) == 0


def test_reset_keeps_the_connection_and_the_caches(
    open_session: type[Session], production: Production, sandbox: Sandbox
) -> None:
    cache: MemoryCache[str, Any] = MemoryCache()
    session = open_session(cache=cache)
    task = session.get(Task, production.task_ids[0])
    types, hub = session.types, session.event_hub
    session.reset()
    assert session.types is types
    assert session.event_hub is hub
    assert not session.closed
    sandbox.requests.clear()
    again = session.get(Task, production.task_ids[0])
    assert again is not task
    assert again == task
    assert len(sandbox.requests) == 0


def test_rollback_gives_every_kind_of_value_back(session: Session, task: Task, production: Production) -> None:
    shot = session.query(Shot).where(Shot.id == production.shot_id).select(Shot.custom_attributes, Shot.children).one()
    start, children = shot.custom_attributes["fstart"], list(shot.children)
    task.metadata["kept"] = "1"
    session.commit()
    bid_was_loaded = "bid" in vars(task)
    task.bid = 99.0
    task.metadata["kept"] = "2"
    task.metadata["new"] = "3"
    shot.custom_attributes["fstart"] = start + 1
    shot.children.remove(children[1])
    session.rollback()
    assert ("bid" in vars(task)) is bid_was_loaded is False
    assert task.bid == 0.0
    assert dict(task.metadata) == {"kept": "1"}
    assert shot.custom_attributes["fstart"] == start
    assert list(shot.children) == children


def test_rollback_lets_go_of_what_was_created_and_of_nothing_else(
    session: Session, task: Task, sandbox: Sandbox
) -> None:
    made = session.create(Note, content="never", author=session.query(User).all()[0], parent_id=task.id)
    task.description = "never"
    session.rollback()
    with pytest.raises(DeletedEntityError, match="its creation was rolled back"):
        made.content = "again"
    sandbox.requests.clear()
    assert session.get(Task, task.id) is task
    assert len(sandbox.requests) == 0
    assert session.get(Note, made.id) is None


def test_entity_whose_deletion_is_rolled_back_can_be_changed_and_sent(
    session: Session, task: Task, sandbox: Sandbox
) -> None:
    session.delete(task)
    session.rollback()
    task.description = "lives"
    session.commit()
    assert [(each["action"], each["entity_key"]) for each in operations_of(sandbox)] == [("update", [task.id])]
    session.delete(task)
    session.recorded_operations.clear()
    task.description = "still lives"
    session.commit()
    assert operations_of(sandbox)[-1]["action"] == "update"
