"""Tests that an answer from before a commit takes nothing back that the commit settled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import attrs
import pytest
from starlette.responses import Response

from ftrack_typed.cache import MemoryCache
from ftrack_typed.entities import Session, Shot, Status, Task
from ftrack_typed.errors import DeletedEntityError
from ftrack_typed.inspection import state
from ftrack_typed.operations import UpdateEntityOperation
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.symbols import NOT_SET
from tests.faults.conftest import PATIENCE
from tests.session.conftest import Production

pytestmark = pytest.mark.usefixtures("watchdog")


@attrs.define
class HeldAnswer:
    """The answer to the next query, which the server has worked out, and which is on its way for as long as wanted."""

    pool: ThreadPoolExecutor
    sandbox: Sandbox
    _ready: threading.Event = attrs.field(factory=threading.Event)
    _sent: threading.Event = attrs.field(factory=threading.Event)

    def asked_by(self, question: Callable[[], object]) -> Future[object]:
        """Ask *question* in a thread, and return once the server has answered to its first query."""
        held: list[object] = []

        def intercept(request: object, answer: Callable[[], Response]) -> Response:
            answered = answer()
            if not held and request.operations()[0]["action"] == "query":  # type: ignore[attr-defined]
                held.append(request)
                self._ready.set()
                assert self._sent.wait(PATIENCE)
            return answered

        self.sandbox.intercept = intercept
        future = self.pool.submit(question)
        assert self._ready.wait(PATIENCE)
        return future

    def arrive(self) -> None:
        """Let the answer go on."""
        self._sent.set()


@pytest.fixture
def held(sandbox: Sandbox) -> Iterator[HeldAnswer]:
    with ThreadPoolExecutor(1) as pool:
        answer = HeldAnswer(pool, sandbox)
        yield answer
        answer.arrive()
    sandbox.intercept = None


@pytest.fixture
def task(session: Session, production: Production) -> Task:
    found = session.query(Task).where(Task.id == production.task_ids[0]).select(Task.description, Task.status).one()
    assert isinstance(found, Task)
    return found


def test_answer_from_before_a_commit_does_not_put_the_old_value_back(
    session: Session, task: Task, held: HeldAnswer, open_session: type[Session]
) -> None:
    asked = held.asked_by(lambda: session.query(Task).where(Task.id == task.id).select(Task.description).all())
    task.description = "committed meanwhile"
    session.commit()
    held.arrive()
    assert asked.result(PATIENCE) == [task]
    assert task.description == "committed meanwhile"
    assert state(task) is NOT_SET
    assert session.query(Task).where(Task.id == task.id).select(Task.description).one().description == task.description


def test_answer_from_before_a_commit_and_a_further_write_keeps_both(
    session: Session, task: Task, held: HeldAnswer
) -> None:
    asked = held.asked_by(lambda: session.query(Task).where(Task.id == task.id).select(Task.description).all())
    task.description = "committed"
    session.commit()
    task.description = "waits"
    held.arrive()
    asked.result(PATIENCE)
    assert task.description == "waits"
    session.rollback()
    assert task.description == "committed"


def test_reference_and_key_stay_one(session: Session, task: Task, held: HeldAnswer) -> None:
    other = next(each for each in session.query(Status).all() if each != task.status)
    wanted = session.query(Task).where(Task.id == task.id).select(Task.status_id, Task.status.name)
    asked = held.asked_by(wanted.all)
    task.status = other
    session.commit()
    held.arrive()
    asked.result(PATIENCE)
    assert (task.status, task.status_id) == (other, other.id)


def test_populate_and_rows_below_others_do_not_put_it_back(
    session: Session, task: Task, production: Production, held: HeldAnswer
) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    asked = held.asked_by(lambda: session.populate(shot, "children[Task].metadata, children[Task].description"))
    task.description = "committed meanwhile"
    task.metadata["key"] = "committed meanwhile"
    session.commit()
    held.arrive()
    asked.result(PATIENCE)
    assert task.description == "committed meanwhile"
    assert dict(task.metadata) == {"key": "committed meanwhile"}
    assert task in list(shot.children)


def test_loading_on_read_does_not_put_back_what_siblings_committed(
    session: Session, production: Production, held: HeldAnswer
) -> None:
    first, second, _ = session.query(Task).where(Task.parent_id == production.shot_id).select(Task.name).all()
    asked = held.asked_by(lambda: first.description)
    second.description = "committed meanwhile"
    session.commit()
    held.arrive()
    asked.result(PATIENCE)
    assert second.description == "committed meanwhile"


def test_entity_that_the_session_forgot_does_not_get_the_old_value(
    session: Session, task: Task, held: HeldAnswer
) -> None:
    asked = held.asked_by(session.query(Task).where(Task.id == task.id).select(Task.description).one)
    task.description = "committed meanwhile"
    session.commit()
    session.reset()
    held.arrive()
    again = asked.result(PATIENCE)
    assert again is not task
    assert again.description == "committed meanwhile"  # type: ignore[attr-defined]


def test_pushed_operation_counts_too(session: Session, task: Task, held: HeldAnswer) -> None:
    asked = held.asked_by(session.query(Task).where(Task.id == task.id).select(Task.description).one)
    change = UpdateEntityOperation("Task", {"id": task.id}, "description", NOT_SET, "pushed")
    session.recorded_operations.push(change)
    session.commit()
    held.arrive()
    assert asked.result(PATIENCE) is task
    assert task.description == "pushed"


def test_collection_that_a_commit_let_go_of_does_not_come_back(
    session: Session, production: Production, held: HeldAnswer
) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    asked = held.asked_by(lambda: list(shot.children))
    made = session.create(Task, name="meanwhile", parent=shot)
    session.commit()
    held.arrive()
    found = asked.result(PATIENCE)
    assert isinstance(found, list)
    assert made in found
    assert made in shot.children


def test_deleted_row_gets_no_second_object(session: Session, task: Task, held: HeldAnswer) -> None:
    asked = held.asked_by(session.query(Task).where(Task.id == task.id).select(Task.name).one)
    session.delete(task)
    session.commit()
    held.arrive()
    assert asked.result(PATIENCE) is task
    with pytest.raises(DeletedEntityError):
        task.description = "of a row that is gone"
    assert session.query(Task).where(Task.id == task.id).first() is None
    assert session.get(Task, task.id) is None


def test_cache_does_not_get_the_old_value(
    open_session: type[Session], production: Production, held: HeldAnswer
) -> None:
    cache: MemoryCache[object, object] = MemoryCache()
    session = open_session(cache=cache)
    task = session.query(Task).where(Task.id == production.task_ids[0]).select(Task.description).one()
    asked = held.asked_by(session.query(Task).where(Task.id == task.id).select(Task.description).one)
    task.description = "committed meanwhile"
    session.commit()
    held.arrive()
    asked.result(PATIENCE)
    again = open_session(cache=cache).get(Task, task.id)
    assert again is not None
    assert again.description == "committed meanwhile"


def test_nothing_is_kept_while_no_answer_is_on_its_way(session: Session, task: Task, held: HeldAnswer) -> None:
    freshness = session._state.freshness
    task.description = "alone"
    session.commit()
    assert not freshness.is_needed
    assert not freshness._settled
    asked = held.asked_by(session.query(Task).where(Task.id == task.id).select(Task.description).one)
    task.description = "with company"
    session.commit()
    assert freshness._settled
    held.arrive()
    asked.result(PATIENCE)
    assert not freshness.is_needed
    assert not freshness._settled
