"""Owns `Subscriber`: a callback, the events that it is for, and what is said of it to others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from .event import Event
from .subscription import Subscription

Callback: TypeAlias = Callable[[Event], object]
"""Handles an event. What it returns, unless that is None, is the reply to the event."""

REPLY_TOPIC: Final = "ftrack.meta.reply"


class Subscriber:
    """A callback that is called with every event of its subscription."""

    def __init__(self, subscription: str, callback: Callback, metadata: dict[str, Any], priority: int) -> None:
        """Call *callback* for events of *subscription*; a lower *priority* comes first.

        *metadata* holds the identifier under ``id`` and is what the targets of events are compared with. Raise
        ExpressionSyntaxError where *subscription* is no expression.
        """
        self.subscription: Final = Subscription(subscription)
        self.callback: Final = callback
        self.metadata: Final = metadata
        self.priority: Final = priority

    @property
    def identifier(self) -> str:
        """What the subscriber is known by."""
        return str(self.metadata["id"])

    def interested_in(self, event: Event) -> bool:
        """Return whether *event* is one of the subscription."""
        return self.subscription.includes(event)

    def __str__(self) -> str:
        return f'<{type(self).__name__} metadata={self.metadata} subscription="{self.subscription}">'

    __repr__ = __str__
