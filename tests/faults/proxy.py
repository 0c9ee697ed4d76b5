"""Owns a TCP proxy that misbehaves on purpose, between a session and a server.

It understands as much of HTTP as it needs to know where a request and an answer end. What it does to a request says
its `Fault`; `FaultProxy.faults` gives one for each, in order.
"""

from __future__ import annotations

import contextlib
import enum
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

_DELAY: Final = 0.02
"""Seconds that a late request or answer takes longer."""

_PATIENCE: Final = 300.0
"""Seconds that a server may take for its answer, on a busy machine."""


class Fault(enum.Enum):
    """What happens to one request."""

    NONE = "none"
    REFUSED = "the connection is cut at once"
    LATE = "request and answer are late"
    LOST_REQUEST = "half of the request reaches the server, then both sides are cut"
    LOST_ANSWER = "the server does it, and the connection is cut before the answer"
    CUT_ANSWER = "half of the answer arrives, and the connection is cut"
    CLEAN_CUT = "half of the body arrives, as if that were all of it"
    TWICE = "the request reaches the server twice, and the first answer arrives"
    TWICE_LAST = "the request reaches the server twice, and the second answer arrives"
    BUSY = "the server does it, and the proxy says 503"


Decide = Callable[[bytes], Fault]
"""Says what happens to a request, of which it gets the body."""


class FaultProxy:
    """Passes requests on to a server, and does to each what it is told; ``with FaultProxy(...) as proxy``."""

    def __init__(self, server_url: str, decide: Decide) -> None:
        """Stand before *server_url*; each connection is served by a thread of its own."""
        host, _, port = server_url.removeprefix("http://").partition(":")
        self._server = (host, int(port))
        self.decide = decide
        self.counts: Counter[Fault] = Counter()
        """How often what was done."""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._counting = threading.Lock()
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> FaultProxy:
        self._start(self._accept)
        return self

    def __exit__(self, *error: object) -> None:
        self._closed = True
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in list(self._open):
            _cut(connection)
        for thread in list(self._threads):
            thread.join(10)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._start(lambda client=client: self._serve(client))  # type: ignore[misc]

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        try:
            with client, client.makefile("rb") as reading:
                while (request := _message(reading)) is not None and self._handle(client, *request):
                    pass
        except OSError:
            pass  # either side is gone, which is what this is about
        finally:
            self._open.discard(client)

    def _handle(self, client: socket.socket, head: bytes, body: bytes) -> bool:
        """Do to one request what is decided; return whether the connection lives on."""
        fault = self.decide(body)
        with self._counting:
            self.counts[fault] += 1
        if fault is Fault.REFUSED:
            return _cut(client)
        if fault is Fault.LOST_REQUEST:
            self._send_half(head + body)
            return _cut(client)
        if fault is Fault.LATE:
            time.sleep(_DELAY)
        answers = [self._answer(head + body) for _ in range(2 if fault in (Fault.TWICE, Fault.TWICE_LAST) else 1)]
        return self._pass_on(client, fault, *answers[-1 if fault is Fault.TWICE_LAST else 0])

    def _pass_on(self, client: socket.socket, fault: Fault, head: bytes, body: bytes) -> bool:
        if fault is Fault.LATE:
            time.sleep(_DELAY)
        if fault is Fault.LOST_ANSWER:
            return _cut(client)
        if fault is Fault.BUSY:
            head, body = _head(b"503 Busy", b"text/plain", 4), b"busy"
        if fault is Fault.CUT_ANSWER:
            client.sendall(head + body[: len(body) // 2])
            return _cut(client)
        if fault is Fault.CLEAN_CUT:
            body = body[: len(body) // 2]
            head = _head(b"200 OK", b"application/json", len(body))
        client.sendall(head + body)
        return True

    def _answer(self, request: bytes) -> tuple[bytes, bytes]:
        with socket.create_connection(self._server, _PATIENCE) as server, server.makefile("rb") as reading:
            server.sendall(request)
            answer = _message(reading)
            if answer is None:
                raise ConnectionError("the server gave no answer")
            return answer

    def _send_half(self, request: bytes) -> None:
        with socket.create_connection(self._server, _PATIENCE) as server:
            server.sendall(request[: -max(1, len(request) // 4)])


def _head(status: bytes, content_type: bytes, length: int) -> bytes:
    return b"HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n" % (status, content_type, length)


def _message(reading: object) -> tuple[bytes, bytes] | None:
    """Return head and body of the next request or answer, which tells its length; None at the end."""
    lines: list[bytes] = []
    for line in _lines(reading):
        lines.append(line)
        if line == b"\r\n":
            break
    else:
        return None
    lengths = [int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")]
    length = lengths[0] if lengths else 0
    body: bytes = reading.read(length)  # type: ignore[attr-defined]
    return None if len(body) < length else (b"".join(lines), body)


def _lines(reading: object) -> Iterator[bytes]:
    while line := reading.readline():  # type: ignore[attr-defined]
        yield line


def _cut(connection: socket.socket) -> bool:
    """Break the connection off, so that the other side learns it at once."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
    return False
