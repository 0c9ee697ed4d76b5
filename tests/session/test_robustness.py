"""Tests what must not go wrong: wrong values, edits that race with a commit, and sessions that stay usable."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.responses import Response

from ftrack_typed.entities import Note, Session, Shot, Status, Task, User
from ftrack_typed.errors import (
    AttributeValueError,
    DeletedEntityError,
    FtrackError,
    ImmutableAttributeError,
    NotLoadedError,
    NotUniqueError,
    QueryError,
    ServerError,
    UnknownAttributeError,
)
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production, make_production, operations_of


@pytest.fixture
def task(session: Session, production: Production, sandbox: Sandbox) -> Task:
    found = session.get(Task, production.task_ids[0])
    assert found is not None
    sandbox.requests.clear()
    return found


@pytest.fixture
def shot(session: Session, production: Production) -> Shot:
    found = session.get(Shot, production.shot_id)
    assert found is not None
    return found


def test_selected_metadata_has_its_values(session: Session, task: Task, open_session: type[Session]) -> None:
    task.metadata["k"] = "v"
    session.commit()
    query = open_session().query(Task).where(Task.id == task.id)
    assert dict(query.select(Task.metadata).one().metadata) == {"k": "v"}
    assert dict(query.select(Task.metadata["k"]).one().metadata) == {"k": "v"}
    text = open_session().query(f'select metadata from Task where id is "{task.id}"').one()
    assert dict(text["metadata"]) == {"k": "v"}
    session.populate(task, "metadata")
    assert dict(task.metadata) == {"k": "v"}


def test_mapping_that_is_read_again_while_it_waits_sends_what_changed(
    session: Session, task: Task, sandbox: Sandbox
) -> None:
    task.metadata.update(kept="1", changed="1", removed="1")
    session.commit()
    task.metadata["changed"] = "2"
    del task.metadata["removed"]
    session.populate(task, "metadata")
    assert dict(task.metadata) == {"kept": "1", "changed": "2"}
    sandbox.requests.clear()
    session.commit()
    assert [(each["action"], each["entity_key"]) for each in operations_of(sandbox)] == [
        ("delete", [task.id, "removed"]),
        ("update", [task.id, "changed"]),
    ]
    task.metadata["kept"] = "3"
    session.populate(task, "metadata")
    session.rollback()
    assert dict(task.metadata) == {"kept": "1", "changed": "2"}


def test_selected_custom_attributes_have_their_values(
    shot: Shot, open_session: type[Session], sandbox: Sandbox
) -> None:
    again = open_session().query(Shot).where(Shot.id == shot.id).select(Shot.custom_attributes).one()
    sandbox.requests.clear()
    assert again.custom_attributes["fstart"] == 1001
    assert len(sandbox.requests) == 0


def test_list_of_an_attribute_cannot_be_changed_unseen(
    session: Session, task: Task, open_session: type[Session]
) -> None:
    department = task.custom_attributes["department"]
    assert isinstance(department, list)
    with pytest.raises(TypeError, match="assign a new list"):
        department.append("fx")
    task.custom_attributes["department"] = [*department, "fx"]
    session.commit()
    again = open_session().get(Task, task.id)
    assert again is not None
    assert again.custom_attributes["department"] == [*department, "fx"]
    assert pickle.loads(pickle.dumps(department)) == department


def test_collection_edited_while_a_commit_is_on_its_way(
    session: Session, shot: Shot, sandbox: Sandbox, open_session: type[Session]
) -> None:
    user = session.query(User).all()[0]
    assert list(shot.notes) == []
    note = session.create(Note, content="meanwhile", author=user)
    session.commit()
    arrived, go_on = threading.Event(), threading.Event()

    def wait(request: object, answer: Callable[[], Response]) -> Response:
        arrived.set()
        go_on.wait(60)
        return answer()

    session.create(Task, name="first", parent=shot)
    assert list(shot.notes) == []
    sandbox.intercept = wait
    try:
        thread = threading.Thread(target=session.commit)
        thread.start()
        assert arrived.wait(60)
        shot.notes.append(note)
        shot.description = "written meanwhile"
    finally:
        go_on.set()
        sandbox.intercept = None
    thread.join()
    session.commit()
    again = open_session().get(Shot, shot.id)
    assert again is not None
    assert (again.description, len(again.notes)) == ("written meanwhile", 1)


def test_key_that_is_taken_is_refused_at_once(session: Session, task: Task) -> None:
    with pytest.raises(NotUniqueError, match="is there already"):
        session.create(Task, id=task.id, name="again", parent_id=task.parent_id)
    assert session.get(Task, task.id) is task
    session.rollback()
    assert session.get(Task, task.id) is task


def test_several_threads_read_one_result(session: Session, open_session: type[Session]) -> None:
    text = f"Task where parent_id is {make_production(open_session(), 100).shot_id}"
    everything = session.query(text).all()
    assert len(everything) == 100
    result = session.query(text, page_size=3)
    with ThreadPoolExecutor(6) as pool:
        lengths = list(pool.map(lambda _: len(result), range(6)))
    assert lengths == [len(everything)] * 6
    assert len(set(result)) == len(everything)


def test_several_threads_write_one_mapping(session: Session, task: Task) -> None:
    assert dict(task.metadata) == {}

    def write(thread: int) -> None:
        for number in range(50):
            task.metadata[f"{thread}_{number}"] = "x"

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert len(task.metadata) == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda task: task.notes.append("x"),
        lambda task: task.notes.append(task),
        lambda task: task.notes.extend([task]),
        lambda task: task.metadata.__setitem__("a", {1, 2}),
        lambda task: task.metadata.__setitem__("a", 7),
        lambda task: task.metadata.__setitem__(7, "a"),
        lambda task: task.metadata.update({"good": "x", "bad": 3}),
        lambda task: setattr(task, "bid", float("nan")),
        lambda task: setattr(task, "bid", float("inf")),
        lambda task: task.custom_attributes.__setitem__("department", {1}),
        lambda task: setattr(task, "metadata", {"a": object()}),
    ],
)
def test_value_that_cannot_be_sent_is_refused_where_it_is_written(
    session: Session, task: Task, change: Callable[[Any], None]
) -> None:
    assert list(task.notes) == []
    assert dict(task.metadata) == {}
    with pytest.raises(AttributeValueError, match=r"Task\."):
        change(task)
    assert list(task.notes) == []
    assert dict(task.metadata) == {}
    assert not session._state.unit


def test_unknown_custom_attribute_names_close_ones(shot: Shot) -> None:
    with pytest.raises(UnknownAttributeError, match="'fstart'"):
        shot.custom_attributes["fstrat"]
    with pytest.raises(ImmutableAttributeError):
        del shot.custom_attributes["fstart"]


def test_errors_cross_processes(session: Session, task: Task) -> None:
    errors: list[FtrackError] = []
    for failing in (
        lambda: session.get("Tsak", "x"),
        lambda: setattr(task, "nmae", 1),
        lambda: setattr(task, "id", "x"),
        lambda: session.query("select nothing from Task").all(),
        lambda: session.query("Task where (").all(),
        lambda: session.query(Task).where(Task.name == "absent").one(),
    ):
        with pytest.raises(FtrackError) as caught:
            failing()
        errors.append(caught.value)
    for error in errors:
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert type(again) is type(error)
            assert str(again) == str(error)
            assert again.details == error.details
            assert vars(again) == vars(error)


def test_rolled_back_creation_is_gone(session: Session, production: Production, sandbox: Sandbox) -> None:
    task = session.create(Task, name="never", parent_id=production.shot_id)
    session.rollback()
    sandbox.requests.clear()
    with pytest.raises(DeletedEntityError, match="rolled back"):
        task.bid = 3.0
    with pytest.raises(DeletedEntityError, match="rolled back"):
        _ = task.status
    assert len(sandbox.requests) == 0
    session.commit()


def test_name_that_is_no_text_is_unknown(session: Session, task: Task) -> None:
    odd: Any = 1
    create: Any = session.create
    assert odd not in task
    assert task.get(odd, "default") == "default"
    with pytest.raises(UnknownAttributeError, match="has no attribute 1"):
        _ = task[odd]
    with pytest.raises(UnknownAttributeError, match="has no attribute 1"):
        create(Task, {odd: 2})
    with pytest.raises(UnknownAttributeError, match="has no attribute 1"):
        _ = task.custom_attributes[odd]


def test_nothing_can_refer_to_what_is_gone(session: Session, production: Production, task: Task) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    never = session.create(Shot, name="never", parent_id=production.project_id)
    session.rollback()
    deleted = session.create(Shot, name="deleted", parent_id=production.project_id)
    session.commit()
    session.delete(deleted)
    task.parent = deleted  # may come back
    session.rollback()
    session.delete(deleted)
    session.commit()
    for gone, reason in ((never, "rolled back"), (deleted, "it is deleted")):
        with pytest.raises(DeletedEntityError, match=rf"{reason}; Task.parent cannot refer to it"):
            task.parent = gone
        with pytest.raises(DeletedEntityError, match=rf"{reason}; Task.parent cannot refer to it"):
            session.create(Task, name="refused", parent=gone)
        with pytest.raises(DeletedEntityError, match=rf"{reason}; Shot.children cannot refer to it"):
            shot.children.append(gone)
    assert not session.recorded_operations


def test_refused_ensure_leaves_nothing_behind(session: Session, production: Production, task: Task) -> None:
    twin = {"name": "task_001", "parent_id": production.shot_id, "description": "twin"}
    with pytest.raises(ServerError):
        session.ensure(Task, twin, ["description"])
    assert not session._state.unit
    with pytest.raises(ServerError):
        session.ensure(Task, {"id": task.id, "name": "task_001"}, ["id"])
    assert not session._state.unit
    assert task.name == "task_000"


def test_rollback_after_a_refresh_keeps_reference_and_key_one(
    session: Session, task: Task, open_session: type[Session]
) -> None:
    first, second, third = session.query(Status).all()[:3]
    assert task.status_id
    task.status = second if second.id != task.status_id else first
    other = open_session()
    theirs = other.get(Task, task.id)
    assert theirs is not None
    theirs.status_id = third.id
    other.commit()
    session.query(Task).where(Task.id == task.id).select(Task.status.name).one()
    session.rollback()
    assert task.status.id == task.status_id == third.id


def test_entity_whose_deletion_is_pending_cannot_change(session: Session, task: Task) -> None:
    session.delete(task)
    with pytest.raises(DeletedEntityError, match="waits for the commit"):
        task.name = "x"
    session.rollback()
    task.name = "x"
    session.rollback()


def test_entity_of_another_session_is_refused(session: Session, task: Task, open_session: type[Session]) -> None:
    foreign = open_session().get(Shot, task.parent.id)
    assert foreign is not None
    with pytest.raises(AttributeValueError, match="another session"):
        session.create(Task, name="x", parent=foreign)
    with pytest.raises(AttributeValueError, match="no session"):
        task.parent = copy.copy(task.parent)
    with pytest.raises(TypeError, match="another session"):
        session.delete(foreign)
    assert not session._state.unit


def test_items_cost_one_request(task: Task, sandbox: Sandbox) -> None:
    pairs = dict(task.items())
    assert pairs["status"]["name"] == "Not started"
    assert len(sandbox.requests) == 1


def test_detached_copy_says_what_is_missing(task: Task) -> None:
    with pytest.raises(NotLoadedError) as caught:
        _ = copy.copy(task).description
    assert str(caught.value) == "Task.description is not loaded: the entity belongs to no session"


def test_rows_that_are_no_entities_are_named(session: Session) -> None:
    with pytest.raises(QueryError, match=r"Query\.count\(\)"):
        session.query("select count(id) from Task").all()


@pytest.mark.parametrize("key", [None, 5])
def test_key_of_a_wrong_type_is_named(session: Session, key: Any) -> None:
    with pytest.raises(TypeError, match="a key is text"):
        session.get(Task, key)


def test_no_row_exists_within_a_limit_of_none(session: Session, sandbox: Sandbox) -> None:
    assert not session.query(Task).limit(0).exists()
    assert session.query(Task).limit(0).all() == []


def test_batches_hold_what_was_recorded(session: Session, task: Task, sandbox: Sandbox) -> None:
    task.bid = 3
    task.description = "x"
    session.commit()
    (operation,) = operations_of(sandbox)
    assert operation["entity_data"] == {"__entity_type__": "Task", "bid": 3, "description": "x"}
