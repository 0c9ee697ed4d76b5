"""Owns the choices of enumerators among custom attributes: what one offers, and whether a value is of it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..errors import close_matches, did_you_mean
from . import faults
from .batch import Row

_SHOWN = 8
"""Choices that an error lists."""


def check_choices(configuration: Row, value: object) -> None:
    """Raise Fault where *value*, a text or a list of texts, has what the ``config`` of an enumerator does not offer.

    One whose ``config`` has no list of choices takes any text: cached workspaces often lack it.
    """
    config = _decoded(configuration.get("config"))
    offered = _offered(config)
    if not isinstance(config, Mapping) or offered is None:
        return
    chosen = value if isinstance(value, list) else [value]
    for each in chosen:
        if each not in offered:
            raise _refusal(configuration, f"must be one of {_listed(offered)}{_hint(each, offered)}", value)
    if len(chosen) > 1 and config.get("multiSelect") is False:
        raise _refusal(configuration, "must be one choice, because multiSelect is false", value)


def _offered(config: object) -> list[str] | None:
    data = _decoded(config.get("data")) if isinstance(config, Mapping) else None
    if not isinstance(data, list):
        return None
    return [str(each["value"]) for each in data if isinstance(each, Mapping) and "value" in each]


def _decoded(text: object) -> object:
    """Return the content of a JSON text; what is none, or no text, is given back."""
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _refusal(configuration: Row, expected: str, value: object) -> faults.Fault:
    return faults.validation(
        f'Custom attribute value for "{configuration["key"]}" {expected}. Got {faults.shown(value)}'
    )


def _listed(offered: list[str]) -> str:
    return ", ".join(offered[:_SHOWN]) + (", ..." if len(offered) > _SHOWN else "") if offered else "no choice at all"


def _hint(value: object, offered: list[str]) -> str:
    return did_you_mean(close_matches(value, offered)) if isinstance(value, str) else ""
