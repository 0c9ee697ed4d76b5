"""Tests the changes of collections, metadata and custom attributes: what is recorded, and what is refused whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ftrack_typed.custom_attributes import ComputedCustomAttr, CustomAttr, CustomAttributes, custom_attribute
from ftrack_typed.entities import Note, Session, Shot, Task, User
from ftrack_typed.errors import (
    AttributeValueError,
    DuplicateItemInCollectionError,
    ImmutableAttributeError,
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


def test_repr_names_the_attribute_and_the_size(task: Task) -> None:
    assert repr(task.notes) == "<Collection Task.notes of 3>"


# Metadata


def test_metadata_can_be_cleared(session: Session, task: Task, open_session: type[Session], sandbox: Sandbox) -> None:
    task.metadata.clear()
    assert dict(task.metadata) == {}
    session.commit()
    assert [each["action"] for each in operations_of(sandbox)] == ["delete", "delete"]
    assert dict(stored(open_session, task).metadata) == {}


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
