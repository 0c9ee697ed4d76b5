"""Tests the connection of a hub: how it is made, lost and made again, and what a server can do to it."""

from __future__ import annotations

import contextlib
import itertools
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.sync.server import ServerConnection

from ftrack_typed.errors import EventHubConnectionError, EventQueueFullError
from ftrack_typed.events import Event, EventHub
from ftrack_typed.events.connection import Link
from ftrack_typed.events.health import Record
from ftrack_typed.events.outbox import Letter, Outbox
from ftrack_typed.events.socket_io import Endpoint, Packet
from tests.events.conftest import Recorder
from tests.events.event_server import PATIENCE, EventServer, event_frame, eventually
from tests.events.stream_proxy import StreamProxy

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

MakeHub = Callable[..., EventHub]


@pytest.fixture
def server() -> Iterator[EventServer]:
    with EventServer() as running:
        yield running


@pytest.fixture
def make_hub(server: EventServer) -> Iterator[MakeHub]:
    """Makes hubs for the server, which are closed afterwards."""
    made: list[EventHub] = []

    def make(**options: object) -> EventHub:
        made.append(EventHub(server.url, "jane", "key", timeout=PATIENCE, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for hub in made:
        hub.close()


@pytest.fixture
def connected(make_hub: MakeHub) -> EventHub:
    hub = make_hub()
    hub.connect()
    return hub


def await_end(link: Link) -> None:
    """Wait until there is no thread any more that reads or connects."""
    eventually(lambda: not link.running)


def handled(hub: EventHub, recorder: Recorder, count: int = 1) -> list[Event]:
    """Handle events until *recorder* has *count* of them."""

    def enough() -> bool:
        hub.wait(0.005)
        return len(recorder.events) >= count

    eventually(enough)
    return recorder.events


def test_connecting_tells_the_server_of_replies_first_and_of_all_subscribers(
    server: EventServer, make_hub: MakeHub
) -> None:
    hub = make_hub()
    first = hub.subscribe("topic=a", Recorder(), {"applicationId": "nuke"})
    hub.connect()
    assert hub.connected
    hub.subscribe("topic=b", Recorder(), {"id": "later"})
    server.await_(lambda: len(server.received) == 3)
    told = [(event["data"]["subscription"], event["data"]["subscriber"]) for event in server.events]
    assert sorted(told, key=str) == sorted(
        [
            ("topic=ftrack.meta.reply", {"id": hub.id}),
            ("topic=a", {"id": first, "applicationId": "nuke"}),
            ("topic=b", {"id": "later"}),
        ],
        key=str,
    )
    assert set(server.topics()) == {"ftrack.meta.subscribe"}
    assert all(event["source"]["user"] == {"username": "jane"} for event in server.events)


def test_connecting_twice_is_refused(connected: EventHub) -> None:
    with pytest.raises(EventHubConnectionError, match=r"Already connected\."):
        connected.connect()


def test_connecting_to_nothing_is_an_error_that_says_why(hub: EventHub) -> None:
    with pytest.raises(EventHubConnectionError) as caught:
        hub.connect()
    assert str(caught.value).startswith("Failed to connect to event server at http://127.0.0.1:9 with error: ")
    assert isinstance(caught.value, ConnectionError)
    assert not hub.connected
    assert hub.publish(Event("a")) is True  # session.md section 20: what is published then waits


def test_disconnecting(server: EventServer, connected: EventHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftrack_typed.events.hub._FAREWELL", PATIENCE)  # a machine may be busy
    connected.subscribe("topic=a", Recorder(), {"id": "mine"})
    connected.disconnect()
    server.await_(lambda: server.topics().count("ftrack.meta.unsubscribe") == 2)
    assert not connected.connected
    assert connected.get_subscriber_by_identifier("mine") is None
    assert connected.get_subscriber_by_identifier(connected.id) is None
    with pytest.raises(EventHubConnectionError, match=r"Not currently connected\."):
        connected.disconnect()
    with pytest.raises(EventHubConnectionError):
        connected.publish(Event("a"))
    with pytest.raises(EventHubConnectionError):
        connected.wait(0)


def test_disconnecting_for_another_connection_keeps_subscribers(server: EventServer, connected: EventHub) -> None:
    connected.subscribe("topic=a", Recorder(), {"id": "mine"})
    assert connected.flush(PATIENCE)
    connected.disconnect(unsubscribe=False, reconnect=True)
    assert connected.get_subscriber_by_identifier("mine") is not None
    assert connected.publish(Event("a", id="kept")) is True
    connected.reconnect(attempts=1)
    server.await_(lambda: "a" in server.topics())
    subscriptions = [event["data"]["subscription"] for event in server.events if "subscription" in event["data"]]
    assert subscriptions.count("topic=a") == 2
    assert server.topics()[-1] == "a"


def test_reconnecting_gives_up_and_says_after_how_many_attempts(hub: EventHub) -> None:
    with pytest.raises(EventHubConnectionError, match=r"http://127\.0\.0\.1:9 after 2 attempts\."):
        hub.reconnect(attempts=2, delay=0.01)


def test_event_that_is_published_is_acknowledged(server: EventServer, connected: EventHub) -> None:
    event = Event("a", data={"name": "björn"})
    assert connected.delivery(event) is None
    assert connected.publish(event) is None
    delivery = connected.delivery(event)
    assert delivery is not None
    assert delivery.wait(PATIENCE)
    assert delivery.acknowledged
    assert server.events[-1]["data"] == {"name": "björn"}
    assert server.events[-1]["inReplyToEvent"] is None
    assert connected.health().unacknowledged == 0


def test_event_that_the_server_refuses(server: EventServer, make_hub: MakeHub) -> None:
    server.acknowledges = False
    hub = make_hub()
    hub.connect()
    event = Event("a")
    hub.publish(event)
    server.await_(lambda: len(server.received) == 2)
    number = server.received[-1].split(":")[1]
    server.send(f'6:::{number}[{{"success":false,"message":"too late"}}]')
    delivery = hub.delivery(event)
    assert delivery is not None
    assert delivery.wait(PATIENCE) is False
    assert (delivery.state, delivery.message) == ("refused", "too late")


def test_event_that_cannot_be_sent_is_logged(connected: EventHub, caplog: pytest.LogCaptureFixture) -> None:
    event = Event("a", data={"x": object()})
    assert connected.publish(event) is None
    assert "Error sending event <Event" in caplog.text
    delivery = connected.delivery(event)
    assert delivery is not None
    assert delivery.state == "failed"
    assert connected.connected


def test_events_are_handled_in_the_thread_that_waits(server: EventServer, connected: EventHub) -> None:
    threads: list[threading.Thread] = []
    recorder = Recorder()
    connected.subscribe("topic=a", recorder)
    connected.subscribe("topic=a", lambda event: threads.append(threading.current_thread()))
    server.send_event("a", data={"x": 1}, unknown="key")
    (event,) = handled(connected, recorder)
    assert event["data"] == {"x": 1}
    assert threads == [threading.current_thread()]


def test_connection_is_told_to_subscribers(connected: EventHub) -> None:
    recorder = Recorder()
    connected.subscribe("topic=ftrack.meta.*", recorder)
    handled(connected, recorder)
    assert recorder.topics == ["ftrack.meta.connected"]


def test_results_are_replies(server: EventServer, connected: EventHub) -> None:
    connected.subscribe("topic=a", Recorder({"x": 1}), {"id": "first"}, priority=1)
    connected.subscribe("topic=a", Recorder(False), {"id": "second"}, priority=2)
    connected.subscribe("topic=a", Recorder(None), {"id": "third"}, priority=3)
    server.send_event("a", id="asked", source={"id": "asker"})

    def replies() -> list[dict[str, object]]:
        connected.wait(0.005)
        return [event for event in server.events if event["topic"] == "ftrack.meta.reply"]

    eventually(lambda: len(replies()) == 2)
    assert [(each["data"], each["source"]["id"]) for each in replies()] == [({"x": 1}, "first"), (False, "second")]  # type: ignore[index]
    assert {each["target"] for each in replies()} == {"id=asker"}
    assert {each["inReplyToEvent"] for each in replies()} == {"asked"}


def test_replies_reach_who_asked(server: EventServer, connected: EventHub) -> None:
    recorder = Recorder("not an answer to the answer")
    question = Event("a")
    connected.publish(question, on_reply=recorder)
    target = f"id={connected.id}"
    server.send_event("ftrack.meta.reply", data=[], inReplyToEvent=question["id"], target=target)
    server.send_event("ftrack.meta.reply", data=2, inReplyToEvent="another", target=target)
    server.send_event("ftrack.meta.reply", data=3, inReplyToEvent=question["id"], target="id=other")
    server.send_event("ftrack.meta.reply", data=4, inReplyToEvent=question["id"], target=target)
    assert [event["data"] for event in handled(connected, recorder, 2)] == [[], 4]
    connected.wait(0.01)
    assert "ftrack.meta.reply" not in server.topics()


def test_heartbeats_are_answered_without_anybody_waiting(server: EventServer, connected: EventHub) -> None:
    server.send("2::", "2:::")
    server.await_(lambda: sum(frame.startswith("2:") for frame in server.received) == 2)
    assert connected.connected


def test_duplicates_are_passed_over_across_connections(server: EventServer, connected: EventHub) -> None:
    recorder = Recorder()
    connected.subscribe("topic=a", recorder)
    server.send_event("a", id="1")
    server.send_event("a", id="1")
    server.drop()
    server.await_(lambda: len(server.connections) == 2)
    server.send_event("a", id="1")
    server.send_event("a", id="2")
    handled(connected, recorder, 2)
    assert [event["id"] for event in recorder.events] == ["1", "2"]
    assert connected.health().duplicates == 2


@pytest.mark.parametrize("how", ["drop", "0::", "close"])
def test_connection_that_is_lost_is_made_again(server: EventServer, connected: EventHub, how: str) -> None:
    recorder = Recorder()
    connected.subscribe("topic=a", recorder, {"id": "mine"})
    server.await_(lambda: len(server.received) == 2)
    if how == "drop":
        server.drop()
    elif how == "close":
        server.connections[-1].close()
    else:
        server.send(how)
    server.await_(lambda: len(server.connections) == 2 and len(server.received) >= 4)
    again = [event["data"]["subscriber"]["id"] for event in server.events[2:] if "subscriber" in event["data"]]
    assert sorted(again) == sorted([connected.id, "mine"])
    server.send_event("a")
    handled(connected, recorder)
    assert connected.health().last_error


def test_what_was_not_acknowledged_is_sent_again_in_order_and_first(server: EventServer, connected: EventHub) -> None:
    assert connected.flush(PATIENCE)
    server.acknowledges = False
    events = [Event("a", id=str(number)) for number in range(3)]
    connected.publish(events[0])
    connected.publish(events[1])
    server.await_(lambda: server.topics().count("a") == 2)
    server.acknowledges = True
    server.stop()
    eventually(lambda: not connected.connected)
    assert connected.publish(events[2]) is True
    server.start()
    for event in events:
        delivery = connected.delivery(event)
        assert delivery is not None
        assert delivery.wait(PATIENCE)
    assert [event["id"] for event in server.events if event["topic"] == "a"][2:] == ["0", "1", "2"]


def test_publishes_survive_a_server_that_is_away(server: EventServer, connected: EventHub) -> None:
    server.stop()
    eventually(lambda: not connected.connected)
    events = [Event("a", id=str(number)) for number in range(5)]
    assert [connected.publish(event) for event in events] == [True] * 5
    assert connected.health().waiting_to_be_sent == 5
    assert connected.health().state == "connecting"
    server.start()
    assert connected.flush(PATIENCE)
    assert [event["id"] for event in server.events if event["topic"] == "a"] == ["0", "1", "2", "3", "4"]


def test_as_many_may_wait_as_said(hub: EventHub) -> None:
    small = EventHub("http://127.0.0.1:9", "jane", "key", queue_limit=2)
    small.init_connection()
    assert [small.publish(Event("a")), small.publish(Event("a"))] == [True, True]
    with pytest.raises(EventQueueFullError, match="2 events"):
        small.publish(Event("a"))
    assert small.publish(Event("a"), on_error="ignore") is None


@pytest.mark.parametrize(("overflow", "kept"), [("drop_oldest", ["3", "4"]), ("drop_newest", ["0", "1"])])
def test_events_that_nobody_handles_are_dropped_as_said(
    server: EventServer, make_hub: MakeHub, overflow: str, kept: list[str]
) -> None:
    hub = make_hub(queue_limit=2, overflow=overflow)
    recorder = Recorder()
    hub.subscribe("topic=a", recorder)
    hub.connect()
    hub.wait(0)  # handles the event that tells of the connection
    for number in range(5):
        server.send_event("a", id=str(number))
    eventually(lambda: hub.health().dropped == 3)
    eventually(lambda: hub.health().waiting_to_be_handled == 2)
    assert [event["id"] for event in handled(hub, recorder, 2)] == kept


def test_silent_server_is_noticed(server: EventServer, make_hub: MakeHub) -> None:
    hub = make_hub(silence=0.3)
    hub.connect()
    server.await_(lambda: len(server.connections) >= 2)
    eventually(lambda: "silent for 0.3 seconds" in (hub.health().last_error or ""))


def test_background_connection_is_tried_until_it_succeeds(server: EventServer, make_hub: MakeHub) -> None:
    server.stop()
    hub = make_hub()
    hub.connect_in_background()
    event = Event("a")
    assert hub.publish(event) is True
    eventually(lambda: hub.health().last_error)
    server.start()
    delivery = hub.delivery(event)
    assert delivery is not None
    assert delivery.wait(PATIENCE)
    assert server.topics() == ["ftrack.meta.subscribe", "a"]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lets connections be made again at once; gives for each failure how many there were in a row.

    None is counted as the first one again because it took long to come.
    """
    counted: list[int] = []

    def no_delays() -> Iterator[float]:
        for number in itertools.count(1):
            counted.append(number)
            yield 0.001

    monkeypatch.setattr("ftrack_typed.events.connection.delays", no_delays)
    monkeypatch.setattr("ftrack_typed.events.connection.STABLE", float("inf"))
    return counted


def break_off(connection: ServerConnection) -> None:
    with contextlib.suppress(OSError):
        connection.socket.shutdown(socket.SHUT_RDWR)


def test_connections_that_were_of_use_count_for_no_failures(
    server: EventServer, make_hub: MakeHub, waits: list[int]
) -> None:
    hub = make_hub()
    hub.connect()

    def break_connection(number: int) -> None:
        server.await_(lambda: len(server.connections) == number)  # which a hub may know before the server does
        break_off(server.connections[-1])
        eventually(lambda: hub.health().connections == number + 1)

    for number in range(1, 6):
        hub.publish(Event("a"))
        assert hub.flush(PATIENCE)
        break_connection(number)
    assert waits == [1] * 5
    for number in range(6, 9):
        break_connection(number)
    assert waits[5:] == [2, 3, 4]


@pytest.mark.usefixtures("waits")
def test_event_that_breaks_every_connection_is_given_up(
    server: EventServer, make_hub: MakeHub, caplog: pytest.LogCaptureFixture
) -> None:
    broken: list[ServerConnection] = []

    def heed(connection: ServerConnection, message: str) -> None:
        if '"poison"' in message:
            broken.append(connection)
            break_off(connection)

    server.heed = heed
    hub = make_hub()
    hub.connect()
    poison, following = Event("poison"), Event("a")
    hub.publish(poison)
    hub.publish(following)
    delivery = hub.delivery(following)
    assert delivery is not None
    assert delivery.wait(PATIENCE)
    failed = hub.delivery(poison)
    assert failed is not None
    assert failed.state == "failed"
    assert len(broken) >= 10
    assert "is not sent: the connection broke each of 10 times it was sent" in caplog.text


def test_acknowledgements_are_read_while_others_are_sent(server: EventServer, make_hub: MakeHub) -> None:
    """The server reads no further than to the first event; what waits is more than sockets hold."""
    go_on = threading.Event()
    server.heed = lambda connection, message: go_on.wait(2 * PATIENCE) if '"second"' in message else None
    hub = make_hub()
    hub.init_connection()
    events = [Event("first"), Event("second"), *(Event("a", data={"text": "x" * 1_000_000}) for _ in range(40))]
    for event in events:
        hub.publish(event)
    hub.connect_in_background()
    delivery = hub.delivery(events[0])
    assert delivery is not None
    try:
        assert delivery.wait(PATIENCE)
        assert hub.health().waiting_to_be_sent
    finally:
        go_on.set()
    assert hub.flush(PATIENCE)


def test_frame_that_never_ends_counts_as_silence(server: EventServer, make_hub: MakeHub) -> None:
    hub = make_hub(silence=0.5)
    hub.connect()
    server.await_(lambda: server.received)
    connection = server.connections[-1]
    with contextlib.suppress(OSError):  # where this comes so late that the hub has left already
        connection.socket.sendall(b"\x81\x7f" + (2**40).to_bytes(8, "big"))  # a text of a tebibyte

    def trickled() -> bool:
        with contextlib.suppress(OSError):
            connection.socket.sendall(b"x")  # without a pause, so that no wait for a byte is a long one
        return "silent for 0.5 seconds" in (hub.health().last_error or "")

    deadline = time.monotonic() + PATIENCE
    while not trickled():
        assert time.monotonic() < deadline, hub.health()


def test_disconnecting_from_a_silent_server_leaves_no_thread(server: EventServer) -> None:
    with StreamProxy(server.port, 0, faithful=True) as proxy:
        hub = EventHub(proxy.url, "jane", "key")
        hub.connect()
        assert hub.flush(PATIENCE)
        link = hub._remote.link
        assert link is not None
        proxy.fall_silent()
        hub.close()
        await_end(link)  # long before the silence would end it


def test_attempts_can_be_limited_and_the_end_is_told(server: EventServer, make_hub: MakeHub) -> None:
    hub = make_hub(reconnect_attempts=1)
    recorder = Recorder()
    hub.subscribe("topic=ftrack.meta.disconnected", recorder)
    hub.connect()
    server.stop()
    hub.wait(PATIENCE)  # comes to an end
    assert recorder.topics == ["ftrack.meta.disconnected"]
    assert hub.health().state == "idle"
    server.start()


def test_who_is_told_of_the_end_finds_that_it_has_come(
    server: EventServer, make_hub: MakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = make_hub(reconnect_attempts=0)
    told: list[tuple[str, str]] = []
    put_own = hub._inbox.put_own

    def watched(event: Event) -> None:
        put_own(event)
        told.append((event["topic"], hub.health().state))

    monkeypatch.setattr(hub._inbox, "put_own", watched)
    hub.connect()
    server.stop()
    eventually(lambda: len(told) == 2)
    server.start()
    assert told == [("ftrack.meta.connected", "connected"), ("ftrack.meta.disconnected", "idle")]


def test_waiting_ends_when_the_hub_is_disconnected(connected: EventHub) -> None:
    waits = threading.Event()
    connected.subscribe("topic=ftrack.meta.connected", lambda event: waits.set())
    waiting = threading.Thread(target=connected.wait)
    waiting.start()
    assert waits.wait(PATIENCE)
    connected.disconnect()
    waiting.join(PATIENCE)
    assert not waiting.is_alive()


def test_waiting_ends_in_time_although_events_come(server: EventServer, connected: EventHub) -> None:
    connected.subscribe("topic=a", lambda event: server.send_event("a"))
    server.send_event("a")
    connected.wait(0.1)


def test_closing_a_hub_that_tries_to_connect_ends_its_thread(hub: EventHub) -> None:
    hub.connect_in_background()
    eventually(lambda: hub.health().last_error)
    link = hub._remote.link
    assert link is not None
    hub.close()
    await_end(link)


def test_hub_that_is_disconnected_at_once_leaves_no_socket(server: EventServer, make_hub: MakeHub) -> None:
    for _ in range(20):
        hub = make_hub()
        hub.connect()
        reading = hub._remote.link
        assert reading is not None
        hub._remote.disconnect(stays=True)
        await_end(reading)
        assert reading._reading is None


def test_disconnecting_says_how_many_events_are_lost(
    server: EventServer, connected: EventHub, caplog: pytest.LogCaptureFixture
) -> None:
    assert connected.flush(PATIENCE)
    server.acknowledges = False
    event = Event("a")
    connected.publish(event)
    connected.disconnect()
    assert "1 events were not sent" in caplog.text
    delivery = connected.delivery(event)
    assert delivery is not None
    assert delivery.state == "unknown"


HOSTILE: list[str | bytes] = [
    "", ":", "9::", "99", "no packet", "3:::text", "4:::{}", "8::", "7:::reason", "1::",
    "5:::", "5:::{", "5:::null", "5:::[]", '5:::{"name":"ftrack.event"}', '5:::{"name":"ftrack.event","args":[]}',
    '5:::{"name":"ftrack.event","args":[3]}', '5:::{"name":"other","args":[{}]}', event_frame(""),
    event_frame("a", source="x"), event_frame("a", id=[1]), event_frame("a", target={"x": 1}),
    event_frame("a", target="no expression"),
    "5:::" + "[" * 100_000, "6:::", "6:::1", "6:::1+", "6:::1+[]", "6:::x+[{}]", '6:::1+{"success":true}',
    '6:::999999+[{"success":true}]', "6:::" + "9" * 5000 + "+[]", b"5:::\xff\xfe", b"\xc3(",
]  # fmt: skip


def test_hostile_frames_never_stop_the_reader(server: EventServer, connected: EventHub) -> None:
    recorder = Recorder()
    connected.subscribe("topic=b", recorder)
    for frame in HOSTILE:
        server.send(frame, text=True)
        server.send(frame, text=False)
    server.send_event("b", data={"text": "x" * 2_000_000})
    (event,) = handled(connected, recorder)
    assert len(event["data"]["text"]) == 2_000_000
    health = connected.health()
    assert (health.state, health.connections) == ("connected", 1)
    assert health.bad_packets > 20
    assert connected.publish(Event("a")) is None
    assert connected.flush(PATIENCE)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    frames=st.lists(
        st.binary(max_size=60)
        | st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))
        | st.builds(
            lambda code, rest: f"{code}:{rest}".encode("utf-8", "replace"),
            st.sampled_from("12345678"),
            st.text(alphabet=':+[]{}"0123,nul', max_size=40),
        )
        | st.dictionaries(
            st.sampled_from(["topic", "id", "data", "source", "target"]), st.none() | st.text() | st.integers()
        ).map(lambda values: event_frame(**{"topic": "x", **values}).encode()),  # type: ignore[arg-type]
        max_size=8,
    )
)
def test_no_frames_stop_the_reader(server: EventServer, connected: EventHub, frames: list[bytes]) -> None:
    """Whatever a server sends, but for the packet that ends a connection, what follows is handled."""
    recorder = Recorder()
    with connected.subscription("topic=last", recorder):
        server.send(*(frame for frame in frames if not frame.startswith(b"0")), text=True)
        server.send_event("last")
        handled(connected, recorder)
    assert connected.health().connections == 1


@pytest.mark.parametrize("junk", [b"\xff\xff\xff\xff\xff", b"HTTP/1.1 500 no\r\n\r\n", b"\x83\x00", b"\x81\xfe"])
def test_what_is_no_websocket_leads_to_a_new_connection(server: EventServer, connected: EventHub, junk: bytes) -> None:
    recorder = Recorder()
    connected.subscribe("topic=a", recorder)
    server.await_(lambda: len(server.received) == 2)
    connection = server.connections[0]
    connection.socket.sendall(junk)
    break_off(connection)  # not the next one, which the hub may have made by now
    server.await_(lambda: len(server.connections) == 2 and len(server.received) >= 4)
    server.send_event("a")
    handled(connected, recorder)


def test_error_of_ours_does_not_end_the_connection(server: EventServer, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Packet] = []

    def received(packet: Packet) -> bool:
        seen.append(packet)
        raise RuntimeError("a mistake")

    record = Record()
    endpoint = Endpoint(server.url, credentials={}, headers={}, cookies={}, timeout=PATIENCE)
    link = Link(endpoint, Outbox(10), greeting=list[Letter], received=received, attempts=None, record=record)
    link.connect()
    server.send("5:::{}", "5:::{}")
    eventually(lambda: len(seen) == 3)
    assert link.running
    assert record.connections == 1
    assert "a mistake" in caplog.text
    link.stop()


def test_secrets_are_not_shown(server: EventServer, make_hub: MakeHub, caplog: pytest.LogCaptureFixture) -> None:
    hub = EventHub(server.url, "jane", "the-secret-key")
    server.handshake_status = 500
    with caplog.at_level(logging.DEBUG, "ftrack_typed"), contextlib.suppress(EventHubConnectionError):
        hub.connect()
    assert "the-secret-key" not in repr(hub) + caplog.text + repr(hub.health())
