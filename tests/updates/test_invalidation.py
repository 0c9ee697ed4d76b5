"""Tests that a session which follows updates forgets what others changed, and keeps what waits for its own commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftrack_typed.cache import MemoryCache
from ftrack_typed.entities import Note, Project, Session, Shot, Status, Task, User
from ftrack_typed.errors import DeletedEntityError
from ftrack_typed.sandbox.in_process import Sandbox
from tests.events.event_server import PATIENCE
from tests.updates.conftest import Studio


@pytest.fixture
def following(studio: Studio) -> Studio:
    """A studio whose listener follows updates."""
    studio.listener.follow_updates()
    assert studio.listener.event_hub.flush(PATIENCE)
    return studio


def task_of(studio: Studio, number: int = 0) -> Task:
    """Return a task as the listener has it, with its values loaded."""
    found = studio.listener.get(Task, studio.production.task_ids[number])
    assert found is not None
    assert [found.name, found.description, found.status.name, found.parent.name, len(found.notes), found.metadata]
    return found


def test_session_that_does_not_follow_keeps_what_it_loaded(studio: Studio) -> None:
    task = task_of(studio)
    studio.task().description = "new"
    studio.other.commit()
    studio.settle()
    assert task.description is None


def test_changed_values_load_again(following: Studio, sandbox: Sandbox) -> None:
    task, untouched = task_of(following), task_of(following, 1)
    theirs = following.task()
    theirs.description = "new"
    status = following.other.query(Status).where(Status.id != theirs.status.id).first()
    assert status is not None
    theirs.status = status
    following.other.commit()
    following.settle()
    sandbox.requests.clear()
    assert (untouched.description, untouched.name) == (None, "task_001")
    assert task.id == theirs.id
    assert len(sandbox.requests) == 0
    assert (task.description, task.status.name, task.status_id) == ("new", status.name, status.id)
    assert following.listener.get(Task, task.id) is task


def test_pending_changes_stay_and_are_committed(following: Studio) -> None:
    task = task_of(following)
    task.description = "mine"
    theirs = following.task()
    theirs.description, theirs.bid = "theirs", 60.0
    following.other.commit()
    following.settle()
    assert task.description == "mine"
    assert task.bid == 60.0
    assert [str(each) for each in following.listener.modified] == [str(task)]
    following.listener.commit()
    with_new_eyes = following.other
    with_new_eyes.reset()
    assert following.task().description == "mine"


def test_change_that_is_taken_back_gives_what_the_server_has(following: Studio) -> None:
    task = task_of(following)
    task.description = "mine"
    following.task().description = "theirs"
    following.other.commit()
    following.settle()
    following.listener.rollback()
    assert task.description == "theirs"


def test_pending_reference_stays(following: Studio) -> None:
    task = task_of(following)
    first, second, third = following.listener.query(Status).where(Status.id != task.status.id).all()[:3]
    task.status = first
    theirs = following.task()
    status = following.other.get(Status, second.id)
    assert status is not None
    theirs.status = status
    following.other.commit()
    following.settle()
    assert (task.status, task.status_id) == (first, first.id)
    following.listener.rollback()
    assert (task.status, task.status_id) == (second, second.id)
    assert third is not None


def test_collections_of_what_refers_to_it_load_again(following: Studio) -> None:
    task = task_of(following)
    shot = following.listener.get(Shot, following.production.shot_id)
    assert shot is not None
    assert len(shot.children) == 3
    author = following.other.query(User).first()
    assert author is not None
    theirs = following.task()
    theirs.create_note("see this", author)
    following.other.create(Task, name="one more", parent=theirs.parent)
    theirs.metadata["seen"] = "yes"
    following.other.commit()
    following.settle()
    assert [note.content for note in task.notes] == ["see this"]
    assert len(shot.children) == 4
    assert dict(task.metadata) == {"seen": "yes"}


def test_custom_attributes_load_again(following: Studio) -> None:
    shot = following.listener.get(Shot, following.production.shot_id)
    theirs = following.other.get(Shot, following.production.shot_id)
    assert shot is not None
    assert theirs is not None
    assert shot.custom_attributes["fstart"] != 1009.0
    theirs.custom_attributes["fstart"] = 1009.0
    following.other.commit()
    following.settle()
    assert shot.custom_attributes["fstart"] == 1009.0


def test_moved_entity_leaves_one_collection_for_another(following: Studio) -> None:
    project = following.other.get(Project, following.production.project_id)
    assert project is not None
    theirs = following.other.create(Shot, name="sh030", parent=project)
    following.other.commit()
    before = following.listener.get(Shot, following.production.shot_id)
    after = following.listener.get(Shot, theirs.id)
    assert before is not None
    assert after is not None
    assert (len(before.children), len(after.children)) == (3, 0)
    following.task().parent = theirs
    following.other.commit()
    following.settle()
    assert (len(before.children), len(after.children)) == (2, 1)


def test_removed_entity_is_deleted_here_too(following: Studio) -> None:
    task = task_of(following)
    shot = following.listener.get(Shot, following.production.shot_id)
    assert shot is not None
    assert len(shot.children) == 3
    following.other.delete(following.task())
    following.other.commit()
    following.settle()
    assert task.name == "task_000"
    with pytest.raises(DeletedEntityError):
        task.description = "x"
    assert following.listener.get(Task, task.id) is None
    assert len(shot.children) == 2


def test_removed_entity_with_changes_that_wait_keeps_them(following: Studio) -> None:
    task = task_of(following)
    task.description = "mine"
    following.other.delete(following.task())
    following.other.commit()
    following.settle()
    assert task.description == "mine"
    assert following.listener.modified == [task]


def test_new_entities_are_left_alone(following: Studio) -> None:
    shot = following.listener.get(Shot, following.production.shot_id)
    assert shot is not None
    mine = following.listener.create(Task, name="mine", parent=shot)
    theirs = following.other.get(Shot, following.production.shot_id)
    assert theirs is not None
    following.other.create(Task, name="theirs", parent=theirs)
    following.other.commit()
    following.settle()
    assert (mine.name, mine.parent) == ("mine", shot)
    following.listener.commit()
    assert sorted(child.name for child in shot.children)[:2] == ["mine", "task_000"]


def test_handlers_of_the_same_event_read_what_is_new(studio: Studio) -> None:
    seen: list[str | None] = []
    task = task_of(studio)
    studio.listener.on(Task.description).call(lambda change: seen.append(change.entity_as(Task).description))
    studio.listener.follow_updates()
    assert studio.listener.event_hub.flush(PATIENCE)
    studio.task().description = "new"
    studio.other.commit()
    studio.handle(lambda: seen)
    assert seen == ["new"]
    assert task.description == "new"


def test_caches_below_forget_it(open_session: type[Session], studio: Studio) -> None:
    cache: MemoryCache[str, str] = MemoryCache()
    session = open_session(cache=cache)
    session.event_hub.connect()
    session.follow_updates()
    assert session.event_hub.flush(PATIENCE)
    first, second = (session.get(Task, identifier) for identifier in studio.production.task_ids[:2])
    assert first is not None
    assert second is not None
    assert len(first.notes) == 0
    first_key, second_key = session.cache.key_of(first), session.cache.key_of(second)
    assert {first_key, second_key} <= set(cache.keys())
    author = studio.other.query(User).first()
    assert author is not None
    note = studio.task().create_note("see this", author)
    studio.other.commit()
    studio.listener = session
    studio.settle()
    assert first_key not in set(cache.keys())
    assert second_key in set(cache.keys())
    assert [each.content for each in first.notes] == ["see this"]
    assert session.get(Note, note.id) is not None


def test_nobody_who_does_not_ask_pays(open_session: type[Session], tmp_path: Path) -> None:
    session = open_session(auto_connect_event_hub=False)
    assert session._event_hub is None
