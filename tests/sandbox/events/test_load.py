"""Tests many events to many connections: each arrives once, in the order of its publisher."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from .conftest import Connect, RawClient

CONNECTIONS = 20


def test_every_connection_gets_every_event_once_in_order(connect: Connect) -> None:
    assert_exchanged(connect, events=50, publishers=2, rate=None)


@pytest.mark.load
def test_fifty_events_a_second_to_twenty_connections(connect: Connect) -> None:
    assert_exchanged(connect, events=600, publishers=5, rate=10.0)


def assert_exchanged(connect: Connect, *, events: int, publishers: int, rate: float | None) -> None:
    """Publish *events* by each publisher, *rate* a second, and check what every listener gets."""
    listeners = [connect() for _ in range(CONNECTIONS)]
    sources = [connect() for _ in range(publishers)]
    for listener in listeners:
        listener.subscribe("topic=load.*")
    started = threading.Event()

    def listen(listener: RawClient) -> list[tuple[int, int]]:
        return [tuple(listener.next_event()["data"]) for _ in range(events * publishers)]

    def publish(number: int) -> None:
        started.wait()
        for count in range(events):
            assert sources[number].publish("load.event", [number, count]) == {"success": True}
            if rate is not None:
                time.sleep(1 / rate)  # the load that is asked for, not a wait for something

    with ThreadPoolExecutor(CONNECTIONS + publishers) as threads:
        heard = [threads.submit(listen, listener) for listener in listeners]
        published = [threads.submit(publish, number) for number in range(publishers)]
        started.set()
        for publishing in published:
            publishing.result()
        for listening in heard:
            got = listening.result()
            for number in range(publishers):
                assert [count for source, count in got if source == number] == list(range(events))
    assert all(listener.events()[events * publishers :] == [] for listener in listeners)
