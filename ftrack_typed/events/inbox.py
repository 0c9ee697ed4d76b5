"""Owns what has come in and is not yet handled: events in order, as many as may wait, each of them once."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Final, Literal, TypeAlias, get_args

from .event import Event

Overflow: TypeAlias = Literal["drop_oldest", "drop_newest"]
"""Which event is lost where more come in than are handled, and as many wait as may."""

OVERFLOWS: Final = get_args(Overflow)

_POLL: Final = 1.0
"""Seconds after which a wait looks up, so that Ctrl-C ends it where the system does not interrupt locks."""


class Inbox:
    """The events of one hub that wait for a handler. One thread puts them in, others take them out."""

    def __init__(self, limit: int, overflow: Overflow, remembered: int) -> None:
        """Let up to *limit* events wait, and know the last *remembered* ones by their identifiers."""
        self._limit = limit
        self._overflow: Overflow = overflow
        self._remembered = remembered
        self._seen: dict[str, None] = {}
        self._events: deque[Event] = deque()
        self._changed = threading.Condition()
        self._open = False
        self.dropped = 0
        """How many were lost because as many waited as may."""
        self.duplicates = 0
        """How many came in again and were passed over."""

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: Event) -> bool:
        """Add *event*, unless it came before; return whether one was lost for want of space."""
        with self._changed:
            if event["id"] in self._seen:
                self.duplicates += 1
                return False
            self._remember(event["id"])
            full = len(self._events) >= self._limit
            if full:
                self.dropped += 1
                if self._overflow == "drop_newest":
                    return True
                self._events.popleft()
            self._events.append(event)
            self._changed.notify()
            return full

    def _remember(self, identifier: str) -> None:
        self._seen[identifier] = None
        if len(self._seen) > self._remembered:
            del self._seen[next(iter(self._seen))]

    def put_own(self, event: Event) -> None:
        """Add *event*, one that the hub itself made, whatever waits."""
        with self._changed:
            if len(self._events) >= self._limit:
                self._events.popleft()
                self.dropped += 1
            self._events.append(event)
            self._changed.notify()

    def open(self) -> None:
        """Let `take` wait for events that come."""
        self._open = True

    def close(self) -> None:
        """Let nobody wait any more; what is in can still be taken."""
        with self._changed:
            self._open = False
            self._changed.notify_all()

    def start_anew(self) -> None:
        """Forget all, and whatever thread holds the lock: those of another process, which handles it."""
        self._changed = threading.Condition()
        self._events = deque()
        self._open = False

    def take(self, deadline: float | None) -> Event | None:
        """Return the next event; None where there is none by *deadline*, in monotonic seconds, or after `close`."""
        with self._changed:
            while not self._events:
                left = _POLL if deadline is None else min(_POLL, deadline - time.monotonic())
                if not self._open or left <= 0:
                    return None
                self._changed.wait(left)
            return self._events.popleft()
