"""Owns the packets of the event server's connections: what clients send, and the few that they bear (protocol 7.2).

A client ends on a packet that it does not expect, and says nothing; so these functions make every packet that is sent:
connected, heartbeat, event, acknowledgement and disconnect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import attrs

Event: TypeAlias = Mapping[str, Any]
"""An event as the wire has it (protocol section 7.3)."""

MAXIMUM_PACKET: Final = 16 * 1024 * 1024
"""Characters of a packet that is read; a longer one is refused."""

CONNECTED: Final = "1::"
HEARTBEAT: Final = "2::"
DISCONNECTED: Final = "0::"

_PACKET: Final = re.compile(
    r"(?P<kind>[0-8])(?::(?P<id>[0-9]{1,18})?\+?:(?P<path>[^:]*)(?::(?P<data>.*))?)?", re.DOTALL
)
_NAME: Final = "ftrack.event"


class MalformedEventError(Exception):
    """What a packet holds is no event; the message is for the client."""


@attrs.frozen
class Packet:
    """One packet of a client."""

    kind: int
    id: str | None
    """Digits that the acknowledgement names; None where none is asked for."""

    data: str


def parse(text: str) -> Packet | None:
    """Return the packet of a frame's *text*, or None where it is none."""
    found = _PACKET.fullmatch(text)
    return None if found is None else Packet(int(found["kind"]), found["id"], found["data"] or "")


def decode_event(data: str) -> dict[str, Any]:
    """Return the event in the data of a packet.

    Raises:
        MalformedEventError: it is no JSON, or no ``ftrack.event`` with one event as its argument.
    """
    if len(data) > MAXIMUM_PACKET:
        raise MalformedEventError(f"The packet has more than {MAXIMUM_PACKET} characters.")
    decoded = _decoded(data)
    if not isinstance(decoded, dict) or decoded.get("name") != _NAME:
        raise MalformedEventError(f'The data of an event must be an object with the name "{_NAME}".')
    arguments = decoded.get("args")
    if not isinstance(arguments, list) or len(arguments) != 1 or not isinstance(arguments[0], dict):
        raise MalformedEventError("The args of an event must be an array of one object.")
    event: dict[str, Any] = arguments[0]
    check(event)
    return event


def _decoded(data: str) -> object:
    try:
        decoded = json.loads(data, parse_constant=_refuse_constant)
        if r"\ud" in data.lower():
            json.dumps(decoded, ensure_ascii=False).encode()  # half a pair of surrogates is no text
    except RecursionError:
        raise MalformedEventError("The event is nested too deeply.") from None
    except ValueError as error:
        raise MalformedEventError(f"The data of the packet is not JSON: {error}.") from None
    return decoded


def check(event: Event) -> None:
    """Raise MalformedEventError unless *event* has a topic, and a target and a source that can be read."""
    topic, target, source = event.get("topic"), event.get("target"), event.get("source")
    if not isinstance(topic, str) or not topic:
        raise MalformedEventError("An event must have a topic, as a string.")
    if target is not None and not isinstance(target, str):
        raise MalformedEventError("The target of an event must be a string.")
    if source is not None and not isinstance(source, dict):
        raise MalformedEventError("The source of an event must be an object.")


def encode_event(event: Event) -> str:
    """Return the packet that carries *event*.

    Without an id and with an empty path, which is the one form that the JavaScript client reads.

    Raises:
        MalformedEventError: the event has a value that JSON lacks.
    """
    try:
        content = json.dumps({"name": _NAME, "args": [event]}, separators=(",", ":"), allow_nan=False)
    except RecursionError:
        raise MalformedEventError("The event is nested too deeply.") from None
    except (TypeError, ValueError) as error:
        raise MalformedEventError(f"The event cannot be sent as JSON: {error}.") from None
    return f"5:::{content}"


def acknowledgement(packet_id: str, problem: str | None = None) -> str:
    """Return the packet that acknowledges another, with *problem* where it was refused.

    Always with exactly one argument: without it the Python client's reader ends.
    """
    answer: dict[str, object] = {"success": True} if problem is None else {"success": False, "message": problem}
    return f"6:::{packet_id}+[{json.dumps(answer)}]"


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")
