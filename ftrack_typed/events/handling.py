"""Owns the handling of one event: which subscribers get it, in which order, and what becomes of what they do."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..errors import EventHubError, ExpressionSyntaxError
from .event import Event
from .subscriber import Subscriber
from .subscribers import Subscribers
from .subscription import parsed

if TYPE_CHECKING:
    from concurrent.futures import Future

    from .pool import Pool

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

    def __init__(self, subscribers: Subscribers, hook: Callable[[], ErrorHook], reply: Reply, limit: int) -> None:
        """Call *subscribers*; what *hook* returns is told of the errors of their callbacks.

        *reply* sends each result that is not None. Up to *limit* callbacks wait or run in executors at once.
        """
        self._subscribers = subscribers
        self._hook = hook
        self._reply = reply
        self._limit = limit
        self.handled = 0
        """How many events were handled, not counting those that were published synchronously."""
        self.errors = 0
        """How many errors callbacks raised."""

    @functools.cached_property
    def _pool(self) -> Pool:
        from .pool import Pool

        return Pool(self._limit, self._finished)

    def results(self, event: Event) -> list[Any]:
        """Call the subscribers that *event* is for, one after the other, and return what each returned."""
        results: list[Any] = []
        for subscriber in self._meant(event):
            try:
                results.append(subscriber.callback(event))
            except Exception as error:
                self.report(error, event, subscriber)
            if event._stopped:
                break
        return results

    def handle(self, event: Event) -> None:
        """Call the subscribers that *event* is for, each where it wants to be called."""
        self.handled += 1
        for subscriber in self._meant(event):
            try:
                if subscriber.executor is not None:
                    self._pool.submit(event, subscriber)
                else:
                    self._answer(event, subscriber, subscriber.callback(event))
            except Exception as error:
                self.report(error, event, subscriber)
            if event.is_stopped():
                break

    def _finished(self, event: Event, subscriber: Subscriber, future: Future[Any]) -> None:
        try:
            self._answer(event, subscriber, future.result())
        except Exception as error:
            self.report(error, event, subscriber)
        except BaseException as error:
            # Such as that of sys.exit(): here it would end a thread of the executor, and all that waits for it.
            ended = EventHubError(f"the callback ended with {error!r}")
            ended.__cause__ = error
            self.report(ended, event, subscriber)

    def _answer(self, event: Event, subscriber: Subscriber, result: object) -> None:
        if result is not None:
            self._reply(event, result, subscriber)

    def report(self, error: Exception, event: Event, subscriber: Subscriber) -> None:
        """Tell the hook that the callback of *subscriber* raised *error*; a hook that raises is logged."""
        self.errors += 1
        try:
            self._hook()(error, event, subscriber)
        except Exception:
            _LOGGER.exception("The error hook of the event hub raised.")
            log_error(error, event, subscriber)

    def _meant(self, event: Event) -> list[Subscriber]:
        """Return the subscribers that *event* is for, by priority; none where its target cannot be read."""
        values = event._values
        candidates = self._subscribers.of_topic(values["topic"])
        if values["target"]:
            try:
                target = parsed(values["target"])
            except ExpressionSyntaxError as error:
                _LOGGER.warning("The event %s is dropped, its target cannot be read: %s", event["id"], error)
                return []
            candidates = tuple(each for each in candidates if target.match(each.metadata))
        return [each for each in candidates if each.subscription.topic_alone or each.interested_in(event)]
