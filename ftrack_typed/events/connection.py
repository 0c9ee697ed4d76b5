"""Owns the life of a hub's connection: the thread that reads from it, and that makes the next one when it is lost."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, cast

from .health import Record
from .outbox import Letter, Outbox
from .socket_io import Code, Connection, Endpoint, Packet, PacketError, SocketError, decode, encode

_LOGGER: Final = logging.getLogger(__name__)

FIRST_DELAY: Final = 0.25
LONGEST_DELAY: Final = 30.0
STABLE: Final = 5.0
"""Seconds that a connection stands before the next failure counts as the first one again, though nothing came of it."""

_JOIN: Final = 4.0
_FAREWELL: Final = 0.5
"""Seconds that a connection is given to say that it ends."""


def delays() -> Iterator[float]:
    """Yield the seconds to wait before each attempt: twice as long each time, and never the same for two clients."""
    longest = FIRST_DELAY
    while True:
        yield random.uniform(longest / 2, longest)
        longest = min(longest * 2, LONGEST_DELAY)


class Link:
    """Keeps a connection to one endpoint.

    *greeting* gives what is sent first on each connection, *received* gets every packet that is not the connection's
    own affair, and returns whether that shows that the server does its work; ``changed`` is told when a connection
    stands (True) and when there will be no further one (False). All three are called in the thread that connects and
    reads. That thread sends nothing but greetings and heartbeats: who waits for space to send must not be the one who
    reads the acknowledgements.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        outbox: Outbox,
        *,
        greeting: Callable[[], Iterable[Letter]],
        received: Callable[[Packet], bool],
        attempts: int | None,
        record: Record,
    ) -> None:
        """Do nothing before `connect` or `start`; give up after *attempts* without success, or never."""
        self._endpoint = endpoint
        self._outbox = outbox
        self._greeting = greeting
        self._received = received
        self.changed: Callable[[bool], None] = lambda connected: None
        self._attempts = attempts
        self._record = record
        self._sending = threading.Lock()
        self._connection: Connection | None = None
        self._reading: Connection | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._worked = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._connection is not None

    @property
    def running(self) -> bool:
        """Whether there is a thread that reads or connects."""
        return self._thread is not None and self._thread.is_alive()

    def connect(self) -> None:
        """Connect, and read from then on in a thread; raise SocketError where that fails."""
        try:
            self._open()
        except BaseException as error:
            self._stopping.set()
            self._lost(error)
            raise
        self.start()
        self.flush()

    def start(self) -> None:
        """Connect, unless that is done, read and reconnect, all in a thread."""
        self._thread = threading.Thread(target=self._run, name="ftrack-event-hub", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the connection and the thread."""
        self._stopping.set()
        connection = self._reading
        if connection is not None:
            if self._sending.acquire(timeout=_FAREWELL):
                try:
                    connection.say_goodbye(_FAREWELL)
                finally:
                    self._sending.release()
            connection.abort()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_JOIN)

    def flush(self) -> bool:
        """Send what waits, in order, where there is a connection; return whether there is one."""
        while self._connection is not None and self._outbox.waiting:
            with self._sending:
                connection = self._connection
                if connection is None:
                    break
                self._send_waiting(connection)
        return self._connection is not None

    def _send_waiting(self, connection: Connection) -> None:
        while (letter := self._outbox.take()) is not None:
            if not self._send(connection, letter):
                return

    def send_now(self, text: Callable[[], bytes | None]) -> None:
        """Send what *text* returns, unless that is None, where there is a connection; it is not repeated on the next.

        *text* is never called while the greeting of a connection is being made and sent.
        """
        with self._sending:
            connection = self._connection
            if connection is not None and (told := text()) is not None:
                self._send(connection, self._outbox.greet(told))

    def _send(self, connection: Connection, letter: Letter) -> bool:
        try:
            connection.send(_frame(letter))
        except BaseException as error:
            # Whoever reads finds out as well, lets the letter wait again, and connects anew; also where Ctrl-C leaves
            # half a frame behind.
            self._connection = None
            connection.abort()
            if not isinstance(error, SocketError):
                raise
            return False
        return True

    def _open(self) -> None:
        connection = self._endpoint.open()
        with self._sending:
            self._reading = connection
            if self._stopping.is_set():
                raise SocketError("the hub was disconnected meanwhile")
            for letter in self._greeting():
                connection.send(_frame(letter))
            self._connection = connection
        self._record.connections += 1
        self._record.last_packet = time.monotonic()
        self.changed(True)

    def _send_backlog(self) -> None:
        """Send what waits in a thread of its own, which ends with the connection."""
        if not self._outbox.waiting:
            return
        try:
            threading.Thread(target=self.flush, name="ftrack-event-hub-backlog", daemon=True).start()
        except RuntimeError:
            self.flush()  # the interpreter ends and makes no more threads, which it tells as early as this in 3.12

    def _run(self) -> None:
        """Read until told to stop; whatever goes wrong leads to the next connection."""
        waits, failures = delays(), 0
        while not self._stopping.is_set():
            since, self._worked = time.monotonic(), False
            try:
                if self._reading is None:
                    self._open()
                    since = time.monotonic()
                    self._send_backlog()
                self._read(cast("Connection", self._reading))
            except Exception as error:
                stood = self._reading is not None and time.monotonic() - since > STABLE
                self._lost(error)
                if stood or self._worked:
                    waits, failures = delays(), 0
            failures += 1
            if self._attempts is not None and failures > self._attempts:
                _LOGGER.error("The event hub gives up: no connection to %s in %d attempts.", self._where, failures - 1)
                break
            self._stopping.wait(next(waits))
        self._let_go()
        self.changed(False)

    @property
    def _where(self) -> str:
        return self._endpoint.url

    def _lost(self, error: BaseException) -> None:
        self._let_go()
        if self._stopping.is_set():
            return
        self._record.last_error = str(error) or type(error).__name__
        known = isinstance(error, SocketError)
        _LOGGER.warning(
            "The event hub has no connection to %s: %s. It tries again.", self._where, self._record.last_error,
            exc_info=None if known else error,
        )  # fmt: skip

    def _let_go(self) -> None:
        if self._reading is not None:
            self._reading.abort()  # lets go of who is held up while sending, and has the lock
        with self._sending:
            connection, self._connection, self._reading = self._reading, None, None
            if connection is None:
                return
            connection.close()
            given_up = self._outbox.connection_lost()
        if given_up is not None:
            _LOGGER.error(
                "An event of %d bytes is not sent: %s. It begins with %r.",
                len(given_up.text), given_up.delivery.message, given_up.text[:200],
            )  # fmt: skip

    def _read(self, connection: Connection) -> None:
        while not self._stopping.is_set():
            frame = connection.receive()
            self._record.last_packet = time.monotonic()
            try:
                packet = decode(frame)
                if packet.code is Code.DISCONNECT:
                    raise SocketError("the server ended the connection")
                if packet.code is Code.HEARTBEAT:
                    connection.send(encode(Code.HEARTBEAT))
                elif self._received(packet):
                    self._worked = True
            except SocketError:
                raise
            except Exception as error:
                self._passed_over(frame, error)

    def _passed_over(self, frame: bytes, error: Exception) -> None:
        self._record.bad_packets += 1
        known = isinstance(error, PacketError)
        with contextlib.suppress(Exception):
            _LOGGER.warning(
                "A frame of %d bytes is passed over: %s (%r...)", len(frame), error, frame[:60],
                exc_info=None if known else error,
            )  # fmt: skip


def _frame(letter: Letter) -> bytes:
    return encode(Code.EVENT, f"{letter.number}+", letter.text)
