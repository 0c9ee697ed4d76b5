"""Owns the moments of the wire: read from any ISO text, kept as naive UTC text in whole seconds (protocol 3.1)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final

_MOMENT: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII
)


def stored_moment(text: str) -> str | None:
    """Return the stored form of an ISO text, cut to the second; None where it is no date and time.

    A date stands for its midnight, and a text without an offset is UTC.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    *numbers, offset = match.groups()
    try:
        moment = datetime(*(int(number or 0) for number in numbers))  # type: ignore[arg-type] # the pattern has six
        moment -= _offset(offset)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="seconds")


def is_date_only(text: str) -> bool:
    """Return whether an ISO text names a day, not a time of it."""
    return len(text.strip()) == len("2000-01-01")


def day_after(stored: str) -> str:
    """Return the stored form of the moment one day later."""
    try:
        return (datetime.fromisoformat(stored) + timedelta(days=1)).isoformat(timespec="seconds")
    except OverflowError:
        return "9999-12-31T23:59:59"


def now() -> str:
    """Return the stored form of this moment."""
    return datetime.now(timezone.utc).replace(tzinfo=None).isoformat(timespec="seconds")


def _offset(text: str | None) -> timedelta:
    if text is None or text in "Zz":
        return timedelta()
    digits = text[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -size if text[0] == "-" else size
