"""Owns one connection of a client: what it reads, what waits to be sent, its heartbeats and its end (protocol 7.2).

What waits is bounded. A client that reads so slowly that the bound is reached is disconnected: it learns by that that
it has missed something, connects anew and subscribes again, and no other client ever waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

import attrs
from starlette.websockets import WebSocket, WebSocketDisconnect

from ..users import User
from . import packets
from .packets import Packet
from .subscriptions import Subscriptions

logger = logging.getLogger(__name__)

MAXIMUM_WAITING: Final = 50_000
"""Packets that may wait for a client."""

MAXIMUM_WAITING_SIZE: Final = 64 * 1024 * 1024
"""Characters of them, not counting the first."""

_FAREWELL: Final = 1.0
"""Seconds that the closing of a connection may take."""


@attrs.frozen(kw_only=True)
class Timing:
    """When a connection speaks and when it gives up, in seconds."""

    heartbeat: float = 10.0
    """Between heartbeats; the JavaScript client gives up after 15 without one."""

    silence: float = 60.0
    """Without a packet of the client, which answers heartbeats, until the connection is closed."""

    clock: Callable[[], float] = time.monotonic
    """Tells the time that silence is measured by."""


class Handler(Protocol):
    """Carries out the events of a connection."""

    async def receive(self, connection: Connection, packet: Packet) -> str | None:
        """Carry out the event of a packet, and return what is wrong with it."""
        ...


class Connection:
    """One client that is connected; all of it runs in the thread of the event loop."""

    def __init__(self, socket: WebSocket, user: User, timing: Timing) -> None:
        """Speak over *socket*, for *user*."""
        self.user = user
        self.subscriptions = Subscriptions()
        self._socket = socket
        self._timing = timing
        self._waiting: deque[str] = deque()
        self._size = 0
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()
        self._ending = False
        self._heard = 0.0

    def send(self, packet: str) -> None:
        """Queue a packet; the connection ends instead where too much waits already."""
        if self._ending or self._ended.is_set():
            return
        if len(self._waiting) >= MAXIMUM_WAITING or (self._waiting and self._size + len(packet) > MAXIMUM_WAITING_SIZE):
            logger.warning("a connection of %s reads too slowly: it is closed", self.user.username)
            self.drop()
            return
        self._waiting.append(packet)
        self._size += len(packet)
        self._changed.set()

    def drop(self) -> None:
        """End the connection at once, without a word."""
        self._waiting.clear()
        self._ended.set()

    def dismiss(self) -> None:
        """Send what waits, tell the client that it is disconnected, and end."""
        self.send(packets.DISCONNECTED)
        self._ending = True

    async def run(self, handler: Handler) -> None:
        """Serve the client until either side ends the connection."""
        await self._socket.accept()
        self._heard = self._timing.clock()
        self.send(packets.CONNECTED)
        parts: tuple[Callable[[], Awaitable[object]], ...]
        parts = (lambda: self._read(handler), self._write, self._beat, self._ended.wait)
        tasks = [asyncio.ensure_future(part()) for part in parts]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._ended.set()
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        _report(results)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._socket.close(), _FAREWELL)

    async def _read(self, handler: Handler) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            self._heard = self._timing.clock()
            text = message.get("text")
            packet = packets.parse(text) if isinstance(text, str) else None
            if packet is None:
                logger.debug("%s sent what is no packet", self.user.username)
            elif packet.kind == 0:
                return
            elif packet.kind == 5:
                await self._receive(handler, packet)

    async def _receive(self, handler: Handler, packet: Packet) -> None:
        try:
            problem = await handler.receive(self, packet)
        except Exception as error:  # a defect of ours must not cost the client its connection
            logger.exception("an event of %s failed", self.user.username)
            problem = f"The sandbox failed ({type(error).__name__}); its log has the details."
        if problem is not None:
            logger.debug("an event of %s was refused: %s", self.user.username, problem)
        if packet.id is not None:
            self.send(packets.acknowledgement(packet.id, problem))

    async def _write(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._waiting:
                packet = self._waiting.popleft()
                self._size -= len(packet)
                await self._socket.send_text(packet)
            if self._ending:
                return

    async def _beat(self) -> None:
        while self._timing.clock() - self._heard < self._timing.silence:
            self.send(packets.HEARTBEAT)
            await asyncio.sleep(self._timing.heartbeat)
        logger.info("a connection of %s is silent: it is closed", self.user.username)


def _report(results: Sequence[object]) -> None:
    """Log what ended a connection where it was a mistake of ours."""
    expected = (asyncio.CancelledError, WebSocketDisconnect, OSError)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, expected):
            logger.error("a connection broke", exc_info=result)
