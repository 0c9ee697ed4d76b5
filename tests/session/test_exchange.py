"""Tests what goes in and out of a session as JSON or from other sessions: encode, decode, call, merge, reconstruct."""

from __future__ import annotations

import itertools
import json
import logging
import uuid
from datetime import date, datetime, timedelta, timezone
from typing import Any, cast

import pytest
import requests

from ftrack_typed import inspection
from ftrack_typed.entities import Metadata, Note, Session, Shot, Status, Task, User
from ftrack_typed.entity import Entity
from ftrack_typed.errors import (
    MissingAttributeError,
    NotLoadedError,
    UnknownAttributeError,
    UnrecognisedEntityTypeError,
)
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.session import OperationPayload, SessionAuthentication
from ftrack_typed.symbols import NOT_SET
from tests.logs import messages_of
from tests.session.conftest import Production, operations_of


@pytest.fixture
def task(session: Session, production: Production, sandbox: Sandbox) -> Task:
    """A task with name, description and status loaded, and an empty request log."""
    query = session.query(Task).where(Task.id == production.task_ids[0])
    found = query.select(Task.name, Task.description, Task.status.name, Task.notes).one()
    sandbox.requests.clear()
    return found


def encoded(session: Session, value: object, **options: Any) -> Any:
    return json.loads(session.encode(value, **options))


# Encoding


def test_encode_has_sorted_keys_and_dates(session: Session) -> None:
    moment = datetime(2026, 5, 4, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    text = session.encode({"b": [moment, None, 1.5], "a": date(2026, 5, 4)})
    assert text == (
        '{"a": {"__type__": "datetime", "value": "2026-05-04"}, '
        '"b": [{"__type__": "datetime", "value": "2026-05-04T10:30:00"}, null, 1.5]}'
    )


def test_encode_refuses_an_unknown_strategy_and_unknown_values(session: Session) -> None:
    with pytest.raises(ValueError, match=r"'most'.*set_only"):
        session.encode({}, entity_attribute_strategy=cast(Any, "most"))
    with pytest.raises(TypeError):
        session.encode({"a": object()})


def test_encode_of_what_is_set(session: Session, task: Task, sandbox: Sandbox) -> None:
    task.description = "changed"
    row = encoded(session, [task])[0]
    status = {"__entity_type__": "Status", "id": task.status.id}
    assert row["__entity_type__"] == "Task"
    assert (row["id"], row["name"], row["description"]) == (task.id, task.name, "changed")
    assert row["status"] == status
    assert row["notes"] == []
    assert "bid" not in row
    assert len(sandbox.requests) == 0


def test_encode_makes_references_of_what_collections_hold(session: Session, task: Task) -> None:
    author = session.query(User).select(User.username).all()[0]
    notes = [task.create_note(content, author) for content in ("a", "b")]
    references = [{"__entity_type__": "Note", "id": note.id} for note in notes]
    assert encoded(session, {"direct": task.notes}) == {"direct": references}
    assert encoded(session, task)["notes"] == references
    assert [row["content"] for row in encoded(session, tuple(notes))] == ["a", "b"]


def test_encode_of_what_was_modified(session: Session, task: Task) -> None:
    key = {"__entity_type__": "Task", "id": task.id}
    assert encoded(session, task, entity_attribute_strategy="modified_only") == key
    task.description = "changed"
    assert encoded(session, {"nested": [task]}, entity_attribute_strategy="modified_only") == {
        "nested": [{**key, "description": "changed"}]
    }


def test_encode_of_what_is_persisted(session: Session, task: Task, production: Production) -> None:
    before = task.description
    computed = session.query(Task).where(Task.id == task.id).select(Task.time_logged).one()
    assert "time_logged" in vars(computed)
    task.description = "changed"
    task.bid = 5.0
    row = encoded(session, task, entity_attribute_strategy="persisted_only")
    assert row["description"] == before
    assert "time_logged" not in row
    assert "bid" not in row
    assert "time_logged" in encoded(session, task)
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    new = session.create(Task, name="new", parent=shot)
    assert encoded(session, new, entity_attribute_strategy="persisted_only") == {
        "__entity_type__": "Task",
        "id": new.id,
    }


def test_encode_of_everything_loads_what_is_missing(session: Session, task: Task, sandbox: Sandbox) -> None:
    with session.auto_populating(False):
        row = encoded(session, task, entity_attribute_strategy="all")
        assert not session.auto_populate
    assert row["bid"] == 0
    assert row["parent"]["__entity_type__"] == "Shot"
    assert row["metadata"] == []
    assert len(sandbox.requests) > 0


def test_encode_of_payloads_makes_references_of_entities(session: Session, task: Task) -> None:
    payload = OperationPayload({"entity": task, "many": [task.status]})
    row = encoded(session, payload)
    assert row["entity"] == {"__entity_type__": "Task", "id": task.id}
    assert row["many"][0]["name"] == task.status.name
    assert "color" not in row["many"][0]
    with session.auto_populating(False):
        everything = encoded(session, payload, entity_attribute_strategy="all")
    assert "color" in everything["many"][0]


def test_payload_is_a_mutable_mapping() -> None:
    payload = OperationPayload({"a": 1}, b=2)
    payload["c"] = 3
    del payload["a"]
    assert dict(payload) == {"b": 2, "c": 3}
    assert len(payload) == 2
    assert str(payload) == "<OperationPayload {'b': 2, 'c': 3}>"
    assert list(payload) == ["b", "c"]
    payload.update(b=4)
    assert payload.pop("b") == 4
    for refused in (payload.pop, payload.__getitem__, payload.__delitem__):
        with pytest.raises(KeyError):
            refused("b")


def test_entity_reference_loads_nothing(session: Session, production: Production, sandbox: Sandbox) -> None:
    row = session.create(Metadata, key="k", value="v", parent_id=production.shot_id, parent_type="Shot")
    assert session.entity_reference(row) == {"__entity_type__": "Metadata", "parent_id": production.shot_id, "key": "k"}
    assert len(sandbox.requests) == 0
    with pytest.raises(NotLoadedError):
        session.entity_reference(Task._ftrack_new({}))


# Decoding and merging


def test_decode_gives_entities_of_no_session_and_dates(session: Session, task: Task, sandbox: Sandbox) -> None:
    task.description = "changed"
    text = session.encode({"task": task, "when": datetime(2026, 5, 4, tzinfo=timezone.utc), "n": [{"a": 1}]})
    found = session.decode(text)
    assert found["when"] == datetime(2026, 5, 4, tzinfo=timezone.utc)
    assert found["n"] == [{"a": 1}]
    decoded = found["task"]
    assert isinstance(decoded, Task)
    assert decoded == task
    assert decoded is not task
    assert decoded.description == "changed"
    assert decoded.status == task.status
    assert decoded.status is not task.status
    assert len(decoded.notes) == 0
    with pytest.raises(NotLoadedError, match="belongs to no session"):
        _ = decoded.bid
    assert len(sandbox.requests) == 0
    session.rollback()
    assert task.description != "changed"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-04T10:00:00", datetime(2026, 5, 4, 10, tzinfo=timezone.utc)),
        ("2026-05-04T10:00:00+02:00", datetime(2026, 5, 4, 8, tzinfo=timezone.utc)),
        ("2026-05-04T10:00:00Z", datetime(2026, 5, 4, 10, tzinfo=timezone.utc)),
    ],
)
def test_decode_gives_aware_dates(session: Session, text: str, expected: datetime) -> None:
    assert session.decode(json.dumps([{"__type__": "datetime", "value": text}])) == [expected]


def test_decode_leaves_what_it_does_not_know(session: Session) -> None:
    text = '{"__type__": "colour", "value": 1}'
    assert session.decode(text) == json.loads(text)
    with pytest.raises(ValueError, match="Expecting"):
        session.decode('{"a": ')
    with pytest.raises(UnrecognisedEntityTypeError, match="Task"):
        session.decode('{"__entity_type__": "Tasks", "id": "1"}')


def test_decode_gives_one_object_for_a_row(session: Session) -> None:
    parent = {"__entity_type__": "Shot", "id": "s"}
    first, second = session.decode(
        json.dumps(
            [
                {"__entity_type__": "Task", "id": "1", "parent": {**parent, "name": "sh"}},
                {"__entity_type__": "Task", "id": "2", "parent": parent},
            ]
        )
    )
    assert first["parent"] is second["parent"]
    assert second.parent.name == "sh"


def decoded_pair(session: Session, *rows: dict[str, Any]) -> tuple[Any, Any]:
    first, second = session.decode(json.dumps(rows))
    return first, second


def test_decode_takes_rows_without_a_whole_key_for_different_ones(session: Session) -> None:
    task = {"__entity_type__": "Task", "name": "a"}
    part = {"__entity_type__": "Metadata", "parent_id": "p"}
    for row in (task, part):
        first, second = decoded_pair(session, row, row)
        assert first is not second
    first, second = decoded_pair(session, {**part, "key": "k"}, {**part, "key": "k"})
    assert first is second


def test_decode_gives_what_a_row_said_last(session: Session) -> None:
    task = {"__entity_type__": "Task", "id": "1"}
    first, second = decoded_pair(session, {**task, "name": "before", "bid": 1.0}, {**task, "name": "after"})
    assert first is second
    assert (first["name"], first["bid"]) == ("after", 1.0)


def test_decode_takes_no_number_for_a_type(session: Session) -> None:
    date = {"__type__": "datetime", "value": "2026-05-04T10:00:00"}
    found = session.decode(json.dumps({"__entity_type__": 5, "date": date}))
    assert found == {"__entity_type__": 5, "date": datetime(2026, 5, 4, 10, tzinfo=timezone.utc)}


@pytest.mark.parametrize("name", ["metadata", "custom_attributes"])
@pytest.mark.parametrize("part", [{}, {"key": "k"}], ids=["reference", "key"])
def test_decode_takes_references_to_the_rows_of_a_mapping_for_no_values(
    session: Session, task: Task, name: str, part: dict[str, str]
) -> None:
    row = {"__entity_type__": "Metadata", "parent_id": task.id, **part}
    values = dict(task[name])
    decoded = session.decode(json.dumps({"__entity_type__": "Task", "id": task.id, "name": "told", name: [row]}))
    assert decoded[name] is NOT_SET
    assert session.merge(decoded) is task
    assert (task.name, dict(task[name])) == ("told", values)


def test_merge_attaches_what_was_decoded(session: Session, open_session: type[Session], sandbox: Sandbox) -> None:
    key = str(uuid.uuid4())
    rows = [
        {
            "__entity_type__": "Task",
            "id": key,
            "name": "from text",
            "end_date": {"__type__": "datetime", "value": "2026-05-04T10:00:00"},
            "parent": {"__entity_type__": "Shot", "id": "s", "name": "sh"},
            "metadata": [{"__entity_type__": "Metadata", "parent_id": key, "key": "k", "value": "v"}],
        }
    ]
    decoded = session.decode(json.dumps(rows))
    (merged,) = session.merge(decoded)
    assert merged is not decoded[0]
    known = session.get(Task, key)
    assert known is not None
    assert merged is known
    assert merged.session is session
    assert merged.name == "from text"
    assert merged.end_date == datetime(2026, 5, 4, 10, tzinfo=timezone.utc)
    assert merged.parent is session.get("Shot", "s")
    assert merged.parent.name == "sh"
    assert dict(merged.metadata) == {"k": "v"}
    assert not session.recorded_operations
    assert len(sandbox.requests) == 0


def test_merge_keeps_the_fraction_of_a_second_that_came_with_a_row(session: Session) -> None:
    date = {"__type__": "datetime", "value": "2026-05-04T10:00:00.250000"}
    decoded = session.decode(json.dumps({"__entity_type__": "Task", "id": str(uuid.uuid4()), "end_date": date}))
    assert session.merge(decoded).end_date == datetime(2026, 5, 4, 10, microsecond=250000, tzinfo=timezone.utc)


def test_merge_takes_entities_of_another_session(
    session: Session, task: Task, open_session: type[Session], sandbox: Sandbox
) -> None:
    mine = session.get(Task, task.id)
    assert mine is not None
    other = open_session()
    theirs = other.query(Task).where(Task.id == task.id).select(Task.bid, Task.name, Task.parent.name).one()
    theirs.name = "not committed"
    mine.description = "mine"
    sandbox.requests.clear()
    merged = session.merge(theirs)
    assert merged is mine
    assert merged.bid == 0
    assert merged.name == task.name != "not committed"
    assert merged.description == "mine"
    assert merged.parent.session is session
    assert session.modified == [mine]
    assert theirs.session is other
    assert len(sandbox.requests) == 0
    assert session.merge(merged) is merged


def test_merge_of_lists_and_other_values(session: Session, task: Task, open_session: type[Session]) -> None:
    assert session.merge([task, task]) == [task, task]
    assert session.merge(task.notes) == []
    assert session.merge((1, "a")) == [1, "a"]  # type: ignore[comparison-overlap]
    assert session.merge("text") == "text"
    mapping = {"a": task}
    assert session.merge(mapping) is mapping
    with pytest.raises(NotLoadedError):
        session.merge(Task._ftrack_new({}))


def test_merge_keeps_the_type(session: Session, task: Task) -> None:
    one: Task = session.merge(task)
    several: list[Task] = session.merge([task])
    same: str = session.merge("text")
    assert (one, several, same) == (task, [task], "text")


def test_merge_of_a_long_chain_needs_no_recursion(session: Session, open_session: type[Session]) -> None:
    length = 3000
    rows = [{"__entity_type__": "Note", "id": f"note {number}"} for number in range(length)]
    chain = session.decode(json.dumps(rows))
    for above, below in itertools.pairwise(chain):
        vars(below)["in_reply_to"] = above
    merged = open_session().merge(chain[-1])
    steps = 0
    while vars(merged).get("in_reply_to") is not None:
        merged, steps = merged.in_reply_to, steps + 1
    assert steps == length - 1


# Reconstruction


def reconstructed(session: Session, entity_type: str, data: dict[str, Any]) -> Entity:
    return cast("Entity", cast(Any, session).create(entity_type, data, reconstructing=True))


def test_reconstructed_entity_is_known_and_not_sent(session: Session, task: Task, sandbox: Sandbox) -> None:
    key = str(uuid.uuid4())
    made = reconstructed(session, "Task", {"id": key, "name": "known", "status": task.status, "metadata": {"k": "v"}})
    assert isinstance(made, Task)
    assert session.get(Task, key) is made
    assert (made.name, made.status) == ("known", task.status)
    assert made.status is task.status
    assert dict(made.metadata) == {"k": "v"}
    assert inspection.state(made) is NOT_SET
    assert "bid" not in vars(made)
    session.commit()
    assert len(sandbox.requests) == 0
    made.name = "edited"
    assert session.modified == [made]


def test_reconstructing_gives_the_entity_that_is_known(session: Session, task: Task) -> None:
    task.description = "mine"
    again = reconstructed(session, "Task", {"id": task.id, "name": "renamed", "description": "theirs"})
    assert again is task
    assert (task.name, task.description) == ("renamed", "mine")


def test_reconstructed_mappings_are_mappings_or_rows(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    row = {"__entity_type__": "Metadata", "key": "k", "value": "v"}
    told = {"camera": "A"}
    shots = [
        reconstructed(session, "Shot", {"id": str(uuid.uuid4()), "metadata": value, "custom_attributes": {"fstart": 7}})
        for value in (told, [row])
    ]
    told["camera"] = "B"
    assert [dict(shot["metadata"]) for shot in shots] == [{"camera": "A"}, {"k": "v"}]
    assert [shot["custom_attributes"]["fstart"] for shot in shots] == [7, 7]
    assert len(sandbox.requests) == 0


def test_reconstructing_takes_either_name_and_any_sequence(session: Session, task: Task, sandbox: Sandbox) -> None:
    def made(**items: object) -> Entity:
        return reconstructed(session, "TypedContextList", {"id": str(uuid.uuid4()), **items})

    first = made(items=(task,))
    for each in (first, made(items_=[task]), made(items=first["items"])):
        assert list(each["items"]) == [task]
    assert len(sandbox.requests) == 0


def test_reconstructing_needs_a_key_and_known_names(session: Session) -> None:
    with pytest.raises(MissingAttributeError, match="id"):
        reconstructed(session, "Task", {"name": "x"})
    with pytest.raises(UnknownAttributeError, match="name"):
        reconstructed(session, "Task", {"id": "x", "nam": "x"})


# Calls


def test_call_encodes_entities_dates_and_payloads(session: Session, task: Task, sandbox: Sandbox) -> None:
    status = session.query(Status).all()[-1]
    sandbox.requests.clear()
    task.description = "not of this call"
    payload = OperationPayload(__entity_type__="Task", status=status, end_date=datetime(2026, 5, 4, 10))
    operation = {"action": "update", "entity_type": "Task", "entity_key": [task.id], "entity_data": payload}
    (result,) = session.call([operation])
    assert result["action"] == "update"
    (sent,) = operations_of(sandbox)
    assert sent["entity_data"] == {
        "__entity_type__": "Task",
        "status": {"__entity_type__": "Status", "id": status.id},
        "end_date": {"__type__": "datetime", "value": "2026-05-04T10:00:00"},
    }
    assert session.modified == [task]


def test_call_sends_of_an_entity_what_changed(session: Session, task: Task, sandbox: Sandbox) -> None:
    task.description = "by hand"
    session.call([{"action": "update", "entity_type": "Task", "entity_key": [task.id], "entity_data": task}])
    (sent,) = operations_of(sandbox)
    assert sent["entity_data"] == {"__entity_type__": "Task", "id": task.id, "description": "by hand"}


def test_commit_and_query_go_through_call(session: Session, task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[Any] = []
    original = session.call

    def call(data: Any) -> list[Any]:
        batches.append(list(data))
        return original(data)

    monkeypatch.setattr(session, "call", call)
    task.description = "wrapped"
    session.commit()
    session.query("Task limit 1").all()
    assert [batch[0]["action"] for batch in batches] == ["update", "query"]


def test_authentication_adds_the_headers_for_requests(sandbox: Sandbox) -> None:
    authentication = SessionAuthentication(sandbox.api_key, sandbox.api_user)
    sandbox.requests.clear()
    response = requests.post(
        f"{sandbox.server_url}/api",
        json=[{"action": "query_server_information"}],
        auth=authentication,
        timeout=60,
    )
    assert isinstance(response.json(), list)
    assert sandbox.requests[-1].headers["ftrack-user"] == sandbox.api_user
    assert sandbox.requests[-1].headers["ftrack-api-key"] == sandbox.api_key
    assert sandbox.api_key not in repr(authentication)


# Types, and forgetting


def test_types_are_those_of_the_server(session: Session) -> None:
    assert session.types["Task"] is Task
    assert set(session.types) == {schema["id"] for schema in session.schemas}
    assert len(session.types) == len(session.schemas)
    assert "Task" in session.types
    assert "Tasks" not in session.types
    assert session.types.get("Tasks") is None
    with pytest.raises(KeyError, match=r"Tasks.*Task"):
        session.types["Tasks"]


def test_reset_forgets_entities_and_changes(
    session: Session, task: Task, caplog: pytest.LogCaptureFixture, sandbox: Sandbox
) -> None:
    new = session.create(Note, content="lost", parent_id=task.id, user_id="x")
    task.description = "lost"
    session.recorded_operations.push(next(iter(session.recorded_operations)))
    with caplog.at_level(logging.WARNING):
        session.reset()
    assert "not committed" in caplog.text
    assert not session.recorded_operations
    assert not session.closed
    again = session.get(Task, task.id)
    assert again is not None
    assert again is not task
    assert again.description != "lost"
    assert session.created == []
    assert inspection.state(new) is NOT_SET
    caplog.clear()
    session.reset()
    assert messages_of("ftrack_typed.unit_of_work", caplog) == []


def test_reset_asks_again_for_the_configurations_of_custom_attributes(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    def set_one() -> int:
        shot = session.create(Shot, name="never", parent_id=production.project_id)
        shot.custom_attributes["fstart"] = 7
        texts = [str(each.get("expression")) for each in operations_of(sandbox)]
        sandbox.requests.clear()
        return sum("CustomAttributeConfiguration" in text for text in texts)

    assert [set_one(), set_one()] == [1, 0]
    session.reset()
    assert set_one() == 1


def test_what_was_created_before_a_reset_is_no_sibling_of_what_comes_after(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    old = session.create(Task, name="old", parent_id=production.shot_id)
    session.reset()
    new = session.create(Task, name="new", parent_id=production.shot_id)
    session.commit()
    sandbox.requests.clear()
    assert list(new.children) == []
    (operation,) = operations_of(sandbox)
    assert old.id not in str(operation["expression"])
