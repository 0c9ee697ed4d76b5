"""Owns a TCP proxy that misbehaves on purpose, between a hub and a server; it knows nothing of what passes through it.

What it does to a connection follows from a seed and the number of the connection, and is measured in bytes, not in
seconds: how often it strikes does not depend on how fast the machine is.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
import time
from collections import Counter
from typing import Final, Literal, TypeAlias

import attrs

End: TypeAlias = Literal["cut", "reset", "truncated", "lost"]
"""How a connection ends: after a whole chunk, politely or not; in the middle of one; or after what is sent was lost for
a while, though it was taken."""

ENDS: Final[tuple[End, ...]] = ("cut", "reset", "truncated", "lost")

_CHUNK: Final = 4096
_LOST_SECONDS: Final = 0.3
_SHORT_LIVES: Final = 0.15
"""Share of connections that end before anything but a handshake has passed."""


@attrs.frozen
class Fate:
    """What becomes of one connection."""

    life: int
    """Bytes that pass, in both directions together."""
    end: End

    @classmethod
    def of(cls, chance: random.Random) -> Fate:
        """Choose one."""
        short = chance.random() < _SHORT_LIVES
        return cls(chance.randrange(0, 2_000) if short else chance.randrange(50_000, 400_000), chance.choice(ENDS))


class StreamProxy:
    """Passes bytes on to a local port, late, in pieces, and not for long; ``with StreamProxy(...) as proxy``.

    With *faithful* it does so without a fault until `fall_silent` is called.
    """

    def __init__(self, port: int, seed: int, *, faithful: bool = False) -> None:
        """Stand before *port* of this machine."""
        self._server = ("127.0.0.1", port)
        self._seed = seed
        self._faithful = faithful
        self.ends: Counter[End] = Counter()
        """How connections were ended, the short ones too."""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: set[_Passage] = set()
        self._threads: list[threading.Thread] = []
        self._closed = False
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> StreamProxy:
        self.run(threading.Thread(target=self._accept, daemon=True))
        return self

    def __exit__(self, *error: object) -> None:
        self._closed = True
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for passage in list(self._open):
            passage.close()
        for thread in list(self._threads):
            thread.join(10)

    def run(self, thread: threading.Thread) -> None:
        """Start a thread that is waited for at the end."""
        self._threads.append(thread)
        thread.start()

    def fall_silent(self) -> None:
        """Take from now on what comes over the connections that there are, and pass none of it on, nor their end."""
        for passage in list(self._open):
            passage.silent = True

    def _accept(self) -> None:
        for number in range(1_000_000):
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            chance = random.Random(f"{self._seed} {number}")
            fate = None if self._faithful else Fate.of(chance)
            try:
                server = socket.create_connection(self._server, 30)
            except OSError:
                client.close()  # the server is away
                continue
            passage = _Passage(self, client, server, fate, chance)
            self._open.add(passage)
            for source, target in ((client, server), (server, client)):
                self.run(threading.Thread(target=passage.pump, args=(source, target), daemon=True))

    def forget(self, passage: _Passage, end: End | None) -> None:
        """Take note that a connection has ended, and how where the proxy ended it."""
        self._open.discard(passage)
        if end is not None:
            self.ends[end] += 1


class _Passage:
    """One connection through the proxy, which two threads pump, one for each direction."""

    def __init__(
        self, proxy: StreamProxy, client: socket.socket, server: socket.socket, fate: Fate | None, chance: random.Random
    ) -> None:
        self._proxy = proxy
        self._sockets = (client, server)
        self._fate = fate
        self._chance = chance
        self._lock = threading.Lock()
        self._passed = 0
        self._ended = False
        self.silent = False
        for each in self._sockets:
            each.settimeout(None)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def pump(self, source: socket.socket, target: socket.socket) -> None:
        """Pass on what comes from *source* until one side closes, or the time has come."""
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                if self.silent:
                    continue
                if self._fate is None:
                    target.sendall(data)
                elif not self._pass_on(data, source, target, self._fate):
                    return
        if not self.silent:
            self.close()

    def _pass_on(self, data: bytes, source: socket.socket, target: socket.socket, fate: Fate) -> bool:
        """Send *data*, perhaps late and in pieces; return False where the connection was ended instead."""
        with self._lock:
            self._passed += len(data)
            over, late, part = self._passed - fate.life, self._chance.random(), self._chance.randrange(1, len(data) + 1)
        if late < 0.05:
            time.sleep(late / 2)
        if over < 0:
            target.sendall(data[:part])
            target.sendall(data[part:])
            return True
        if fate.end == "truncated":
            target.sendall(data[: len(data) - min(over, len(data) - 1) - 1])
        elif fate.end != "lost":
            target.sendall(data)
        else:
            source.settimeout(_LOST_SECONDS)
            with contextlib.suppress(OSError):
                while source.recv(_CHUNK):
                    pass
        self.close(fate.end)
        return False

    def close(self, end: End | None = None) -> None:
        """End both sides, so that the threads and whoever is connected learn of it."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
        self._proxy.forget(self, end)
        for each in self._sockets:
            with contextlib.suppress(OSError):
                if end == "reset":
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # With SHUT_RD the threads let go, and nothing is sent before the reset that closing then sends.
                each.shutdown(socket.SHUT_RD if end == "reset" else socket.SHUT_RDWR)
            each.close()
