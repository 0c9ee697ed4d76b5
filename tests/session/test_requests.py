"""Tests what a server sees of a session: credentials, headers, cookies and strictness, with every call."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import requests
from starlette.responses import JSONResponse

import ftrack_typed
from ftrack_typed.entities import Session, Shot, Task, User
from ftrack_typed.errors import (
    AuthenticationError,
    FtrackError,
    PermissionDeniedError,
    ServerCompatibilityError,
    ServerError,
)
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.session import SessionAuthentication
from ftrack_typed.transport import HttpTransport
from tests.session.conftest import Production


def change(session: Session) -> None:
    task = session.query(Task).select(Task.description).all()[0]
    task.description = f"{task.description or ''}."
    session.commit()


def load(session: Session) -> None:
    _ = session.query(Task).all()[0].description


def reset(session: Session) -> None:
    user = session.create(User, username=f"user_{uuid.uuid4().hex[:12]}")
    session.commit()
    session.reset_remote("api_key", user)


CALLS: dict[str, tuple[Callable[[Session], object], str]] = {
    "information": (lambda session: None, "query_server_information"),
    "schemas": (lambda session: session.schemas, "query_schemas"),
    "query": (lambda session: session.query(User).first(), "query"),
    "text": (lambda session: session.query("User").all(), "query"),
    "count": (lambda session: session.query(User).count(), "query"),
    "load": (load, "query"),
    "get": (lambda session: session.get(User, "nobody"), "query"),
    "commit": (change, "update"),
    "call": (lambda session: session.call([{"action": "query_server_information"}]), "query_server_information"),
    "reset": (reset, "reset_remote"),
    "widget": (lambda session: session.get_widget_url("tasks"), "get_widget_url"),
    "invite": (lambda session: session.send_user_invite(session.query(User).all()[0]), "send_user_invite"),
}
"""What a session does, and the action that the last call of it asks for."""


@pytest.mark.parametrize("name", list(CALLS))
@pytest.mark.parametrize("strict", [False, True])
def test_every_call_says_who_calls_and_how(
    open_session: type[Session], sandbox: Sandbox, production: Production, name: str, strict: bool
) -> None:
    sandbox.requests.clear()
    session = open_session(
        headers={"x-studio": "one", "x-show": "demo"},
        cookies={"sticky": "node-3", "gate": "open"},
        strict_api=strict,
        schema_cache_path=False,
    )
    does, action = CALLS[name]
    does(session)
    assert sandbox.requests[-1].actions[-1] == action
    for request in sandbox.requests:
        seen = request.headers
        assert (seen["ftrack-user"], seen["ftrack-api-key"]) == (sandbox.api_user, sandbox.api_key)
        assert seen["ftrack-strict-api"] == ("true" if strict else "false")
        assert (seen["x-studio"], seen["x-show"]) == ("one", "demo")
        assert set(seen["cookie"].split("; ")) == {"sticky=node-3", "gate=open"}
        # Protocol section 1.1.
        assert (seen["content-type"], seen["accept"]) == ("application/json", "application/json")
        assert seen["user-agent"] == f"ftrack-typed/{ftrack_typed.__version__}"


def test_nothing_is_sent_that_nobody_asked_for(open_session: type[Session], sandbox: Sandbox) -> None:
    sandbox.requests.clear()
    open_session()
    (request,) = sandbox.requests
    assert "cookie" not in request.headers
    assert {name for name in request.headers if name.startswith("ftrack-")} == {
        "ftrack-api-key",
        "ftrack-strict-api",
        "ftrack-user",
    }


@pytest.mark.parametrize("name", ["user-agent", "User-Agent"])
def test_headers_of_the_caller_win_but_for_credentials_and_strictness(
    open_session: type[Session], sandbox: Sandbox, name: str
) -> None:
    sandbox.requests.clear()
    headers = {name: "render-farm", "Ftrack-Strict-Api": "true", "Ftrack-User": "nobody", "FTRACK-API-KEY": "none"}
    open_session(headers=headers)
    (request,) = sandbox.requests
    assert request.headers["user-agent"] == "render-farm"
    assert request.headers["ftrack-strict-api"] == "false"
    assert request.headers["ftrack-user"] == sandbox.api_user
    assert request.headers["ftrack-api-key"] == sandbox.api_key


def test_cookies_and_headers_of_two_sessions_are_their_own(open_session: type[Session], sandbox: Sandbox) -> None:
    headers, cookies = {"x-studio": "one"}, {"gate": "open"}
    first = open_session(headers=headers, cookies=cookies)
    headers["x-studio"], cookies["gate"] = "changed", "changed"
    second = open_session()
    sandbox.requests.clear()
    first.query(User).first()
    second.query(User).first()
    of_first, of_second = (request.headers for request in sandbox.requests)
    assert (of_first["x-studio"], of_first["cookie"]) == ("one", "gate=open")
    assert "x-studio" not in of_second
    assert "cookie" not in of_second


def test_variables_of_the_environment_do_not_change_credentials(
    open_session: type[Session], sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # requests would take a user for the host from a file of passwords, in place of the session's own headers.
    passwords = tmp_path / "netrc"
    passwords.write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(passwords))
    sandbox.requests.clear()
    open_session().query(User).first()
    for request in sandbox.requests:
        assert "authorization" not in request.headers
        assert request.headers["ftrack-api-key"] == sandbox.api_key


def test_authentication_serves_a_session_of_requests(sandbox: Sandbox) -> None:
    # session.md section 2: the headers are set for each request, so they come with every call of such a session.
    http = requests.Session()
    http.auth = SessionAuthentication(sandbox.api_key, sandbox.api_user)
    with http:
        for _ in range(2):
            sandbox.requests.clear()
            answer = http.post(f"{sandbox.server_url}/api", json=[{"action": "query_server_information"}], timeout=60)
            assert answer.json()[0]["version"]
            assert sandbox.requests[-1].headers["ftrack-user"] == sandbox.api_user
            assert sandbox.requests[-1].headers["ftrack-api-key"] == sandbox.api_key


def test_authentication_returns_the_request_and_names_the_user() -> None:
    authentication = SessionAuthentication("the-key", "anna")
    request = requests.Request("GET", "http://127.0.0.1/", headers={"x-own": "1"}).prepare()
    assert authentication(request) is request
    assert request.headers["ftrack-user"] == "anna"
    assert request.headers["ftrack-api-key"] == "the-key"
    assert request.headers["x-own"] == "1"
    assert (authentication.api_key, authentication.api_user) == ("the-key", "anna")
    assert repr(authentication) == "<SessionAuthentication of 'anna'>"


def test_wrong_authentication_is_refused_by_the_server(sandbox: Sandbox) -> None:
    transport = HttpTransport(sandbox.server_url, sandbox.api_user, "not-the-key")
    with pytest.raises(AuthenticationError) as caught:
        transport.call([{"action": "query", "expression": "User"}])
    assert "not-the-key" not in f"{caught.value!r} {transport!r}"
    transport.close()


REFUSALS: Mapping[str, tuple[Mapping[str, object], type[ServerError]]] = {
    "credentials": ({"exception": "InvalidCredentialsError", "content": "no"}, AuthenticationError),
    "code": ({"exception": "Anything", "content": "no", "error_code": "api_credentials_invalid"}, AuthenticationError),
    "permission": ({"exception": "PermissionError", "content": "no"}, PermissionDeniedError),
    "old permission": ({"exception": "FTAuthenticationError", "content": "no"}, PermissionDeniedError),
    "unknown action": ({"exception": "Exception", "content": "Invalid action u'fly'"}, ServerCompatibilityError),
    "anything else": ({"exception": "ValidationError", "content": "no", "error_code": "x"}, ServerError),
}
"""Bodies of refusals, and the errors that they are (protocol section 1.4)."""


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("name", list(REFUSALS))
def test_refusal_of_the_server_has_its_type(session: Session, sandbox: Sandbox, name: str, status: int) -> None:
    body, expected = REFUSALS[name]
    sandbox.intercept = lambda request, answer: JSONResponse(body, status)
    try:
        with pytest.raises(ServerError) as caught:
            session.query(Task).all()
    finally:
        sandbox.intercept = None
    error = caught.value
    assert type(error) is expected
    assert str(error) == f"Server reported error: {body['exception']}({body['content']})"
    assert (error.exception, error.content) == (body["exception"], body["content"])
    assert error.error_code == body.get("error_code")
    assert session.query(Task).first() is not None


def test_user_without_a_role_is_denied(session: Session, open_session: type[Session], production: Production) -> None:
    user = session.create(User, username=f"user_{uuid.uuid4().hex}", is_active=True)
    session.commit()
    limited = open_session(api_user=user.username, api_key=user.reset_api_key())
    task = limited.get(Task, production.task_ids[0])
    assert task is not None
    task.description = "not mine"
    with pytest.raises(PermissionDeniedError, match=user.username):
        limited.commit()
    assert limited.modified == [task]


def test_reprs_have_no_secrets(open_session: type[Session], sandbox: Sandbox, production: Production) -> None:
    address = sandbox.server_url.replace("http://", "http://porter:passw0rd@")
    session = open_session(server_url=address, headers={"x-token": "t0ken"}, cookies={"gate": "c00kie"})
    task, shot = session.get(Task, production.task_ids[0]), session.get(Shot, production.shot_id)
    assert task is not None
    task.description = "x"
    with pytest.raises(FtrackError) as caught:
        session.query("Nothing").all()
    shown = (session, session._settings, session._transport, session._state, session.recorded_operations, task, shot)
    text = " ".join([*map(repr, shown), str(caught.value), repr(caught.value.details), str(session.plan())])
    assert "127.0.0.1" in text
    for secret in ("passw0rd", "t0ken", "c00kie", sandbox.api_key):
        assert secret not in text
    session.rollback()
