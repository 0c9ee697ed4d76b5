"""Owns a sandbox, and raw connections to its event server: no client of ftrack has a part in these tests."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import websocket

from ftrack_typed.sandbox import Sandbox

PATIENCE = 120.0
"""Seconds that an answer may take: only what would never come is cut short."""


class RawClient:
    """One connection, by hand: what a client of Socket.IO 0.9 sends and receives."""

    def __init__(self, sandbox: Sandbox, user: str = "", key: str = "") -> None:
        self.user = user or sandbox.api_user
        answer = handshake(sandbox, self.user, key or sandbox.api_key)
        assert answer.status_code == 200, answer.text
        self.session_id = answer.text.split(":")[0]
        self.socket = open_socket(sandbox, self.session_id)
        self.id = uuid.uuid4().hex
        self.received: list[str] = []
        self._packets = 0

    def close(self) -> None:
        try:
            self.socket.close()
        finally:
            self.socket.shutdown()  # in any case, where the other side has gone first

    def send(self, packet: str) -> None:
        self.socket.send(packet)

    def packet(self) -> str:
        """Return the next packet; a heartbeat is answered."""
        received = self.socket.recv()
        assert isinstance(received, str)
        assert received, "the connection is closed"
        if received.startswith("2:"):
            self.send("2:::")
        self.received.append(received)
        return received

    def next(self, kind: str) -> str:
        """Return the next packet of one kind, such as ``"5"``, and pass over others."""
        while not (packet := self.packet()).startswith(f"{kind}:"):
            pass
        return packet

    def next_event(self, topic: str = "") -> dict[str, Any]:
        """Return the next event, or the next of a topic."""
        while True:
            event = event_of(self.next("5"))
            if topic in {"", event["topic"]}:
                return event

    def publish(self, topic: str, data: object = None, **further: object) -> dict[str, Any]:
        """Publish an event, and return how it is acknowledged."""
        self._packets += 1
        self.send(f"5:{self._packets}+::{self.content(topic, data, **further)}")
        return self.acknowledgement(self._packets)

    def content(self, topic: str, data: object = None, **further: object) -> str:
        """Return the data of the packet of an event."""
        source = {"id": self.id, "user": {"username": self.user}}
        event = {"topic": topic, "id": uuid.uuid4().hex, "data": data, "source": source, "target": "", **further}
        return json.dumps({"name": "ftrack.event", "args": [event]})

    def acknowledgement(self, number: int) -> dict[str, Any]:
        """Return the acknowledgement of a packet; events that come before it are kept in `received`."""
        prefix = f"6:::{number}+"
        while not (packet := self.packet()).startswith(prefix):
            pass
        arguments = json.loads(packet.removeprefix(prefix))
        assert isinstance(arguments, list)
        assert len(arguments) == 1
        answer: dict[str, Any] = arguments[0]
        return answer

    def subscribe(self, subscription: str, **metadata: object) -> str:
        """Subscribe, and return the id of the subscriber."""
        subscriber = {"id": uuid.uuid4().hex, **metadata}
        answer = self.publish("ftrack.meta.subscribe", {"subscriber": subscriber, "subscription": subscription})
        assert answer == {"success": True}
        return str(subscriber["id"])

    def events(self) -> list[dict[str, Any]]:
        """Return every event that was sent before now: what comes before the acknowledgement of a marker."""
        self.publish("ftrack.meta.marker")
        return [event_of(packet) for packet in self.received if packet.startswith("5:")]


def event_of(packet: str) -> dict[str, Any]:
    """Return the event of a packet, which has no id and an empty path."""
    assert packet.startswith("5:::{")
    content = json.loads(packet[4:])
    assert content["name"] == "ftrack.event"
    (event,) = content["args"]
    result: dict[str, Any] = event
    return result


def handshake(sandbox: Sandbox, user: str, key: str) -> requests.Response:
    """Shake hands as the Python client does."""
    headers = {"ftrack-user": user, "ftrack-api-key": key}
    return requests.get(f"{sandbox.server_url}/socket.io/1/", headers=headers, timeout=PATIENCE)


def open_socket(sandbox: Sandbox, session_id: str) -> Any:
    """Open the connection of a session id."""
    url = sandbox.server_url.replace("http", "ws", 1)
    opened: Any = websocket.WebSocket()
    opened.settimeout(PATIENCE)
    try:
        opened.connect(f"{url}/socket.io/1/websocket/{session_id}")
    except websocket.WebSocketException:
        opened.shutdown()  # the package leaves it open
        raise
    return opened


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Return once *condition* holds; fail where it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.005)


Connect = Callable[..., RawClient]
"""Opens a connection, as the administrator or another user."""


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """Give a sandbox that remembers no event and has no connection."""
    wait_until(lambda: shared_sandbox.events.connections == 0, "the connections of the test before are gone")
    shared_sandbox.events.clear()
    shared_sandbox.events.intercept = None
    yield shared_sandbox
    shared_sandbox.events.intercept = None


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Connect]:
    """Give the function that connects; every connection is closed after the test."""
    clients: list[RawClient] = []

    def open_one(user: str = "", key: str = "") -> RawClient:
        clients.append(RawClient(sandbox, user, key))
        return clients[-1]

    yield open_one
    for client in clients:
        client.close()
