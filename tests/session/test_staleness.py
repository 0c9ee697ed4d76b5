"""Tests that what others did, or what was deleted, shows: no lost note, no metadata of yesterday, no deleted item."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.responses import Response

from ftrack_typed.entities import (
    Asset,
    AssetType,
    AssetVersion,
    FileComponent,
    ListCategory,
    Note,
    Session,
    Shot,
    Task,
    TypedContextList,
    User,
)
from ftrack_typed.errors import QueryError
from ftrack_typed.sandbox.application import ApiRequest
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


def test_keys_of_others_stay_where_a_mapping_with_changes_is_read_again(
    session: Session, task: Task, open_session: type[Session]
) -> None:
    task.metadata = {"changed": "1", "removed": "1", "theirs": "1", "removed by them": "1"}
    session.commit()
    held = task.metadata
    held["changed"] = "mine"
    held["new"] = "mine"
    del held["removed"]
    other = open_session()
    theirs = same(other, task)
    theirs.metadata["theirs"] = "2"
    theirs.metadata["added by them"] = "2"
    del theirs.metadata["removed by them"]
    other.commit()
    session.populate(task, "metadata")
    assert dict(task.metadata) == {"changed": "mine", "new": "mine", "theirs": "1", "removed by them": "1"}
    session.commit()
    expected = {"changed": "mine", "new": "mine", "theirs": "2", "added by them": "2"}
    assert dict(same(open_session(), task).metadata) == expected
    assert dict(task.metadata) == expected
    assert task.metadata is held


def test_mapping_that_is_read_again_goes_back_to_what_was_read(
    session: Session, task: Task, open_session: type[Session]
) -> None:
    task.metadata = {"changed": "1", "theirs": "1"}
    session.commit()
    task.metadata["changed"] = "mine"
    other = open_session()
    same(other, task).metadata["theirs"] = "2"
    other.commit()
    session.populate(task, "metadata")
    session.rollback()
    assert dict(task.metadata) == {"changed": "1", "theirs": "2"}


def test_custom_attributes_of_others_stay_where_those_with_changes_are_read_again(
    session: Session, production: Production, open_session: type[Session]
) -> None:
    shot, other = session.get(Shot, production.shot_id), open_session()
    theirs = other.get(Shot, production.shot_id)
    assert shot is not None
    assert theirs is not None
    before = dict(shot.custom_attributes)
    shot.custom_attributes["handles"] = 8
    theirs.custom_attributes["fstart"] = 1017
    other.commit()
    session.populate(shot, "custom_attributes")
    assert dict(shot.custom_attributes) == {**before, "handles": 8}
    session.commit()
    assert dict(shot.custom_attributes) == {**before, "handles": 8, "fstart": 1017}
    again = open_session().get(Shot, production.shot_id)
    assert again is not None
    assert dict(again.custom_attributes) == {**before, "handles": 8, "fstart": 1017}


def test_mapping_that_is_read_again_while_it_is_sent_keeps_what_was_written_twice(
    session: Session, task: Task, sandbox: Sandbox
) -> None:
    task.metadata = {"theirs": "1"}
    session.commit()
    task.metadata["first"] = "sent"

    def read_again(request: ApiRequest, answer: Callable[[], Response]) -> Response:
        sandbox.intercept = None
        task.metadata["second"] = "waits"
        session.call(
            [
                {
                    "action": "update",
                    "entity_type": "Metadata",
                    "entity_key": [task.id, "theirs"],
                    "entity_data": {"__entity_type__": "Metadata", "value": "2"},
                }
            ]
        )
        session.populate(task, "metadata")
        return answer()

    sandbox.intercept = read_again
    session.commit()
    assert dict(task.metadata) == {"theirs": "1", "first": "sent", "second": "waits"}
    sandbox.requests.clear()
    session.commit()
    expected = {"theirs": "2", "first": "sent", "second": "waits"}
    assert dict(task.metadata) == expected
    (operation,) = operations_of(sandbox)
    assert operation["entity_key"] == [task.id, "second"]
    session.populate(task, "metadata")
    assert dict(task.metadata) == expected


def two_shots(session: Session, production: Production) -> tuple[Shot, Shot]:
    """Return the shot of the tasks, and another one beside it."""
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    other = session.create(Shot, name="other", parent=shot.parent)
    session.commit()
    return shot, other


def test_item_that_came_into_a_collection_says_where_it_is_after_the_commit(
    session: Session, task: Task, production: Production
) -> None:
    shot, other = two_shots(session, production)
    assert task in shot.children
    assert task.parent is shot
    assert [each.id for each in task.ancestors] == [shot.id]
    other.children.append(task)
    session.commit()
    assert task.parent is other
    assert task.parent_id == other.id
    assert task not in shot.children
    assert task in other.children
    assert [each.id for each in task.ancestors] == [other.id]


def test_item_that_left_a_collection_says_so_after_the_commit(session: Session, task: Task) -> None:
    category = session.query(ListCategory).result()[0]
    tasks = session.create(TypedContextList, name="dailies", project=task.project, category=category)
    asset_type = session.query(AssetType).result()[0]
    asset = session.create(Asset, name="plate", parent=task.parent, type=asset_type)
    version = session.create(AssetVersion, asset=asset, task=task)
    component = session.create(FileComponent, name="main", file_type=".exr", size=1, version=version)
    session.commit()
    assert list(task.lists) == []
    tasks.items_.append(task)
    session.commit()
    assert list(task.lists) == [tasks]
    assert list(version.components) == [component]
    tasks.items_.remove(task)
    version.components.remove(component)
    session.commit()
    assert list(task.lists) == []
    assert component.version is None
    assert component.version_id is None


def test_place_that_was_written_after_a_collection_waits_for_the_next_commit(
    session: Session, task: Task, production: Production, sandbox: Sandbox
) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    first, second = (session.create(Shot, name=name, parent=shot.parent) for name in ("first", "second"))
    session.commit()
    assert task.parent is shot
    first.children.append(task)

    def write(request: ApiRequest, answer: Callable[[], Response]) -> Response:
        sandbox.intercept = None
        task.parent = second
        return answer()

    sandbox.intercept = write
    session.commit()
    assert task.parent is second
    session.rollback()
    assert task.parent is first


def test_what_servers_make_of_a_value_is_that_of_the_new_one(session: Session, task: Task) -> None:
    assert [each["name"] for each in task.link][1:] == [task.parent.name, task.name]
    task.bid = 3600.0
    session.commit()
    assert task.bid_time_logged_difference == 3600.0
    task.bid = 7200.0
    task.name = "renamed"
    session.commit()
    assert [each["name"] for each in task.link][1:] == [task.parent.name, "renamed"]
    assert task.bid_time_logged_difference == 7200.0


def test_item_leaves_the_collection_of_a_parent_that_is_known_by_its_key(
    session: Session, task: Task, production: Production
) -> None:
    shot, other = two_shots(session, production)
    assert task in shot.children
    assert task.parent_id == shot.id
    assert "parent" not in vars(task)
    task.parent = other
    session.commit()
    assert task not in shot.children
    assert task in other.children


def test_note_that_comes_into_changed_notes_is_made_before_these_are_sent(
    session: Session, task: Task, author: User, open_session: type[Session]
) -> None:
    first = session.create(Note, content="first", author=author)
    task.notes.append(first)
    new = session.create(Task, name="new", parent=task.parent, notes=[session.create(Note, content="a", author=author)])
    task.create_note("second", author)
    new.create_note("b", author)
    session.commit()
    other = open_session()
    assert {note.content for note in same(other, task).notes} == {"first", "second"}
    assert {note.content for note in same(other, new).notes} == {"a", "b"}
