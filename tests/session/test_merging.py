"""Tests what merging, reading and committing leave alone: siblings, what is held already, and what waits."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from ftrack_typed.entities import Session, Shot, Task, User
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production, operations_of


@pytest.fixture
def tasks(session: Session, production: Production, sandbox: Sandbox) -> list[Task]:
    """Three tasks of one answer, and an empty request log."""
    found = session.query(Task).where(Task.parent_id == production.shot_id).order_by(Task.name).all()
    sandbox.requests.clear()
    return found


def asked(sandbox: Sandbox) -> list[str]:
    return [str(each["expression"]) for each in operations_of(sandbox) if each["action"] == "query"]


def test_merge_of_what_the_session_has_leaves_it_among_its_siblings(
    session: Session, tasks: list[Task], sandbox: Sandbox
) -> None:
    assert session.merge(tasks[1]) is tasks[1]
    assert [task.description for task in reversed(tasks[:2])] == [None] * 2
    assert len(asked(sandbox)) == 1


def test_merge_brings_what_the_items_of_a_collection_hold(
    session: Session, tasks: list[Task], open_session: type[Session], sandbox: Sandbox
) -> None:
    author = session.query(User).first()
    assert author is not None
    tasks[0].create_note("one", author)
    session.commit()
    theirs = open_session().query(Task).where(Task.id == tasks[0].id).select(Task.notes.each.content).one()
    mine = open_session()
    sandbox.requests.clear()
    merged = mine.merge(theirs)
    assert [note.content for note in merged.notes] == ["one"]
    assert merged.notes[0].session is mine
    assert len(asked(sandbox)) == 0


def test_merge_of_entities_that_lead_to_each_other(session: Session) -> None:
    shot_id, task_id = str(uuid.uuid4()), str(uuid.uuid4())
    task = {"__entity_type__": "Task", "id": task_id, "parent": {"__entity_type__": "Shot", "id": shot_id}}
    shot = {"__entity_type__": "Shot", "id": shot_id, "name": "round", "children": [task]}
    (decoded,) = session.decode(json.dumps([shot]))
    assert decoded.children[0].parent is decoded
    merged = session.merge(decoded)
    assert merged.children[0].parent is merged
    assert merged.children[0] is session.get(Task, task_id)


@pytest.mark.parametrize("value", [b"bytes", bytearray(b"bytes"), "text"], ids=lambda value: type(value).__name__)
def test_merge_leaves_text_and_bytes_as_they_are(session: Session, value: Any) -> None:
    assert session.merge(value) is value


def test_entity_whose_deletion_waits_is_read_like_any_other(tasks: list[Task], sandbox: Sandbox) -> None:
    session = tasks[0].session
    session.delete(tasks[0])
    assert tasks[0].description is None
    assert tasks[0]["bid"] == 0.0
    assert [task.description for task in tasks] == [None] * 3
    session.rollback()


@pytest.mark.parametrize("by_key", [False, True], ids=["reference", "key"])
def test_new_entity_that_moved_survives_what_it_was_first_below(
    session: Session, production: Production, by_key: bool, sandbox: Sandbox
) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    doomed = session.create(Shot, name="doomed", parent_id=production.project_id)
    session.commit()
    below: dict[str, Any] = {"parent_id": doomed.id} if by_key else {"parent": doomed}
    task = session.create(Task, name="moved", **below)
    session.delete(doomed)
    if by_key:
        task.parent_id = shot.id
    else:
        task.parent = shot
    session.commit()
    assert task.parent is shot
    found = session.query(f"select parent.name from Task where id is {task.id}").one()
    assert found["parent"] is shot
    assert session.get(Shot, doomed.id) is None


def test_what_was_created_for_another_commit_is_no_sibling(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    first = session.create(Task, name="first", parent_id=production.shot_id)
    session.commit()
    second = session.create(Task, name="second", parent_id=production.shot_id)
    session.commit()
    sandbox.requests.clear()
    assert second.time_logged == 0
    (text,) = asked(sandbox)
    assert second.id in text
    assert first.id not in text


def test_empty_collection_of_a_new_entity_is_not_sent(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    task = session.create(Task, name="new", parent_id=production.shot_id, notes=[])
    sandbox.requests.clear()
    session.commit()
    (operation,) = operations_of(sandbox)
    data: Any = operation["entity_data"]
    assert (operation["action"], "notes" in data) == ("create", False)
    assert list(task.notes) == []
