"""Tests that a port which a test holds is for the test's own server alone."""

from __future__ import annotations

import socket
import sys

import pytest

from tests.ports import held_port


def connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=60).close()


def test_server_that_is_told_of_the_port_can_come_go_and_come_back() -> None:
    with held_port() as port:
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                connect(port)
            with socket.create_server(("127.0.0.1", port)):
                connect(port)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port that is bound cannot be bound once more")
def test_port_is_given_to_nobody_else() -> None:
    with held_port() as port, socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))  # without SO_REUSEADDR, as where any port is asked for
