"""Runs one side of an exchange of events, in a process of its own; see test_faults.py.

``publisher URL USER KEY COUNT`` publishes numbers in groups. Before the first group, between two and after the last it
asks for the listener, again and again until that answers; before each group it prints the number that it has come to
and goes on when it gets a line, and in the end it prints what became of all. ``listener URL USER KEY`` prints the
numbers that it handled when its standard input ends. What is printed is JSON, one value in a line.

An answer says on which of its connections the listener was asked. Where two answers in a row name the same one, the
listener was connected before the first event between them was published, and still when the last one had been
acknowledged; no clock is needed to know that.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time

from ftrack_typed.events import Event, EventHub

TOPIC = "studio.exchange"
QUESTION = "studio.exchange.question"
GROUP = 50
PATIENCE = 200.0
ASK_AGAIN = 1.0


def say(value: object) -> None:
    print(json.dumps(value), flush=True)


def answer(hub: EventHub) -> int:
    """Ask for the listener until it answers, and return the number of its connection."""
    answers: list[int] = []
    deadline = time.monotonic() + PATIENCE
    while not answers:
        assert time.monotonic() < deadline, hub.health()
        hub.publish(Event(QUESTION), on_reply=lambda event: answers.append(event["data"]))
        ask_again = time.monotonic() + ASK_AGAIN
        while not answers and time.monotonic() < ask_again:
            hub.wait(0.02)
    return answers[0]


def publish(hub: EventHub, count: int) -> dict[str, object]:
    """Publish *count* events."""
    events: list[Event] = []
    answers = [answer(hub)]
    for first in range(0, count, GROUP):
        say(first)
        sys.stdin.readline()
        group = [Event(TOPIC, data={"number": number}) for number in range(first, min(first + GROUP, count))]
        for event in group:
            hub.publish(event)
        assert hub.flush(PATIENCE), hub.health()
        events += group
        answers.append(answer(hub))
    states = [delivery.state for event in events if (delivery := hub.delivery(event))]
    return {"answers": answers, "acknowledged": states.count("acknowledged"), "connections": hub.health().connections}


def listen(hub: EventHub) -> dict[str, object]:
    """Handle events until nothing more comes in on standard input."""
    handled: list[int] = []
    connections: list[Event] = []
    ended = threading.Event()

    def await_end() -> None:
        sys.stdin.read()
        ended.set()

    hub.subscribe("topic=ftrack.meta.connected", connections.append)
    hub.subscribe(f"topic={TOPIC}", lambda event: handled.append(event["data"]["number"]))
    hub.subscribe(f"topic={QUESTION}", lambda event: len(connections))
    threading.Thread(target=await_end, daemon=True).start()
    while not ended.is_set():
        hub.wait(0.05)
    return {"handled": handled, "connections": hub.health().connections, "duplicates": hub.health().duplicates}


def main() -> None:
    role, url, user, key, *rest = sys.argv[1:]
    logging.basicConfig(level=logging.ERROR)
    sys.setswitchinterval(1e-6)  # whatever threads can do to each other, let them do it here
    hub = EventHub(url, user, key)
    hub.connect_in_background()  # the server may be dead just now
    say(publish(hub, int(rest[0])) if role == "publisher" else listen(hub))
    hub.close()


if __name__ == "__main__":
    main()
