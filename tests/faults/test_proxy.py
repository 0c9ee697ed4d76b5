"""Tests that what a session commits is on the server exactly once, whatever happens on the way there and back."""

from __future__ import annotations

import functools
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ftrack_typed.entities import Session, Shot, Task
from ftrack_typed.errors import CommitOutcomeUnknownError, TransportError
from ftrack_typed.retries import Retries
from ftrack_typed.sandbox.in_process import Sandbox
from tests.faults.proxy import Fault, FaultProxy
from tests.session.conftest import make_production

pytestmark = pytest.mark.usefixtures("watchdog")

QUICK = Retries(attempts=8, wait_initial=0.005, wait_max=0.02, wait_jitter=0.01)
"""A policy that outlasts a few faults in a row."""

FAULTS = [fault for fault in Fault if fault is not Fault.NONE]


def never(body: bytes) -> Fault:
    return Fault.NONE


@pytest.fixture
def proxy(sandbox: Sandbox) -> Iterator[FaultProxy]:
    with FaultProxy(sandbox.server_url, never) as running:
        yield running


def once(fault: Fault, applies: Callable[[bytes], bool]) -> Callable[[bytes], Fault]:
    """Return what decides on *fault* for the first request that it *applies* to, and on none for all others."""
    left = [fault]

    def decide(body: bytes) -> Fault:
        return left.pop() if left and applies(body) else Fault.NONE

    return decide


def changes_something(body: bytes) -> bool:
    return any(operation["action"] in ("create", "update", "delete") for operation in json.loads(body))


def settled(session: Session) -> int:
    """Commit until nothing waits; return how many outcomes were unknown."""
    unknown = 0
    for _ in range(200):
        try:
            session.commit()
        except CommitOutcomeUnknownError:
            unknown += 1
        except TransportError:
            pass
        else:
            break
    assert not session.recorded_operations
    return unknown


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_query_gives_what_the_server_has_whatever_happens_to_it(
    fault: Fault, proxy: FaultProxy, open_session: type[Session]
) -> None:
    made = make_production(open_session(), 3)
    session = open_session(server_url=proxy.url, retries=QUICK)
    proxy.decide = once(fault, lambda body: True)
    found = session.query(Task).where(Task.parent_id == made.shot_id).select(Task.name).all()
    assert {task.id for task in found} == set(made.task_ids)
    assert proxy.counts[fault] == 1


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_changes_are_there_once_whatever_happens_to_the_commit(
    fault: Fault, proxy: FaultProxy, open_session: type[Session]
) -> None:
    made = make_production(open_session(), 3)
    session = open_session(server_url=proxy.url, retries=QUICK)
    first, second, third = (session.get(Task, each) for each in made.task_ids)
    assert first is not None
    assert second is not None
    assert third is not None
    first.description = "changed"
    second.metadata["key"] = "value"
    session.delete(third)
    session.create(Task, name="made", parent_id=made.shot_id)
    proxy.decide = once(fault, changes_something)
    settled(session)
    assert proxy.counts[fault] == 1
    stored = open_session().query(Task).where(Task.parent_id == made.shot_id)
    rows = {task.name: task for task in stored.select(Task.name, Task.description, Task.metadata)}
    assert sorted(rows) == ["made", "task_000", "task_001"]
    assert rows["task_000"].description == "changed"
    assert dict(rows["task_001"].metadata) == {"key": "value"}


@pytest.mark.parametrize("kind", ["update", "delete", "metadata"])
def test_duplicated_request_is_no_error_where_there_is_nothing_to_refuse_it(
    kind: str, proxy: FaultProxy, open_session: type[Session]
) -> None:
    made = make_production(open_session(), 1)
    session = open_session(server_url=proxy.url, retries=QUICK)
    task = session.get(Task, made.task_ids[0])
    assert task is not None
    if kind == "update":
        task.description = "changed"
    elif kind == "metadata":
        task.metadata["key"] = "value"
    else:
        session.delete(task)
    proxy.decide = once(Fault.TWICE_LAST, changes_something)
    session.commit()
    assert not session.recorded_operations
    assert proxy.counts[Fault.TWICE_LAST] == 1
    assert (open_session().get(Task, task.id) is None) is (kind == "delete")


def run_schedule(seed: int, proxy: FaultProxy, open_session: type[Session], turns: int) -> Counter[Fault]:
    """Let three threads of one session work while faults of *seed* happen; check what the server has then."""
    made = make_production(open_session(), 6)
    session = open_session(server_url=proxy.url, retries=QUICK, timeout=300)
    weights = random.Random(seed)
    before = Counter(proxy.counts)
    proxy.decide = lambda body: weights.choice(FAULTS) if weights.random() < 0.35 else Fault.NONE

    def insisting(work: Callable[[], object]) -> None:
        for _ in range(100):
            try:
                work()
            except TransportError:
                continue
            return
        raise AssertionError(f"seed {seed}: the session is not usable any more")

    def work(number: int) -> None:
        for turn in range(turns):
            holder: list[Task | None] = []
            insisting(lambda: holder.append(session.get(Task, made.task_ids[number])))  # noqa: B023
            task = holder[-1]
            assert task is not None
            task.description = f"{number} {turn}"
            insisting(functools.partial(getattr, task, "metadata"))
            task.metadata[f"turn {turn}"] = "seen"
            session.create(Task, name=f"made_{number}_{turn}", parent_id=made.shot_id)
            insisting(session.commit)

    with ThreadPoolExecutor(3) as pool:
        for each in [pool.submit(work, number) for number in range(3)]:
            each.result()
    settled(session)
    proxy.decide = never
    stored = open_session().query(Task).where(Task.parent_id == made.shot_id)
    names = Counter(task.name for task in stored.select(Task.name))
    expected = [f"task_{number:03d}" for number in range(6)]
    expected += [f"made_{number}_{turn}" for number in range(3) for turn in range(turns)]
    assert names == Counter(expected), f"seed {seed}"
    for number in range(3):
        task = open_session().get(Task, made.task_ids[number])
        assert task is not None
        assert task.description == f"{number} {turns - 1}", f"seed {seed}"
        assert dict(task.metadata) == {f"turn {turn}": "seen" for turn in range(turns)}, f"seed {seed}"
        known = session.get(Task, made.task_ids[number])
        assert known is not None
        assert known.description == task.description, f"seed {seed}"
    shot = session.get(Shot, made.shot_id)
    assert shot is not None
    assert len(shot.children) == 6 + 3 * turns
    return proxy.counts - before


def test_threads_lose_nothing_over_a_bad_line(proxy: FaultProxy, open_session: type[Session]) -> None:
    assert run_schedule(1, proxy, open_session, 3).total() > 0


@pytest.mark.load
def test_threads_lose_nothing_over_many_bad_lines(proxy: FaultProxy, open_session: type[Session]) -> None:
    counts: Counter[Fault] = Counter()
    for seed in range(100, 130):
        counts += run_schedule(seed, proxy, open_session, 5)
    print({fault.name: count for fault, count in sorted(counts.items(), key=lambda each: each[0].name)})
    assert min(counts[fault] for fault in FAULTS) >= 10
