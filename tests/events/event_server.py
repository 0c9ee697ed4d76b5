"""Owns a small Socket.IO 0.9 server that does what a test says, right or wrong; the sandbox is the well-behaved one."""

from __future__ import annotations

import contextlib
import http
import json
import logging
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from tests.ports import held_port

PATIENCE = 60.0
"""Seconds that something may take on a busy machine; nothing that goes well waits for them."""

Frame = str | bytes


class EventServer:
    """A server whose words are given by the test; it acknowledges events unless told otherwise."""

    def __init__(self) -> None:
        self.handshake = "id1:15:600:websocket"  # no test is so slow that silence ends a connection
        self.handshake_status = 200
        self.acknowledges = True
        self.heed: Callable[[ServerConnection, str], object] = lambda connection, message: None
        """Called with what a client sent before it is acknowledged."""
        self.requests: list[Request] = []
        self.received: list[str] = []
        """What clients sent, over all connections."""
        self.connections: list[ServerConnection] = []
        self._accepted: list[ServerConnection] = []
        """All of them, known before the client can take itself for connected."""
        self.changed = threading.Condition()
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._reservation = contextlib.ExitStack()
        self.port = self._reservation.enter_context(held_port())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> EventServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._reservation:
            self.stop()

    def start(self) -> None:
        """Listen, on the same port as before."""
        logger = logging.getLogger("tests.event_server")
        logger.setLevel(logging.CRITICAL)
        self._server = serve(
            self._serve,
            "127.0.0.1",
            self.port,
            process_request=self._answer,
            max_size=None,
            open_timeout=PATIENCE,
            close_timeout=0.1,
            logger=logger,
        )
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and drop all clients."""
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self.drop()
        self._thread.join()

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        if request.path.startswith("/socket.io/1/websocket/"):
            self._accepted.append(connection)
            return None
        return connection.respond(http.HTTPStatus(self.handshake_status), self.handshake)

    def _serve(self, connection: ServerConnection) -> None:
        with self.changed:
            self.connections.append(connection)
            self.changed.notify_all()
        try:
            connection.send("1::")
            for message in connection:
                assert isinstance(message, str)
                self._take(connection, message)
        except ConnectionClosed:
            pass

    def _take(self, connection: ServerConnection, message: str) -> None:
        code, number, _, _ = message.split(":", 3)
        self.heed(connection, message)
        acknowledges = code == "5" and self.acknowledges
        with self.changed:
            self.received.append(message)  # before the client can know that it has arrived
            self.changed.notify_all()
        if acknowledges:
            connection.send(f'6:::{number}[{{"success":true}}]')

    def send(self, *frames: Frame, text: bool | None = None) -> None:
        """Send frames to the client that connected last; bytes as text where *text* says so."""
        self.await_(lambda: self.connections)
        for frame in frames:
            self.connections[-1].send(frame, text=text)

    def send_event(self, topic: str, **values: Any) -> None:
        self.send(event_frame(topic, **values))

    def drop(self) -> None:
        """Break all connections without a word."""
        for connection in tuple(self._accepted):  # without those that come in place of these meanwhile
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)

    def await_(self, condition: Callable[[], object]) -> None:
        """Wait until *condition*, which is tried with each thing that happens here, holds."""
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE), self.received

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events that clients sent."""
        return [json.loads(frame.split(":", 3)[3])["args"][0] for frame in self.received if frame.startswith("5:")]

    def topics(self) -> list[str]:
        return [event["topic"] for event in self.events]


def event_frame(topic: str, **values: Any) -> str:
    """Return the packet of an event."""
    return "5:::" + json.dumps({"name": "ftrack.event", "args": [{"topic": topic, **values}]})


def eventually(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until *condition* holds, which nobody tells of."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.002)
