"""Tests the handshake and who gets a connection (protocol section 7.1)."""

from __future__ import annotations

import pytest
import requests
import websocket

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.events.handshake import Handshakes
from ftrack_typed.sandbox.users import User

from .conftest import PATIENCE, Connect, handshake, open_socket


def test_answer_has_four_fields_that_clients_read(sandbox: Sandbox) -> None:
    answer = handshake(sandbox, sandbox.api_user, sandbox.api_key)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    session_id, heartbeat, close, transports = answer.text.split(":")
    assert len(session_id) >= 32
    assert int(heartbeat) > 0
    assert int(close) > 0
    assert "websocket" in transports.split(",")


@pytest.mark.parametrize("path", ["/socket.io/1/", "/socket.io/1"])
def test_credentials_may_stand_in_the_query(sandbox: Sandbox, path: str) -> None:
    query = {"api_user": sandbox.api_user, "api_key": sandbox.api_key}
    answer = requests.get(
        f"{sandbox.server_url}{path}", params=query, headers={"origin": "https://studio.example"}, timeout=PATIENCE
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://studio.example"
    assert answer.headers["access-control-allow-credentials"] == "true"
    open_socket(sandbox, answer.text.split(":")[0]).close()


@pytest.mark.parametrize(("user", "key"), [("", ""), ("nobody", "x"), ("administrator", "wrong")])
def test_who_is_not_known_gets_no_session(sandbox: Sandbox, user: str, key: str) -> None:
    answer = handshake(sandbox, sandbox.api_user if user == "administrator" else user, key)
    assert answer.status_code == 401
    assert ":websocket" not in answer.text


def test_session_ids_differ(sandbox: Sandbox) -> None:
    ids = {handshake(sandbox, sandbox.api_user, sandbox.api_key).text.split(":")[0] for _ in range(10)}
    assert len(ids) == 10


@pytest.mark.parametrize("session_id", ["unknown", "0" * 32, "%00", "%C3%A9"])
def test_unknown_session_id_is_refused(sandbox: Sandbox, session_id: str) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        open_socket(sandbox, session_id)


def test_session_id_opens_one_connection(sandbox: Sandbox, connect: Connect) -> None:
    client = connect()
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        open_socket(sandbox, client.session_id)
    assert client.packet() == "1::"


def test_session_id_expires() -> None:
    now = 100.0
    handshakes = Handshakes(lambda: now, lifetime=30.0)
    user = User("id", "jane")
    early, late = handshakes.issue(user), handshakes.issue(user)
    now = 129.0
    assert handshakes.redeem(early) == user
    assert handshakes.redeem(early) is None
    now = 131.0
    assert handshakes.redeem(late) is None
