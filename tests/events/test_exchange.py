"""Tests hubs on the sandbox: what one publishes reaches the other, replies come back, and sessions connect."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ftrack_typed.entities import Session, Task
from ftrack_typed.events import Event, EventHub
from ftrack_typed.sandbox.in_process import Sandbox
from tests.events.conftest import Recorder
from tests.events.event_server import PATIENCE, eventually
from tests.session.conftest import Production, open_session, production, sandbox, session

__all__ = ["open_session", "production", "sandbox", "session"]


@pytest.fixture
def hubs(sandbox: Sandbox) -> Iterator[list[EventHub]]:
    """Two hubs that are connected to the sandbox."""
    made = [EventHub(sandbox.server_url, sandbox.api_user, sandbox.api_key) for _ in range(2)]
    for hub in made:
        hub.connect()
    yield made
    for hub in made:
        hub.close()


def test_wrong_key_is_refused(sandbox: Sandbox) -> None:
    hub = EventHub(sandbox.server_url, sandbox.api_user, "wrong")
    with pytest.raises(ConnectionError, match="401"):
        hub.connect()
    assert not hub.connected


def test_events_arrive_once_and_in_order(hubs: list[EventHub]) -> None:
    publisher, listener = hubs
    recorder = Recorder()
    listener.subscribe("topic=studio.* and data.wanted=yes", recorder)
    listener.subscribe("topic=studio.*", lambda event: None)
    assert listener.flush(PATIENCE)
    for number in range(300):
        publisher.publish(Event("studio.x", data={"number": number, "wanted": "yes" if number % 3 else "no"}))
    assert publisher.flush(PATIENCE)

    def enough() -> bool:
        listener.wait(0.01)
        return len(recorder.events) >= 200

    eventually(enough)
    assert [event["data"]["number"] for event in recorder.events] == [each for each in range(300) if each % 3]
    assert recorder.events[0]["source"]["id"] == publisher.id


def test_replies_come_back(hubs: list[EventHub]) -> None:
    asker, answerer = hubs
    replies = Recorder()
    answerer.subscribe("topic=studio.question", lambda event: {"doubled": event["data"]["n"] * 2})
    answerer.subscribe("topic=studio.question", lambda event: "also")
    assert answerer.flush(PATIENCE)
    question = Event("studio.question", data={"n": 21})
    asker.publish(question, on_reply=replies)

    def enough() -> bool:
        answerer.wait(0.01)
        asker.wait(0.01)
        return len(replies.events) >= 2

    eventually(enough)
    assert [event["data"] for event in replies.events] == [{"doubled": 42}, "also"]
    assert {event["in_reply_to_event"] for event in replies.events} == {question["id"]}


def test_unsubscribed_hub_gets_nothing(hubs: list[EventHub]) -> None:
    publisher, listener = hubs
    identifier = listener.subscribe("topic=studio.x", Recorder())
    other = Recorder()
    listener.subscribe("topic=studio.y", other)
    listener.unsubscribe(identifier)
    assert listener.flush(PATIENCE)
    listener.wait(0)
    publisher.publish(Event("studio.x"))
    publisher.publish(Event("studio.y"))

    def enough() -> bool:
        listener.wait(0.01)
        return bool(other.events)

    eventually(enough)
    assert listener.health().handled == 2  # that of the connection, and the one that is subscribed to


def test_session_connects_its_hub_in_the_background(
    open_session: type[Session], sandbox: Sandbox, production: Production
) -> None:
    session = open_session(auto_connect_event_hub=True)
    recorder = Recorder()
    session.event_hub.subscribe("topic=ftrack.update", recorder)
    event = Event("studio.x")
    session.event_hub.publish(event)
    assert session.event_hub.flush(PATIENCE)
    delivery = session.event_hub.delivery(event)
    assert delivery is not None
    assert delivery.acknowledged
    with open_session() as other:
        task = other.query(Task).where(Task.project.name == production.name).first()
        assert task is not None
        task.description = "changed"
        other.commit()

    def enough() -> bool:
        session.event_hub.wait(0.01)
        return any(changed["entityId"] == task.id for event in recorder.events for changed in event["data"]["entities"])

    eventually(enough)
    hub = session.event_hub
    link = hub._remote.link
    assert link is not None
    session.close()
    assert not hub.connected
    eventually(lambda: not link.running)


def test_session_that_cannot_reach_the_event_server_opens(open_session: type[Session], sandbox: Sandbox) -> None:
    hub = EventHub("http://127.0.0.1:9", "jane", "key")
    session = open_session(event_hub=hub, auto_connect_event_hub=True)
    assert hub.publish(Event("a")) is True
    session.close()
    assert hub.health().state == "idle"
