"""Owns `EventHub`: publishing events, and handling those that are published here."""

from __future__ import annotations

import atexit
import contextlib
import logging
import time
import uuid
import weakref
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, overload

from ..errors import EventHubConnectionError, EventHubError, NotFoundError
from ..redaction import hidden, hidden_address
from .address import ServerDetails, server_details
from .arguments import check_duration, check_metadata, check_published, check_settings
from .event import Event, complete_source
from .handling import ErrorHook, Handling, log_error
from .inbox import Inbox
from .outbox import Delivery, Outbox
from .remote import DISCONNECTED_TOPIC, Remote
from .reply import Replies, reply_to
from .subscriber import REPLY_TOPIC, Callback, Subscriber
from .subscribers import Subscribers

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from .health import Health
    from .inbox import Overflow
    from .socket_io import Endpoint
    from .subscriber import Key

    OnError = Literal["raise", "ignore"]

_REMEMBERED: Final = 10_000
"""Events known by their identifiers, so that one that comes again is passed over; and replies that are awaited."""

_FAREWELL: Final = 1.0
"""Seconds that the server has to acknowledge what was sent, before the connection is ended."""

_LOGGER: Final = logging.getLogger(__name__)


class EventHub:
    """Publishes events and calls subscribers: in this process, and over a connection to an event server.

    Several threads may use it. Callbacks run where the events are handled: in the thread that publishes with
    ``synchronous=True``, in the one that calls `wait`, or in the executor that they are subscribed with.
    """

    on_handler_error: ErrorHook
    """Is told of every error that a callback raises; it is logged unless something else is set here."""

    def __init__(
        self,
        server_url: str,
        api_user: str,
        api_key: str,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        *,
        timeout: float | None = 60,
        silence: float | None = None,
        reconnect_attempts: int | None = None,
        queue_limit: int = 100_000,
        overflow: Overflow = "drop_oldest",
    ) -> None:
        """Make a hub for the event server of *server_url*, which is not connected.

        *timeout* is in seconds, for making a connection. A server that says nothing for *silence* seconds, by default
        what it grants, is taken for lost, and then a new connection is tried *reconnect_attempts* times, or for ever.
        At most *queue_limit* events wait to be sent, and as many to be handled; *overflow* says which one is lost where
        more come in. Raise ValueError where *server_url* lacks scheme or host, and TypeError or ValueError for other
        arguments that cannot be meant.
        """
        api_key, server_url = hidden(api_key), hidden_address(server_url)
        headers, cookies = hidden(headers), hidden(cookies)
        check_settings(
            mappings={"headers": headers, "cookies": cookies},
            seconds={"timeout": timeout, "silence": silence},
            attempts=reconnect_attempts,
            queue_limit=queue_limit,
            overflow=overflow,
        )
        self.server: Final[ServerDetails] = server_details(server_url)
        self.id: Final = uuid.uuid4().hex
        self.on_handler_error = log_error
        self._api_user = api_user
        self._credentials = {"ftrack-user": api_user, "ftrack-api-key": hidden(api_key)}
        self._headers = hidden(dict(headers or {}))
        self._cookies = hidden(dict(cookies or {}))
        self._timeouts = (timeout, silence)
        self._subscribers = Subscribers()
        self._handling = Handling(self._subscribers, lambda: self.on_handler_error, self._answer, queue_limit)
        self._outbox = Outbox(queue_limit)
        self._inbox = Inbox(queue_limit, overflow, _REMEMBERED)
        self._remote = Remote(
            self._endpoint,
            subscribers=self._subscribers,
            outbox=self._outbox,
            inbox=self._inbox,
            complete=self._complete_source,
            attempts=reconnect_attempts,
        )
        self._replies = Replies(_REMEMBERED)
        self._closes_at_exit = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.server.url} as {self._api_user!r}>"

    @property
    def connected(self) -> bool:
        """Whether there is a connection to the event server."""
        return self._remote.connected

    @property
    def secure(self) -> bool:
        """Whether the connection is encrypted."""
        return self.server.scheme == "https"

    def get_server_url(self) -> str:
        """Return the address of the server, without a path."""
        return self.server.url

    def get_network_location(self) -> str:
        """Return host and port of the server."""
        return self.server.network_location

    def init_connection(self) -> None:
        """Let events that are published wait for a connection that is about to be made."""
        self._remote.initialise()

    def connect(self) -> None:
        """Connect to the event server, which is told of all subscribers, and gets what waits to be sent.

        From then on a connection that is lost is made anew. Raise EventHubConnectionError where there is a connection
        already, or none can be made.
        """
        if self.connected:
            raise EventHubConnectionError("Already connected.")
        self._listen_to_replies()
        self._close_at_exit()
        try:
            self._remote.connect()
        except ConnectionError as error:
            where = f"event server at {self.get_server_url()}"
            raise EventHubConnectionError(f'Failed to connect to {where} with error: "{error}".') from error

    def connect_in_background(self) -> None:
        """Connect in a thread, which tries until it succeeds; events that are published wait meanwhile."""
        self._listen_to_replies()
        self._close_at_exit()
        self._remote.start()

    def _close_at_exit(self) -> None:
        """See to it that what is published is sent when the interpreter ends, though nobody closes the hub."""
        if not self._closes_at_exit:
            self._closes_at_exit = True
            atexit.register(_close, weakref.ref(self))

    def disconnect(self, unsubscribe: bool = True, reconnect: bool = False) -> None:
        """End the connection; with *unsubscribe* all subscriptions, with *reconnect* events wait for the next one.

        Raise EventHubConnectionError where there is no connection.
        """
        if not self.connected:
            raise EventHubConnectionError("Not currently connected.")
        self._disconnect(unsubscribe, reconnect)

    def _disconnect(self, unsubscribe: bool, reconnect: bool) -> None:
        if unsubscribe:
            for subscriber in self._subscribers.all():
                with contextlib.suppress(NotFoundError):
                    self.unsubscribe(subscriber.identifier)
        if self.connected and not reconnect:
            self.flush(_FAREWELL)
        lost = self._remote.disconnect(reconnect)
        if lost:
            _LOGGER.warning("%d events were not sent, or not acknowledged, when the event hub was disconnected.", lost)

    def reconnect(self, attempts: int = 10, delay: float = 5) -> None:
        """Make a new connection, in up to *attempts* with *delay* seconds between; subscriptions stay.

        Raise EventHubConnectionError where there is none after that.
        """
        if self.connected:
            self._disconnect(unsubscribe=False, reconnect=True)
        for attempt in range(attempts):
            try:
                self.connect()
            except EventHubConnectionError as error:
                _LOGGER.debug("Attempt %d to reconnect: %s", attempt + 1, error)
            else:
                return
            if attempt + 1 < attempts:
                time.sleep(delay)
        url = self.get_server_url()
        raise EventHubConnectionError(f"Failed to reconnect to event server at {url} after {attempts} attempts.")

    def close(self) -> None:
        """End the connection or the attempts to make one, where there are any, and all subscriptions."""
        self._disconnect(unsubscribe=True, reconnect=False)

    def health(self) -> Health:
        """Return how the hub is."""
        from .health import Health

        link, record = self._remote.link, self._remote.record
        packet = record.last_packet
        return Health(
            state="connected" if self.connected else "idle" if link is None else "connecting",
            connections=record.connections,
            last_error=record.last_error,
            seconds_since_packet=None if packet is None else time.monotonic() - packet,
            waiting_to_be_sent=self._outbox.waiting,
            unacknowledged=self._outbox.unacknowledged,
            waiting_to_be_handled=len(self._inbox),
            handled=self._handling.handled,
            dropped=self._inbox.dropped,
            duplicates=self._inbox.duplicates,
            bad_packets=record.bad_packets,
            handler_errors=self._handling.errors,
            subscribers=len(self._subscribers),
        )

    def subscribe(
        self,
        subscription: str,
        callback: Callback,
        subscriber: dict[str, Any] | None = None,
        priority: int = 100,
        *,
        executor: Executor | None = None,
        key: Key | None = None,
    ) -> str:
        """Call *callback* for every event that *subscription*, an expression, describes; return its identifier.

        *subscriber* is what is said of it to others, and gets an ``id`` where it has none. Lower priorities come first.
        What *callback* returns is the reply, unless that is None. With an *executor*, such as a pool of threads, it
        runs there, and one at a time for events for which *key* returns the same. Raise ExpressionSyntaxError where
        *subscription* is no expression, NotUniqueError where the identifier is taken, and TypeError for an argument of
        another type.
        """
        metadata = {} if subscriber is None else subscriber
        check_metadata(metadata)
        metadata.setdefault("id", uuid.uuid4().hex)
        added = Subscriber(subscription, callback, metadata, priority, executor=executor, key=key)
        self._subscribers.add(added)
        self._remote.announce(added)
        return added.identifier

    def unsubscribe(self, subscriber_identifier: str) -> None:
        """End a subscription; raise NotFoundError where there is none with that identifier."""
        self._remote.withdraw(self._subscribers.remove(subscriber_identifier))

    @contextlib.contextmanager
    def subscription(
        self, subscription: str, callback: Callback, subscriber: dict[str, Any] | None = None, priority: int = 100
    ) -> Generator[str, None, None]:
        """Subscribe for a block of code, which gets the identifier; see `subscribe`."""
        identifier = self.subscribe(subscription, callback, subscriber, priority)
        try:
            yield identifier
        finally:
            self.unsubscribe(identifier)

    def may_reach(self, topic: str) -> bool:
        """Return whether an event of *topic* may have a subscriber here; what else it must have is not looked at."""
        return bool(self._subscribers.of_topic(topic))

    def get_subscriber_by_identifier(self, identifier: str) -> Subscriber | None:
        """Return the subscriber with that *identifier*, or None."""
        return self._subscribers.get(identifier)

    @overload
    def publish(
        self, event: Event, synchronous: Literal[True], on_reply: Callback | None = None, on_error: OnError = "raise"
    ) -> list[Any]: ...
    @overload
    def publish(
        self,
        event: Event,
        synchronous: Literal[False] = False,
        on_reply: Callback | None = None,
        on_error: OnError = "raise",
    ) -> Literal[True] | None: ...
    @overload
    def publish(
        self, event: Event, synchronous: bool, on_reply: Callback | None = None, on_error: OnError = "raise"
    ) -> list[Any] | Literal[True] | None: ...
    def publish(
        self, event: Event, synchronous: bool = False, on_reply: Callback | None = None, on_error: OnError = "raise"
    ) -> list[Any] | Literal[True] | None:
        """Publish *event*; what its source lacks is filled in.

        With *synchronous* the subscribers of this hub handle it before this returns: a list of their results, by
        priority; nothing is sent and nothing answers. Else it goes to the server: None where it is sent, True where it
        waits for the connection; `delivery` tells what became of it. *on_reply* is called with every reply, while
        events are handled in `wait`. Data that JSON has no form for is logged, and not sent. Raise
        EventHubConnectionError where there is no connection and none is being made, and EventQueueFullError where as
        many events wait as may, unless *on_error* is "ignore".
        """
        check_published(event, on_reply, on_error)
        self._complete_source(event)
        if synchronous:
            return self._handling.results(event)
        if on_reply is not None:
            self._replies.expect(event["id"], on_reply)
        try:
            return self._remote.send(event)
        except EventHubError:
            if on_error == "raise":
                raise
            return None

    def publish_reply(self, source_event: Event, data: Any, source: dict[str, Any] | None = None) -> None:
        """Answer *source_event* with *data*; *source* says who answers, by default this hub."""
        self.publish(reply_to(source_event, data, source))

    def report_error(self, error: Exception, event: Event, subscriber_identifier: str) -> None:
        """Tell `on_handler_error`, and `health`, that a subscriber raised *error*, for callbacks that go on after one.

        Nothing is told of a subscriber that is gone.
        """
        subscriber = self._subscribers.get(subscriber_identifier)
        if subscriber is not None:
            self._handling.report(error, event, subscriber)

    def delivery(self, event: Event) -> Delivery | None:
        """Return how the sending of *event* goes, the last one; None where it was not published but synchronously.

        What was sent and not acknowledged when a connection broke is sent again on the next one. Hubs of this package
        pass over events that they had before.
        """
        return event._delivery

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until the server has acknowledged all that was published, at most *timeout* seconds.

        Return whether it has.
        """
        check_duration("timeout", timeout)
        return self._outbox.wait_until_empty(timeout)

    def wait(self, duration: float | None = None) -> None:
        """Handle events in this thread, for *duration* seconds or until the hub is disconnected.

        Raise EventHubConnectionError where no connection was asked for.
        """
        check_duration("duration", duration)
        if not self._remote.initialised:
            raise EventHubConnectionError("The event hub is not connected: call connect() first.")
        deadline = None if duration is None else time.monotonic() + duration
        while (event := self._inbox.take(deadline)) is not None:
            self._handling.handle(event)
            if event["topic"] == DISCONNECTED_TOPIC or (deadline is not None and time.monotonic() >= deadline):
                return

    def _answer(self, event: Event, result: object, subscriber: Subscriber) -> None:
        self.publish(reply_to(event, result, subscriber.metadata), on_error="ignore")

    def _listen_to_replies(self) -> None:
        if self._subscribers.get(self.id) is None:
            self.subscribe(f"topic={REPLY_TOPIC}", self._replies.take, {"id": self.id})

    def _endpoint(self) -> Endpoint:
        from .socket_io import Endpoint

        timeout, silence = self._timeouts
        return Endpoint(
            self.get_server_url(),
            credentials=self._credentials,
            headers=self._headers,
            cookies=self._cookies,
            timeout=timeout,
            silence=silence,
        )

    def _complete_source(self, event: Event) -> None:
        complete_source(event, self.id, self._api_user)


def _close(reference: weakref.ref[EventHub]) -> None:
    hub = reference()
    if hub is not None:
        if hub._remote.initialised:
            hub.flush(_FAREWELL)
        hub.close()
