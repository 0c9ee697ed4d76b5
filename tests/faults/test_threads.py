"""Tests that one session serves several threads: nothing is lost, nothing waits for ever, and waits overlap."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
from starlette.responses import Response

from ftrack_typed.entities import Session, Shot, Task
from ftrack_typed.errors import DeletedEntityError, NotLoadedError
from ftrack_typed.sandbox.application import ApiRequest
from ftrack_typed.sandbox.in_process import Sandbox
from tests.faults.conftest import PATIENCE
from tests.session.conftest import Production, make_production

pytestmark = pytest.mark.usefixtures("watchdog")

THREADS = 8
LATENCY = 0.02
"""Seconds that the slow server takes for each answer, so that threads take turns while others wait."""
ROUNDS = 2


def first_of(request: ApiRequest) -> Mapping[str, Any]:
    """Return the first operation of a call."""
    operations = cast("list[Mapping[str, Any]]", request.operations())
    return operations[0]


class Meeting:
    """A server that answers the queries it is to hold when all threads have asked one, and takes its time for all."""

    def __init__(self, holds: Callable[[str], bool]) -> None:
        """Hold the queries whose text *holds* is true of."""
        self.holds = holds
        self.met = 0
        self._barrier = threading.Barrier(THREADS, self._count)

    def _count(self) -> None:
        self.met += 1

    def intercept(self, request: ApiRequest, answer: Callable[[], Response]) -> Response:
        """Answer, late."""
        answered = answer()
        operation = first_of(request)
        if operation["action"] == "query" and self.holds(operation["expression"]):
            self._barrier.wait(PATIENCE / 3)
        time.sleep(LATENCY)
        return answered


@pytest.fixture
def intercepting(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox, which answers by itself again after the test."""
    yield sandbox
    sandbox.intercept = None


def in_threads(work: Callable[[int], object], threads: int = THREADS) -> None:
    """Do *work* in as many *threads* at once; raise what one of them raises."""
    start = threading.Barrier(threads)

    def begin(number: int) -> None:
        start.wait(PATIENCE)
        work(number)

    with ThreadPoolExecutor(threads) as pool:
        for each in [pool.submit(begin, number) for number in range(threads)]:
            each.result()


class Work:
    """What an artist's tools do in one session, for tasks of one shot; each share of the tasks is one thread's."""

    def __init__(self, session: Session, made: Production) -> None:
        self.session = session
        self.made = made

    def task(self, number: int) -> Task:
        found = self.session.get(Task, self.made.task_ids[number])
        assert found is not None
        return found

    def one_share(self, number: int) -> None:
        """Query, load on read, populate, edit, create, delete and commit."""
        session = self.session
        task = self.task(number)
        shot = session.get(Shot, self.made.shot_id)
        assert shot is not None
        doomed = session.create(Task, name=f"doomed_{number}", parent=shot)
        for turn in range(ROUNDS):
            session.query(Task).where(Task.parent_id == shot.id).select(Task.description, Task.metadata).all()
            task.description = f"{number} in turn {turn}"
            task.metadata["turn"] = f"{number} {turn}"
            task.metadata[f"turn {turn}"] = str(number)
            session.create(Task, name=f"made_{number}_{turn}", parent=shot, bid=float(turn))
            assert task.type_id
            session.commit()
            session.populate([task], "metadata, status.name, description")
            assert task.description == f"{number} in turn {turn}"
            assert task.metadata["turn"] == f"{number} {turn}"
            assert len(session.modified) <= THREADS
        session.delete(doomed)
        assert len(shot.children) >= ROUNDS
        session.commit()

    def check(self, other: Session) -> None:
        """Raise AssertionError unless the server has everything, as *other* sees it, and nothing waits."""
        assert not self.session.recorded_operations
        rows = other.query(Task).where(Task.parent_id == self.made.shot_id).select(Task.description, Task.metadata)
        found = {task.name: task for task in rows.select(Task.name, Task.description, Task.metadata)}
        last = ROUNDS - 1
        for number in range(THREADS):
            stored = found.pop(f"task_{number:03d}")
            assert stored.description == f"{number} in turn {last}"
            each_turn = {f"turn {turn}": str(number) for turn in range(ROUNDS)}
            assert dict(stored.metadata) == {"turn": f"{number} {last}", **each_turn}
            assert self.task(number).description == stored.description
            assert dict(self.task(number).metadata) == dict(stored.metadata)
        assert sorted(found) == [f"made_{number}_{turn}" for number in range(THREADS) for turn in range(ROUNDS)]
        shot = self.session.get(Shot, self.made.shot_id)
        assert shot is not None
        assert len(shot.children) == THREADS * (1 + ROUNDS)


@pytest.mark.usefixtures("hasty_threads")
def test_eight_threads_lose_nothing_and_wait_at_the_same_time(
    open_session: type[Session], intercepting: Sandbox
) -> None:
    """In each turn no thread gets an answer to its query before all eight wait for one."""
    made = make_production(open_session(), THREADS)
    together = Work(open_session(), made)
    meeting = Meeting(lambda text: f'from Task where parent_id is "{made.shot_id}"' in text)
    intercepting.intercept = meeting.intercept
    in_threads(together.one_share)
    intercepting.intercept = None
    assert meeting.met == ROUNDS
    together.session.commit()
    together.check(open_session())


def test_others_ask_while_a_commit_is_on_its_way(
    session: Session, production: Production, intercepting: Sandbox
) -> None:
    """Whoever waits for the answer to a commit keeps nobody from asking, nor from recording."""
    committing, go_on = threading.Event(), threading.Event()

    def intercept(request: ApiRequest, answer: Callable[[], Response]) -> Response:
        if first_of(request)["action"] == "update":
            committing.set()
            assert go_on.wait(PATIENCE / 3)
        return answer()

    first, second, _ = session.query(Task).where(Task.parent_id == production.shot_id).select(Task.description).all()
    first.description = "first"
    intercepting.intercept = intercept
    with ThreadPoolExecutor(1) as pool:
        committed = pool.submit(session.commit)
        try:
            assert committing.wait(PATIENCE)
            assert len(session.query(Task).where(Task.parent_id == production.shot_id).all()) == 3
            assert second.status is not None
            second.description = "second"
            assert not committed.done()
        finally:
            go_on.set()
        committed.result(PATIENCE)
    assert [each.entity_key for each in session.recorded_operations] == [{"id": second.id}]
    session.rollback()
    assert first.description == "first"
    assert not second.description


@pytest.mark.usefixtures("hasty_threads")
def test_threads_that_roll_back_and_reset_leave_the_others_whole(open_session: type[Session]) -> None:
    session = open_session()
    made = make_production(session, THREADS)
    stop = threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            session.rollback()
            assert isinstance(session.created, list)
            assert str(session.plan())
            list(session.recorded_operations)

    def work(number: int) -> None:
        for turn in range(10):
            # What was taken from the session before it was reset, or created before a rollback, is on its own.
            with contextlib.suppress(DeletedEntityError, NotLoadedError):
                task = session.get(Task, made.task_ids[number])
                assert task is not None
                task.description = f"{number} {turn}"
                task.metadata["key"] = f"{number} {turn}"
                session.create(Task, name=f"made_{number}_{turn}", parent_id=made.shot_id).description = "new"
            session.commit()
            if turn % 4 == 3:
                session.reset()

    disturbing = threading.Thread(target=disturb)
    disturbing.start()
    try:
        in_threads(work, 4)
    finally:
        stop.set()
        disturbing.join()
    session.rollback()
    # Nobody knows what was rolled back; what the session says is what the server has, for every task.
    stored = open_session().query(Task).where(Task.id.in_(made.task_ids)).select(Task.description, Task.metadata).all()
    for row in stored:
        task = session.get(Task, row.id)
        assert task is not None
        session.populate(task, "description, metadata")
        assert (task.description, dict(task.metadata)) == (row.description, dict(row.metadata))
    task = session.get(Task, made.task_ids[0])
    assert task is not None
    task.description = "usable"
    session.commit()
    assert open_session().query(Task).where(Task.id == task.id).select(Task.description).one().description == "usable"


@pytest.mark.usefixtures("hasty_threads")
def test_recorded_operations_can_be_listed_while_others_write(open_session: type[Session]) -> None:
    session = open_session()
    made = make_production(session, 4)
    tasks = session.query(Task).where(Task.id.in_(made.task_ids)).select(Task.name, Task.description, Task.bid).all()

    def work(number: int) -> None:
        for turn in range(300):
            if number < 2:
                task = tasks[(turn + number) % len(tasks)]
                task.description, task.bid, task.name = f"{turn}", float(turn), f"name {turn} {number}"
                if turn % 50 == 49:
                    session.rollback()
            else:
                list(session.recorded_operations)
                session.plan()
                assert len(session.modified) <= len(tasks)

    in_threads(work, 4)


def test_mapping_that_an_answer_replaced_still_records_its_changes(
    session: Session, production: Production, open_session: type[Session]
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    kept = task.metadata
    session.populate(task, "metadata")
    kept["first"] = "1"
    session.commit()
    session.populate(task, "metadata")
    task.metadata["second"] = "2"
    kept["third"] = "3"
    session.commit()
    stored = open_session().get(Task, task.id)
    assert stored is not None
    assert dict(stored.metadata) == {"first": "1", "second": "2", "third": "3"} == dict(kept)


def test_collection_that_a_commit_let_go_of_is_loaded_before_it_changes(
    session: Session, production: Production, open_session: type[Session], sandbox: Sandbox
) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    kept = shot.children
    assert len(kept) == 3
    made = session.create(Task, name="made", parent=shot)
    session.commit()
    other = session.create(Task, name="other", parent_id=production.shot_id)
    session.commit()
    kept.remove(other)
    assert made in kept
    kept.append(other)
    session.commit()
    stored = open_session().get(Shot, shot.id)
    assert stored is not None
    assert {each["name"] for each in stored.children} >= {"made", "other", "task_000", "task_001", "task_002"}


def test_result_that_another_thread_reads_can_be_given_to_create(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    """Whoever fetches a page wants the lock to merge it; who creates holds that, and must not wait for the page."""
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    found = session.query(Task).where(Task.parent_id == shot.id).result()
    asked, go_on = threading.Event(), threading.Event()

    def intercept(request: object, answer: Callable[[], Response]) -> Response:
        asked.set()
        assert go_on.wait(PATIENCE)
        return answer()

    sandbox.intercept = intercept
    try:
        with ThreadPoolExecutor(2) as pool:
            reading = pool.submit(found.all)
            assert asked.wait(PATIENCE)
            creating = pool.submit(lambda: session.create(Shot, name="sh020", parent=shot.parent, children=found))
            go_on.set()
            assert len(reading.result(PATIENCE)) == 3
            assert len(creating.result(PATIENCE).children) == 3
    finally:
        sandbox.intercept = None
    session.rollback()


def test_lock_is_free_while_configurations_are_asked_for(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    shot = session.get(Shot, production.shot_id)
    free: list[bool] = []

    def intercept(request: object, answer: Callable[[], Response]) -> Response:
        free.append(session._state.lock.acquire(timeout=PATIENCE))
        if free[-1]:
            session._state.lock.release()
        return answer()

    sandbox.intercept = intercept
    try:
        session.create(Task, name="with", parent=shot, custom_attributes={"department": ["fx"]})
    finally:
        sandbox.intercept = None
    assert free
    assert all(free)
