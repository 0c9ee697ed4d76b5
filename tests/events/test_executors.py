"""Tests callbacks that run in executors: where, how many at once, in which order, and what becomes of their errors."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest

from ftrack_typed.events import Event, EventHub, Subscriber
from ftrack_typed.events.handling import Handling, log_error
from ftrack_typed.events.subscribers import Subscribers
from tests.events.event_server import PATIENCE, eventually


class Bench:
    """Handles events without a hub, and remembers replies and errors."""

    def __init__(self, limit: int = 100) -> None:
        self.subscribers = Subscribers()
        self.replies: list[object] = []
        self.errors: list[Exception] = []
        self.handling = Handling(
            self.subscribers,
            lambda: lambda error, event, subscriber: self.errors.append(error),
            lambda event, result, subscriber: self.replies.append(result),
            limit,
        )

    def subscribe(
        self,
        callback: Callable[[Event], object],
        executor: Executor | None,
        key: Callable[[Event], object] | None = None,
        priority: int = 100,
    ) -> None:
        metadata = {"id": str(len(self.subscribers))}
        self.subscribers.add(Subscriber("topic=a", callback, metadata, priority, executor=executor, key=key))

    def handle(self, *data: object) -> None:
        for each in data:
            event = Event("a")
            event["data"] = each
            self.handling.handle(event)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


def test_callback_runs_in_its_executor_and_its_result_is_the_reply(pool: ThreadPoolExecutor) -> None:
    bench, threads = Bench(), list[threading.Thread]()

    def callback(event: Event) -> object:
        threads.append(threading.current_thread())
        return event["data"]

    bench.subscribe(callback, pool)
    bench.handle(1)
    eventually(lambda: bench.replies == [1])
    assert threads != [threading.current_thread()]


def test_callbacks_run_at_once(pool: ThreadPoolExecutor) -> None:
    bench, together = Bench(), threading.Barrier(3)
    bench.subscribe(lambda event: together.wait(PATIENCE), pool)
    bench.handle(1, 2, 3)
    eventually(lambda: len(bench.replies) == 3)
    assert bench.errors == []


def test_events_of_one_key_are_handled_one_after_the_other_in_order(pool: ThreadPoolExecutor) -> None:
    bench = Bench()
    running: set[object] = set()
    seen: dict[object, list[int]] = {"x": [], "y": []}
    overlaps: list[object] = []

    def callback(event: Event) -> object:
        key, number = event["data"]
        if key in running:
            overlaps.append(key)
        running.add(key)
        threading.Event().wait(0.001)
        seen[key].append(number)
        running.discard(key)
        return number

    bench.subscribe(callback, pool, key=lambda event: event["data"][0])
    bench.handle(*((key, number) for number in range(30) for key in ("x", "y")))
    eventually(lambda: len(bench.replies) == 60)
    assert overlaps == []
    assert seen == {"x": list(range(30)), "y": list(range(30))}
    eventually(lambda: bench.handling._pool._lines == {})  # after the last reply


def test_keys_do_not_wait_for_each_other(pool: ThreadPoolExecutor) -> None:
    bench, together = Bench(), threading.Barrier(2)
    bench.subscribe(lambda event: together.wait(PATIENCE), pool, key=lambda event: event["data"])
    bench.handle("x", "y")
    eventually(lambda: len(bench.replies) == 2)


def test_more_callbacks_than_may_wait_hold_up_the_handling(pool: ThreadPoolExecutor) -> None:
    bench, go = Bench(limit=2), threading.Event()
    bench.subscribe(lambda event: go.wait(PATIENCE), pool)
    handling = threading.Thread(target=bench.handle, args=(1, 2, 3))
    handling.start()
    eventually(lambda: bench.handling.handled == 3)
    assert handling.is_alive()
    go.set()
    handling.join(PATIENCE)
    eventually(lambda: len(bench.replies) == 3)


def test_errors_reach_the_hook_and_the_next_of_the_key_runs(pool: ThreadPoolExecutor) -> None:
    bench = Bench()

    def callback(event: Event) -> object:
        if event["data"] == "bad":
            raise RuntimeError("no disk")
        return event["data"]

    bench.subscribe(callback, pool, key=lambda event: None)
    bench.handle("bad", "good")
    eventually(lambda: bench.replies == ["good"])
    assert [str(error) for error in bench.errors] == ["no disk"]
    assert bench.handling.errors == 1


def test_callback_that_ends_its_thread_holds_up_no_other() -> None:
    bench = Bench()

    def callback(event: Event) -> object:
        if event["data"] == "bad":
            sys.exit(3)
        return event["data"]

    with ThreadPoolExecutor(1) as alone:
        bench.subscribe(callback, alone, key=lambda event: None)
        bench.handle("bad", "good")
        eventually(lambda: bench.replies == ["good"])
    assert [str(error) for error in bench.errors] == ["the callback ended with SystemExit(3)"]


def test_key_that_raises_reaches_the_hook(pool: ThreadPoolExecutor) -> None:
    bench = Bench(limit=1)
    bench.subscribe(lambda event: 1, pool, key=lambda event: event["data"]["missing"])
    bench.handle({}, {}, {})
    assert [type(error) for error in bench.errors] == [KeyError] * 3


def test_executor_that_is_shut_down_reaches_the_hook(pool: ThreadPoolExecutor) -> None:
    bench = Bench(limit=1)
    shut = ThreadPoolExecutor(1)
    shut.shutdown()
    bench.subscribe(lambda event: 1, shut)
    bench.subscribe(lambda event: 1, shut, key=lambda event: "x")
    bench.handle(1, 2)
    assert len(bench.errors) == 4


def test_long_line_behind_an_executor_that_is_shut_down_ends() -> None:
    bench, go = Bench(limit=5000), threading.Event()
    executor = ThreadPoolExecutor(1)
    bench.subscribe(lambda event: go.wait(PATIENCE), executor, key=lambda event: "x")
    bench.handle(*range(3000))
    executor.shutdown(wait=False)
    go.set()
    eventually(lambda: len(bench.replies) + len(bench.errors) == 3000)
    assert bench.errors


class Held(Executor):
    """Runs callbacks in the thread that submits them, but for the first, which never runs and ends when told to."""

    def __init__(self) -> None:
        self.first: Future[Any] | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.first is None:
            self.first = future
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def test_long_line_of_callbacks_that_end_at_once_is_handled_in_order() -> None:
    bench, executor = Bench(limit=5000), Held()
    bench.subscribe(lambda event: event["data"], executor, key=lambda event: "x")
    bench.handle(*range(3000))
    assert executor.first is not None
    executor.first.set_result(0)
    assert bench.replies == list(range(3000))
    assert bench.errors == []
    assert bench.handling._pool._lines == {}


def test_synchronous_publishing_calls_in_place(hub: EventHub, pool: ThreadPoolExecutor) -> None:
    hub.subscribe("topic=a", lambda event: threading.current_thread(), executor=pool)
    assert hub.publish(Event("a"), synchronous=True) == [threading.current_thread()]


def test_key_without_executor_is_refused(hub: EventHub) -> None:
    with pytest.raises(TypeError, match="executor"):
        hub.subscribe("topic=a", print, key=lambda event: 1)
    with pytest.raises(TypeError, match="callback"):
        hub.subscribe("topic=a", "print")  # type: ignore[arg-type]


def test_hook_that_logs_is_the_default(hub: EventHub) -> None:
    assert hub.on_handler_error is log_error
