"""Owns the processes of one run: one that measures, and one that listens to it.

``measure CLIENT URL EVENTS`` prints the figures as JSON, seconds for one event each. ``listen CLIENT URL`` handles
events until its standard input ends. Both do the same with either client, in the same calls.
"""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from .hubs import Maker

COUNTED: Final = "benchmark.counted"
ASKED: Final = "benchmark.asked"
PATIENCE: Final = 120.0
_LARGE: Final = "x" * 10_000


class Listener:
    """Handles what the measuring process publishes."""

    def __init__(self, hub: Any) -> None:
        """Subscribe on *hub*."""
        self._seen: set[int] = set()
        hub.subscribe(f"topic={COUNTED}", self._count)
        hub.subscribe(f"topic={ASKED}", lambda event: event["data"])

    def _count(self, event: Any) -> int | None:
        """Answer the last event of some with how many of them came."""
        self._seen.add(event["data"]["number"])
        if not event["data"]["last"]:
            return None
        seen, self._seen = len(self._seen), set()
        return seen


def listen(maker: Maker) -> None:
    """Listen until standard input ends."""
    hub = maker.hub()
    hub.connect()
    Listener(hub)
    threading.Thread(target=hub.wait, daemon=True).start()
    sys.stdin.read()


class Asker:
    """Publishes events over a connection, and waits for answers."""

    def __init__(self, maker: Maker) -> None:
        """Connect; another thread handles what comes in."""
        self._event = maker.event
        self._hub = maker.hub()
        self._hub.connect()
        threading.Thread(target=self._hub.wait, daemon=True).start()
        self._await_listener()

    def _await_listener(self) -> None:
        """Ask until the listener answers: then the server knows its subscriptions."""
        deadline = time.monotonic() + PATIENCE
        while self._answer(self._event(ASKED, data={}), 0.2) is None:
            if time.monotonic() > deadline:
                raise RuntimeError("the listener does not answer")

    def _answer(self, event: Any, patience: float) -> Any:
        """Publish *event* and return the event that answers it; None where none comes."""
        answers: list[Any] = []
        answered = threading.Event()

        def on_reply(reply: Any) -> None:
            answers.append(reply)
            answered.set()

        self._hub.publish(event, on_reply=on_reply)
        answered.wait(patience)
        return answers[0] if answers else None

    def round_trips(self, count: int) -> list[float]:
        """Ask *count* questions, one after the other; return how long each took to be answered."""
        times: list[float] = []
        for number in range(count):
            begun = time.perf_counter()
            if self._answer(self._event(ASKED, data={"number": number}), PATIENCE) is None:
                raise RuntimeError("a question was not answered")
            times.append(time.perf_counter() - begun)
        return times

    def throughput(self, count: int, text: str = "") -> tuple[float, float]:
        """Publish *count* events; return the seconds until all are published, and until all are handled."""
        begun = time.perf_counter()
        for number in range(count - 1):
            self._hub.publish(self._event(COUNTED, data={"number": number, "last": False, "text": text}))
        last = self._event(COUNTED, data={"number": count - 1, "last": True, "text": text})
        published = time.perf_counter() - begun
        answer = self._answer(last, PATIENCE)
        if answer is None or answer["data"] != count:
            raise RuntimeError(f"of {count} events {answer and answer['data']} came")
        return published, time.perf_counter() - begun


def local(maker: Maker, count: int) -> dict[str, float]:
    """Measure a hub without a connection."""
    expression = 'topic=benchmark.local and data.kind=comp and not source.user.username="jane doe"'
    return {
        "subscribe": _timed(_subscribing(maker), count),
        "local": _timed(_publishing(maker, "topic=benchmark.local"), count),
        "local_one": statistics.median(_each(_publishing(maker, "topic=benchmark.local"), count)),
        "local_expression": _timed(_publishing(maker, expression), count),
        "local_many": _timed(_publishing(maker, "topic=benchmark.local", others=99), count),
    }


def _subscribing(maker: Maker) -> Callable[[], object]:
    hub = maker.hub()
    return lambda: hub.unsubscribe(hub.subscribe("topic=benchmark.local", lambda event: None))


def _publishing(maker: Maker, subscription: str, others: int = 0) -> Callable[[], object]:
    """Return what publishes an event to a subscriber with that *subscription*, and checks that it was handled."""
    hub, event = maker.hub(), maker.event
    for number in range(others):
        hub.subscribe(f"topic=benchmark.other.{number}", lambda event: "other")
    hub.subscribe(subscription, lambda event: "handled")

    def publish() -> None:
        if hub.publish(event("benchmark.local", data={"kind": "comp"}), synchronous=True) != ["handled"]:
            raise RuntimeError("an event was not handled")

    return publish


def _timed(function: Callable[[], object], count: int) -> float:
    """Return the seconds of one call of *function*: the median of rows of 100 calls, of *count* calls in all."""
    function()
    rows: list[float] = []
    for _ in range(max(1, count // 100)):
        begun = time.perf_counter()
        for _ in range(100):
            function()
        rows.append((time.perf_counter() - begun) / 100)
    return statistics.median(rows)


def _each(function: Callable[[], object], count: int) -> list[float]:
    times: list[float] = []
    for _ in range(count):
        begun = time.perf_counter()
        function()
        times.append(time.perf_counter() - begun)
    return times


def _connecting(maker: Maker, count: int) -> list[float]:
    """Return how long it took to connect *count* hubs, one after the other."""
    times: list[float] = []
    for _ in range(count):
        hub = maker.hub()
        begun = time.perf_counter()
        hub.connect()
        times.append(time.perf_counter() - begun)
        hub.disconnect()
    return times


def remote(maker: Maker, count: int) -> dict[str, float]:
    """Measure hubs over connections."""
    connecting = _connecting(maker, 21)[1:]  # the first one imports what connections take
    asker = Asker(maker)
    asker.throughput(min(count, 200))
    published, handled = asker.throughput(count)
    large = max(1, count // 10)
    times = sorted(asker.round_trips(max(1, count // 10)))
    return {
        "connect": statistics.median(connecting),
        "publish": published / count,
        "throughput": handled / count,
        "large": asker.throughput(large, _LARGE)[1] / large,
        "round_trip": statistics.median(times),
        "round_trip_late": times[int(len(times) * 0.95)],
    }


def main() -> None:
    """Do as the arguments say."""
    role, client, url, *rest = sys.argv[1:]
    maker = Maker(client, url)
    if role == "listen":
        listen(maker)
        return
    count = int(rest[0])
    print(json.dumps({**local(maker, count), **remote(maker, count)}), flush=True)


if __name__ == "__main__":
    main()
