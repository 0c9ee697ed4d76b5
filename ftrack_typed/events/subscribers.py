"""Owns the subscribers of a hub: by identifier, and in order of priority for each topic."""

from __future__ import annotations

import threading
from typing import Final

from ..errors import NotFoundError, NotUniqueError
from .subscriber import Subscriber

_MAXIMUM_TOPICS: Final = 1000
"""Topics whose subscribers are remembered; publishers that number their topics fill no memory."""


class Subscribers:
    """The subscribers of one hub. Several threads may use it."""

    def __init__(self) -> None:
        """Start without any."""
        self._lock = threading.Lock()
        self._by_identifier: dict[str, Subscriber] = {}
        self._by_topic: dict[str, tuple[Subscriber, ...]] = {}

    def __len__(self) -> int:
        return len(self._by_identifier)

    def add(self, subscriber: Subscriber) -> None:
        """Add *subscriber*; raise NotUniqueError where there is one with its identifier."""
        identifier = subscriber.identifier
        with self._lock:
            if identifier in self._by_identifier:
                raise NotUniqueError(f"Subscriber with identifier {identifier} already exists.")
            self._by_identifier[identifier] = subscriber
            self._by_topic = {}

    def remove(self, identifier: str) -> Subscriber:
        """Remove and return the subscriber with that *identifier*; raise NotFoundError where there is none."""
        with self._lock:
            subscriber = self._by_identifier.pop(identifier, None)
            if subscriber is None:
                raise NotFoundError(f"Cannot unsubscribe missing subscriber with identifier {identifier}")
            self._by_topic = {}
        return subscriber

    def get(self, identifier: str) -> Subscriber | None:
        """Return the subscriber with that *identifier*, or None."""
        return self._by_identifier.get(identifier)

    def all(self) -> list[Subscriber]:
        """Return all, in the order in which they came."""
        with self._lock:
            return list(self._by_identifier.values())

    def of_topic(self, topic: str) -> tuple[Subscriber, ...]:
        """Return those that can want an event of *topic*, by priority; those of one priority in order of arrival."""
        found = self._by_topic.get(topic)
        if found is not None:
            return found
        with self._lock:
            able = [each for each in self._by_identifier.values() if each.subscription.topic in (None, topic)]
            found = tuple(sorted(able, key=lambda subscriber: subscriber.priority))
            if len(self._by_topic) >= _MAXIMUM_TOPICS:
                self._by_topic = {}
            self._by_topic[topic] = found
        return found
