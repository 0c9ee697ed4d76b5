"""Tests that no call goes over a connection that was idle for long: its end may be on its way."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
import requests

from ftrack_typed import connections
from ftrack_typed.connections import IDLE, Connections
from ftrack_typed.errors import ServerUnreachableError
from tests.session.test_connections import ANSWER, QUESTION, Handler, Listener, listening, transport

ANY_TIME = -1.0
"""As a limit: every connection was idle for too long."""


class CountingListener(Listener):
    """Knows how many connections are open, and gives up those that were called *patience* times at the next call."""

    def __init__(self, patience: int = 1000) -> None:
        super().__init__({"set-cookie": "node=seven"})
        self.patience = patience
        self.open = 0
        self.changed = threading.Condition()
        self.RequestHandlerClass = CountedHandler

    def opened(self, count: int) -> bool:
        """Wait until *count* connections are open."""
        with self.changed:
            return self.changed.wait_for(lambda: self.open == count, 120)


class CountedHandler(Handler):
    called = 0

    def setup(self) -> None:
        super().setup()
        self.count(1)

    def finish(self) -> None:
        super().finish()
        self.count(-1)

    @property
    def listener(self) -> CountingListener:
        assert isinstance(self.server, CountingListener)
        return self.server

    def count(self, change: int) -> None:
        with self.listener.changed:
            self.listener.open += change
            self.listener.changed.notify_all()

    def parse_request(self) -> bool:
        self.called += 1
        if self.called > self.listener.patience:
            self.close_connection = True
            return False
        return super().parse_request()


@pytest.fixture
def server() -> Iterator[CountingListener]:
    for listener in listening(CountingListener()):
        assert isinstance(listener, CountingListener)
        yield listener


class Clock:
    """Tells the time that a test says."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool(server: CountingListener, clock: Clock) -> Iterator[Connections]:
    pool = Connections(f"http://{server.address}", {}, {}, clock=clock)
    yield pool
    pool.close()
    assert server.opened(0)


def ask(http: requests.Session, server: CountingListener) -> None:
    http.post(f"http://{server.address}/api", data=b"[]", timeout=120)


def test_change_after_a_pause_does_not_meet_the_end_of_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    update = [{"action": "update"}]
    for server in listening(CountingListener(patience=1)):
        carrier = transport(f"http://{server.address}")
        monkeypatch.setattr(connections, "IDLE", 600)
        carrier.call(update)
        with pytest.raises(ServerUnreachableError) as raised:
            carrier.call(update)
        assert raised.value.outcome_unknown
        monkeypatch.setattr(connections, "IDLE", ANY_TIME)
        for _ in range(3):
            carrier.call(update)
        carrier.close()


def test_new_connections_are_set_up_as_the_first_was(server: CountingListener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE", ANY_TIME)
    monkeypatch.setenv("http_proxy", f"http://{server.address}")
    carrier = transport("http://ftrack.invalid", headers={"x-studio": "demo"}, cookies={"sso": "ticket"})
    carrier.call(QUESTION)
    monkeypatch.delenv("http_proxy")
    carrier.call(QUESTION)
    carrier.close()
    assert len(server.callers) == 2
    assert [each["x-studio"] for each in server.headers] == ["demo"] * 2
    assert [each["cookie"] for each in server.headers] == ["sso=ticket", "sso=ticket; node=seven"]


@pytest.mark.parametrize(("pause", "made"), [(IDLE - 0.1, 1), (IDLE + 0.1, 3)])
def test_connection_is_used_again_soon_only(
    server: CountingListener, pool: Connections, clock: Clock, pause: float, made: int
) -> None:
    for _ in range(3):
        with pool.session() as http:
            ask(http, server)
        clock.now += pause
    assert len(server.callers) == made
    assert server.opened(1), "nothing stays open that is not used again"


def test_pause_counts_from_the_end_of_a_call(server: CountingListener, pool: Connections, clock: Clock) -> None:
    for _ in range(3):
        with pool.session() as http:
            clock.now += 10 * IDLE
            ask(http, server)
    assert len(server.callers) == 1


def test_second_of_two_calls_has_a_pause_of_its_own(server: CountingListener, pool: Connections, clock: Clock) -> None:
    def ask_twice_at_once() -> None:
        with pool.session() as first, pool.session() as second:
            answers = [
                each.post(f"http://{server.address}/api", data=b"[]", stream=True, timeout=120)
                for each in (first, second)
            ]
            assert [len(each.content) for each in answers] == [len(json.dumps(ANSWER))] * 2

    ask_twice_at_once()
    assert len(server.callers) == 2
    for _ in range(3):
        clock.now += IDLE / 2
        with pool.session() as http:
            ask(http, server)
    assert len(server.callers) == 2
    ask_twice_at_once()
    assert len(server.callers) == 3, "the first goes on with what was just of use"
    assert server.opened(1), "what is replaced ends with its last call"


def test_closed_connections_can_be_made_anew(server: CountingListener, pool: Connections) -> None:
    for made in (1, 2):
        with pool.session() as http:
            ask(http, server)
        pool.close()
        pool.close()
        assert server.opened(0)
        assert len(server.callers) == made
