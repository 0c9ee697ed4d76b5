"""Owns how secrets are kept out of what people read: texts that do not show themselves, and addresses in logs."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

T = TypeVar("T")

_LOGGERS: Final = ("urllib3.connectionpool", "urllib3.util.retry")
"""Those that write whole addresses at DEBUG, with the keys and signatures in them."""


class Secret(str):
    """A text like any other, but for its ``repr``: what crash reporters and debuggers show of variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class SecretBytes(bytes):
    """The same for bytes, given where a text belongs."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "b'***'"


def hidden(value: T) -> T:
    """Return *value*, a text or what holds texts, in a form whose ``repr`` does not tell; else as it is."""
    concealed: Any = value
    if isinstance(value, str):
        concealed = Secret(value)
    elif isinstance(value, bytes):
        concealed = SecretBytes(value)
    elif isinstance(value, Mapping):
        concealed = {name: hidden(item) for name, item in value.items()}
    elif isinstance(value, (list, tuple)):
        concealed = type(value)(map(hidden, cast("Iterable[Any]", value)))
    result: T = concealed
    return result


def hidden_address(url: T) -> T:
    """Return *url* in a form whose ``repr`` does not tell, where it holds a user, a password or a query."""
    return hidden(url) if isinstance(url, str) and ("@" in url or "?" in url) else url


_SHORTEST: Final = 6
"""Letters of a value that is taken to be secret: shorter ones, such as ``true``, are in any text."""


def without(secret: str, text: str, *others: str) -> str:
    """Return *text* with ``***`` wherever it holds *secret*, or one of *others* that is long enough to be one."""
    for each in (secret, *(other for other in others if len(other) >= _SHORTEST)):
        text = text.replace(each, "***") if each else text
    return text


class _WithoutQueries(logging.Filter):
    """Cuts the query off every address in a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                f"{each.partition('?')[0]}?..." if isinstance(each, str) and "?" in each else each
                for each in record.args
            )
        return True


_PLAIN_HEADERS: Final = "upgrade|connection|host|origin|sec-websocket-version|sec-websocket-extensions|date|server"
_HEADER: Final = re.compile(rf"^(?!(?:{_PLAIN_HEADERS}):)([\w-]+): [^\r\n]*", re.IGNORECASE | re.MULTILINE)
_SOCKET_PATH: Final = re.compile(r"(/socket\.io/1/websocket/)[^\s?]+")


class _WithoutHandshakes(logging.Filter):
    """Cuts values of headers, and the id that opens a connection, off the records of a traced WebSocket."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "HTTP/1." in message:
            record.msg, record.args = _HEADER.sub(r"\1: ***", _SOCKET_PATH.sub(r"\1***", message)), ()
        return True


_FILTER: Final = _WithoutQueries()
_HANDSHAKES: Final = _WithoutHandshakes()


def keep_queries_out_of_logs() -> None:
    """Let the loggers of urllib3 write addresses without queries, for these hold keys and signatures."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)  # a second time does nothing


def keep_handshakes_out_of_logs() -> None:
    """Let the logger of websocket-client, which traces where ``websocket.enableTrace`` says so, tell no secret."""
    logging.getLogger("websocket").addFilter(_HANDSHAKES)


def origin(url: str) -> str:
    """Return scheme and host of *url* alone: its path may hold a token."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.scheme else "another page"
