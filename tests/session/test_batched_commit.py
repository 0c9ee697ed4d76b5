"""Tests commits in several batches: where they are cut, what each settles, and what a failure leaves."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftrack_typed.commit.batches import CommitProgress
from ftrack_typed.entities import (
    Asset,
    AssetVersion,
    Note,
    Recipient,
    Scope,
    Session,
    Shot,
    Status,
    Task,
    User,
)
from ftrack_typed.entity import Entity
from ftrack_typed.errors import CommitInProgressError, PartialCommitError, ServerError
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production


@pytest.fixture
def shot(session: Session, production: Production, sandbox: Sandbox) -> Shot:
    found = session.query(Shot).where(Shot.id == production.shot_id).select(Shot.name, Shot.parent.name).one()
    sandbox.requests.clear()
    return found


def batches_of(sandbox: Sandbox) -> list[list[tuple[str, str]]]:
    """Return action and type of the operations of each call since the log was cleared."""
    return [
        [(str(each["action"]), str(each["entity_type"])) for each in batch] for batch in sandbox.requests.operations
    ]


def new_tasks(session: Session, shot: Shot, count: int, prefix: str = "batch") -> list[Task]:
    return [session.create(Task, name=f"{prefix}_{number:03d}", parent=shot) for number in range(count)]


def test_one_batch_by_default(session: Session, shot: Shot, sandbox: Sandbox) -> None:
    new_tasks(session, shot, 5)
    session.commit()
    assert [len(batch) for batch in batches_of(sandbox)] == [5]


def test_batches_are_requests_of_their_own_and_progress_is_told(session: Session, shot: Shot, sandbox: Sandbox) -> None:
    tasks = new_tasks(session, shot, 7)
    seen: list[CommitProgress] = []
    session.commit(batch_size=3, progress=seen.append)
    assert [len(batch) for batch in batches_of(sandbox)] == [3, 3, 1]
    assert [(each.done, each.total, each.batches_done, each.batches_total) for each in seen] == [
        (3, 7, 1, 3),
        (6, 7, 2, 3),
        (7, 7, 3, 3),
    ]
    assert str(seen[0]) == "3 of 7 operations, 1 of 3 batches"
    assert not session._state.unit
    assert {task.status.name for task in tasks} != {None}
    assert session.query(Task).where(Task.parent == shot, Task.name.like("batch_%")).count() == 7


def test_progress_of_one_batch(session: Session, shot: Shot, sandbox: Sandbox) -> None:
    new_tasks(session, shot, 2)
    seen: list[CommitProgress] = []
    session.commit(progress=seen.append)
    assert [(each.done, each.batches_total) for each in seen] == [(2, 1)]
    session.commit(batch_size=1, progress=seen.append)
    assert len(seen) == 1
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize(
    ("size", "error"), [(0, ValueError), (-5, ValueError), (True, TypeError), ("10", TypeError), (2.0, TypeError)]
)
def test_size_that_is_none_is_refused_before_anything_is_sent(
    session: Session, shot: Shot, sandbox: Sandbox, size: Any, error: type[Exception]
) -> None:
    new_tasks(session, shot, 1)
    with pytest.raises(error, match="batch_size"):
        session.commit(batch_size=size)
    with pytest.raises(error, match="batch_size"):
        session.plan(batch_size=size)
    progress: Any = "loud"
    with pytest.raises(TypeError, match="'loud' cannot be called"):
        session.commit(progress=progress)
    assert len(session.created) == 1
    assert len(sandbox.requests) == 0


def test_failure_leaves_exactly_the_rest_pending(
    session: Session, shot: Shot, sandbox: Sandbox, open_session: type[Session]
) -> None:
    names = [f"batch_{number:03d}" for number in (0, 1, 2, 3, 4, 5, 6, 0, 8, 9)]  # one twice: batch 4 is refused
    tasks = [session.create(Task, name=name, parent=shot) for name in names]
    for number in (0, 9):
        tasks[number].description = "written last"
    with pytest.raises(PartialCommitError) as caught:
        session.commit(batch_size=2)
    error = caught.value
    assert (error.done, error.total, error.batches_done) == (6, 12, 3)
    assert f"3 of {error.batches_total} batches (6 of 12 operations) are committed" in str(error)
    assert isinstance(error.__cause__, ServerError)
    other = open_session()
    assert {each.name for each in other.query(Task).where(Task.parent_id == shot.id)} >= {
        f"batch_{number:03d}" for number in range(6)
    }
    assert other.query(Task).where(Task.parent_id == shot.id, Task.name.like("batch_%")).count() == 6
    assert session.created == tasks[6:]
    assert session.modified == [tasks[0]]
    tasks[7].name = "batch_007"
    sandbox.requests.clear()
    session.commit(batch_size=4)
    assert sum(len(batch) for batch in batches_of(sandbox)) == 6  # the new name is in the creation
    assert other.query(Task).where(Task.parent_id == shot.id, Task.description == "written last").count() == 2
    assert other.query(Task).where(Task.parent_id == shot.id, Task.name.like("batch_%")).count() == 10


def test_rollback_after_a_failure_takes_back_the_rest_alone(session: Session, shot: Shot) -> None:
    tasks = new_tasks(session, shot, 4)
    tasks[0].description = "not sent"
    session.create(Task, name="batch_000", parent=shot)
    with pytest.raises(PartialCommitError):
        session.commit(batch_size=4)
    assert [each["name"] for each in session.created] == ["batch_000"]
    session.rollback()
    assert not session._state.unit
    assert tasks[0].description is None
    assert {each.name for each in shot.children} >= {task.name for task in tasks}


def test_rollback_forgets_first_values_that_were_never_sent(session: Session, shot: Shot) -> None:
    first, second = (session.create(Scope, name=f"{name}_{uuid.uuid4().hex}") for name in "ab")
    session.commit()
    (task,) = new_tasks(session, shot, 1)
    task.scopes = [first]
    new_tasks(session, shot, 1, "more")
    task.scopes = [second]
    session.create(Task, name="batch_000", parent=shot)
    with pytest.raises(PartialCommitError, match="2 of 4 operations"):
        session.commit(batch_size=2)
    session.rollback()
    assert list(task.scopes) == []


def test_keys_of_one_mapping_are_one_batch(session: Session, shot: Shot, sandbox: Sandbox) -> None:
    shot.metadata.update({"a": "1", "b": "2", "c": "3"})
    sandbox.requests.clear()
    session.commit(batch_size=1)
    assert [len(batch) for batch in batches_of(sandbox)] == [3]


def test_first_batch_that_fails_changes_nothing(session: Session, shot: Shot) -> None:
    session.create(Task, name="task_000", parent=shot)
    new_tasks(session, shot, 3)
    with pytest.raises(PartialCommitError, match="batch 1 of 2 failed") as caught:
        session.commit(batch_size=2)
    assert (caught.value.done, caught.value.batches_done) == (0, 0)
    assert len(session.created) == 4


def test_exception_of_progress_stops_after_the_acknowledged_batch(session: Session, shot: Shot) -> None:
    tasks = new_tasks(session, shot, 5)

    def stop(progress: CommitProgress) -> None:
        if progress.batches_done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        session.commit(batch_size=2, progress=stop)
    assert session.created == tasks[4:]
    session.commit()
    assert session.query(Task).where(Task.parent == shot, Task.name.like("batch_%")).count() == 5


def test_what_progress_writes_waits_for_the_next_commit(session: Session, shot: Shot) -> None:
    tasks = new_tasks(session, shot, 4)
    problems: list[type[Exception]] = []

    def write(progress: CommitProgress) -> None:
        tasks[-1].description = f"after {progress.batches_done}"
        try:
            session.commit()
        except CommitInProgressError as error:
            problems.append(type(error))

    session.commit(batch_size=2, progress=write)
    assert problems == [CommitInProgressError]  # after the last batch nothing is under way
    assert not session._state.unit
    assert tasks[-1].description == "after 2"


def test_rows_of_a_new_entity_stay_with_it(session: Session, shot: Shot, sandbox: Sandbox) -> None:
    user = session.query(User).all()[0]
    sandbox.requests.clear()
    for number in range(3):
        task = session.create(Task, name=f"batch_{number}", parent=shot)
        task.metadata.update({"a": "1", "b": "2"})
        note = session.create(Note, content="x", author=user, parent_id=task.id)
        session.create(Recipient, note=note, recipient=user)
    session.commit(batch_size=4)
    task_rows = [("create", "Task"), ("create", "Metadata"), ("create", "Metadata")]
    note_rows = [("create", "Note"), ("create", "Recipient")]
    assert batches_of(sandbox) == [task_rows, note_rows] * 3


def test_group_that_is_larger_than_a_batch_is_cut(session: Session, shot: Shot, sandbox: Sandbox) -> None:
    user, *others = session.query(User).all()
    sandbox.requests.clear()
    note = session.create(Note, content="x", author=user, parent_id=shot.id)
    for other in others[:3]:
        session.create(Recipient, note=note, recipient=other)
    session.commit(batch_size=2)
    assert [len(batch) for batch in batches_of(sandbox)] == [2, 2]


def test_reference_to_something_created_later_is_in_its_batch(session: Session, shot: Shot, sandbox: Sandbox) -> None:
    asset = session.create(Asset, name="plate", parent=shot)
    task_id = str(uuid.uuid4())
    version = session.create(AssetVersion, asset=asset, task_id=task_id)
    new_tasks(session, shot, 3)
    task = session.create(Task, id=task_id, name="late", parent=shot)
    new_tasks(session, shot, 2, "more")
    session.commit(batch_size=2)
    assert [len(batch) for batch in batches_of(sandbox)] == [1, 5, 2]
    assert version.task is task


def test_new_entities_that_name_each_other_are_one_batch(session: Session, shot: Shot) -> None:
    asset = session.create(Asset, name="cycle", parent=shot)
    version_id, task_id = str(uuid.uuid4()), str(uuid.uuid4())
    session.create(AssetVersion, id=version_id, asset=asset, task_id=task_id)
    session.create(Task, id=task_id, name="cycle", parent=shot, thumbnail_id=version_id)
    session.create(Note, content="x", author=session.query(User).all()[0], parent_id=version_id)
    assert [len(batch) for batch in session.plan(batch_size=1).batches] == [1, 2, 1]


def test_value_that_completes_a_creation_is_in_its_batch(session: Session, shot: Shot, sandbox: Sandbox) -> None:
    orphan = session.create(Task, name="orphan")
    renamed = session.create(Task, name="first", parent=shot)
    new_tasks(session, shot, 2)
    orphan.parent = shot
    renamed.name = "second"
    for task in new_tasks(session, shot, 2, "more"):
        task.bid = 3.0
    session.commit(batch_size=2)
    assert [len(batch) for batch in batches_of(sandbox)] == [5, 2, 2]
    assert (orphan.parent, renamed.name) == (shot, "second")


def test_deleted_row_and_what_lets_go_of_it_are_one_batch(session: Session, shot: Shot, sandbox: Sandbox) -> None:
    other = session.create(Shot, name="sh020", parent=shot.parent)
    task = session.create(Task, name="moved", parent=other)
    session.commit()
    extra = session.query(Task).where(Task.parent_id == shot.id).all()
    sandbox.requests.clear()
    session.delete(other)
    extra[0].description = "x"
    extra[1].description = "y"
    task.parent = shot
    extra[2].description = "z"
    with pytest.raises(PartialCommitError, match="batch 1 of 2"):
        session.commit(batch_size=2)  # the deletion takes what is below with it, in one batch as in two
    assert [len(batch) for batch in batches_of(sandbox)] == [4]


def test_plan_shows_the_batches(session: Session, shot: Shot, sandbox: Sandbox) -> None:
    new_tasks(session, shot, 3)
    plan = session.plan(batch_size=2)
    assert [len(batch) for batch in plan.batches] == [2, 1]
    assert len(plan) == 3
    assert str(plan).splitlines()[0] == "batch 1 of 2, 2 operations:"
    assert str(plan).splitlines()[3] == "batch 2 of 2, 1 operations:"
    assert [len(batch) for batch in session.plan().batches] == [3]
    assert "batch" not in str(session.plan()).splitlines()[0].split("'")[0]
    assert len(sandbox.requests) == 0
    assert len(session.created) == 3


def test_what_comes_to_nothing_is_settled(session: Session, shot: Shot, sandbox: Sandbox) -> None:
    (task,) = new_tasks(session, shot, 1)
    session.delete(task)
    session.commit(batch_size=5)
    assert len(sandbox.requests) == 0
    assert not session._state.unit


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["create", "describe", "bid", "status", "metadata", "delete", "move"]), st.integers(0, 30)
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS, size=st.integers(1, 4))
def test_batches_leave_the_server_as_one_commit_does(
    session: Session, open_session: type[Session], production: Production, steps: list[tuple[str, int]], size: int
) -> None:
    """The same changes, sent in batches below one shot and as one transaction below another, give the same rows."""
    found = []
    for batch_size in (None, size):
        shot = session.create(Shot, name=f"sh_{uuid.uuid4().hex}", parent_id=production.project_id)
        session.commit()
        _apply(session, shot, steps)
        session.commit(batch_size=batch_size)
        assert not session._state.unit
        found.append(sorted(_rows(open_session(), shot.id)))
    assert found[0] == found[1]


def _apply(session: Session, shot: Shot, steps: list[tuple[str, int]]) -> None:
    statuses = session.query(Status).all()[:3]
    tasks: list[Task] = []
    for number, (step, value) in enumerate(steps):
        if step == "create" or not tasks:
            parent: Any = tasks[value % len(tasks)] if tasks and value % 3 == 0 else shot
            tasks.append(session.create(Task, name=f"n{number}", parent=parent))
            continue
        task = tasks[value % len(tasks)]
        if step == "describe":
            task.description = f"d{value}"
        elif step == "bid":
            task.bid = float(value)
        elif step == "status":
            task.status = statuses[value % 3]
        elif step == "metadata":
            task.metadata[f"k{value % 2}"] = str(value)


def _rows(session: Session, shot_id: str) -> Iterator[tuple[object, ...]]:
    found: list[Entity] = list(session.query(Task).where(Task.parent_id == shot_id))
    for task in itertools.chain(found):
        assert isinstance(task, Task)
        yield task.name, str(task.description), task.bid, str(dict(task.metadata))
