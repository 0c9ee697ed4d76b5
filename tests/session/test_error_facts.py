"""Tests that errors say their facts to people and to code, of mistakes that scripts make with a session."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, cast

import pytest
from starlette.responses import JSONResponse

from ftrack_typed.entities import Session, Shot, Status, Task, User
from ftrack_typed.errors import (
    AttributeValueError,
    DeletedEntityError,
    DuplicateItemInCollectionError,
    FtrackError,
    ImmutableAttributeError,
    ImmutableCollectionError,
    ImplicitLoadError,
    MissingAttributeError,
    MultipleResultsFoundError,
    NoResultFoundError,
    NotLoadedError,
    QuerySyntaxError,
    ServerError,
    UnknownAttributeError,
    UnrecognisedEntityTypeError,
)
from ftrack_typed.errors.base import close_matches, did_you_mean
from ftrack_typed.query.parser import parse
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production


@pytest.fixture
def task(session: Session, production: Production) -> Task:
    """A task with its name and notes loaded."""
    return session.query(Task).where(Task.id == production.task_ids[0]).select(Task.name, Task.notes).one()


def refused(action: Callable[[], object]) -> Any:
    """Return the error that *action* raises."""
    with pytest.raises(FtrackError) as caught:
        action()
    assert caught.value.message
    return caught.value


def test_unknown_entity_type(session: Session) -> None:
    error = refused(lambda: session.get("Tsak", "x"))
    assert type(error) is UnrecognisedEntityTypeError
    assert (error.entity_type, error.close_matches[0]) == ("Tsak", "Task")
    assert error.details == {"entity_type": "Tsak"}
    assert str(error) == error.message
    assert "'Tsak'; did you mean 'Task'" in str(error)


def test_unknown_attribute(task: Task) -> None:
    error = refused(lambda: task["nmae"])
    assert type(error) is UnknownAttributeError
    assert (error.entity_type, error.name, error.close_matches[0]) == ("Task", "nmae", "name")
    assert error.details == {"entity_type": "Task", "attribute": "nmae"}
    assert str(error) == error.message
    assert str(error).startswith("Task has no attribute 'nmae'; did you mean 'name'")
    assert isinstance(error, KeyError)
    assert isinstance(error, AttributeError)


def test_value_of_a_wrong_type(task: Task) -> None:
    error = refused(lambda: setattr(task, "name", 5))
    assert type(error) is AttributeValueError
    assert (error.entity_type, error.name, error.value) == ("Task", "name", 5)
    assert error.details == {"entity_type": "Task", "attribute": "name", "value": 5}
    assert str(error) == "Task.name takes a value of type str, not 5"


def test_missing_attributes_are_all_named(session: Session) -> None:
    error = refused(lambda: cast(Any, session).create("TypedContextLink"))
    assert type(error) is MissingAttributeError
    assert (error.entity_type, error.names) == ("TypedContextLink", ("from_id or from_", "to_id or to"))
    assert error.details == {"entity_type": "TypedContextLink", "attributes": error.names}
    assert str(error) == "TypedContextLink cannot be created without from_id or from_, to_id or to"


def test_attribute_that_cannot_change(task: Task) -> None:
    error = refused(lambda: setattr(task, "id", "x"))
    assert type(error) is ImmutableAttributeError
    assert (error.entity_type, error.name) == ("Task", "id")
    assert error.details == {"entity_type": "Task", "attribute": "id"}
    assert str(error) == "Task.id is immutable and cannot be set"


def test_collection_that_cannot_change(session: Session, production: Production) -> None:
    shot = session.query(Shot).where(Shot.id == production.shot_id).select(Shot.split_parts).one()
    error = refused(lambda: shot.split_parts.clear())
    assert type(error) is ImmutableCollectionError
    assert error.collection is shot.split_parts
    assert error.details == {"collection": shot.split_parts}
    assert str(error) == "<Collection Shot.split_parts of 0> is immutable"


def test_item_that_is_in_already(session: Session, task: Task) -> None:
    note = task.create_note("look", session.query(User).all()[0])
    error = refused(lambda: task.notes.append(note))
    assert type(error) is DuplicateItemInCollectionError
    assert (error.item, error.collection) == (note, task.notes)
    assert str(error) == f"{note!r} is in <Collection Task.notes of 1> already"


def test_deleted_entity(session: Session, task: Task) -> None:
    session.delete(task)
    session.commit()
    error = refused(lambda: setattr(task, "name", "x"))
    assert type(error) is DeletedEntityError
    assert error.entity is task
    assert error.details == {"entity": task}
    assert str(error) == f"{task!r}: it is deleted; name cannot be set"
    made = session.create(User, username="never")
    session.rollback()
    error = refused(lambda: setattr(made, "username", "x"))
    assert str(error) == f"{made!r}: its creation was rolled back; username cannot be set"


def test_value_that_is_not_loaded(session: Session, task: Task) -> None:
    with session.auto_populating(False):
        error = refused(lambda: task.bid)
    assert type(error) is NotLoadedError
    assert (error.entity_type, error.name, error.reason) == ("Task", "bid", "auto-population is off")
    assert str(error) == "Task.bid is not loaded: auto-population is off; query it with select(Task.bid)"
    assert error.details == {"entity_type": "Task", "attribute": "bid", "reason": error.reason}
    with session.loading_mode("raise"):
        error = refused(lambda: task.bid)
    assert type(error) is ImplicitLoadError
    assert error.call_site.rpartition(":")[0] == __file__
    assert error.call_site in str(error)
    detached = Task._ftrack_new({"id": "x"})
    assert "select" not in str(refused(lambda: detached.bid))


def test_queries_that_find_another_number_of_rows(session: Session) -> None:
    for text, kind in (('User where username is "nobody"', NoResultFoundError), ("User", MultipleResultsFoundError)):
        error = refused(session.query(text).one)
        assert type(error) is kind
        assert error.query == f"select id from {text}"
        assert error.details == {"query": error.query}
        assert str(error).endswith(f": {error.query}")


def test_text_that_is_no_query_is_shown_with_the_place() -> None:
    text = "select id\nfrom Task where name iz x"
    error = refused(lambda: parse(text))
    assert type(error) is QuerySyntaxError
    assert (error.text, text[error.position :].split()[0]) == (text, "iz")
    *_, line, marker = str(error).splitlines()
    assert line == "  from Task where name iz x"
    assert marker == "  " + " " * len("from Task where name ") + "^"
    assert error.details == {"text": text, "position": error.position}


def test_words_of_the_server(session: Session) -> None:
    error = refused(lambda: session.call([{"action": "query", "expression": "select nmae from Task"}]))
    assert type(error) is ServerError
    assert error.exception
    assert error.details == {
        "exception": error.exception,
        "content": error.content,
        "error_code": error.error_code,
    }
    assert "nmae" in error.content


def test_code_of_the_server(session: Session, sandbox: Sandbox) -> None:
    words = {"exception": "StudioError", "content": "closed for today", "error_code": "studio_closed"}
    sandbox.intercept = lambda request, answer: JSONResponse(words)
    try:
        error = refused(session.query("User").first)
    finally:
        sandbox.intercept = None
    assert type(error) is ServerError
    assert (error.exception, error.content, error.error_code) == tuple(words.values())
    assert error.details == words
    assert "closed for today" in str(error)


def test_errors_cross_processes(session: Session, task: Task) -> None:
    for action in (lambda: session.get("Tsak", "x"), lambda: task["nmae"], lambda: setattr(task, "name", 5)):
        error = refused(action)
        twin = pickle.loads(pickle.dumps(error))
        assert type(twin) is type(error)
        assert (str(twin), twin.message, twin.args) == (str(error), error.message, error.args)
        assert twin.details == error.details
        assert vars(twin) == vars(error)


def test_details_are_a_copy_of_what_was_given() -> None:
    given = {"name": "value"}
    error = FtrackError("message", given)
    given["name"] = "other"
    assert (error.message, error.args, dict(error.details)) == ("message", ("message",), {"name": "value"})


def test_names_that_were_meant() -> None:
    assert close_matches("TASK", ["Shot", "Task"]) == ("Task",)
    assert close_matches("status", ["status_id", "Status", "statuses", "state", "stats"]) == (
        "Status",
        "stats",
        "statuses",
    )
    assert close_matches("xyz", ["Task"]) == ()
    assert did_you_mean(["a", "b"]) == "; did you mean 'a' or 'b'?"
    assert did_you_mean([]) == ""


def test_reference_of_another_session_says_what_to_do(task: Task, open_session: type[Session]) -> None:
    status = open_session().query(Status).all()[0]
    error = refused(lambda: setattr(task, "status", status))
    assert str(error) == (
        f"Task.status takes a Status of this session, not {status!r}: it belongs to another session; "
        "session.merge() gives the one of this session"
    )
