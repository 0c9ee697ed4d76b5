"""Owns what a test sees of the event server: the events so far, who listens, and ways to make trouble."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import attrs

from ..users import User
from .connection import Connection, Timing
from .packets import Event, check
from .server import EventInterceptor, EventServer


@attrs.frozen
class RecordedEvent:
    """One event that was routed."""

    event: Event
    """As the subscribers get it."""

    publisher: str | None
    """Name of the user whose client published it, or None for the server."""

    @property
    def topic(self) -> str:
        """The topic."""
        return str(self.event["topic"])

    @property
    def data(self) -> Any:
        """The data, any JSON."""
        return self.event.get("data")


class SandboxEvents(Sequence[RecordedEvent]):
    """The events since the start, or since `clear`, oldest first; subscriptions, which are events too, left out.

    Set `intercept` to delay an event of a client, to lose it, or to refuse it.
    """

    def __init__(self) -> None:
        """Start with none, and without a server."""
        self.intercept: EventInterceptor | None = None
        """Called, in a thread, with each event and the function that routes it; returns what is wrong with it."""
        self.timing = Timing()
        """When connections speak and give up; heeded by the next start."""
        self._events: list[RecordedEvent] = []
        self._server: EventServer | None = None

    def __len__(self) -> int:
        return len(self._events)

    @overload
    def __getitem__(self, index: int) -> RecordedEvent: ...
    @overload
    def __getitem__(self, index: slice) -> list[RecordedEvent]: ...
    def __getitem__(self, index: int | slice) -> RecordedEvent | list[RecordedEvent]:
        return self._events[index]

    def __iter__(self) -> Iterator[RecordedEvent]:
        return iter(tuple(self._events))

    def __repr__(self) -> str:
        return f"<SandboxEvents {[each.topic for each in self]!r}>"

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return 0 if self._server is None else len(self._server.router)

    @property
    def subscriptions(self) -> list[str]:
        """The subscriptions of all clients, as they were written."""
        server = self._server
        return [] if server is None else [each.subscription for each in server.call(lambda: server.router.subscribers)]

    def publish(
        self, topic: str, data: object = None, *, target: str = "", source: Mapping[str, Any] | None = None
    ) -> Event:
        """Publish an event as the server does, and return it once it is on its way to its subscribers.

        Raises:
            MalformedEventError: the target is no expression, or the data cannot be sent as JSON.
            RuntimeError: the sandbox does not run.
        """
        content = {} if data is None else data
        event: Event = {
            "topic": topic,
            "id": uuid.uuid4().hex,
            "data": content,
            "sent": None,
            "source": dict(source or {}),
            "target": target,
            "inReplyToEvent": None,
        }
        check(event)
        server = self._check_running()
        server.call(lambda: server.router.publish(event, None))
        return event

    def drop_connections(self, *, announced: bool = False) -> int:
        """End every connection and return how many there were; *announced*: with a packet that says so."""
        server = self._check_running()

        def drop() -> int:
            ending = server.router.connections
            for connection in ending:
                (Connection.dismiss if announced else Connection.drop)(connection)
            return len(ending)

        return server.call(drop)

    def clear(self) -> None:
        """Forget the events so far."""
        self._events.clear()

    def attach(self, server: EventServer | None) -> None:
        """Watch *server* from now on, or none."""
        self._server = server
        if server is not None:
            server.router.observers.append(self._record)
            server.interceptor = lambda: self.intercept

    def _record(self, event: Event, publisher: User | None) -> None:
        self._events.append(RecordedEvent(event, None if publisher is None else publisher.username))

    def _check_running(self) -> EventServer:
        if self._server is None:
            raise RuntimeError("the sandbox is not running: start it with `with Sandbox() as sandbox`, or start()")
        return self._server
