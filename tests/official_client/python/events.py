"""Scenarios of the event hub: what is published reaches its subscribers, and replies come back."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from ._client import Session, ftrack_api, open_session, raised

PATIENCE = 60.0
"""Seconds that an event may take on a busy machine."""


def hub_gets_its_own_events_and_exactly_one_reply_of_each_handler(session: Session) -> None:
    hub, topic = _connected(session), _topic()
    events: list[Any] = []
    replies: list[Any] = []

    def handler(name: str) -> Callable[[Any], dict[str, str]]:
        def handle(event: Any) -> dict[str, str]:
            events.append(event)
            return {"handler": name}

        return handle

    for name in ("one", "two"):
        hub.subscribe(f"topic={topic}", handler(name))
    hub.publish(ftrack_api.event.base.Event(topic, data={"path": "/mnt/é"}), on_reply=replies.append)
    _wait(hub, lambda: len(replies) == 2)
    hub.wait(0.3)
    assert [event["data"] for event in events] == [{"path": "/mnt/é"}] * 2
    assert sorted(reply["data"]["handler"] for reply in replies) == ["one", "two"]
    user = session.query(f"User where username is {session.api_user}").one()
    assert events[0]["source"]["user"] == {"username": session.api_user, "id": user["id"]}
    assert hub.connected
    hub.disconnect()


def events_of_another_session_arrive_once_and_in_order(session: Session) -> None:
    hub, topic = _connected(session), _topic()
    numbers: list[int] = []
    _subscribe(hub, f"topic={topic}.*", lambda event: numbers.append(event["data"]["number"]))
    with open_session() as other:
        publisher = _connected(other)
        for number in range(100):
            publisher.publish(ftrack_api.event.base.Event(f"{topic}.more", data={"number": number}))
        _wait(hub, lambda: len(numbers) >= 100)
        publisher.disconnect()
    hub.wait(0.3)
    assert numbers == list(range(100))
    hub.disconnect()


def target_singles_out_a_subscriber(session: Session) -> None:
    hub, topic = _connected(session), _topic()
    heard: list[str] = []
    for flavour in ("sweet", "salty"):
        hub.subscribe(f"topic={topic}", lambda _event, name=flavour: heard.append(name), {"flavour": flavour})
    hub.publish(ftrack_api.event.base.Event(topic, target="flavour=salty"))
    _wait(hub, lambda: bool(heard))
    hub.wait(0.3)
    assert heard == ["salty"]
    hub.disconnect()


def unsubscribed_handler_is_not_called(session: Session) -> None:
    hub, topic = _connected(session), _topic()
    heard: list[str] = []
    first = hub.subscribe(f"topic={topic}", lambda _event: heard.append("first"))
    hub.unsubscribe(first)
    hub.subscribe(f"topic={topic}", lambda _event: heard.append("second"))
    hub.publish(ftrack_api.event.base.Event(topic))
    _wait(hub, lambda: bool(heard))
    assert heard == ["second"]
    hub.disconnect()


def commit_is_told_to_subscribers_of_updates(session: Session) -> None:
    hub, name = _connected(session), _topic()
    entries: list[Any] = []
    _subscribe(hub, "topic=ftrack.update", lambda event: entries.extend(event["data"]["entities"]))
    project = session.query('Project where name is "demo"').one()
    folder = session.create("Folder", {"name": name, "parent": project})
    session.commit()
    session.delete(folder)
    session.commit()

    def told() -> list[str]:
        return [entry["action"] for entry in entries if entry["entityId"] == folder["id"]]

    _wait(hub, lambda: "remove" in told())
    assert told() == ["add", "remove"]
    (added,) = [entry for entry in entries if entry["entityId"] == folder["id"] and entry["action"] == "add"]
    assert added["changes"]["name"] == {"new": name, "old": None}
    assert [parent["entityType"] for parent in added["parents"]] == ["task", "show"]
    hub.disconnect()


def hub_connects_anew(session: Session) -> None:
    hub, topic = _connected(session), _topic()
    heard: list[Any] = []
    hub.subscribe(f"topic={topic}", heard.append)
    hub.reconnect()
    hub.publish(ftrack_api.event.base.Event(topic))
    _wait(hub, lambda: bool(heard))
    assert len(heard) == 1
    hub.disconnect()


def wrong_key_is_refused_by_the_event_server(session: Session) -> None:
    hub = ftrack_api.event.hub.EventHub(session.server_url, session.api_user, "wrong")
    with raised(ftrack_api.exception.EventHubConnectionError, "Failed to connect to event server"):
        hub.connect()
    assert not hub.connected


def _connected(session: Session) -> Any:
    session.event_hub.connect()
    return session.event_hub


def _topic() -> str:
    return f"scenario-{uuid.uuid4().hex}"


def _subscribe(hub: Any, subscription: str, callback: Callable[[Any], object]) -> None:
    """Subscribe, and wait until the server has it: events of one connection are handled in their order."""
    hub.subscribe(subscription, callback)
    own = _topic()
    reached: list[Any] = []
    hub.subscribe(f"topic={own}", reached.append)
    hub.publish(ftrack_api.event.base.Event(own))
    _wait(hub, lambda: bool(reached))


def _wait(hub: Any, condition: Callable[[], bool]) -> None:
    """Handle events until *condition* holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        hub.wait(0.05)
