"""Owns the dates of old code: arrow objects and plain dates are taken where a datetime is, and given when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timezone
from typing import Any, cast


def taken(value: Any) -> Any:
    """Return *value*, an arrow object or a date as the datetime that it stands for; a date begins at midnight UTC."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), timezone.utc)
    held = getattr(type(value), "datetime", None)
    if held is not None and type(value).__module__.partition(".")[0] == "arrow":
        return value.datetime
    return value


def taken_deep(value: Any) -> Any:
    """Return *value* with every date that is directly in it as a datetime: those of a mapping, or of a list."""
    if type(value) is list:
        return [taken(item) for item in value]
    if isinstance(value, dict):
        return {name: taken(item) for name, item in cast("Mapping[Any, Any]", value).items()}
    return taken(value)


def taken_everywhere(value: Any) -> Any:
    """Return *value*, operations of a call, with every date anywhere in it as a datetime."""
    if type(value) is list:
        return [taken_everywhere(item) for item in value]
    if type(value) is dict:
        return {name: taken_everywhere(item) for name, item in value.items()}
    return taken(value)


def given(value: Any) -> Any:
    """Return *value*, a datetime as an arrow object."""
    if type(value) is not datetime:
        return value
    import arrow

    return arrow.Arrow.fromdatetime(value)
