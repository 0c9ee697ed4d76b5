"""Tests that nothing a client sends takes down the server, or the other work of its connection."""

from __future__ import annotations

import contextlib
import json

import pytest
import websocket
from hypothesis import given, settings
from hypothesis import strategies as st

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.events import packets
from ftrack_typed.sandbox.events.connection import Timing
from ftrack_typed.sandbox.events.packets import MalformedEventError

from .conftest import Connect, RawClient, wait_until

NO_PACKETS = (
    *("", "5", "5:", "5::", "5:::", "x", "9::", "55:::", "é", "5;;;{}", "2", "2:", "1::", "3:::text", "4:::{}", "7:::"),
    *("6:::1+[]", "8::", "\x00", "2::\n", ":::", "5:x+::{}", "5:-1+::{}", f"5:{'9' * 50}+::{{}}", "\u0665:::{}"),
)
"""Frames that are no packet, or that ask for nothing."""


@pytest.mark.parametrize("frame", NO_PACKETS)
def test_frame_that_is_no_packet_is_passed_over(connect: Connect, frame: str) -> None:
    client = connect()
    client.subscribe("topic=x")
    client.send(frame)
    client.publish("x", "after")
    assert [event["data"] for event in client.events()] == ["after"]
    assert {packet[0] for packet in client.received} <= set("1256")


def named(name: str = "ftrack.event", *arguments: object) -> str:
    return json.dumps({"name": name, "args": list(arguments)})


BAD_EVENTS = {
    "nothing": ("", "not JSON"),
    "half": ('{"name":"ftrack.event","args":[{', "not JSON"),
    "constant": ('{"name":"ftrack.event","args":[{"topic":"x","data":NaN}]}', "NaN"),
    "huge number": ('{"name":"ftrack.event","args":[{"topic":"x","data":1e999}]}', "JSON"),
    "long number": ('{"name":"ftrack.event","args":[{"topic":"x","data":' + "1" * 5000 + "}]}", "JSON"),
    "surrogate": ('{"name":"ftrack.event","args":[{"topic":"x","data":"\\ud800"}]}', "surrogate"),
    "deep": ('{"name":"ftrack.event","args":[{"topic":"x","data":' + "[" * 100_000 + "]" * 100_000 + "}]}", "deep"),
    "no object": ("[]", "object"),
    "other name": (named("message", {"topic": "x"}), "ftrack.event"),
    "no arguments": (named(), "one object"),
    "two arguments": (named("ftrack.event", {"topic": "x"}, {"topic": "x"}), "one object"),
    "text": (named("ftrack.event", "x"), "one object"),
    "no topic": (named("ftrack.event", {"data": {}}), "topic"),
    "number as topic": (named("ftrack.event", {"topic": 1}), "topic"),
    "list as target": (named("ftrack.event", {"topic": "x", "target": []}), "target"),
    "text as source": (named("ftrack.event", {"topic": "x", "source": "me"}), "source"),
    "bad target": (named("ftrack.event", {"topic": "x", "target": "id nor x"}), "Failed to parse"),
    "long target": (named("ftrack.event", {"topic": "x", "target": "a=b or " * 5000 + "a=b"}), "10000"),
    "nothing subscribed": (named("ftrack.event", {"topic": "ftrack.meta.subscribe"}), "subscriber.id"),
    "no subscription": (
        named("ftrack.event", {"topic": "ftrack.meta.subscribe", "data": {"subscriber": {"id": "a"}}}),
        "subscription",
    ),
    "number as id": (
        named(
            "ftrack.event",
            {"topic": "ftrack.meta.subscribe", "data": {"subscriber": {"id": 5}, "subscription": "topic=x"}},
        ),
        "subscriber.id",
    ),
    "bad subscription": (
        named(
            "ftrack.event",
            {"topic": "ftrack.meta.subscribe", "data": {"subscriber": {"id": "a"}, "subscription": "nonsense"}},
        ),
        "Failed to parse",
    ),
}


@pytest.mark.parametrize("name", BAD_EVENTS)
def test_bad_event_is_refused_where_an_answer_is_asked_for(sandbox: Sandbox, connect: Connect, name: str) -> None:
    data, reason = BAD_EVENTS[name]
    client = connect()
    client.subscribe("topic=*")
    client.send(f"5:77+::{data}")
    answer = client.acknowledgement(77)
    assert answer["success"] is False
    assert reason in answer["message"]
    client.send(f"5:::{data}")
    client.publish("x", "after")
    assert [event["data"] for event in client.events()] == ["after"]
    assert [event.topic for event in sandbox.events] == ["x"]


@pytest.mark.parametrize("number", ["0", "1", "12345678901234567"])
@pytest.mark.parametrize("plus", ["", "+"])
def test_every_packet_with_an_id_is_acknowledged(connect: Connect, number: str, plus: str) -> None:
    client = connect()
    client.send(f"5:{number}{plus}::{client.content('x')}")
    assert client.next("6") == f'6:::{number}+[{{"success": true}}]'


def test_megabytes_arrive_whole(connect: Connect) -> None:
    publisher, listener = connect(), connect()
    listener.subscribe("topic=x")
    text = "é" * 1_000_000
    assert publisher.publish("x", text) == {"success": True}
    assert listener.next_event("x")["data"] == text


def test_event_beyond_the_limit_is_refused(connect: Connect) -> None:
    client = connect()
    assert client.publish("x", "a" * packets.MAXIMUM_PACKET)["success"] is False
    assert client.publish("x", "a") == {"success": True}


def test_wrong_text_encoding_ends_that_connection_alone(sandbox: Sandbox, connect: Connect) -> None:
    wrong, right = connect(), connect()
    right.subscribe("topic=x")
    wrong.socket.send(b'5:::{"\xff\xfe"}', opcode=websocket.ABNF.OPCODE_TEXT)
    wait_until(lambda: sandbox.events.connections == 1, "the connection with the wrong text is closed")
    right.publish("x")
    assert len(right.events()) == 1


def test_bytes_are_no_packet(connect: Connect) -> None:
    client = connect()
    client.socket.send(f"5:1+::{client.content('x')}".encode(), opcode=websocket.ABNF.OPCODE_BINARY)
    client.publish("y")
    assert not any(packet.startswith("6:::1+") for packet in client.received[:-1])


def test_failing_interceptor_is_answered(sandbox: Sandbox, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    sandbox.events.intercept = lambda _event, _route: str(1 // 0)
    client = connect()
    answer = client.publish("x")
    assert answer["success"] is False
    assert "ZeroDivisionError" in answer["message"]
    assert "ZeroDivisionError" in caplog.text


def test_slow_reader_is_disconnected_and_holds_up_nobody(sandbox: Sandbox, connect: Connect) -> None:
    slow, quick = connect(), connect()
    slow.subscribe("topic=large")
    quick.subscribe("topic=small")
    text = "a" * 4_000_000
    numbers: list[int] = []
    while sandbox.events.connections == 2 and len(numbers) < 100:
        sandbox.events.publish("large", text)
        sandbox.events.publish("small", len(numbers))
        numbers.append(quick.next_event("small")["data"])
    wait_until(lambda: sandbox.events.connections == 1, "the slow reader is disconnected")
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > 10


class Seconds:
    """A clock that a test puts forward."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_who_is_silent_is_disconnected_and_who_answers_stays() -> None:
    """Let more than a minute pass, in which one client answers a heartbeat every ten seconds and another does not.

    What a third one is acknowledged was read after the answer, or at most a few steps before it.
    """
    sandbox, clock = Sandbox(), Seconds()
    sandbox.events.timing = Timing(heartbeat=0.02, clock=clock)
    with contextlib.ExitStack() as stack:
        stack.enter_context(sandbox)
        silent, alive, other = (stack.enter_context(contextlib.closing(RawClient(sandbox))) for _ in range(3))
        assert [client.packet() for client in (silent, alive, other)] == ["1::"] * 3
        for _ in range(7):
            assert sandbox.events.connections == 3 or clock.now == 60.0
            alive.next("2")
            assert [other.publish("x") for _ in range(2)] == [{"success": True}] * 2
            clock.now += 10.0
        wait_until(lambda: sandbox.events.connections == 2, "who is silent is disconnected")
        assert alive.publish("x") == {"success": True}
        with pytest.raises((websocket.WebSocketException, AssertionError, OSError)):
            silent.next("no such packet")


def test_announced_end_is_a_disconnect_packet(sandbox: Sandbox, connect: Connect) -> None:
    client = connect()
    client.subscribe("topic=x")
    assert sandbox.events.drop_connections(announced=True) == 1
    assert client.next("0") == "0::"
    wait_until(lambda: sandbox.events.connections == 0, "the connection ends")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FRAMES = st.one_of(
    TEXTS,
    st.lists(st.sampled_from(["5", ":", "+", "1", "2", "{", "}", "[", '"name"', '"ftrack.event"', "null"])).map(
        "".join
    ),
    st.tuples(st.sampled_from("0123456789"), TEXTS, TEXTS, TEXTS).map(":".join).filter(lambda text: text[0] != "0"),
)


@settings(max_examples=60)
@given(frames=st.lists(FRAMES, max_size=20))
def test_any_frames_leave_the_connection_at_work(sandbox: Sandbox, frames: list[str]) -> None:
    with contextlib.closing(RawClient(sandbox)) as client:
        for frame in frames:
            if not frame.startswith("0"):  # that one ends the connection
                client.send(frame)
        client.send(f"5:999999+::{client.content('x')}")
        assert client.acknowledgement(999999) == {"success": True}


@given(TEXTS | st.recursive(st.none() | st.integers() | TEXTS, st.lists, max_leaves=5).map(json.dumps))
def test_any_data_is_an_event_or_refused(data: str) -> None:
    for text in (data, f'{{"name":"ftrack.event","args":[{data}]}}'):
        with contextlib.suppress(MalformedEventError):
            packets.decode_event(text)
