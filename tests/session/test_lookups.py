"""Tests in detail what `create`, `get` and results of queries take and ask for (session.md sections 4 and 17)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, cast

import pytest

from ftrack_typed.entities import Metadata, Session, Shot, Task, User
from ftrack_typed.errors import AttributeValueError, NotUniqueError
from ftrack_typed.query.result import QueryResult
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.symbols import NOT_SET
from tests.session.conftest import Production, operations_of


def expressions_of(sandbox: Sandbox) -> list[str]:
    return [str(operation["expression"]) for operation in operations_of(sandbox) if operation["action"] == "query"]


# Creation


def test_key_of_a_new_entity_is_text(session: Session) -> None:
    key = uuid.uuid4()
    made = cast(Any, session).create("User", {"id": key, "username": str(key)})
    assert made.id == str(key)
    assert session.get(User, [key]) is made  # type: ignore[list-item]
    first, second = (session.create(User, username="x").id for _ in range(2))
    assert first != second
    assert str(uuid.UUID(first)) == first


def test_values_by_name_count_over_those_of_a_mapping(session: Session) -> None:
    made = cast(Any, session).create("User", {"username": "a", "first_name": "A"}, username="b")
    assert (made.username, made.first_name) == ("b", "A")


def test_value_that_is_not_set_is_not_given(session: Session, production: Production, sandbox: Sandbox) -> None:
    data = {"from_id": production.task_ids[0], "to_id": production.task_ids[1], "lag": NOT_SET, "type": NOT_SET}
    made = cast(Any, session).create("TypedContextLink", data)
    assert "lag" not in vars(made)
    assert made.type == "end_to_start"
    session.commit()
    assert "lag" not in cast("dict[str, object]", operations_of(sandbox)[0]["entity_data"])


def test_refused_creation_leaves_nothing(session: Session, production: Production, sandbox: Sandbox) -> None:
    key = str(uuid.uuid4())
    refused: list[dict[str, object]] = [
        {"name": 5},
        {"parent": session},
        {"notes": ["text"]},
        {"metadata": {"a": 5}},
        {"custom_attributes": "text"},
    ]
    for wrong in refused:
        with pytest.raises(AttributeValueError):
            cast(Any, session).create("Task", {"id": key, "parent_id": production.shot_id, **wrong})
        assert session.created == []
        assert len(session.recorded_operations) == 0
    assert session.get(Task, key) is None
    made = session.create(Task, id=key, name="right", parent_id=production.shot_id)
    session.commit()
    assert session.get(Task, key) is made


def test_creation_with_the_key_of_another_leaves_that_alone(session: Session, sandbox: Sandbox) -> None:
    known = session.query(User).all()[0]
    sandbox.requests.clear()
    with pytest.raises(NotUniqueError, match="is there already"):
        session.create(User, id=known.id, username="twin")
    assert session.get(User, known.id) is known
    assert session.created == []
    assert len(sandbox.requests) == 0


def test_creation_that_is_not_recorded_is_never_sent(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    with session.operation_recording(False):
        made = session.create(Task, name="unrecorded", parent_id=production.shot_id)
    assert session.created == []
    assert session.get(Task, made.id) is made
    session.commit()
    assert len(sandbox.requests) == 0


def test_what_the_server_fills_in_is_loaded_for_all_that_was_made(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    made = [session.create(Task, name=f"made_{number}", parent_id=production.shot_id) for number in range(3)]
    session.commit()
    sandbox.requests.clear()
    assert [task.description for task in made] == [None] * 3
    assert len(sandbox.requests) == 1


# Lookup by key


def test_key_is_asked_for_with_the_default_projections(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    task_id = production.task_ids[0]
    session.get(Task, task_id)
    projections = ", ".join(Task.default_projections)
    assert expressions_of(sandbox) == [f'select {projections} from Task where id is "{task_id}"']


def test_key_of_several_parts_is_asked_for_whole(session: Session, production: Production, sandbox: Sandbox) -> None:
    shot = session.query(Shot).where(Shot.id == production.shot_id).select(Shot.metadata).one()
    shot.metadata = {"a": "1", "b": "2"}
    session.commit()
    sandbox.requests.clear()
    row = session.get(Metadata, [shot.id, "b"])
    assert row is not None
    assert (row.key, row.value) == ("b", "2")
    assert session.get(Metadata, (part for part in (shot.id, "b"))) is row
    assert session.get(Metadata, [shot.id, "c"]) is None
    assert len(sandbox.requests) == 2


# Results


def five_users(session: Session, sandbox: Sandbox) -> tuple[list[Any], QueryResult[Any]]:
    """Return five known users in order, and a result of them that fetches two at a time."""
    name = uuid.uuid4().hex
    for number in range(5):
        session.create(User, username=f"{name}_{number}")
    session.commit()
    text = f'User where username like "{name}%" order by username'
    everyone = session.query(text).all()
    assert len(everyone) == 5
    sandbox.requests.clear()
    return everyone, session.query(text, page_size=2)


READS: dict[str, tuple[Callable[[QueryResult[Any]], object], Callable[[list[Any]], object], int]] = {
    "first index": (lambda result: result[0], lambda users: users[0], 1),
    "index on the second page": (lambda result: result[2], lambda users: users[2], 2),
    "last index": (lambda result: result[-1], lambda users: users[-1], 3),
    "slice": (lambda result: result[1:3], lambda users: users[1:3], 2),
    "slice from the start": (lambda result: result[:2], lambda users: users[:2], 1),
    "slice to the end": (lambda result: result[3:], lambda users: users[3:], 3),
    "slice from behind": (lambda result: result[-2:4], lambda users: users[-2:4], 3),
    "slice to behind": (lambda result: result[1:-1], lambda users: users[1:-1], 3),
    "slice backwards": (lambda result: result[1::-1], lambda users: users[1::-1], 3),
    "slice backwards to a place": (lambda result: result[4:1:-1], lambda users: users[4:1:-1], 3),
    "first of an iteration": (lambda result: next(iter(result)), lambda users: users[0], 1),
    "iteration": (list, lambda users: users, 3),
    "len": (len, len, 3),
    "all": (lambda result: result.all(), lambda users: users, 3),
    "contains": (lambda result: result[0] in result, lambda users: True, 1),
}


@pytest.mark.parametrize("read", READS)
def test_result_fetches_what_is_read_and_no_more(session: Session, sandbox: Sandbox, read: str) -> None:
    everyone, result = five_users(session, sandbox)
    look, expected, requests = READS[read]
    assert look(result) == expected(everyone)
    assert len(sandbox.requests) == requests
    assert look(result) == expected(everyone)
    assert len(sandbox.requests) == requests


def test_limit_that_ends_within_a_page(session: Session, sandbox: Sandbox) -> None:
    everyone, result = five_users(session, sandbox)
    limited = session.query(f"{result._query.text} offset 1 limit 3", page_size=2)
    assert limited.all() == everyone[1:4]
    assert len(sandbox.requests) == 2
    assert session.query(f"{result._query.text} limit 0").all() == []
    assert len(sandbox.requests) == 2


def test_one_and_first_always_ask(session: Session, sandbox: Sandbox) -> None:
    everyone, result = five_users(session, sandbox)
    key, text = everyone[0].id, f"{result._query.text} limit"
    assert result.all() == everyone
    sandbox.requests.clear()
    assert result.first() is everyone[0]
    only = session.query(f"User where id is {key}")
    assert only.all() == [only.one()]
    assert expressions_of(sandbox)[0] == f"{text} 1"
    assert [text.rpartition(" limit ")[2] for text in expressions_of(sandbox)] == ["1", "500", "2"]
