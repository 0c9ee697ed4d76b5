"""Tests that what others did, or what was deleted, shows: no lost note, no metadata of yesterday, no deleted item."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ftrack_typed.entities import ListCategory, Note, Session, Shot, Task, TypedContextList, User
from ftrack_typed.errors import QueryError
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production, operations_of


@pytest.fixture
def task(session: Session, production: Production) -> Task:
    found = session.get(Task, production.task_ids[0])
    assert found is not None
    return found


@pytest.fixture
def author(session: Session) -> User:
    found = session.query(User).first()
    assert found is not None
    return found


def same(session: Session, task: Task) -> Task:
    found = session.get(Task, task.id)
    assert found is not None
    return found


def test_notes_of_two_sessions_are_all_kept(
    session: Session, task: Task, author: User, open_session: type[Session]
) -> None:
    other = open_session()
    theirs = same(other, task)
    assert len(task.notes) == len(theirs.notes) == 0
    first = task.create_note("mine", author)
    their_author = other.get(User, author.id)
    assert their_author is not None
    second = theirs.create_note("theirs", their_author)
    assert list(task.notes) == [first]
    session.commit()
    other.commit()
    assert {note.content for note in same(open_session(), task).notes} == {"mine", "theirs"}
    mine, known = session.get(Note, second.id), other.get(Note, second.id)
    assert mine is not None
    assert known is not None
    assert len(mine.replies) == len(known.replies) == 0
    mine.create_reply("one", author)
    known.create_reply("two", their_author)
    session.commit()
    other.commit()
    again = open_session().get(Note, second.id)
    assert again is not None
    assert {reply.content for reply in again.replies} == {"one", "two"}


def test_note_that_is_rolled_back_is_shown_no_more(session: Session, task: Task, author: User) -> None:
    before = list(task.notes)
    task.create_note("never", author)
    assert len(task.notes) == len(before) + 1
    session.rollback()
    assert list(task.notes) == before
    assert not session.recorded_operations


def test_deleted_note_is_in_no_list_and_in_nobodys_way(session: Session, task: Task, author: User) -> None:
    first, second = (task.create_note(content, author) for content in ("first", "second"))
    session.commit()
    assert set(task.notes) == {first, second}
    session.delete(first)
    session.commit()
    assert list(task.notes) == [second]
    assert len(task.notes) == 1
    assert first not in task.notes
    third = session.create(Note, content="third", author=author)
    task.notes.append(third)
    session.commit()
    assert list(task.notes) == [second, third]


def test_item_that_was_never_created_is_not_sent(session: Session, task: Task, author: User, sandbox: Sandbox) -> None:
    assert len(task.notes) == 0
    note = session.create(Note, content="given up", author=author)
    task.notes.append(note)
    session.delete(note)
    sandbox.requests.clear()
    session.commit()
    assert [(each["action"], each["entity_data"]) for each in operations_of(sandbox)] == [
        ("update", {"__entity_type__": "Task", "notes": []})
    ]
    assert list(task.notes) == []


def test_deleted_item_leaves_lists_of_others(session: Session, task: Task, author: User) -> None:
    category = session.query(ListCategory).first()
    assert category is not None
    made = session.create(
        TypedContextList, name="dailies", project=task.project, category=category, owner=author, items_=[task]
    )
    session.commit()
    assert list(made.items_) == [task]
    session.delete(task)
    session.commit()
    assert list(made.items_) == []
    made.items_ = []
    session.commit()


ASKING: dict[str, Callable[[Session, Task], object]] = {
    "populate text": lambda session, task: session.populate([task], "metadata"),
    "populate path": lambda session, task: session.populate([task], Task.metadata),
    "populate parts": lambda session, task: session.populate([task], "metadata.key, metadata.value"),
    "query text": lambda session, task: session.query(f"select metadata from Task where id is {task.id}").all(),
    "query": lambda session, task: session.query(Task).where(Task.id == task.id).select(Task.metadata).all(),
}


@pytest.mark.parametrize("ask", ASKING.values(), ids=list(ASKING))
def test_metadata_that_is_asked_for_is_that_of_now(
    ask: Callable[[Session, Task], object], session: Session, task: Task, open_session: type[Session]
) -> None:
    task.metadata["a"] = "1"
    session.commit()
    other = open_session()
    theirs = same(other, task)
    assert dict(theirs.metadata) == {"a": "1"}
    task.metadata.update({"a": "2", "b": "3"})
    session.commit()
    ask(other, theirs)
    assert dict(theirs.metadata) == {"a": "2", "b": "3"}


def test_metadata_that_waits_for_a_commit_stays(session: Session, task: Task) -> None:
    task.metadata["a"] = "1"
    session.commit()
    task.metadata["a"] = "waits"
    session.query(f"select metadata from Task where id is {task.id}").all()
    session.populate(task, "metadata")
    assert dict(task.metadata) == {"a": "waits"}
    session.commit()
    assert dict(task.metadata) == {"a": "waits"}


def test_order_by_a_key_of_a_collection_is_refused_like_its_directions(session: Session) -> None:
    with pytest.raises(QueryError, match="no order by a key"):
        session.query(Shot).order_by(Shot.metadata["a"])
