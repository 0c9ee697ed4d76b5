"""Owns the meaning of packets: events and acknowledgements as JSON (protocol sections 7.2 and 7.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

from ..wire import parser
from .arguments import check_event
from .event import Event, from_wire, to_wire
from .socket_io import Packet, PacketError, acknowledged

_NAME: Final = "ftrack.event"
_parse = parser()


class Answer(NamedTuple):
    """What the server said of a packet: its number, whether it took it, and its message where it did not."""

    number: int
    success: bool
    message: str


def event_json(event: Event) -> bytes:
    """Return *event* as the data of a packet; raise TypeError or ValueError for data that JSON has no form for."""
    message = {"name": _NAME, "args": [to_wire(event)]}
    return json.dumps(message, ensure_ascii=False, allow_nan=False, default=_default).encode("utf-8")


def _default(value: object) -> object:
    if isinstance(value, Event):
        return to_wire(value)
    if hasattr(value, "entity_type"):
        # All that it has would be loaded, and sent to everybody.
        raise TypeError(f"{value!r} in an event: send its id, or what of it is needed")
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, object]", value))
    raise TypeError(f"{value!r} in an event: JSON has no form for {type(value).__name__}")


def event_of(packet: Packet) -> Event:
    """Return the event in *packet*; raise PacketError where there is none."""
    content = _parsed(packet.data)
    if not isinstance(content, dict) or content.get("name") != _NAME:
        raise PacketError("an event of another name")
    arguments = content.get("args")
    if not isinstance(arguments, list) or not arguments or not isinstance(arguments[0], dict):
        raise PacketError("an event without arguments")
    try:
        event = from_wire(cast("dict[str, Any]", arguments[0]))
        check_event(event)
    except TypeError as error:
        raise PacketError(str(error)) from None
    return event


def answer_of(packet: Packet) -> Answer:
    """Return what the server says in *packet*, an acknowledgement; one without arguments says that all is well."""
    number, text = acknowledged(packet.data)
    arguments = _parsed(text) if text else None
    said = arguments[0] if isinstance(arguments, list) and arguments else None
    if not isinstance(said, dict):
        return Answer(number, True, "")
    return Answer(number, said.get("success", True) is not False, str(said.get("message", "")))


def _parsed(text: str) -> Any:
    try:
        return _parse(text.encode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise PacketError(f"no JSON ({type(error).__name__})") from None
