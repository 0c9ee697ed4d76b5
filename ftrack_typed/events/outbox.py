"""Owns what is published and not yet known to have arrived: in order, and across connections."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from typing import Final, Literal, TypeAlias

from ..errors import EventQueueFullError

DeliveryState: TypeAlias = Literal["waiting", "sent", "acknowledged", "refused", "failed", "unknown"]
"""How the sending of an event goes: it waits for a connection; it was written to one; the server has it; the server
refused it; it cannot be sent; nobody knows, because the hub was disconnected first or too many others followed."""

_OPEN: Final = frozenset({"waiting", "sent"})

MAXIMUM_ATTEMPTS: Final = 10
"""Connections that break before the server has acknowledged a letter, the first on each of them, until it is given up:
what breaks a connection would otherwise keep back for ever what comes after it."""


class Delivery:
    """How the sending of one event goes."""

    __slots__ = ("_changed", "message", "state")

    def __init__(
        self, changed: threading.Condition | None = None, state: DeliveryState = "waiting", message: str = ""
    ) -> None:
        """Start in *state*; *changed* is notified of changes."""
        self._changed = changed
        self.state: DeliveryState = state
        self.message = message
        """What the server said where it refused the event, or why it cannot be sent."""

    @property
    def acknowledged(self) -> bool:
        """Whether the server has the event."""
        return self.state == "acknowledged"

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the fate of the event is known, at most *timeout* seconds; return whether the server has it."""
        if self._changed is not None:
            with self._changed:
                self._changed.wait_for(lambda: self.state not in _OPEN, timeout)
        return self.acknowledged

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.state}>"


class Letter:
    """One event as JSON on its way out; what concerns one connection alone is not repeated on the next."""

    __slots__ = ("broke", "delivery", "number", "repeated", "text", "tried")

    def __init__(self, text: bytes, number: int, delivery: Delivery, repeated: bool) -> None:
        """Send *text* under *number*, which the acknowledgement names."""
        self.text = text
        self.number = number
        self.delivery = delivery
        self.repeated = repeated
        self.tried = False
        """Whether it was given to a connection, so that the server may have it."""
        self.broke = 0
        """How many connections broke, on which it was the first and the server acknowledged nothing but a greeting."""


class Outbox:
    """The letters of one hub. Several threads may use it."""

    def __init__(self, limit: int) -> None:
        """Let up to *limit* letters wait, and as many be on their way."""
        self._limit = limit
        self._changed = threading.Condition()
        self._waiting: deque[Letter] = deque()
        self._sent: dict[int, Letter] = {}
        self._numbers = itertools.count(1)
        self._acknowledged: set[bool] = set()
        """Whether the server has acknowledged letters on this connection: some that are repeated, some that are not."""

    @property
    def waiting(self) -> int:
        """How many wait for a connection."""
        return len(self._waiting)

    @property
    def unacknowledged(self) -> int:
        """How many were sent and not acknowledged."""
        return len(self._sent)

    def put(self, text: bytes) -> Delivery:
        """Add a letter at the end; raise EventQueueFullError where as many wait as may."""
        with self._changed:
            if len(self._waiting) >= self._limit:
                raise EventQueueFullError(f"{self._limit} events wait to be sent already, and no more may")
            letter = Letter(text, next(self._numbers), Delivery(self._changed), repeated=True)
            self._waiting.append(letter)
            return letter.delivery

    def take(self) -> Letter | None:
        """Return the first letter, from now on as one that was sent; None where none waits."""
        with self._changed:
            if not self._waiting:
                return None
            letter = self._waiting.popleft()
            letter.delivery.state = "sent"
            letter.tried = True
            self._sent[letter.number] = letter
            if len(self._sent) > self._limit:
                self._settle(next(iter(self._sent)), "unknown")
            return letter

    def greet(self, text: bytes) -> Letter:
        """Return a letter that goes before all others, as one that was sent."""
        with self._changed:
            letter = Letter(text, next(self._numbers), Delivery(self._changed, "sent"), repeated=False)
            self._sent[letter.number] = letter
            return letter

    def settle(self, number: int, state: DeliveryState, message: str = "") -> Letter | None:
        """Note what the server made of the letter of *number*, and return the letter, if there was one."""
        with self._changed:
            letter = self._settle(number, state, message)
            if letter is not None:
                self._acknowledged.add(letter.repeated)
            return letter

    def _settle(self, number: int, state: DeliveryState, message: str = "") -> Letter | None:
        letter = self._sent.pop(number, None)
        if letter is not None:
            letter.delivery.state = state
            letter.delivery.message = message
            self._changed.notify_all()
        return letter

    def connection_lost(self) -> Letter | None:
        """Let what was sent and not acknowledged wait again, in front, as far as it is repeated.

        Return the letter that is given up instead, if there is one.
        """
        with self._changed:
            given_up = self._given_up()
            for number, letter in list(self._sent.items()):
                if letter.repeated:
                    letter.delivery.state = "waiting"
                else:
                    self._settle(number, "unknown")
            self._waiting.extendleft(reversed(self._sent.values()))
            self._sent.clear()
            self._acknowledged.clear()
            return given_up

    def _given_up(self) -> Letter | None:
        """Return the first letter, if it has broken as many connections as it may, as one that failed."""
        first = next((letter for letter in self._sent.values() if letter.repeated), None)
        if first is None or self._acknowledged != {False}:
            return None
        first.broke += 1
        if first.broke < MAXIMUM_ATTEMPTS:
            return None
        return self._settle(first.number, "failed", f"the connection broke each of {first.broke} times it was sent")

    def clear(self) -> int:
        """Forget all; return how many of them were events that somebody published."""
        with self._changed:
            lost = len(self._waiting) + sum(letter.repeated for letter in self._sent.values())
            for number in list(self._sent):
                self._settle(number, "unknown")
            for letter in self._waiting:
                letter.delivery.state = "unknown" if letter.tried else "failed"
            self._waiting.clear()
            self._changed.notify_all()
            return lost

    def start_anew(self) -> None:
        """Forget all, and whatever thread holds the lock: those of another process, which sends it."""
        self._changed = threading.Condition()
        self._waiting = deque()
        self._sent = {}

    def wait_until_empty(self, timeout: float | None = None) -> bool:
        """Wait until nothing waits and all is acknowledged, at most *timeout* seconds; return whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._sent, timeout)
