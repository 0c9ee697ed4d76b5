"""Owns ports that a test names before anybody listens there, or after: no other process is given one meanwhile."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Generator


@contextlib.contextmanager
def held_port() -> Generator[int]:
    """Give a port of 127.0.0.1 where connections are refused until a server that is told of the port listens there.

    It is bound, so that the system gives it to nobody who asks for any port, but nobody listens. Linux lets a server
    that sets SO_REUSEADDR, as all do, bind it beside that. Elsewhere the port is free, as it was found.
    """
    with socket.socket() as holding:
        holding.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holding.bind(("127.0.0.1", 0))
        port = holding.getsockname()[1]
        if sys.platform != "linux":
            holding.close()
        yield port
