"""Tests what waits for a commit: as operations, as lists of entities, as states and as a plan."""

from __future__ import annotations

import uuid
from typing import Any

import attrs
import pytest

from ftrack_typed import inspection
from ftrack_typed.commit.plan import CommitPlan
from ftrack_typed.entities import Metadata, Note, Session, Shot, Status, Task, User, UserView
from ftrack_typed.entity import Entity
from ftrack_typed.errors import DeletedEntityError, ServerError
from ftrack_typed.operations import (
    CreateEntityOperation,
    DeleteEntityOperation,
    Operation,
    Operations,
    UpdateEntityOperation,
)
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.session import AutoPopulatingContext, OperationRecordingContext
from ftrack_typed.symbols import CREATED, DELETED, MODIFIED, NOT_SET
from tests.session.conftest import Production, operations_of


@pytest.fixture
def task(session: Session, production: Production, sandbox: Sandbox) -> Task:
    """A task with name, description and bid loaded, and an empty request log."""
    query = session.query(Task).where(Task.id == production.task_ids[0])
    found = query.select(Task.name, Task.description, Task.bid, Task.status.name, Task.metadata).one()
    sandbox.requests.clear()
    return found


def new_note(session: Session, task: Task) -> Note:
    return session.create(Note, content="fix the edge", author=session.query(User).all()[0], parent_id=task.id)


def test_operations_are_a_list_of_their_own() -> None:
    first, second = DeleteEntityOperation("Task", {"id": "1"}), DeleteEntityOperation("Task", {"id": "2"})
    operations = Operations()
    assert not operations
    operations.push(first)
    operations.push(second)
    assert list(operations) == [first, second]
    assert operations.pop() is second
    assert len(operations) == 1
    operations.clear()
    assert not operations
    with pytest.raises(IndexError):
        operations.pop()


def test_operations_start_with_a_copy_of_what_is_given() -> None:
    first, second = DeleteEntityOperation("Task", {"id": "1"}), DeleteEntityOperation("Task", {"id": "2"})
    given = [first, second]
    operations = Operations(given)
    assert list(operations) == [first, second]
    assert repr(operations) == "<Operations of 2>"
    operations.pop()
    assert given == [first, second]


def test_operations_may_change_while_they_are_iterated() -> None:
    first, second = DeleteEntityOperation("Task", {"id": "1"}), DeleteEntityOperation("Task", {"id": "2"})
    operations, seen = Operations([first, second]), []
    for each in operations:
        seen.append(each)
        operations.clear()
    assert seen == [first, second]


@pytest.mark.parametrize(
    "operation",
    [
        Operation("Task", {"id": "1"}),
        CreateEntityOperation("Task", {"id": "1"}, {}),
        UpdateEntityOperation("Task", {"id": "1"}, "name", NOT_SET, "x"),
        DeleteEntityOperation("Task", {"id": "1"}),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_operation_is_a_fact(operation: Any) -> None:
    for name in attrs.fields_dict(type(operation)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(operation, name, "other")
    assert (operation.entity_type, operation.entity_key) == ("Task", {"id": "1"})


def test_recorded_operations_are_those_of_the_documentation(session: Session, task: Task, sandbox: Sandbox) -> None:
    note = new_note(session, task)
    task.description = "first"
    note.content = "changed"
    task.description = "second"
    session.delete(task)
    created, changed, described, deleted = session.recorded_operations
    assert isinstance(created, CreateEntityOperation)
    assert created.entity_type == "Note"
    assert created.entity_key == {"id": note.id}
    assert created.entity_data["content"] == "fix the edge"
    assert created.entity_data["author"] == note.author
    assert created.entity_data["id"] == note.id
    assert changed == UpdateEntityOperation("Note", {"id": note.id}, "content", "fix the edge", "changed")
    assert described == UpdateEntityOperation("Task", {"id": task.id}, "description", None, "second")
    assert deleted == DeleteEntityOperation("Task", {"id": task.id})
    assert len(session.recorded_operations) == 4


def test_recorded_operations_of_mappings_are_about_rows(session: Session, task: Task) -> None:
    task.metadata["take"] = "3"
    session.commit()
    task.metadata = {"take": "4", "camera": "A"}
    operations = {type(each): each for each in session.recorded_operations}
    key = {"parent_id": task.id, "key": "take"}
    assert operations[UpdateEntityOperation] == UpdateEntityOperation("Metadata", key, "value", "3", "4")
    created = operations[CreateEntityOperation]
    assert isinstance(created, CreateEntityOperation)
    assert created.entity_key == {"parent_id": task.id, "key": "camera"}
    assert created.entity_data == {"parent_id": task.id, "key": "camera", "value": "A", "parent_type": "Task"}
    assert tuple(created.entity_key) == Metadata.primary_key_attributes


def test_recorded_operations_have_what_was_given_and_the_servers_names(session: Session) -> None:
    user = session.query(User).all()[0]
    view = session.create(UserView, name="mine", global_=True)
    view.user = user
    view.global_ = False
    view.shared_with.append(user)
    created, *updates = session.recorded_operations
    key = {"id": view.id}
    assert created == CreateEntityOperation("UserView", key, {**key, "name": "mine", "global": True, "shared_with": []})
    assert updates == [
        UpdateEntityOperation("UserView", key, "user", NOT_SET, user),
        UpdateEntityOperation("UserView", key, "global", True, False),
        UpdateEntityOperation("UserView", key, "shared_with", [], [user]),
    ]


def test_recorded_operations_of_custom_attributes_are_about_rows(session: Session, production: Production) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    before = shot.custom_attributes["fstart"]
    shot.custom_attributes["fstart"] = before + 1
    (changed,) = session.recorded_operations
    configuration = session.query("CustomAttributeConfiguration where key is fstart").one()
    key = {"configuration_id": configuration["id"], "entity_id": shot.id}
    assert changed == UpdateEntityOperation("ContextCustomAttributeValue", key, "value", before, before + 1)


def test_clearing_forgets_everything_and_keeps_values(session: Session, task: Task, sandbox: Sandbox) -> None:
    task.description = "never sent"
    session.recorded_operations.push(UpdateEntityOperation("Task", {"id": task.id}, "bid", NOT_SET, 5.0))
    session.recorded_operations.clear()
    assert len(session.recorded_operations) == 0
    assert not session.recorded_operations
    session.commit()
    assert len(sandbox.requests) == 0
    assert task.description == "never sent"


def test_pop_takes_out_the_last_operation(session: Session, task: Task, sandbox: Sandbox) -> None:
    task.bid = 10.0
    session.recorded_operations.push(UpdateEntityOperation("Task", {"id": task.id}, "description", NOT_SET, "raw"))
    note = new_note(session, task)
    note.content = "second"
    session.delete(task)
    expected = list(session.recorded_operations)[::-1]
    assert [type(each).__name__ for each in expected] == [
        "DeleteEntityOperation",
        "UpdateEntityOperation",
        "CreateEntityOperation",
        "UpdateEntityOperation",
        "UpdateEntityOperation",
    ]
    assert [session.recorded_operations.pop() for _ in range(4)] == expected[:4]
    assert inspection.states([task, note]) == [MODIFIED, NOT_SET]
    assert note.content == "fix the edge"
    sandbox.requests.clear()
    session.commit()
    (operation,) = operations_of(sandbox)
    assert operation["entity_data"] == {"__entity_type__": "Task", "bid": 10.0}
    with pytest.raises(IndexError):
        session.recorded_operations.pop()


def test_pushed_operations_are_sent_at_their_place(
    session: Session, task: Task, open_session: type[Session], sandbox: Sandbox
) -> None:
    note_id = str(uuid.uuid4())
    author = session.query(User).all()[0]
    status = session.query(Status).all()[-1]
    push = session.recorded_operations.push
    sandbox.requests.clear()
    task.bid = 10.0
    data = {"content": "raw", "author": author, "parent_id": task.id, "parent_type": "task", "is_todo": NOT_SET}
    push(CreateEntityOperation("Note", {"id": note_id}, data))
    push(UpdateEntityOperation("Task", {"id": task.id}, "description", "", "pushed"))
    push(UpdateEntityOperation("Task", {"id": task.id}, "name", "", NOT_SET))
    task.status = status
    session.commit()
    expected: list[tuple[str, Any]] = [
        ("update", {"__entity_type__": "Task", "bid": 10.0}),
        (
            "create",
            {
                "__entity_type__": "Note",
                "id": note_id,
                "content": "raw",
                "author": {"__entity_type__": "User", "id": author.id},
                "parent_id": task.id,
                "parent_type": "task",
            },
        ),
        ("update", {"__entity_type__": "Task", "description": "pushed"}),
        ("update", {"__entity_type__": "Task", "status": {"__entity_type__": "Status", "id": status.id}}),
    ]
    assert len(sandbox.requests) == 1
    assert [(each["action"], each["entity_data"]) for each in operations_of(sandbox)] == expected
    assert task.description == "pushed"
    assert len(session.recorded_operations) == 0
    other = open_session()
    note = other.get(Note, note_id)
    assert note is not None
    assert note.content == "raw"
    other.recorded_operations.push(DeleteEntityOperation("Note", {"id": note_id}))
    other.commit()
    assert other.get(Note, note_id) is None
    with pytest.raises(DeletedEntityError):
        note.content = "gone"


def test_pushed_values_and_keys_are_sent_as_the_server_takes_them(
    session: Session, task: Task, open_session: type[Session], sandbox: Sandbox
) -> None:
    notes = [task.create_note(content, session.query(User).all()[0]) for content in ("a", "b")]
    session.commit()
    sandbox.requests.clear()
    key: dict[str, Any] = {"id": uuid.UUID(task.id)}
    session.recorded_operations.push(UpdateEntityOperation("Task", key, "notes", notes, notes[:1]))
    session.commit()
    (operation,) = operations_of(sandbox)
    assert operation["entity_key"] == [task.id]
    assert operation["entity_data"] == {
        "__entity_type__": "Task",
        "notes": [{"__entity_type__": "Note", "id": notes[0].id}],
    }
    found = open_session().get(Task, task.id)
    assert found is not None
    assert [note.content for note in found.notes] == ["a"]


def test_pushed_operation_on_a_type_that_only_the_server_knows(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ = session.schemas
    operation = UpdateEntityOperation("Tusk", {"id": "1"}, "name", "", "x")
    session.recorded_operations.push(operation)
    monkeypatch.setattr(session, "call", lambda operations: [{"action": "update", "data": {}} for _ in operations])
    session.commit()
    assert not session.recorded_operations


def test_recorded_operations_can_be_pushed_again(
    session: Session, production: Production, open_session: type[Session]
) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    task = session.create(Task, name="again", parent=shot)
    task.description = "kept"
    task.metadata["a"] = "b"
    recorded = list(session.recorded_operations)
    session.recorded_operations.clear()
    for operation in recorded:
        session.recorded_operations.push(operation)
    session.commit()
    found = open_session().get(Task, task.id)
    assert found is not None
    assert (found.name, found.description, dict(found.metadata)) == ("again", "kept", {"a": "b"})


def test_pushed_operations_wait_after_a_failure_and_are_rolled_back(session: Session, task: Task) -> None:
    missing = UpdateEntityOperation("Task", {"id": str(uuid.uuid4())}, "description", "", "x")
    session.recorded_operations.push(missing)
    task.description = "waits"
    with pytest.raises(ServerError):
        session.commit()
    assert len(session.recorded_operations) == 2
    assert next(iter(session.recorded_operations)) is missing
    session.rollback()
    assert len(session.recorded_operations) == 0


def test_only_operations_can_be_pushed(session: Session) -> None:
    with pytest.raises(TypeError, match="creates, updates or deletes"):
        session.recorded_operations.push(Operation("Task", {"id": "1"}))
    assert not session.recorded_operations


def test_pushed_operation_on_an_unknown_type_is_the_servers_to_refuse(session: Session) -> None:
    session.recorded_operations.push(DeleteEntityOperation("Tusk", {"id": "1"}))
    with pytest.raises(ServerError):
        session.commit()
    session.rollback()


def test_created_modified_and_deleted_list_entities(session: Session, task: Task, production: Production) -> None:
    other = session.get(Task, production.task_ids[1])
    assert other is not None
    assert (session.created, session.modified, session.deleted) == ([], [], [])
    note = new_note(session, task)
    task.description = "changed"
    session.delete(other)
    assert (session.created, session.modified, session.deleted) == ([note], [task], [other])
    session.commit()
    assert (session.created, session.modified, session.deleted) == ([], [], [])


def test_states_are_given_for_each_entity(session: Session, task: Task, production: Production) -> None:
    others = [session.get(Task, key) for key in production.task_ids[1:]]
    first, second = (other for other in others if other is not None)
    note = new_note(session, task)
    session.delete(note)
    task.description = "changed"
    session.delete(first)
    entities: list[Entity] = [task, note, second, task, first]
    assert inspection.states(entities) == [MODIFIED, DELETED, NOT_SET, MODIFIED, DELETED]
    assert inspection.states([]) == []


def test_state_counts_pushed_operations(session: Session, task: Task, production: Production) -> None:
    key = {"id": task.id}
    session.recorded_operations.push(UpdateEntityOperation("Task", {"id": "other"}, "bid", NOT_SET, 1.0))
    assert inspection.state(task) is NOT_SET
    session.recorded_operations.push(UpdateEntityOperation("Task", key, "bid", NOT_SET, 1.0))
    assert inspection.state(task) is MODIFIED
    session.recorded_operations.push(DeleteEntityOperation("Task", key))
    assert inspection.state(task) is DELETED
    session.rollback()
    session.recorded_operations.push(CreateEntityOperation("Task", key, {}))
    assert inspection.state(task) is CREATED


def test_state_is_that_of_the_first_operation_but_for_a_deletion(session: Session, task: Task) -> None:
    push, key = session.recorded_operations.push, {"id": task.id}
    push(CreateEntityOperation("Task", key, {}))
    push(UpdateEntityOperation("Task", key, "bid", NOT_SET, 1.0))
    assert inspection.state(task) is CREATED
    session.recorded_operations.clear()
    push(UpdateEntityOperation("Task", key, "bid", NOT_SET, 1.0))
    push(CreateEntityOperation("Task", key, {}))
    assert inspection.state(task) is MODIFIED
    push(DeleteEntityOperation("Task", key))
    push(UpdateEntityOperation("Task", key, "bid", NOT_SET, 2.0))
    assert inspection.state(task) is DELETED


def test_state_goes_by_the_type_and_the_text_of_the_key(session: Session, task: Task) -> None:
    session.recorded_operations.push(DeleteEntityOperation("Note", {"id": task.id}))
    assert inspection.state(task) is NOT_SET
    session.recorded_operations.push(DeleteEntityOperation("Task", {"id": uuid.UUID(task.id)}))
    assert inspection.state(task) is DELETED


def test_entity_of_no_session_has_no_state_and_a_key_of_text(session: Session) -> None:
    decoded = session.decode('{"__entity_type__": "Task", "id": 5}')
    assert inspection.state(decoded) is NOT_SET
    assert inspection.identity(decoded) == ("Task", ["5"])


def test_identity_and_primary_key(session: Session, task: Task, sandbox: Sandbox) -> None:
    task.metadata["take"] = "3"
    session.commit()
    (row,) = session.query(Metadata).where(Metadata.parent_id == task.id).all()
    sandbox.requests.clear()
    assert inspection.identity(task) == ("Task", [task.id])
    assert inspection.identity(row) == ("Metadata", [task.id, "take"])
    assert inspection.primary_key(row) == {"parent_id": task.id, "key": "take"}
    assert list(inspection.primary_key(row)) == list(Metadata.primary_key_attributes)
    with pytest.raises(KeyError, match=r"Task\.id"):
        inspection.primary_key(Task._ftrack_new({}))
    assert len(sandbox.requests) == 0


def test_plan_is_what_a_commit_sends(session: Session, task: Task, production: Production, sandbox: Sandbox) -> None:
    task.metadata["take"] = "3"
    session.commit()
    other = session.get(Task, production.task_ids[1])
    status = session.query(Status).all()[-1]
    assert other is not None
    before = task.status
    task.description = "a"
    session.commit()
    note = new_note(session, task)
    task.description = "b"
    task.status = status
    task.metadata["take"] = "4"
    session.delete(other)
    session.recorded_operations.push(UpdateEntityOperation("Task", {"id": other.id}, "bid", NOT_SET, 1.0))
    sandbox.requests.clear()
    plan = session.plan()
    assert isinstance(plan, CommitPlan)
    lines = str(plan).splitlines()
    assert lines[0].startswith(f"+ Note ({note.id}): ")
    assert "content: 'fix the edge'" in lines[0]
    assert lines[1:] == [
        f"~ Task {task.name!r} ({task.id}): description: 'a' -> 'b', status: {before!r} -> {status!r}",
        f"~ Metadata ({task.id}, take): value: '3' -> '4'",
        f"- Task {other.name!r} ({other.id})",
        f"~ Task ({other.id}): bid: 1.0",
    ]
    assert [each.action for each in plan] == ["create", "update", "update", "delete", "update"]
    assert "id" not in plan[0].values
    assert plan[1].values == {"description": "b", "status": status}
    assert plan[1].old == {"description": "a", "status": before}
    assert plan[1].entity is task
    assert len(sandbox.requests) == 0
    assert session.modified == [task]
    session.recorded_operations.pop()
    session.commit()
    assert [each["action"] for each in operations_of(sandbox)] == ["create", "update", "update", "delete"]
    assert str(session.plan()) == "nothing to commit"
    assert len(session.plan()) == 0


def test_contexts_give_nothing_and_restore(session: Session, task: Task) -> None:
    with session.auto_populating(False) as nothing:
        assert [nothing] == [None]
        assert not session.auto_populate
        with AutoPopulatingContext(session, True):
            assert session.auto_populate
        assert not session.auto_populate
    assert session.auto_populate
    context = session.operation_recording(False)
    assert isinstance(context, OperationRecordingContext)
    with context, session.auto_populating(False):
        assert not session.record_operations
        task.description = "not recorded"
    assert session.record_operations
    assert not session.recorded_operations


def test_pop_of_an_update_sends_what_the_entity_started_with(
    session: Session, task: Task, open_session: type[Session]
) -> None:
    note = new_note(session, task)
    note.content = "changed"
    session.recorded_operations.pop()
    session.commit()
    found = open_session().get(Note, note.id)
    assert found is not None
    assert note.content == found.content == "fix the edge"


def test_pop_of_an_update_gives_the_old_reference_and_its_key_back(session: Session, task: Task) -> None:
    before = task.status
    task.status = session.query(Status).all()[-1]
    session.recorded_operations.pop()
    assert task.status is before
    assert task.status_id == before.id
    assert not session.recorded_operations
