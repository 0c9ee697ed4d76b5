"""Tests the framing of Socket.IO 0.9: packets, handshakes, and what servers say that is none (protocol section 7.2)."""

from __future__ import annotations

import select

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrack_typed.events.event import Event
from ftrack_typed.events.socket_io import (
    Code,
    Endpoint,
    Packet,
    PacketError,
    SocketError,
    acknowledged,
    decode,
    encode,
    parse_handshake,
)
from ftrack_typed.events.traffic import Answer, answer_of, event_json, event_of
from tests.events.event_server import PATIENCE, EventServer


@pytest.mark.parametrize(
    ("frame", "packet"),
    [
        (b"0::", Packet(Code.DISCONNECT)),
        (b"0", Packet(Code.DISCONNECT)),
        (b"1::", Packet(Code.CONNECT)),
        (b"2::", Packet(Code.HEARTBEAT)),
        (b"2:::", Packet(Code.HEARTBEAT)),
        (b"5:::{}", Packet(Code.EVENT, "", "", "{}")),
        (b'5:12+:/a:{"x":"a:b:c"}', Packet(Code.EVENT, "12+", "/a", '{"x":"a:b:c"}')),
        (b"6:::12+[]", Packet(Code.ACKNOWLEDGEMENT, "", "", "12+[]")),
        (b"7:::reason:x", Packet(Code.ERROR, "", "", "reason:x")),
        (b"8::", Packet(Code.NOTHING)),
    ],
)
def test_frames_hold_packets(frame: bytes, packet: Packet) -> None:
    assert decode(frame) == packet


@pytest.mark.parametrize("frame", [b"", b":", b"9::", b"12::", b"x", b"\xff\xfe", b"5:::\xff", "٣::".encode()])
def test_frames_that_hold_none(frame: bytes) -> None:
    with pytest.raises(PacketError):
        decode(frame)


@given(st.binary(max_size=40) | st.text(alphabet='012345678:+[]{}"a', max_size=30).map(str.encode))
def test_any_frame_is_a_packet_or_an_error_of_packets(frame: bytes) -> None:
    try:
        packet = decode(frame)
    except PacketError:
        return
    for meaning in (event_of, answer_of):
        try:
            meaning(packet)
        except PacketError:
            continue


def test_packets_are_framed_without_a_path() -> None:
    assert encode(Code.HEARTBEAT) == b"2:::"
    assert encode(Code.EVENT, "7+", "{å}".encode()) == "5:7+::{å}".encode()


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ('12+[{"success":true}]', Answer(12, True, "")),
        ('12+[{"success":false,"message":"no"}]', Answer(12, False, "no")),
        ("12", Answer(12, True, "")),
        ("12+", Answer(12, True, "")),
        ("12+[]", Answer(12, True, "")),
        ("12+[null]", Answer(12, True, "")),
    ],
)
def test_acknowledgements(data: str, answer: Answer) -> None:
    assert answer_of(Packet(Code.ACKNOWLEDGEMENT, data=data)) == answer


@pytest.mark.parametrize("data", ["", "x", "+[]", "-1+[]", "1+[", "1+{", "²+[]", "1" * 30])
def test_acknowledgements_of_nothing(data: str) -> None:
    with pytest.raises(PacketError):
        answer_of(Packet(Code.ACKNOWLEDGEMENT, data=data))


def test_acknowledgement_is_a_number_and_arguments() -> None:
    assert acknowledged("3+[1]") == (3, "[1]")


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), lambda of: st.lists(of)))
def test_data_of_events_crosses_the_wire(data: object) -> None:
    event = Event("tøpic", data={"x": data}, in_reply_to_event="1")
    packet = decode(encode(Code.EVENT, "1+", event_json(event)))
    assert event_of(packet) == event


def test_text_is_not_escaped_on_the_wire() -> None:
    assert "björn".encode() in event_json(Event("a", data={"name": "björn"}))


@pytest.mark.parametrize("data", [{"x": object()}, {"x": float("nan")}, {"x": "\ud800"}, {"x": {1, 2}}])
def test_data_that_json_has_no_form_for(data: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        event_json(Event("a", data=data))


def test_handshake() -> None:
    granted = parse_handshake("abc:15:25:websocket,xhr-polling")
    assert granted.session == "abc"
    assert (granted.heartbeat_timeout, granted.close_timeout, granted.silence) == (15, 25, 25)
    assert granted.transports == ("websocket", "xhr-polling")
    assert parse_handshake("abc:::websocket\n").silence is None


@pytest.mark.parametrize("text", ["", "abc", "<html>:1:2:3", "abc:x:y:websocket", ":1:2:websocket", "a:b:c:d:e"])
def test_text_that_is_no_handshake(text: str) -> None:
    with pytest.raises(SocketError, match="handshake"):
        parse_handshake(text if text != "<html>:1:2:3" else "<html><body>a: b</body></html>")


def endpoint(url: str) -> Endpoint:
    credentials, headers, cookies = {"ftrack-api-key": "secret"}, {"x-studio": "one"}, {"cookie": "value"}
    return Endpoint(url, credentials=credentials, headers=headers, cookies=cookies, timeout=PATIENCE)


def test_credentials_go_with_the_handshake_alone_headers_and_cookies_with_both() -> None:
    with EventServer() as server:
        endpoint(server.url).open().close()
    handshake, websocket = server.requests
    assert handshake.path == "/socket.io/1/"
    assert websocket.path == "/socket.io/1/websocket/id1"
    assert handshake.headers["ftrack-api-key"] == "secret"
    assert "ftrack-api-key" not in websocket.headers
    assert [request.headers["x-studio"] for request in server.requests] == ["one", "one"]
    assert [request.headers["cookie"] for request in server.requests] == ["cookie=value", "cookie=value"]


@pytest.mark.parametrize(
    ("handshake", "status", "reason"),
    [
        ("id1:15:25:xhr-polling", 200, "no websocket"),
        ("id1:15:25:websocket", 401, "401"),
        ("id1:15:25:websocket", 302, "302"),
        ("<html>", 200, "handshake"),
    ],
)
def test_server_that_grants_nothing(handshake: str, status: int, reason: str) -> None:
    with EventServer() as server:
        server.handshake, server.handshake_status = handshake, status
        with pytest.raises(SocketError, match=reason):
            endpoint(server.url).open()


def test_server_that_is_not_there() -> None:
    with pytest.raises(SocketError) as caught:
        endpoint("http://127.0.0.1:9").open()
    assert "secret" not in str(caught.value)


def test_silence_counts_although_the_connection_answers_pings() -> None:
    with EventServer() as server:
        server.handshake = "id1:0.1:0.5:websocket"
        connection = endpoint(server.url).open()
        assert connection._websocket.sock is not None
        assert select.select([connection._websocket.sock], [], [], PATIENCE)[0]  # before silence is measured
        assert connection.receive() == b"1::"
        server.connections[-1].ping()
        with pytest.raises(SocketError, match=r"silent for 0\.5 seconds"):
            connection.receive()
        connection.close()
