"""Owns the way from a value in ``ftrack.update`` to one in Python (protocol section 7.7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..wire import decoded, parsed_datetime

_FALSE: Final = frozenset({"", "0", "false", "no"})


def decoded_value(value_type: str, value: Any) -> Any:
    """Return *value* as the type named *value_type*, ``str`` or ``datetime`` say; a type that has no form of its own
    there, and None, are returned as they came.

    Raise ValueError where *value* is none of that type.
    """
    read = _READERS.get(value_type)
    if value is None or read is None:
        return decoded(value)
    try:
        return read(value)
    except (TypeError, ValueError, KeyError) as error:
        raise ValueError(f"{value!r} in an update is no {value_type}") from error


def _boolean(value: Any) -> bool:
    return value.strip().lower() not in _FALSE if isinstance(value, str) else bool(value)


def _datetime(value: Any) -> Any:
    return parsed_datetime(value["value"] if isinstance(value, Mapping) else value)


def _choices(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [str(part) for part in value]


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "str": str,
    "float": float,
    "int": int,
    "bool": _boolean,
    "datetime": _datetime,
    "choices": _choices,
}
"""How the event has values: custom attributes are text there whatever their type, several choices a list in one."""

CUSTOM_VALUE_TYPES: Final[Mapping[str, str]] = {
    "text": "str",
    "url": "str",
    "number": "float",
    "boolean": "bool",
    "date": "datetime",
    "enumerator": "choices",
    "dynamic enumerator": "choices",
}
"""Type of value by type of custom attribute, as generated classes have it; others are given as the event has them."""
