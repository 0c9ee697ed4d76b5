"""Owns what the tests of events share: a hub that is connected to nothing, and callbacks that remember."""

from __future__ import annotations

import pytest

from ftrack_typed.events import Event, EventHub


class Recorder:
    """A callback that remembers its events and returns what it was told to."""

    def __init__(self, result: object = None) -> None:
        self.events: list[Event] = []
        self.result = result

    def __call__(self, event: Event) -> object:
        self.events.append(event)
        return self.result

    @property
    def topics(self) -> list[str]:
        return [event["topic"] for event in self.events]


@pytest.fixture
def hub() -> EventHub:
    """A hub without a connection."""
    return EventHub("http://127.0.0.1:9", "jane", "key")
