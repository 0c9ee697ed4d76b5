"""Owns what a hub says of itself to whoever watches it."""

from __future__ import annotations

from typing import Literal

import attrs


class Record:
    """What there is to tell of the connections of one hub."""

    def __init__(self) -> None:
        """Start before the first one."""
        self.connections = 0
        """How many were made."""
        self.bad_packets = 0
        """How many frames were passed over because they made no sense."""
        self.last_error: str | None = None
        """Why the last one was lost, or could not be made."""
        self.last_packet: float | None = None
        """When the server last said something, in monotonic seconds."""


@attrs.frozen
class Health:
    """How a hub is; numbers are since it was made, seconds since what they are named after."""

    state: Literal["idle", "connecting", "connected"]
    """Idle where nobody asked for a connection, or where it was given up."""
    connections: int
    """How many connections were made; more than one means that some were lost."""
    last_error: str | None
    """Why the last connection was lost, or could not be made."""
    seconds_since_packet: float | None
    """Since the server last said something, be it a heartbeat; None where it never did."""
    waiting_to_be_sent: int
    unacknowledged: int
    waiting_to_be_handled: int
    handled: int
    dropped: int
    """Events that came in while as many waited to be handled as may."""
    duplicates: int
    """Events that came in again and were passed over."""
    bad_packets: int
    """Frames that made no sense and were passed over."""
    handler_errors: int
    """Errors that callbacks raised."""
    subscribers: int
