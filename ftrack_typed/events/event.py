"""Owns `Event`: what is published, and what a handler is given."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, overload

if TYPE_CHECKING:
    from .outbox import Delivery

_KEYS: Final = ("topic", "id", "data", "sent", "source", "target", "in_reply_to_event")
_REPLY_KEY: Final = "inReplyToEvent"


class Event(MutableMapping[str, Any]):
    """Something that happened: a mapping with exactly seven keys (session.md section 21, protocol section 7.3).

    ``topic`` says what happened, ``data`` the details, ``source`` who published it; ``target`` is an expression on the
    metadata of subscribers, empty for all; ``in_reply_to_event`` is the id of the event that this one answers.
    """

    __slots__ = ("__weakref__", "_delivery", "_stopped", "_values")

    def __init__(
        self,
        topic: str,
        id: str | None = None,
        data: Any = None,
        sent: str | None = None,
        source: dict[str, Any] | None = None,
        target: str = "",
        in_reply_to_event: str | None = None,
    ) -> None:
        """Make an event; without *id* it gets a new one, and without *data* and *source* an empty mapping for each."""
        self._values: Final[dict[str, Any]] = {
            "id": id or uuid.uuid4().hex,
            "data": data or {},
            "topic": topic,
            "sent": sent,
            "source": source or {},
            "target": target,
            "in_reply_to_event": in_reply_to_event,
        }
        self._stopped = False
        self._delivery: Delivery | None = None

    def stop(self) -> None:
        """Keep the event from the subscribers that come after the one that handles it now."""
        self._stopped = True

    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, key: Literal["topic", "id", "target"], /) -> str: ...
        @overload
        def __getitem__(self, key: Literal["sent", "in_reply_to_event"], /) -> str | None: ...
        @overload
        def __getitem__(self, key: Literal["source"], /) -> dict[str, Any]: ...
        @overload
        def __getitem__(self, key: str, /) -> Any: ...

    def __getitem__(self, key: str, /) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any, /) -> None:
        if key not in self._values:
            raise KeyError(f"an event has no {key!r}; it has {', '.join(_KEYS)}")
        self._values[key] = value

    def __delitem__(self, key: str, /) -> NoReturn:
        raise TypeError(f"{key!r} cannot be deleted: an event has always {', '.join(_KEYS)}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __str__(self) -> str:
        return f"<{type(self).__name__} {self._values}>"

    __repr__ = __str__


def complete_source(event: Event, identifier: str, username: str) -> None:
    """Fill in what *event* does not say of who publishes it: the hub's *identifier*, the user, and the machine."""
    source = event["source"]
    source.setdefault("id", identifier)
    user = source.setdefault("user", {})
    if isinstance(user, dict):
        user.setdefault("username", username)
    if "host" not in source:
        source["host"] = _host()


@functools.cache
def _host() -> str:
    import platform

    return platform.node()


def to_wire(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return *event* with the keys that the wire has (protocol section 7.3)."""
    wire = dict(event)
    wire[_REPLY_KEY] = wire.pop("in_reply_to_event", None)
    return wire


def from_wire(wire: Mapping[str, Any]) -> Event:
    """Return the event that *wire*, a JSON object, holds, unchecked; keys that no event has are passed over."""
    event = Event(
        wire.get("topic") or "",
        id=wire.get("id"),
        data=wire.get("data"),
        sent=wire.get("sent"),
        source=wire.get("source"),
        target=wire.get("target") or "",
        in_reply_to_event=wire.get(_REPLY_KEY),
    )
    if wire.get("data") is not None:
        event._values["data"] = wire["data"]  # an empty list or False is data too
    return event
