"""Owns the event that answers another one, and who waits for such."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any, Final

from .event import Event
from .expression import quote
from .subscriber import REPLY_TOPIC, Callback

_WORD: Final = re.compile(r"[A-Za-z0-9\-_]+")


def reply_to(event: Event, data: Any, source: Mapping[str, Any] | None) -> Event:
    """Return the event that answers *event* with *data*; *source* says who answers (protocol section 7.4)."""
    identifier = str(event["source"].get("id", ""))
    # Not left empty: an Event takes falsy data for none, and False is an answer.
    reply = Event(
        REPLY_TOPIC,
        source=dict(source or {}),
        target=f"id={identifier if _WORD.fullmatch(identifier) else quote(identifier)}",
        in_reply_to_event=event["id"],
    )
    reply["data"] = data
    return reply


class Replies:
    """The callbacks that wait for replies, which may be many to one event. Several threads may use it."""

    def __init__(self, remembered: int) -> None:
        """Know the last *remembered* events that somebody waits for replies to."""
        self._remembered = remembered
        self._callbacks: dict[str, Callback] = {}

    def expect(self, identifier: str, callback: Callback) -> None:
        """Call *callback* with every reply to the event with that *identifier*."""
        self._callbacks[identifier] = callback
        while len(self._callbacks) > self._remembered:
            with contextlib.suppress(StopIteration, KeyError, RuntimeError):
                del self._callbacks[next(iter(self._callbacks))]

    def take(self, reply: Event) -> None:
        """Call who waits for *reply*, if somebody does."""
        callback = self._callbacks.get(reply["in_reply_to_event"] or "")
        if callback is not None:
            callback(reply)
