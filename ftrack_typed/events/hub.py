"""Owns `EventHub`: publishing events, and handling those that are published here."""

from __future__ import annotations

import contextlib
import functools
import logging
import threading
import uuid
from collections import deque
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, cast, overload

from ..errors import EventHubConnectionError
from .address import ServerDetails, server_details
from .event import Event
from .handling import ErrorHook, Handling, log_error
from .subscriber import REPLY_TOPIC, Callback, Subscriber
from .subscribers import Subscribers

if TYPE_CHECKING:
    OnError = Literal["raise", "ignore"]

_LOGGER: Final = logging.getLogger(__name__)


class EventHub:
    """Publishes events and calls subscribers: in this process, and over a connection to an event server.

    Several threads may use it. Callbacks run where the events are handled: in the thread that publishes with
    ``synchronous=True``, or in the one that calls `wait`.
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
    ) -> None:
        """Make a hub for the event server of *server_url*, which is not connected.

        Raise ValueError where *server_url* lacks scheme or host, and TypeError where *headers* or *cookies* are no
        mappings.
        """
        for name, mapping in (("headers", headers), ("cookies", cookies)):
            if mapping and not isinstance(mapping, Mapping):
                raise TypeError(f"{name} is a mapping of text to text, not {type(mapping).__name__}")
        self.server: Final[ServerDetails] = server_details(server_url)
        self.id: Final = uuid.uuid4().hex
        self.on_handler_error = log_error
        self._api_user = api_user
        self._api_key = api_key
        self._headers = dict(headers or {})
        self._cookies = dict(cookies or {})
        self._lock = threading.RLock()
        self._subscribers = Subscribers()
        self._handling = Handling(self._subscribers, lambda: self.on_handler_error)
        self._initialised = False
        self._waiting_to_be_sent: deque[Event] = deque()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.server.url} as {self._api_user!r}>"

    @property
    def connected(self) -> bool:
        """Whether there is a connection to the event server."""
        return False

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
        self._initialised = True

    def connect_in_background(self) -> None:
        """Let events that are published wait, and connect in a thread that nobody has to wait for."""
        raise NotImplementedError

    def close(self) -> None:
        """End the connection, where there is one; nothing that waits is sent."""
        self._initialised = False

    def subscribe(
        self,
        subscription: str,
        callback: Callback,
        subscriber: dict[str, Any] | None = None,
        priority: int = 100,
    ) -> str:
        """Call *callback* for every event that *subscription*, an expression, describes; return its identifier.

        *subscriber* is what is said of it to others, and gets an ``id`` where it has none. Lower priorities come first.
        What *callback* returns is the reply, unless that is None. Raise ExpressionSyntaxError where *subscription* is
        no expression, and NotUniqueError where the identifier is taken.
        """
        metadata = {} if subscriber is None else subscriber
        metadata.setdefault("id", uuid.uuid4().hex)
        added = Subscriber(subscription, callback, metadata, priority)
        self._subscribers.add(added)
        return added.identifier

    def unsubscribe(self, subscriber_identifier: str) -> None:
        """End a subscription; raise NotFoundError where there is none with that identifier."""
        self._subscribers.remove(subscriber_identifier)

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
        self,
        event: Event,
        synchronous: Literal[True],
        on_reply: Callback | None = None,
        on_error: OnError = "raise",
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
        self,
        event: Event,
        synchronous: bool,
        on_reply: Callback | None = None,
        on_error: OnError = "raise",
    ) -> list[Any] | Literal[True] | None: ...
    def publish(
        self,
        event: Event,
        synchronous: bool = False,
        on_reply: Callback | None = None,
        on_error: OnError = "raise",
    ) -> list[Any] | Literal[True] | None:
        """Publish *event*; what its source lacks is filled in.

        With *synchronous* the subscribers of this hub handle it before this returns: a list of their results, by
        priority; nothing is sent and nothing answers. Else it goes to the server: None where it is sent, True where it
        waits for the connection. *on_reply* is called with every reply, while events are handled in `wait`. Raise
        EventHubConnectionError where there is no connection and none is being made, unless *on_error* is "ignore".
        """
        self._complete_source(event)
        if synchronous:
            return self._handling.results(event)
        try:
            return self._send(event)
        except EventHubConnectionError:
            if on_error == "raise":
                raise
            return None

    def publish_reply(self, source_event: Event, data: Any, source: dict[str, Any] | None = None) -> None:
        """Answer *source_event* with *data*; *source* says who answers, by default this hub."""
        reply = Event(
            REPLY_TOPIC,
            data=data,
            source=dict(source or {}),
            target=f"id={source_event['source'].get('id', '')}",
            in_reply_to_event=source_event["id"],
        )
        self.publish(reply)

    def _send(self, event: Event) -> Literal[True] | None:
        if not self._initialised:
            raise EventHubConnectionError("The event hub is not connected: call connect() first.")
        self._waiting_to_be_sent.append(event)
        return True

    def _complete_source(self, event: Event) -> None:
        source = event["source"]
        source.setdefault("id", self.id)
        user = source.setdefault("user", {})
        if isinstance(user, dict):
            cast("dict[str, object]", user).setdefault("username", self._api_user)
        if "host" not in source:
            source["host"] = _host()


@functools.cache
def _host() -> str:
    import platform

    return platform.node()
