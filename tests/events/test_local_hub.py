"""Tests the hub without a connection: subscriptions, order, targets, errors, and what waits to be sent."""

from __future__ import annotations

import logging
import platform
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrack_typed.errors import EventHubConnectionError, ExpressionSyntaxError, NotFoundError, NotUniqueError
from ftrack_typed.events import Event, EventHub, Subscriber
from tests.events.conftest import Recorder


@pytest.mark.parametrize("url", ["studio.ftrackapp.com", "https://", "", "//studio"])
def test_address_without_scheme_or_host_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="scheme and a host"):
        EventHub(url, "jane", "key")


@pytest.mark.parametrize("name", ["headers", "cookies"])
def test_headers_and_cookies_are_mappings(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        EventHub("https://studio", "jane", "key", **{name: ["x"]})  # type: ignore[arg-type]


@pytest.mark.parametrize(("duration", "error"), [("1", TypeError), (float("nan"), ValueError)])
def test_what_is_no_duration_is_refused(duration: float, error: type[Exception]) -> None:
    hub = EventHub("https://studio", "jane", "key")
    with pytest.raises(error, match="duration is a number of seconds"):
        hub.wait(duration)
    with pytest.raises(error, match="timeout is a number of seconds"):
        hub.flush(duration)


@pytest.mark.parametrize(
    ("url", "shown", "location", "secure"),
    [
        ("https://studio.ftrackapp.com/some/path", "https://studio.ftrackapp.com", "studio.ftrackapp.com", True),
        ("http://localhost:8080", "http://localhost:8080", "localhost:8080", False),
        ("http://[::1]:8080/", "http://[::1]:8080", "[::1]:8080", False),
    ],
)
def test_address(url: str, shown: str, location: str, secure: bool) -> None:
    hub = EventHub(url, "jane", "key")
    assert (hub.get_server_url(), hub.get_network_location(), hub.secure) == (shown, location, secure)
    assert hub.connected is False


def test_synchronous_publish_returns_results_by_priority(hub: EventHub) -> None:
    for number, priority in enumerate((50, 10, 100, 10)):
        hub.subscribe("topic=a", Recorder(f"{priority}-{number}"), priority=priority)
    assert hub.publish(Event("a"), synchronous=True) == ["10-1", "10-3", "50-0", "100-2"]
    assert hub.publish(Event("b"), synchronous=True) == []


def test_results_of_none_are_results(hub: EventHub) -> None:
    hub.subscribe("topic=a", Recorder(None))
    assert hub.publish(Event("a"), synchronous=True) == [None]


def test_stop_keeps_the_event_from_those_that_follow(hub: EventHub) -> None:
    later = Recorder()

    def stop(event: Event) -> str:
        event.stop()
        return "last"

    hub.subscribe("topic=a", stop, priority=1)
    hub.subscribe("topic=a", later, priority=2)
    assert hub.publish(Event("a"), synchronous=True) == ["last"]
    assert later.events == []


def test_error_of_a_callback_goes_to_the_hook_and_stops_nobody(hub: EventHub) -> None:
    told: list[tuple[Exception, Event, Subscriber]] = []

    def fail(event: Event) -> None:
        raise RuntimeError("no disk")

    hub.on_handler_error = lambda *facts: told.append(facts)
    identifier = hub.subscribe("topic=a", fail, priority=1)
    hub.subscribe("topic=a", Recorder("fine"), priority=2)
    event = Event("a")
    assert hub.publish(event, synchronous=True) == ["fine"]
    ((error, about, subscriber),) = told
    assert str(error) == "no disk"
    assert about is event
    assert subscriber.identifier == identifier


def test_error_of_a_callback_is_logged_unless_there_is_a_hook(hub: EventHub, caplog: pytest.LogCaptureFixture) -> None:
    def fail(event: Event) -> None:
        raise RuntimeError("no disk")

    hub.subscribe("topic=a", fail)
    assert hub.publish(Event("a"), synchronous=True) == []
    (record,) = (record for record in caplog.records if record.name == "ftrack_typed.events.handling")
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "no disk"


def test_hook_that_raises_is_logged_with_what_it_was_told(hub: EventHub, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_facts: object) -> None:
        raise RuntimeError("broken")

    hub.on_handler_error = fail
    hub.subscribe("topic=a", fail)
    hub.subscribe("topic=a", Recorder("fine"))
    assert hub.publish(Event("a"), synchronous=True) == ["fine"]
    assert [record.name for record in caplog.records].count("ftrack_typed.events.handling") == 2


def test_target_chooses_subscribers_by_what_is_said_of_them(hub: EventHub) -> None:
    nuke, maya = Recorder("nuke"), Recorder("maya")
    hub.subscribe("topic=a", nuke, {"applicationId": "nuke"})
    hub.subscribe("topic=a", maya, {"applicationId": "maya"})
    assert hub.publish(Event("a", target="applicationId=nuke"), synchronous=True) == ["nuke"]
    assert hub.publish(Event("a", target="applicationId=blender"), synchronous=True) == []


def test_target_that_cannot_be_read_drops_the_event(hub: EventHub, caplog: pytest.LogCaptureFixture) -> None:
    hub.subscribe("topic=a", Recorder("x"))
    assert hub.publish(Event("a", target="no expression"), synchronous=True) == []
    assert "target" in caplog.text


def test_source_is_filled_in_where_it_is_empty(hub: EventHub) -> None:
    recorder = Recorder()
    hub.subscribe("topic=a", recorder)
    hub.publish(Event("a"), synchronous=True)
    hub.publish(Event("a", source={"id": "mine", "user": {"username": "joe"}, "host": "ws1"}), synchronous=True)
    filled, given = recorder.events
    assert filled["source"] == {"id": hub.id, "user": {"username": "jane"}, "host": platform.node()}
    assert given["source"] == {"id": "mine", "user": {"username": "joe"}, "host": "ws1"}


def test_subscriber_is_found_by_its_identifier(hub: EventHub) -> None:
    metadata = {"applicationId": "nuke"}
    recorder = Recorder()
    identifier = hub.subscribe("topic=a", recorder, metadata)
    subscriber = hub.get_subscriber_by_identifier(identifier)
    assert subscriber is not None
    assert subscriber.metadata == {"applicationId": "nuke", "id": identifier}
    assert metadata["id"] == identifier
    assert subscriber.interested_in(Event("a"))
    assert not subscriber.interested_in(Event("b"))
    assert str(subscriber) == f'<Subscriber metadata={metadata} subscription="topic=a">'
    assert hub.get_subscriber_by_identifier("another") is None


def test_identifier_is_taken_once(hub: EventHub) -> None:
    first = Recorder("first")
    assert hub.subscribe("topic=a", first, {"id": "mine"}) == "mine"
    with pytest.raises(NotUniqueError, match=r"Subscriber with identifier mine already exists\."):
        hub.subscribe("topic=a", Recorder("second"), {"id": "mine"})
    assert hub.publish(Event("a"), synchronous=True) == ["first"]


def test_wrong_expression_is_refused_and_leaves_nothing(hub: EventHub) -> None:
    with pytest.raises(ExpressionSyntaxError):
        hub.subscribe("every event", Recorder(), {"id": "mine"})
    assert hub.get_subscriber_by_identifier("mine") is None


def test_unsubscribed_callback_is_not_called(hub: EventHub) -> None:
    identifier = hub.subscribe("topic=a", Recorder("x"))
    hub.unsubscribe(identifier)
    assert hub.publish(Event("a"), synchronous=True) == []
    with pytest.raises(NotFoundError, match=f"missing subscriber with identifier {identifier}"):
        hub.unsubscribe(identifier)


def test_subscription_for_a_block(hub: EventHub) -> None:
    with hub.subscription("topic=a", Recorder("x")) as identifier:
        assert hub.publish(Event("a"), synchronous=True) == ["x"]
        assert hub.get_subscriber_by_identifier(identifier) is not None
    assert hub.publish(Event("a"), synchronous=True) == []


def test_handlers_may_subscribe_publish_and_unsubscribe(hub: EventHub) -> None:
    def handler(event: Event) -> object:
        hub.unsubscribe(identifier)
        hub.subscribe("topic=b", Recorder("inner"))
        return hub.publish(Event("b"), synchronous=True)

    identifier = hub.subscribe("topic=a", handler)
    assert hub.publish(Event("a"), synchronous=True) == [["inner"]]
    assert hub.publish(Event("a"), synchronous=True) == []


def test_publishing_without_a_connection(hub: EventHub) -> None:
    with pytest.raises(EventHubConnectionError):
        hub.publish(Event("a"))
    assert hub.publish(Event("a"), on_error="ignore") is None
    hub.init_connection()
    assert hub.publish(Event("a")) is True


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "a*", "*"]), st.integers(0, 3)), max_size=12))
def test_subscribers_of_a_topic_are_those_whose_expression_matches(wanted: list[tuple[str, int]]) -> None:
    """The index by topic gives what a walk over all subscribers gives."""
    hub = EventHub("http://127.0.0.1:9", "jane", "key")
    for number, (topic, priority) in enumerate(wanted):
        hub.subscribe(f"topic={topic}", Recorder(number), priority=priority)
    for topic in ("a", "b", "ab"):
        subscribers = hub._subscribers.all()
        expected = sorted(
            (each.priority, number) for number, each in enumerate(subscribers) if each.interested_in(Event(topic))
        )
        assert hub.publish(Event(topic), synchronous=True) == [number for _, number in expected]


def test_threads_subscribe_and_publish_at_once(hub: EventHub) -> None:
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        for _ in range(100):
            with hub.subscription("topic=a", Recorder(threading.get_ident())):
                if threading.get_ident() not in hub.publish(Event("a"), synchronous=True):
                    missed.append(1)

    missed: list[int] = []
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert missed == []
    assert hub._subscribers.all() == []
