"""Owns what one connection has subscribed to, and whether an event is for it (protocol sections 7.4 to 7.6)."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from ...errors import ExpressionSyntaxError
from ...events.expression import Expression, parse, starts_with
from .packets import Event, MalformedEventError

MAXIMUM_EXPRESSION: Final = 10_000
"""Characters of an expression; more are none of a person, and every event would pay for them."""

MAXIMUM_SUBSCRIBERS: Final = 10_000
"""Subscribers of one connection."""


@attrs.frozen
class Subscriber:
    """One subscriber of a connection."""

    metadata: Mapping[str, Any]
    """What targets are matched with: what the client sent, and who and what it is."""

    subscription: str
    expression: Expression = attrs.field(repr=False)


class Subscriptions:
    """The subscribers of one connection, by their ids."""

    def __init__(self) -> None:
        """Start with none."""
        self._subscribers: dict[str, Subscriber] = {}

    def __iter__(self) -> Iterator[Subscriber]:
        return iter(tuple(self._subscribers.values()))

    def __len__(self) -> int:
        return len(self._subscribers)

    def add(self, data: object, identity: Mapping[str, Any]) -> None:
        """Add the subscriber of a subscribe event's *data*, or replace the one with its id.

        *identity* is what the server knows of the client; it stands where the subscriber says nothing of its own.

        Raises:
            MalformedEventError: the data is not complete, or the subscription is no expression.
        """
        metadata = _subscriber(data)
        subscription = data.get("subscription") if isinstance(data, dict) else None
        if not isinstance(subscription, str):
            raise MalformedEventError("A subscribe event must have data.subscription, as a string.")
        if len(self._subscribers) >= MAXIMUM_SUBSCRIBERS and metadata["id"] not in self._subscribers:
            raise MalformedEventError(f"A connection may have {MAXIMUM_SUBSCRIBERS} subscribers.")
        expression = expression_of(subscription)
        self._subscribers[metadata["id"]] = Subscriber({**identity, **metadata}, subscription, expression)

    def remove(self, data: object) -> None:
        """Remove the subscriber of an unsubscribe event's *data*.

        Raises:
            MalformedEventError: there is none of that id.
        """
        subscriber_id = _subscriber(data)["id"]
        if self._subscribers.pop(subscriber_id, None) is None:
            raise MalformedEventError(f"This connection has no subscriber with the id {subscriber_id!r}.")

    def want(self, event: Event, target: Expression) -> bool:
        """Return whether a subscriber is among those that *target* means, and subscribed to *event*."""
        return any(
            target.match(subscriber.metadata, starts_with) and subscriber.expression.match(event, starts_with)
            for subscriber in self._subscribers.values()
        )


def expression_of(text: str) -> Expression:
    """Return the expression of a subscription's or target's *text*; raise MalformedEventError where it is none."""
    if len(text) > MAXIMUM_EXPRESSION:
        raise MalformedEventError(f"An expression may have {MAXIMUM_EXPRESSION} characters, not {len(text)}.")
    try:
        return _parse(text)
    except ExpressionSyntaxError as error:
        raise MalformedEventError(str(error)) from None


_parse = functools.lru_cache(maxsize=1000)(parse)


def _subscriber(data: object) -> dict[str, Any]:
    subscriber = data.get("subscriber") if isinstance(data, dict) else None
    if not isinstance(subscriber, dict) or not isinstance(subscriber.get("id"), str) or not subscriber["id"]:
        raise MalformedEventError("The event must have data.subscriber.id, as a string.")
    return subscriber
