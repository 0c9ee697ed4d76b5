"""Owns `Subscriber`: a callback, the events that it is for, and what is said of it to others."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .event import Event
from .subscription import Subscription

if TYPE_CHECKING:
    from concurrent.futures import Executor

Callback: TypeAlias = Callable[[Event], object]
"""Handles an event. What it returns, unless that is None, is the reply to the event."""

Key: TypeAlias = Callable[[Event], Hashable]
"""Returns what events have in common that are to be handled one after the other."""

REPLY_TOPIC: Final = "ftrack.meta.reply"


class Subscriber:
    """A callback that is called with every event of its subscription."""

    def __init__(
        self,
        subscription: str,
        callback: Callback,
        metadata: dict[str, Any],
        priority: int,
        *,
        executor: Executor | None = None,
        key: Key | None = None,
    ) -> None:
        """Call *callback* for events of *subscription*; a lower *priority* comes first.

        *metadata* holds the identifier under ``id`` and is what the targets of events are compared with. With an
        *executor* the callback runs there, one after the other for events of one *key*. Raise ExpressionSyntaxError
        where *subscription* is no expression, and TypeError for an argument of another type.
        """
        if not callable(callback):
            raise TypeError(f"a callback is called with events, which {callback!r} cannot be")
        if isinstance(priority, bool) or not isinstance(priority, int | float):
            raise TypeError(f"a priority is a number, lower ones first, not {priority!r}")
        if executor is not None and not callable(getattr(executor, "submit", None)):
            raise TypeError(f"an executor is one of concurrent.futures, such as a ThreadPoolExecutor, not {executor!r}")
        if key is not None and executor is None:
            raise TypeError("a key says which events are handled one after the other, so it needs an executor")
        if key is not None and not callable(key):
            raise TypeError(f"a key is called with events, which {key!r} cannot be")
        self.subscription: Final = Subscription(subscription)
        self.callback: Final = callback
        self.metadata: Final = metadata
        self.priority: Final = priority
        self.executor: Final = executor
        self.key: Final = key

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
