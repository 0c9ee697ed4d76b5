"""Owns the event that answers another one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from .event import Event
from .expression import quote
from .subscriber import REPLY_TOPIC

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
