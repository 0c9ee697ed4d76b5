"""Tests what `ensure` and `get` take for a key, and what `delete` takes for an entity (session.md sections 4 and 7)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any, cast

import pytest
from starlette.responses import Response

from ftrack_typed.entities import (
    FileComponent,
    Metadata,
    Session,
    Setting,
    SettingComponent,
    Shot,
    Task,
    Timelog,
    User,
)
from ftrack_typed.errors import DeletedEntityError, NotLoadedError, ServerError, UnknownAttributeError
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production, operations_of


def user_data(**more: object) -> dict[str, object]:
    return {"username": f"user_{uuid.uuid4().hex}", "first_name": "A", **more}


def expressions_of(sandbox: Sandbox) -> list[str]:
    return [str(operation["expression"]) for operation in operations_of(sandbox) if operation["action"] == "query"]


def written(sandbox: Sandbox) -> list[tuple[object, object]]:
    return [(each["action"], each["entity_data"]) for each in operations_of(sandbox) if each["action"] != "query"]


def test_key_that_the_data_lacks_is_named_before_anything_is_sent(session: Session, sandbox: Sandbox) -> None:
    with pytest.raises(KeyError, match=r"'email' is to identify the User, but data does not have it"):
        session.ensure(User, user_data(), ["username", "email"])
    assert len(sandbox.requests) == 0


def test_unknown_name_is_refused_before_anything_is_sent(session: Session, sandbox: Sandbox) -> None:
    with pytest.raises(UnknownAttributeError, match=r"User has no attribute 'usernmae'; did you mean 'username'"):
        session.ensure(User, {"usernmae": "ann"})
    assert expressions_of(sandbox) == []


def test_one_text_is_one_key(session: Session, sandbox: Sandbox) -> None:
    data = user_data()
    made = session.ensure(User, data, "username")
    assert expressions_of(sandbox)[0].endswith(f' where username is "{data["username"]}" limit 2')
    assert session.ensure(User, {**data, "first_name": "B"}, "username") is made
    assert made.first_name == "B"


@pytest.mark.parametrize(
    ("entity_type", "name", "value"), [(User, "assignments", []), (User, "metadata", {"a": "b"}), (Shot, "notes", ())]
)
def test_collection_identifies_nothing(
    session: Session, sandbox: Sandbox, entity_type: type[User] | type[Shot], name: str, value: object
) -> None:
    message = rf"{entity_type.__name__}\.{name} is a collection and cannot identify a row: give identifying_keys"
    with pytest.raises(ValueError, match=message):
        session.ensure(entity_type, {name: value})
    assert len(sandbox.requests) == 0


def test_what_is_made_is_committed(session: Session, open_session: type[Session], sandbox: Sandbox) -> None:
    data = user_data()
    made = session.ensure(User, data, ["username"])
    assert [action for action, _ in written(sandbox)] == ["create"]
    assert session.created == []
    again = open_session().query(User).where(User.id == made.id).one()
    assert (again.username, again.first_name) == (data["username"], "A")


def test_what_differs_is_committed_and_nothing_else(
    session: Session, open_session: type[Session], sandbox: Sandbox
) -> None:
    data = user_data(last_name="L")
    made = session.ensure(User, data, ["username"])
    sandbox.requests.clear()
    session.ensure(User, {**data, "first_name": "B"}, ["username"])
    assert written(sandbox) == [("update", {"__entity_type__": "User", "first_name": "B"})]
    assert session.modified == []
    assert open_session().query(User).where(User.id == made.id).one().first_name == "B"


def test_same_items_make_no_difference(session: Session, production: Production, sandbox: Sandbox) -> None:
    task, author = session.get(Task, production.task_ids[0]), session.query(User).result()[0]
    assert task is not None
    first, second = (task.create_note(content, author) for content in ("first", "second"))
    session.commit()
    sandbox.requests.clear()
    data = {"name": task.name, "parent_id": production.shot_id, "notes": [second, first]}
    assert session.ensure(Task, data, ["name", "parent_id"]) is task
    assert written(sandbox) == []
    session.ensure(Task, {**data, "notes": [first]}, ["name", "parent_id"])
    assert [action for action, _ in written(sandbox)] == ["update"]


def test_fractions_of_a_second_and_offsets_make_no_difference(session: Session, sandbox: Sandbox) -> None:
    start = datetime(2031, 2, 3, 4, 5, 6, tzinfo=timezone.utc)
    user = session.query(User).all()[0]
    data = {"start": start, "duration": 5.0, "user_id": user.id, "comment": uuid.uuid4().hex}
    made = session.ensure(Timelog, data, ["comment"])
    sandbox.requests.clear()
    for same in (start.replace(microsecond=999_999), start.replace(tzinfo=None)):
        assert session.ensure(Timelog, {**data, "start": same}, ["comment"]) is made
    assert written(sandbox) == []
    session.ensure(Timelog, {**data, "start": start.replace(second=7)}, ["comment"])
    assert [action for action, _ in written(sandbox)] == ["update"]


@pytest.mark.parametrize(
    ("entity_type", "key", "message"),
    [
        (Task, ["a", "b"], r"the key of Task is id; 2 values were given"),
        (Task, [], r"the key of Task is id; 0 values"),
        (Metadata, "a", r"the key of Metadata is .*parent_id.*; 1 values"),
        (Metadata, {"a": 1, "b": 2, "c": 3}.keys(), r"3 values"),
    ],
)
def test_key_of_another_number_of_parts_is_refused(
    session: Session, sandbox: Sandbox, entity_type: type[Task] | type[Metadata], key: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        session.get(entity_type, key)
    assert len(sandbox.requests) == 0


@pytest.mark.parametrize("key", [3, None])
def test_key_that_is_no_text_is_refused(session: Session, sandbox: Sandbox, key: Any) -> None:
    with pytest.raises(TypeError, match=rf"a key is text.*{re.escape(repr(key))}"):
        session.get(Task, key)
    assert len(sandbox.requests) == 0


@pytest.mark.parametrize("wrong", ["task", None, Task, {"id": "x"}])
def test_what_is_no_entity_cannot_be_deleted(session: Session, wrong: Any) -> None:
    with pytest.raises(TypeError, match=rf"^delete takes an entity, not {re.escape(repr(wrong))}$"):
        session.delete(wrong)
    assert len(session.recorded_operations) == 0


def test_entity_of_no_or_another_session_cannot_be_deleted(
    session: Session, open_session: type[Session], production: Production
) -> None:
    theirs = open_session().get(Task, production.task_ids[0])
    assert theirs is not None
    with pytest.raises(TypeError, match="belongs to another session"):
        session.delete(theirs)
    with pytest.raises(TypeError, match="belongs to no session"):
        session.delete(Task._ftrack_new({"id": "x"}))
    assert len(session.recorded_operations) == 0


@pytest.mark.parametrize("wrong", [None, "Task", 3, ["name"]])
def test_creation_takes_a_mapping(session: Session, wrong: Any) -> None:
    create = cast(Any, session.create)
    with pytest.raises(TypeError, match="mapping"):
        create("Task", wrong)
    assert session.created == []


def test_all_values_can_be_loaded_and_exported(session: Session, production: Production, sandbox: Sandbox) -> None:
    task = session.query(f"select name from Task where id is {production.task_ids[0]}").one()
    assert {"id", "name"} <= set(task.to_dict())
    assert "bid" not in task.to_dict()
    sandbox.requests.clear()
    whole = task.to_dict(loaded_only=False)
    assert list(whole) == list(task)
    assert len(operations_of(sandbox)) == 1
    assert (whole["name"], whole["bid"], cast(Mapping[str, object], whole["metadata"])) == ("task_000", 0.0, {})
    assert cast("Shot", whole["parent"]).id == production.shot_id
    with session.auto_populating(False):
        assert set(task.to_dict()) == set(whole)


def test_copy_of_an_entity_says_that_it_has_no_session(session: Session, production: Production) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    detached = Task._ftrack_new({"id": task.id})
    with pytest.raises(NotLoadedError, match=r"Task\.session is not loaded: the entity belongs to no session"):
        _ = detached.session


def test_refused_creation_leaves_its_key_to_another(session: Session, sandbox: Sandbox) -> None:
    taken, key = session.ensure(User, user_data(), ["username"]).username, str(uuid.uuid4())
    refused: list[User | None] = []

    def note_what_is_sent(request: Any, answer: Callable[[], Response]) -> Response:
        if any(operation["action"] == "create" for operation in request.operations()):
            refused.append(session.get(User, key))
        return answer()

    sandbox.intercept = note_what_is_sent
    try:
        with pytest.raises(ServerError):
            session.ensure(User, {"id": key, "username": taken}, ["id"])
    finally:
        sandbox.intercept = None
    (gone,) = refused
    assert gone is not None
    with pytest.raises(DeletedEntityError, match="its creation was refused"):
        gone.first_name = "B"
    assert session.get(User, key) is None
    made = session.ensure(User, user_data(id=key), ["id"])
    assert made is not gone
    assert session.get(User, key) is made


def test_what_is_there_commits_nothing_else(session: Session, production: Production, sandbox: Sandbox) -> None:
    data = user_data()
    made = session.ensure(User, data, ["username"])
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.description = "waits"
    sandbox.requests.clear()
    assert session.ensure(User, data, ["username"]) is made
    assert written(sandbox) == []
    assert session.modified == [task]


def test_reference_is_known_by_every_part_of_its_key(session: Session, sandbox: Sandbox) -> None:
    name = f"setting_{uuid.uuid4().hex}"
    here, there = (session.create(Setting, name=name, group=group, value="x") for group in ("here", "there"))
    component = session.create(FileComponent, name="made", file_type=".txt")
    session.commit()

    def ensured(setting: Setting) -> SettingComponent:
        data = {"component": component, "setting": setting, "name": name, "group": setting.group}
        return session.ensure(SettingComponent, data, ["setting"])

    first = ensured(here)
    assert ensured(there) is not first
    assert ensured(here) is first
    assert expressions_of(sandbox)[-1].endswith(f' where setting.name is "{name}" and setting.group is "here" limit 2')
