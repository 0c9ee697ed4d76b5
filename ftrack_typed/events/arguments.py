"""Owns the checks of what a hub is given: what cannot be meant is refused where it is given, not where it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from .event import Event
from .inbox import OVERFLOWS

ON_ERROR: Final = ("raise", "ignore")


def check_settings(
    *,
    mappings: Mapping[str, object],
    seconds: Mapping[str, object],
    attempts: object,
    queue_limit: object,
    overflow: object,
) -> None:
    """Check the arguments of a hub; raise TypeError or ValueError, with the argument's name."""
    for name, mapping in mappings.items():
        if mapping and not isinstance(mapping, Mapping):
            raise TypeError(f"{name} is a mapping of text to text")  # its value may be a secret
    for name, number in seconds.items():
        if number is not None and not _is_above_zero(number):
            raise _refused(name, "a number of seconds above 0, or None", number)
    if attempts is not None and not (isinstance(attempts, int) and attempts >= 0):
        raise _refused("reconnect_attempts", "0 or more, or None for ever", attempts)
    if not isinstance(queue_limit, int) or queue_limit < 1:
        raise _refused("queue_limit", "1 or more", queue_limit)
    if overflow not in OVERFLOWS:
        raise ValueError(f"overflow is {' or '.join(map(repr, OVERFLOWS))}, not {overflow!r}")


def check_duration(name: str, duration: object) -> None:
    """Check how long something waits, in seconds or None for ever; raise TypeError or ValueError."""
    if duration is not None and (not isinstance(duration, int | float) or duration != duration):
        raise _refused(name, "a number of seconds, or None for ever", duration)


def check_metadata(metadata: object) -> None:
    """Check what is said of a subscriber; raise TypeError for what is no dict, or has an id that is no text."""
    if not isinstance(metadata, dict):
        raise TypeError(f'subscriber is a dict that describes it, such as {{"id": "my-listener"}}, not {metadata!r}')
    identifier = cast("dict[str, object]", metadata).get("id", "new")
    if not isinstance(identifier, str) or not identifier:
        raise TypeError(f"the id of a subscriber is a text that is not empty, not {identifier!r}")


def check_published(event: Event, on_reply: object, on_error: object) -> None:
    """Check an event that is to be published, and how; raise TypeError or ValueError."""
    if not isinstance(event, Event):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"publish takes an ftrack_typed.events.Event, not {event!r}")
    check_event(event)
    if on_reply is not None and not callable(on_reply):
        raise TypeError(f"on_reply is called with replies, which {on_reply!r} cannot be")
    if on_error not in ON_ERROR:
        raise ValueError(f"on_error is {' or '.join(map(repr, ON_ERROR))}, not {on_error!r}")


def check_event(event: Event) -> None:
    """Raise TypeError where *event* has no topic, or something has another type than an event's."""
    values = event._values
    for name, kind in _KINDS:
        if not isinstance(values[name], kind):
            raise TypeError(f"the {name} of an event is no {kind.__name__} but {type(values[name]).__name__}")
    if not values["topic"]:
        raise TypeError("an event without a topic")
    if values["target"] and not isinstance(values["target"], str):
        raise TypeError(f"the target of an event is no str but {type(values['target']).__name__}")


_KINDS: Final[tuple[tuple[str, type[Any]], ...]] = (("topic", str), ("id", str), ("source", dict))


def _is_above_zero(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _refused(name: str, wanted: str, value: object) -> Exception:
    kind = ValueError if isinstance(value, int | float) and not isinstance(value, bool) else TypeError
    return kind(f"{name} is {wanted}, not {value!r}")
