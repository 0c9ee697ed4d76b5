"""Owns who is connected, and takes every event to those that it is for (protocol sections 7.4 and 7.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from ..users import User
from . import packets
from .connection import Connection
from .packets import Event
from .subscriptions import Subscriber, expression_of

SUBSCRIBE: Final = "ftrack.meta.subscribe"
UNSUBSCRIBE: Final = "ftrack.meta.unsubscribe"
REPLY: Final = "ftrack.meta.reply"
_META: Final = "ftrack.meta."

Observer: TypeAlias = Callable[[Event, "User | None"], None]
"""Is told of every event that is routed, and who published it: None for the server."""


class Router:
    """The connections of one event server; all of it runs in the thread of the event loop."""

    def __init__(self) -> None:
        """Start without connections."""
        self.observers: list[Observer] = []
        self._connections: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Who is connected, the first to come first."""
        return tuple(self._connections)

    @property
    def subscribers(self) -> tuple[Subscriber, ...]:
        """The subscribers of all connections."""
        return tuple(subscriber for connection in self.connections for subscriber in connection.subscriptions)

    def join(self, connection: Connection) -> None:
        """Take in a connection."""
        self._connections[connection] = None

    def leave(self, connection: Connection) -> None:
        """Let go of a connection, and of its subscribers with it."""
        self._connections.pop(connection, None)

    def receive(self, connection: Connection, event: dict[str, Any]) -> None:
        """Carry out what a client published: a subscription, or an event for others.

        Raises:
            MalformedEventError: it cannot be carried out.
        """
        topic = event["topic"]
        if topic == SUBSCRIBE:
            connection.subscriptions.add(event.get("data"), _identity(connection.user, event))
        elif topic == UNSUBSCRIBE:
            connection.subscriptions.remove(event.get("data"))
        elif topic == REPLY or not topic.startswith(_META):
            self.publish(_completed(event, connection.user), connection.user)

    def publish(self, event: Event, publisher: User | None) -> None:
        """Send *event* to every connection that wants it, once.

        Raises:
            MalformedEventError: its target is no expression, or it cannot be sent as JSON.
        """
        target = expression_of(event.get("target") or "")
        packet = packets.encode_event(event)
        for observer in self.observers:
            observer(event, publisher)
        for connection in self.connections:
            if connection.subscriptions.want(event, target):
                connection.send(packet)


def _identity(user: User, event: Event) -> dict[str, Any]:
    """Return what targets can name of a client beside what its subscriber says."""
    identity: dict[str, Any] = {"user": {"id": user.id, "username": user.username}}
    application = (event.get("source") or {}).get("applicationId")
    return identity if application is None else {**identity, "applicationId": application}


def _completed(event: Event, user: User) -> Event:
    """Return *event* with the id of its user, where it names the one who publishes it (protocol section 7.3)."""
    source = event.get("source") or {}
    named = source.get("user")
    if not isinstance(named, dict) or named.get("id") or named.get("username") != user.username:
        return event
    return {**event, "source": {**source, "user": {**named, "id": user.id}}}
