"""Puts the event server together: its addresses, its connections, and the events that it publishes itself."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeAlias, TypeVar

import anyio.from_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from ..actions import Service
from ..batch import Change
from ..caller import Caller
from ..faults import Fault
from . import packets
from .connection import Connection, Timing
from .handshake import Handshakes
from .packets import Event, MalformedEventError, Packet
from .router import SUBSCRIBE, UNSUBSCRIBE, Router
from .update import Updates

logger = logging.getLogger(__name__)

HANDSHAKE_PATH = "/socket.io/1/"
CONNECTION_PATH = "/socket.io/1/websocket/{session_id}"

Acknowledgement: TypeAlias = "str | None"
"""What is wrong with an event that a client published, for the client; None where it was routed."""

EventInterceptor: TypeAlias = Callable[[Event, Callable[[], Acknowledgement]], Acknowledgement]
"""Stands between an event of a client and its routing: calls the function for that, or does not. Runs in a thread."""

T = TypeVar("T")

_PATIENCE = 30.0
"""Seconds in which the event loop must come round to a call."""

_HEARTBEAT_FIELD = 15
"""Seconds that the handshake announces; heartbeats come more often."""


class EventServer:
    """The event server of one sandbox."""

    def __init__(self, service: Service, *, timing: Timing | None = None) -> None:
        """Serve the users of *service*, and tell its subscribers of every commit."""
        self.router = Router()
        self.interceptor: Callable[[], EventInterceptor | None] = lambda: None
        """Gives what stands between the events of clients and their routing."""
        self._users = service.users
        self._timing = timing or Timing()
        self._handshakes = Handshakes()
        self._updates = Updates(service.store)
        self._committed: deque[tuple[Sequence[Change], Caller]] = deque()
        self._announcing: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        service.store.after_commit.append(self._notice)

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of the handshake and of connections."""
        return [
            Route(HANDSHAKE_PATH, self._handshake),
            Route(HANDSHAKE_PATH.rstrip("/"), self._handshake),
            WebSocketRoute(CONNECTION_PATH, self._connect),
        ]

    def call(self, function: Callable[[], T]) -> T:
        """Have the thread of the event loop call *function*, and return what it returns; not for that thread itself.

        Raises:
            RuntimeError: the server has stopped.
        """
        if self._loop is None:
            return function()  # nobody has ever connected
        outcome: Future[T] = Future()

        def run() -> None:
            try:
                outcome.set_result(function())
            except Exception as error:
                outcome.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return outcome.result(_PATIENCE)

    async def _handshake(self, request: Request) -> Response:
        """Answer with a session id for who shows a user's name and key, in headers or in the query."""
        name = request.headers.get("ftrack-user") or request.query_params.get("api_user", "")
        key = request.headers.get("ftrack-api-key") or request.query_params.get("api_key", "")
        try:
            user = await run_in_threadpool(self._users.authenticate, name, key)
        except Fault as fault:
            return PlainTextResponse(fault.content, status_code=fault.status)
        close = round(self._timing.silence)
        return PlainTextResponse(f"{self._handshakes.issue(user)}:{_HEARTBEAT_FIELD}:{close}:websocket")

    async def _connect(self, socket: WebSocket) -> None:
        user = self._handshakes.redeem(socket.path_params["session_id"])
        if user is None:
            await socket.close()
            return
        self._loop = asyncio.get_running_loop()
        connection = Connection(socket, user, self._timing)
        self.router.join(connection)
        try:
            await connection.run(self)
        finally:
            self.router.leave(connection)

    async def receive(self, connection: Connection, packet: Packet) -> str | None:
        """Carry out the event of a packet, and return what is wrong with it."""
        try:
            event = packets.decode_event(packet.data)
        except MalformedEventError as error:
            return str(error)
        route = functools.partial(self._route, connection, event)
        intercept = self.interceptor()
        if intercept is None or event["topic"] in (SUBSCRIBE, UNSUBSCRIBE):
            return route()
        return await run_in_threadpool(intercept, event, lambda: anyio.from_thread.run_sync(route))

    def _route(self, connection: Connection, event: dict[str, Any]) -> str | None:
        try:
            self.router.receive(connection, event)
        except MalformedEventError as error:
            return str(error)
        return None

    def _notice(self, changes: Sequence[Change], caller: Caller) -> None:
        """Take note of a committed batch, in the thread of the caller; cost nothing where nobody is connected."""
        if len(self.router) and self._loop is not None:
            self._committed.append((changes, caller))
            with contextlib.suppress(RuntimeError):  # the loop is closed: the server has stopped
                self._loop.call_soon_threadsafe(self._announce)

    def _announce(self) -> None:
        if self._announcing is None or self._announcing.done():
            self._announcing = asyncio.ensure_future(self._announce_all())

    async def _announce_all(self) -> None:
        """Publish an update for each batch, one after the other; threads build them, since that asks the database."""
        while self._committed:
            changes, caller = self._committed.popleft()
            try:
                event = await run_in_threadpool(self._updates.event, changes, caller)
                if event is not None:
                    self.router.publish(event, None)
            except Exception:
                logger.exception("no ftrack.update for a batch of %s", caller.username)
