"""Tests the JSON of entities, there and back, and what `create` and `merge` make of entities from elsewhere."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any, cast

import pytest

from ftrack_typed.collection import Collection
from ftrack_typed.entities import Session, Shot, Task, User
from ftrack_typed.errors import NotLoadedError
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.symbols import NOT_SET
from tests.session.conftest import Production


@pytest.fixture
def task(session: Session, production: Production, sandbox: Sandbox) -> Task:
    """A task with name, metadata and notes loaded, and an empty request log."""
    query = session.query(Task).where(Task.id == production.task_ids[0])
    found = query.select(Task.name, Task.metadata, Task.notes).one()
    sandbox.requests.clear()
    return found


def encoded(session: Session, value: object, **options: Any) -> Any:
    return json.loads(session.encode(value, **options))


def reconstructed(session: Session, entity_type: str, data: dict[str, Any]) -> Any:
    return cast(Any, session).create(entity_type, data, reconstructing=True)


def test_keys_of_mappings_are_rows_with_all_that_names_them(session: Session, production: Production) -> None:
    shot = session.query(Shot).where(Shot.id == production.shot_id).select(Shot.custom_attributes, Shot.metadata).one()
    shot.metadata["camera"] = "A"
    row = encoded(session, shot)
    assert row["metadata"] == [{"__entity_type__": "Metadata", "parent_id": shot.id, "key": "camera", "value": "A"}]
    configuration = session.query("CustomAttributeConfiguration where key is fstart").one()
    assert {
        "__entity_type__": "ContextCustomAttributeValue",
        "configuration_id": configuration["id"],
        "entity_id": shot.id,
        "key": "fstart",
        "value": shot.custom_attributes["fstart"],
    } in row["custom_attributes"]
    decoded = session.decode(session.encode(shot))
    assert dict(decoded.metadata) == {"camera": "A"}
    assert dict(decoded.custom_attributes) == dict(shot.custom_attributes)


def test_new_entity_has_empty_collections_where_all_is_asked_for(session: Session, production: Production) -> None:
    task = session.create(Task, name="new", parent_id=production.shot_id)
    row = encoded(session, task, entity_attribute_strategy="all")
    assert (row["name"], row["notes"], row["metadata"]) == ("new", [], [])
    assert "notes" not in encoded(session, session.create(Task, name="other", parent_id=production.shot_id))


def test_dates_without_a_time_are_read_too(session: Session) -> None:
    text = '[{"__type__": "date", "value": "2026-05-04"}]'
    assert session.decode(text) == [datetime(2026, 5, 4, tzinfo=timezone.utc)]


def test_row_is_one_object_whatever_type_it_is_mentioned_as(session: Session) -> None:
    shot, context = session.decode(
        '[{"__entity_type__": "Shot", "id": "s", "name": "sh"}, {"__entity_type__": "TypedContext", "id": "s"}]'
    )
    assert context is shot
    assert isinstance(shot, Shot)
    assert shot.name == "sh"


def test_decoded_collections_are_collections(session: Session) -> None:
    row = {"__entity_type__": "Shot", "id": "s", "notes": [{"__entity_type__": "Note", "id": "n"}], "split_parts": []}
    shot = session.decode(json.dumps(row))
    assert isinstance(shot.notes, Collection)
    assert [note.id for note in shot.notes] == ["n"]
    assert shot.notes[0] is not session.decode(json.dumps(row)).notes[0]
    assert shot.notes.mutable
    assert not shot.split_parts.mutable
    with pytest.raises(NotLoadedError, match="belongs to no session"):
        shot.notes.clear()


def test_reconstructing_takes_values_as_a_row_has_them(
    session: Session, production: Production, open_session: type[Session]
) -> None:
    other = open_session()
    theirs = other.query(Shot).where(Shot.id == production.shot_id).select(Shot.name).one()
    note = reconstructed(session, "Note", {"id": "a note", "content": "look"})
    data = {"id": "known", "name": NOT_SET, "parent": theirs, "notes": [note], "end_date": datetime(2026, 5, 4, 10)}
    task = reconstructed(session, "Task", data)
    assert "name" not in vars(task)
    assert task.parent.session is session
    assert (task.parent.id, vars(task.parent)["name"]) == (production.shot_id, "sh010")
    assert list(task.notes) == [note]
    assert task.notes[0] is note
    assert task.end_date == datetime(2026, 5, 4, 10, tzinfo=timezone.utc)
    assert not session.recorded_operations


def test_reconstructed_mapping_is_no_longer_the_callers(session: Session) -> None:
    given = {"camera": "A"}
    task = reconstructed(session, "Task", {"id": "known", "metadata": given})
    given["camera"] = "B"
    assert dict(task.metadata) == {"camera": "A"}


def test_entity_becomes_what_it_is_and_never_less(session: Session, production: Production) -> None:
    context = reconstructed(session, "TypedContext", {"id": production.shot_id})
    assert session.query(Shot).where(Shot.id == production.shot_id).one() is context
    assert type(context) is Shot
    assert reconstructed(session, "TypedContext", {"id": production.shot_id, "description": "x"}) is context
    assert (type(context), context.description) == (Shot, "x")


def test_merge_takes_a_new_entity_of_another_session_with_its_values(
    session: Session, production: Production, open_session: type[Session]
) -> None:
    other = open_session()
    theirs = other.create(Task, name="theirs", parent_id=production.shot_id, bid=60.0)
    mine = session.merge(theirs)
    assert mine is not theirs
    assert (mine.name, mine.bid, mine.parent_id) == ("theirs", 60.0, production.shot_id)
    assert not session.recorded_operations
    assert other.created == [theirs]


def test_merge_after_a_reset_gives_another_object(session: Session, task: Task) -> None:
    session.reset()
    again = session.merge(task)
    assert again is not task
    assert (again.id, again.name) == (task.id, task.name)
    assert session.merge(again) is again


def test_copies_for_others_hold_no_changes(session: Session, task: Task) -> None:
    before = task.name
    task.name = "changed"
    user = session.create(User, username="never sent")
    persisted = session.decode(session.encode([task, user], entity_attribute_strategy="persisted_only"))
    assert persisted[0].name == before
    assert "username" not in vars(persisted[1])
