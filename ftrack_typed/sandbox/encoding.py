"""Owns stored values as the wire has them (protocol section 3.1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from ..schema import PropertyKind

Encoder: TypeAlias = Callable[[Any], object]
"""Turns a stored value that is not null into that of the wire."""


def _moment(value: Any) -> object:
    return None if value is None else {"__type__": "datetime", "value": value}


def _json(value: Any) -> object:
    return None if value is None else json.loads(value)


ENCODERS: Final[Mapping[PropertyKind, Encoder]] = {
    PropertyKind.DATETIME: _moment,
    PropertyKind.VARIABLE: _json,
    PropertyKind.OBJECT: _json,
}
"""By kind, for those whose stored form is not that of the wire."""


def encode(kind: PropertyKind, value: object) -> object:
    """Return a stored value as the wire has it."""
    encoder = ENCODERS.get(kind)
    return value if encoder is None else encoder(value)
