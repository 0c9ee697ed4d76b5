"""Owns the handling of one event: which subscribers get it, in which order, and what becomes of what they do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from ..errors import ExpressionSyntaxError
from .event import Event
from .subscriber import Subscriber
from .subscribers import Subscribers
from .subscription import parsed

ErrorHook: TypeAlias = Callable[[Exception, Event, Subscriber], object]
"""Is told that a callback raised: with the error, the event and the subscriber."""

Reply: TypeAlias = Callable[[Event, Any, Subscriber], object]
"""Answers an event with a result of a subscriber."""

_LOGGER: Final = logging.getLogger(__name__)


def log_error(error: Exception, event: Event, subscriber: Subscriber) -> None:
    """Log what a callback raised: the hook of a hub that was given no other."""
    _LOGGER.error("Error calling subscriber %s with event %s.", subscriber, event, exc_info=error)


class Handling:
    """Calls the subscribers of a hub with events."""

    def __init__(self, subscribers: Subscribers, hook: Callable[[], ErrorHook]) -> None:
        """Call *subscribers*; what *hook* returns is told of the errors of their callbacks."""
        self._subscribers = subscribers
        self._hook = hook

    def results(self, event: Event) -> list[Any]:
        """Call the subscribers that *event* is for, one after the other, and return what each returned."""
        results: list[Any] = []
        for subscriber in self._meant(event):
            try:
                results.append(subscriber.callback(event))
            except Exception as error:
                self.report(error, event, subscriber)
            if event.is_stopped():
                break
        return results

    def handle(self, event: Event, reply: Reply) -> None:
        """Call the subscribers that *event* is for; *reply* sends each result that is not None."""
        for subscriber in self._meant(event):
            self._answer(event, subscriber, reply)
            if event.is_stopped():
                break

    def _answer(self, event: Event, subscriber: Subscriber, reply: Reply) -> None:
        try:
            result = subscriber.callback(event)
            if result is not None:
                reply(event, result, subscriber)
        except Exception as error:
            self.report(error, event, subscriber)

    def report(self, error: Exception, event: Event, subscriber: Subscriber) -> None:
        """Tell the hook that the callback of *subscriber* raised *error*; a hook that raises is logged."""
        try:
            self._hook()(error, event, subscriber)
        except Exception:
            _LOGGER.exception("The error hook of the event hub raised.")
            log_error(error, event, subscriber)

    def _meant(self, event: Event) -> list[Subscriber]:
        """Return the subscribers that *event* is for, by priority; none where its target cannot be read."""
        candidates = self._subscribers.of_topic(event["topic"])
        if event["target"]:
            try:
                target = parsed(event["target"])
            except ExpressionSyntaxError as error:
                _LOGGER.warning("The event %s is dropped, its target cannot be read: %s", event["id"], error)
                return []
            candidates = tuple(each for each in candidates if target.match(each.metadata))
        return [subscriber for subscriber in candidates if subscriber.interested_in(event)]
