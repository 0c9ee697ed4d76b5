"""Runs one side of an exchange of events, in a process of its own; see test_faults.py.

``publisher URL USER KEY COUNT`` publishes numbers in groups and prints for each group when it was begun and when the
server had acknowledged it; ``listener URL USER KEY`` prints the numbers that it handled, and when the server knew its
subscriptions. Both print JSON; times are those of one clock of the machine.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time

from ftrack_typed.events import Event, EventHub

TOPIC = "studio.exchange"
LAST = "studio.exchange.last"
GROUP = 50
PATIENCE = 120.0


def publish(hub: EventHub, count: int) -> dict[str, object]:
    """Publish *count* events, then others until somebody says that he has one of these."""
    groups: list[tuple[float, float]] = []
    events: list[Event] = []
    for first in range(0, count, GROUP):
        begun = time.monotonic()
        group = [Event(TOPIC, data={"number": number}) for number in range(first, min(first + GROUP, count))]
        for event in group:
            hub.publish(event)
        assert hub.flush(PATIENCE), hub.health()
        groups.append((begun, time.monotonic()))
        events += group
        time.sleep(0.03)
    states = [delivery.state for event in events if (delivery := hub.delivery(event))]
    heard: list[Event] = []
    while not heard:
        hub.publish(Event(LAST), on_reply=heard.append)
        hub.wait(0.1)
    return {"groups": groups, "acknowledged": states.count("acknowledged"), "connections": hub.health().connections}


def listen(hub: EventHub) -> dict[str, object]:
    """Handle events until one of the last ones comes."""
    handled: list[int] = []
    ended = threading.Event()
    subscribed: list[float] = []

    def end(event: Event) -> str:
        ended.set()
        return "heard"

    def watch() -> None:
        seen = 0
        while not ended.wait(0.002):
            health = hub.health()
            if health.connections != seen and health.state == "connected" and not health.unacknowledged:
                seen = health.connections
                subscribed.append(time.monotonic())

    hub.subscribe(f"topic={TOPIC}", lambda event: handled.append(event["data"]["number"]))
    hub.subscribe(f"topic={LAST}", end)
    threading.Thread(target=watch, daemon=True).start()
    assert hub.flush(PATIENCE)
    print(json.dumps("ready"), flush=True)
    while not ended.is_set():
        hub.wait(0.1)
    hub.flush(PATIENCE)
    return {"handled": handled, "subscribed": subscribed, "connections": hub.health().connections}


def main() -> None:
    role, url, user, key, *rest = sys.argv[1:]
    logging.basicConfig(level=logging.ERROR)
    hub = EventHub(url, user, key)
    hub.connect()
    told = publish(hub, int(rest[0])) if role == "publisher" else listen(hub)
    print(json.dumps(told), flush=True)
    hub.close()


if __name__ == "__main__":
    main()
