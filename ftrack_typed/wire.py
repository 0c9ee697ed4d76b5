"""Owns the step between Python values and the JSON of the wire (protocol section 3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timezone
from typing import Any, Final, cast

ENTITY_TYPE: Final = "__entity_type__"
VALUE_TYPE: Final = "__type__"
_WITHOUT_OFFSET: Final = len("2000-01-01T00:00:00")


def parser() -> Callable[[bytes], Any]:
    """Return the fastest JSON parser at hand: orjson's where it is installed, else the standard one."""
    try:
        import orjson
    except ImportError:
        return json.loads
    return cast("Callable[[bytes], Any]", orjson.loads)


def aware(value: datetime) -> datetime:
    """Return *value* in UTC; a naive one is taken as UTC."""
    return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


def decoded(value: Any) -> Any:
    """Return the Python value of a scalar from the wire: dates become aware datetimes, everything else stays."""
    if type(value) is dict and VALUE_TYPE in value and value[VALUE_TYPE] in ("datetime", "date"):
        text = value.get("value")
        if not isinstance(text, str):
            raise ValueError(f"{value!r} is no date: its value is no text")
        return parsed_datetime(text)
    return value


def parsed_datetime(text: str) -> datetime:
    """Return the datetime that *text* writes in ISO form; without an offset it is UTC (protocol section 3.1).

    Raise ValueError, with the text, where it writes none.
    """
    try:
        if len(text) == _WITHOUT_OFFSET:
            return datetime.fromisoformat(f"{text}+00:00")
        if text[-1:] == "Z":  # Python 3.10 does not read this spelling of the offset.
            return aware(datetime.fromisoformat(f"{text[:-1]}+00:00"))
        return aware(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no date: {error}") from None


def encoded(value: Any) -> Any:
    """Return what a scalar, or any JSON with dates in it, is on the wire.

    Raise ValueError for a datetime that UTC cannot hold.
    """
    if isinstance(value, datetime):
        try:
            return {VALUE_TYPE: "datetime", "value": aware(value).replace(tzinfo=None).isoformat()}
        except OverflowError:
            raise ValueError(f"{value!r} cannot be sent: in UTC its year is none from 1 to 9999") from None
    if isinstance(value, date):
        return {VALUE_TYPE: "datetime", "value": value.isoformat()}
    if isinstance(value, dict):
        return {name: encoded(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encoded(item) for item in value]
    return value


def reference(entity_type: str, key: dict[str, str]) -> dict[str, str]:
    """Return how an entity is pointed at in a request (protocol section 3.3)."""
    return {ENTITY_TYPE: entity_type, **key}
