"""Tests how long hubs stay connected to a sandbox that has nothing to tell, and to one that says nothing any more."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ftrack_typed.events import Event, EventHub
from ftrack_typed.sandbox.in_process import Sandbox
from tests.events.conftest import Recorder
from tests.events.event_server import PATIENCE, eventually
from tests.events.stream_proxy import StreamProxy

pytestmark = pytest.mark.load

IDLE = 185.0
"""Seconds, three times what either side waits for the other."""

GRANTED = 60.0
"""Seconds of silence that the sandbox grants."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with heartbeats as they always are."""
    with Sandbox() as running:
        yield running


def connected(url: str, sandbox: Sandbox) -> tuple[EventHub, Recorder]:
    """Return a hub that is connected, and what hears of the events that are published on it."""
    hub, recorder = EventHub(url, sandbox.api_user, sandbox.api_key), Recorder()
    hub.subscribe("topic=studio.heard", recorder)
    hub.connect()
    assert hub.flush(PATIENCE)
    return hub, recorder


def publish_and_hear(hub: EventHub, recorder: Recorder) -> None:
    hub.publish(Event("studio.heard"))

    def heard() -> bool:
        hub.wait(0.01)
        return bool(recorder.events)

    eventually(heard)


def test_hub_that_is_idle_stays_connected(sandbox: Sandbox) -> None:
    hub, recorder = connected(sandbox.server_url, sandbox)
    time.sleep(IDLE)
    publish_and_hear(hub, recorder)
    health = hub.health()
    assert (health.state, health.connections, health.last_error) == ("connected", 1, None)
    hub.close()


def test_server_that_falls_silent_is_noticed_within_the_time_that_it_grants(sandbox: Sandbox) -> None:
    with StreamProxy(int(sandbox.server_url.rpartition(":")[2]), 0, faithful=True) as proxy:
        hub, recorder = connected(proxy.url, sandbox)
        proxy.fall_silent()
        eventually(lambda: hub.health().connections == 2, GRANTED + PATIENCE)
        assert hub.health().last_error == f"the server was silent for {GRANTED} seconds"
        publish_and_hear(hub, recorder)
        hub.close()
