"""Owns how secrets are kept out of what people read: texts that do not show themselves, and addresses in logs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

_LOGGERS: Final = ("urllib3.connectionpool", "urllib3.util.retry")
"""Those that write whole addresses at DEBUG, with the keys and signatures in them."""


class Secret(str):
    """A text like any other, but for its ``repr``: what crash reporters and debuggers show of variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def hidden(value: T) -> T:
    """Return *value*, a text or a mapping with texts, in a form whose ``repr`` does not tell; else as it is."""
    concealed: Any = value
    if isinstance(value, str):
        concealed = Secret(value)
    elif isinstance(value, Mapping):
        concealed = {name: hidden(item) for name, item in value.items()}
    result: T = concealed
    return result


def hidden_address(url: T) -> T:
    """Return *url* in a form whose ``repr`` does not tell, where it holds a user, a password or a query."""
    return hidden(url) if isinstance(url, str) and ("@" in url or "?" in url) else url


def without(secret: str, text: str) -> str:
    """Return *text* with ``***`` wherever it holds *secret*."""
    return text.replace(secret, "***") if secret else text


class _WithoutQueries(logging.Filter):
    """Cuts the query off every address in a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                f"{each.partition('?')[0]}?..." if isinstance(each, str) and "?" in each else each
                for each in record.args
            )
        return True


_FILTER: Final = _WithoutQueries()


def keep_queries_out_of_logs() -> None:
    """Let the loggers of urllib3 write addresses without queries, for these hold keys and signatures."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)  # a second time does nothing


def origin(url: str) -> str:
    """Return scheme and host of *url* alone: its path may hold a token."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.scheme else "another page"
