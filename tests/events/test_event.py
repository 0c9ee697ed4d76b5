"""Tests events as mappings, and their form on the wire (session.md section 21, protocol section 7.3)."""

from __future__ import annotations

import pytest

from ftrack_typed.events.arguments import check_event
from ftrack_typed.events.event import Event, from_wire, to_wire

KEYS = {"topic", "id", "data", "sent", "source", "target", "in_reply_to_event"}


def test_event_has_exactly_seven_keys() -> None:
    event = Event("studio.publish")
    assert set(event) == KEYS
    assert len(event) == 7
    assert event["topic"] == "studio.publish"
    assert event["data"] == {}
    assert event["source"] == {}
    assert event["target"] == ""
    assert event["sent"] is None
    assert event["in_reply_to_event"] is None


def test_identifiers_are_32_hexadecimal_digits_and_differ() -> None:
    first, second = Event("a"), Event("a")
    assert len(first["id"]) == 32
    assert int(first["id"], 16)
    assert first["id"] != second["id"]
    assert Event("a", id="mine")["id"] == "mine"


def test_values_can_be_changed_and_keys_cannot() -> None:
    event = Event("a", data={"version": 1})
    event["target"] = "id=x"
    event["data"]["version"] = 2
    assert (event["target"], event["data"]) == ("id=x", {"version": 2})
    with pytest.raises(KeyError, match="colour"):
        event["colour"] = "red"
    with pytest.raises(TypeError, match="topic"):
        del event["topic"]
    assert set(event) == KEYS


def test_equal_events_are_equal_mappings() -> None:
    assert Event("a", id="1") == Event("a", id="1")
    assert Event("a", id="1") == dict(Event("a", id="1"))
    assert Event("a", id="1") != Event("a", id="2")


def test_text_shows_the_mapping() -> None:
    event = Event("a", id="1")
    assert str(event) == f"<Event {dict(event)}>"


def test_stop_is_remembered() -> None:
    event = Event("a")
    assert not event.is_stopped()
    event.stop()
    assert event.is_stopped()


def test_wire_has_another_name_for_the_event_that_is_answered() -> None:
    event = Event("a", id="1", data={"inReplyToEvent": "kept"}, in_reply_to_event="2")
    wire = to_wire(event)
    assert wire["inReplyToEvent"] == "2"
    assert set(wire) == (KEYS - {"in_reply_to_event"}) | {"inReplyToEvent"}
    assert from_wire(wire) == event


def test_wire_may_lack_everything_but_the_topic_and_have_more() -> None:
    event = from_wire({"topic": "a", "clientToken": "x"})
    assert (event["topic"], event["data"], event["source"], event["target"]) == ("a", {}, {}, "")
    assert from_wire({"topic": "a", "data": ["any", "json"]})["data"] == ["any", "json"]


@pytest.mark.parametrize(
    ("wire", "named"),
    [
        ({}, "topic"),
        ({"topic": 3}, "topic"),
        ({"topic": "a", "source": "x"}, "source"),
        ({"topic": "a", "id": 4}, "id"),
    ],
)
def test_wire_that_is_no_event_is_refused(wire: dict[str, object], named: str) -> None:
    event = from_wire(wire)
    with pytest.raises(TypeError, match=named):
        check_event(event)
