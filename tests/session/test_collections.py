"""Tests the changes of collections, metadata and custom attributes: what is recorded, and what is refused whole."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response

from ftrack_typed.collection import Collection
from ftrack_typed.custom_attributes import ComputedCustomAttr, CustomAttr, CustomAttributes, custom_attribute
from ftrack_typed.entities import Note, Session, Shot, Task, User
from ftrack_typed.errors import (
    AttributeValueError,
    DuplicateItemInCollectionError,
    ImmutableAttributeError,
    PartialCommitError,
    UnknownAttributeError,
)
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production, operations_of


@pytest.fixture
def task(session: Session, production: Production, sandbox: Sandbox) -> Task:
    """A task with three notes and two keys of metadata, all of it committed, and an empty request log."""
    found = session.get(Task, production.task_ids[0])
    assert found is not None
    author = session.query(User).all()[0]
    for content in ("a", "b", "c"):
        found.create_note(content, author)
    found.metadata = {"camera": "A", "take": "3"}
    session.commit()
    assert len(found.notes) == 3
    assert dict(found.metadata) == {"camera": "A", "take": "3"}
    sandbox.requests.clear()
    return found


def new_note(session: Session) -> Note:
    return session.create(Note, content="new", author=session.query(User).all()[0])


def stored(open_session: type[Session], task: Task) -> Task:
    return open_session().query(Task).where(Task.id == task.id).select(Task.notes.each.content, Task.metadata).one()


# Collections


def test_clear_takes_everything_out(session: Session, task: Task) -> None:
    task.notes.clear()
    assert list(task.notes) == []
    assert session.modified == [task]
    session.rollback()
    assert len(task.notes) == 3


def test_clear_is_sent(session: Session, task: Task, sandbox: Sandbox) -> None:
    task.notes.clear()
    session.commit()
    (operation,) = operations_of(sandbox)
    assert operation["entity_data"] == {"__entity_type__": "Task", "notes": []}


def test_remove_takes_one_out_and_names_what_is_not_in(session: Session, task: Task) -> None:
    first, second, third = task.notes
    task.notes.remove(second)
    assert list(task.notes) == [first, third]
    with pytest.raises(ValueError, match=r"Note.* is not in <Collection Task\.notes of 2>"):
        task.notes.remove(second)
    assert list(task.notes) == [first, third]


def test_extend_adds_all_or_nothing(session: Session, task: Task) -> None:
    before, added = list(task.notes), new_note(session)
    for wrong in (before[0], added, "text"):
        with pytest.raises((DuplicateItemInCollectionError, AttributeValueError)):
            task.notes.extend([added, wrong])  # type: ignore[list-item]
        assert list(task.notes) == before
    assert session.modified == []
    task.notes.extend(each for each in [added])
    assert list(task.notes) == [*before, added]
    assert session.modified == [task]


def test_extend_is_one_change(session: Session, task: Task) -> None:
    before = list(task.notes)
    added = [new_note(session), new_note(session)]
    task.notes.extend(added)
    change = list(session.recorded_operations)[-1]
    assert getattr(change, "old_value", None) == before
    session.recorded_operations.pop()
    assert list(task.notes) == before


def test_recorded_lists_stay_as_they_were(session: Session, task: Task) -> None:
    first, *others = task.notes
    task.notes.remove(first)
    (change,) = session.recorded_operations
    old, new = getattr(change, "old_value", None), getattr(change, "new_value", None)
    task.notes.clear()
    assert (type(old), old) == (list, [first, *others])
    assert (type(new), new) == (list, others)


def test_item_is_put_where_it_is_told(session: Session, task: Task) -> None:
    first, second, third = task.notes
    new, newer, newest = (new_note(session) for _ in range(3))
    task.notes.insert(1, new)
    assert list(task.notes) == [first, new, second, third]
    task.notes[0:2] = (each for each in (newer, newest))
    assert list(task.notes) == [newer, newest, second, third]
    task.notes[-1] = first
    assert list(task.notes) == [newer, newest, second, first]
    del task.notes[1:3]
    assert list(task.notes) == [newer, first]
    with pytest.raises(IndexError):
        del task.notes[2]
    assert list(task.notes) == [newer, first]


def test_items_that_are_taken_out_on_the_way_can_be_put_elsewhere(session: Session, task: Task) -> None:
    first, second, third = task.notes
    task.notes[2:2] = (task.notes.pop(0) for _ in range(1))
    assert list(task.notes) == [second, third, first]


def test_collection_that_is_given_back_lacks_what_was_deleted_since(
    session: Session, task: Task, sandbox: Sandbox
) -> None:
    first, second, third = task.notes
    session.delete(first)
    task.notes.remove(second)

    def refuse_updates(request: Any, answer: Callable[[], Response]) -> Response:
        if any(operation["action"] == "update" for operation in request.operations()):
            return PlainTextResponse("no", status_code=400)
        return answer()

    sandbox.intercept = refuse_updates
    try:
        with pytest.raises(PartialCommitError):
            session.commit(batch_size=1)
    finally:
        sandbox.intercept = None
    assert list(task.notes) == [third]
    session.rollback()
    assert list(task.notes) == [second, third]


def test_collection_that_a_commit_let_go_of_is_loaded_before_it_changes(
    session: Session, production: Production, open_session: type[Session]
) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    children, before = shot.children, list(shot.children)
    other = open_session()
    theirs = other.create(Task, name="theirs", parent_id=shot.id)
    other.commit()
    ours = session.create(Task, name="ours", parent=shot)
    session.commit()
    assert "children" not in vars(shot)
    children.remove(before[0])
    assert shot.children is children
    assert set(children) == {*before[1:], theirs, ours}


def test_item_that_waits_for_its_deletion_is_not_sent(session: Session, task: Task, sandbox: Sandbox) -> None:
    first, second, third = task.notes
    session.delete(first)
    task.notes.remove(second)
    session.commit()
    (update,) = (each for each in operations_of(sandbox) if each["action"] == "update")
    notes = [session.entity_reference(third)]
    assert update["entity_data"] == {"__entity_type__": "Task", "notes": notes}


def test_metadata_that_waits_survives_an_answer_without_values(
    session: Session, task: Task, open_session: type[Session]
) -> None:
    task.metadata["take"] = "4"
    session.query(f"select metadata.key from Task where id is {task.id}").one()
    assert dict(task.metadata) == {"camera": "A", "take": "4"}
    session.commit()
    assert dict(stored(open_session, task).metadata) == {"camera": "A", "take": "4"}


def test_item_is_known_by_its_row(session: Session, task: Task, open_session: type[Session]) -> None:
    theirs = stored(open_session, task).notes
    assert all(note in task.notes for note in theirs)
    assert task.notes.index(theirs[1]) in (0, 1, 2)
    assert "text" not in task.notes
    assert theirs == task.notes
    assert task.notes != list(task.notes)


LOOKS: dict[str, Callable[[Collection[Note], Note, Note], bool]] = {
    "len": lambda notes, first, second: len(notes) == 2,
    "in": lambda notes, first, second: first not in notes and second in notes,
    "index": lambda notes, first, second: notes[0] is second,
    "iteration": lambda notes, first, second: next(iter(notes)) is second,
    "equality": lambda notes, first, second: set(notes) == {second, notes[1]},
    "repr": lambda notes, first, second: repr(notes) == "<Collection Task.notes of 2>",
}


@pytest.mark.parametrize("look", LOOKS)
def test_item_that_is_deleted_is_in_no_collection(session: Session, task: Task, look: str) -> None:
    notes = task.notes
    first, second, third = notes
    session.delete(first)
    assert len(notes) == 3
    session.commit()
    assert LOOKS[look](notes, first, second)
    assert list(task.notes) == [second, third]


@pytest.mark.parametrize("take_back", ["rollback", "clear", "pop"])
def test_item_whose_deletion_is_taken_back_is_sent(
    session: Session, task: Task, open_session: type[Session], take_back: str
) -> None:
    first, *_ = task.notes
    session.delete(first)
    if take_back == "rollback":
        session.rollback()
    else:
        getattr(session.recorded_operations, take_back)()
    task.notes = [first]
    session.commit()
    assert list(stored(open_session, task).notes) == [first]


def test_change_is_made_to_what_is_looked_at(session: Session, task: Task, open_session: type[Session]) -> None:
    notes, metadata, new = task.notes, task.metadata, new_note(session)
    other = open_session()
    theirs = other.query(Task).where(Task.id == task.id).select(Task.metadata).one()
    theirs.metadata["lens"] = "50"
    added = theirs.create_note("theirs", other.query(User).all()[0])
    other.commit()
    session.query(Task).where(Task.id == task.id).select(Task.notes, Task.metadata).one()
    notes.append(new)
    metadata["take"] = "4"
    assert task.notes is notes
    assert task.metadata is metadata
    assert set(notes) >= {new, added}
    assert dict(metadata) == {"camera": "A", "take": "4", "lens": "50"}
    session.commit()
    again = stored(open_session, task)
    assert len(again.notes) == 5
    assert dict(again.metadata) == {"camera": "A", "take": "4", "lens": "50"}


def test_collection_belongs_to_its_entity_and_cannot_be_hashed(task: Task) -> None:
    assert task.notes.entity is task
    assert task.metadata.entity is task
    with pytest.raises(TypeError, match="unhashable"):
        hash(task.notes)


def test_list_of_another_kind_is_refused_whole(session: Session, task: Task) -> None:
    before = list(task.notes)
    wrong: Any
    for wrong in (
        [task],
        [before[0], before[0]],
        [before[0], "text"],
        "text",
        b"text",
        {"a": before[0]},
        5,
        "",
        b"",
        {},
    ):
        with pytest.raises((AttributeValueError, DuplicateItemInCollectionError)):
            task.notes = wrong
    assert list(task.notes) == before
    assert session.modified == []


def test_list_for_a_collection_that_is_not_loaded(
    session: Session, task: Task, open_session: type[Session], sandbox: Sandbox
) -> None:
    other = open_session()
    theirs = other.query(Task).where(Task.id == task.id).select(Task.name).one()
    note = new_note(other)
    wrong: Any
    for wrong in ([note, note], [theirs]):
        with pytest.raises((AttributeValueError, DuplicateItemInCollectionError)):
            theirs.notes = wrong
    assert "notes" not in vars(theirs)
    theirs.notes = [note]
    assert (list(theirs.notes), other.modified) == ([note], [theirs])
    other.commit()
    assert list(stored(open_session, task).notes) == [note]


def test_repr_names_the_attribute_and_the_size(task: Task) -> None:
    assert repr(task.notes) == "<Collection Task.notes of 3>"


# Metadata


def test_metadata_can_be_cleared(session: Session, task: Task, open_session: type[Session], sandbox: Sandbox) -> None:
    task.metadata.clear()
    assert dict(task.metadata) == {}
    session.commit()
    assert [each["action"] for each in operations_of(sandbox)] == ["delete", "delete"]
    assert dict(stored(open_session, task).metadata) == {}


def test_metadata_holds_text_under_text(session: Session, task: Task, production: Production) -> None:
    metadata: Any = task.metadata
    wrong: Any
    for key, value in ((5, "x"), ("a", 5), ("a", ["x"])):
        with pytest.raises(AttributeValueError, match=r"Task\.metadata\["):
            metadata[key] = value
        with pytest.raises(AttributeValueError):
            metadata.update({"new": "x", key: value})
        wrong = {"new": "x", key: value}
        with pytest.raises(AttributeValueError):
            task.metadata = wrong
    for wrong in ("text", ["a"], 5):
        with pytest.raises(AttributeValueError, match="a mapping"):
            task.metadata = wrong
        with pytest.raises(AttributeValueError, match="a mapping"):
            session.create(Task, name="refused", parent_id=production.shot_id, metadata=wrong)
    assert dict(metadata) == {"camera": "A", "take": "3"}
    assert (session.created, session.modified) == ([], [])


def test_metadata_is_updated_as_a_mapping_is(session: Session, task: Task) -> None:
    task.metadata.update({"take": "4"}, lens="50")
    assert dict(task.metadata) == {"camera": "A", "take": "4", "lens": "50"}
    assert task.metadata.pop("lens") == "50"
    assert task.metadata.setdefault("camera", "B") == "A"
    for missing in (task.metadata.__delitem__, task.metadata.__getitem__, task.metadata.pop):
        with pytest.raises(KeyError, match="lens"):
            missing("lens")
    keys: object = task.metadata.keys()
    assert keys == ["camera", "take"]
    assert list(task.metadata) == ["camera", "take"]
    (change,) = session.recorded_operations
    assert (getattr(change, "old_value", None), getattr(change, "new_value", None)) == ("3", "4")


def test_mapping_that_was_given_stays_the_callers(session: Session, task: Task, production: Production) -> None:
    given = {"camera": "B"}
    task.metadata = given
    task.metadata["take"] = "5"
    assert given == {"camera": "B"}
    made = session.create(Task, name="made", parent_id=production.shot_id, metadata=given)
    made.metadata["take"] = "6"
    given["lens"] = "50"
    assert dict(made.metadata) == {"camera": "B", "take": "6"}
    assert dict(task.metadata) == {"camera": "B", "take": "5"}


def test_same_metadata_is_no_change_and_none_is_none(session: Session, task: Task) -> None:
    task.metadata = dict(task.metadata)
    assert session.modified == []
    nothing: Any = None
    task.metadata = nothing
    assert dict(task.metadata) == {}
    assert session.modified == [task]


def test_cleared_metadata_comes_back(session: Session, task: Task) -> None:
    task.metadata.clear()
    session.rollback()
    assert dict(task.metadata) == {"camera": "A", "take": "3"}


# Custom attributes


class CuttingRoom(CustomAttributes):
    """What a package generated for a studio would have."""

    code: ComputedCustomAttr[str] = custom_attribute("expression")
    fstart: CustomAttr[float] = custom_attribute("number")


@pytest.fixture
def typed(session: Session, production: Production) -> CuttingRoom:
    """Custom attributes of a shot, with the names of a generated class."""
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    loaded = shot.custom_attributes
    return CuttingRoom(shot, Shot._ftrack_facts["custom_attributes"], {**loaded, "code": "AB"})


def test_custom_attributes_cannot_be_cleared(session: Session, production: Production) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    before = dict(shot.custom_attributes)
    assert before
    with pytest.raises(ImmutableAttributeError, match=r"Shot\.custom_attributes is part of the entity's type"):
        shot.custom_attributes.clear()
    assert dict(shot.custom_attributes) == before
    assert session.modified == []


def test_computed_custom_attribute_cannot_be_set(session: Session, typed: CuttingRoom) -> None:
    changes: list[Callable[[], None]] = [
        lambda: setattr(typed, "code", "x"),
        lambda: typed.__setitem__("code", "x"),
        lambda: typed.update({"fstart": 5.0, "code": "x"}),
    ]
    for change in changes:
        with pytest.raises(ImmutableAttributeError, match=r"CuttingRoom\.code is computed by the server"):
            change()
    assert typed.code == "AB"
    assert typed.fstart == 1001.0
    assert session.modified == []


def test_custom_attribute_takes_values_of_its_type(session: Session, typed: CuttingRoom) -> None:
    wrong: Any
    for wrong in ("ten", [10], True):
        with pytest.raises(
            AttributeValueError, match=r"Shot\.custom_attributes\['fstart'\] takes a value of type float"
        ):
            typed.fstart = wrong
    assert typed.fstart == 1001.0
    assert session.modified == []


def test_list_of_a_custom_attribute_cannot_be_changed_in_place(session: Session) -> None:
    row = '{"__entity_type__": "ContextCustomAttributeValue", "configuration_id": "c", "key": "tags", "value": ["a"]}'
    shot = session.decode(f'{{"__entity_type__": "Shot", "id": "s", "custom_attributes": [{row}]}}')
    assert shot.custom_attributes["tags"] == ["a"]
    with pytest.raises(TypeError, match="assign a new list"):
        shot.custom_attributes["tags"].append("b")


class Departments(CustomAttributes):
    """What a package generated for the demo project would have."""

    department: CustomAttr[list[str]] = custom_attribute("enumerator")


def test_enumerator_takes_a_list_of_choices(session: Session, task: Task) -> None:
    typed = Departments(task, Task._ftrack_facts["custom_attributes"], task.custom_attributes)
    before = dict(typed)
    wrong: Any
    for wrong in ("Compositing", ["Compositing", 5], {"Compositing": True}, 5):
        with pytest.raises(AttributeValueError, match=r"\['department'\] takes a list of texts, one for each choice"):
            typed.department = wrong
    assert (dict(typed), session.modified) == (before, [])
    for right in (["Compositing"], ("Compositing",), None):
        typed["department"] = right
    assert session.modified == [task]


def test_dates_in_custom_attributes_are_datetimes(session: Session) -> None:
    row = {"__entity_type__": "ContextCustomAttributeValue", "configuration_id": "c", "key": "due"}
    row_with_date = {**row, "value": {"__type__": "datetime", "value": "2030-01-31T12:00:00+00:00"}}
    text = json.dumps({"__entity_type__": "Shot", "id": "s", "custom_attributes": [row_with_date]})
    due = datetime(2030, 1, 31, 12, tzinfo=timezone.utc)
    assert session.decode(text).custom_attributes["due"] == due


def test_custom_attribute_that_came_with_a_later_answer_can_be_sent(
    session: Session, production: Production, open_session: type[Session], sandbox: Sandbox
) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    values, other, key = shot.custom_attributes, open_session(), f"late_{uuid.uuid4().hex}"
    text = other.query('CustomAttributeType where name is "text"').one()
    configuration = {"entity_type": "task", "project_id": production.project_id, "object_type_id": shot.object_type_id}
    create: Any = other.create
    create(
        "CustomAttributeConfiguration",
        {**configuration, "key": key, "label": key, "type_id": text["id"], "default": "late", "config": "{}"},
    )
    other.commit()
    session.query(Shot).where(Shot.id == shot.id).select(Shot.custom_attributes).one()
    values["fstart"] = 5.0
    assert values[key] == "late"
    rows = json.loads(session.encode(shot))["custom_attributes"]
    assert [each["value"] for each in rows if each["key"] == key] == ["late"]


def test_unknown_custom_attribute_names_close_ones(session: Session, typed: Any) -> None:
    with pytest.raises(UnknownAttributeError, match=r"CuttingRoom has no attribute 'fstrat'; did you mean 'fstart'"):
        _ = typed.fstrat
    with pytest.raises(UnknownAttributeError, match=r"CuttingRoom has no attribute 'fstrat'; did you mean 'fstart'"):
        typed.fstrat = 3.0
    assert not hasattr(typed, "_fstart")
    assert not hasattr(typed, "__fstart__")
    assert session.modified == []


def test_computed_attribute_cannot_be_set(session: Session, task: Any) -> None:
    computed = {name for name, facts in Task._ftrack_facts.items() if facts.computed}
    assert "time_logged" in computed
    for name in sorted(computed):
        with pytest.raises(ImmutableAttributeError, match=rf"Task\.{name} is computed by the server and cannot be set"):
            setattr(task, name, None)
    with pytest.raises(ImmutableAttributeError, match=r"Task\.time_logged"):
        task["time_logged"] = 5.0
    assert session.modified == []
