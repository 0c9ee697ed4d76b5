"""Tests how a session starts, fails and ends: settings, credentials, schema cache, drift and bad servers."""

from __future__ import annotations

import contextlib
import copy
import logging
import pickle
import socket
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ftrack_typed.entities import Session, Task, User
from ftrack_typed.errors import (
    AuthenticationError,
    CommitOutcomeUnknownError,
    ConnectionClosedError,
    RequestTimeoutError,
    SchemaDriftWarning,
    ServerUnreachableError,
    TransportError,
    UnexpectedResponseError,
)
from ftrack_typed.registry import Registry
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.transport import HttpTransport
from tests.session.conftest import Production, actions_of, timeout_of


@pytest.fixture
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FTRACK_SERVER", "FTRACK_API_KEY", "FTRACK_APIKEY", "FTRACK_API_USER"):
        monkeypatch.delenv(name, raising=False)


def test_variables_stand_in_for_arguments(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, no_variables: None
) -> None:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    with Session(schema_cache_path=False) as session:
        assert session.server_url == sandbox.server_url
        assert session.api_user == sandbox.api_user
        assert session.api_key == sandbox.api_key


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "FTRACK_SERVER"),
        ({"server_url": "http://127.0.0.1:1"}, "FTRACK_API_KEY"),
        ({"server_url": "studio.ftrackapp.com", "api_key": "k"}, "http://"),
    ],
)
def test_missing_settings_name_the_variable(no_variables: None, given: dict[str, str], missing: str) -> None:
    with pytest.raises(TypeError, match=missing):
        Session(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "value"), [("headers", "x"), ("cookies", 3), ("strict_api", "yes")])
def test_arguments_of_wrong_types_are_refused(sandbox: Sandbox, name: str, value: object) -> None:
    given = {"server_url": sandbox.server_url, "api_key": "k", "api_user": "u", name: value}
    with pytest.raises(TypeError, match=name):
        Session(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("headers", {"x-show": 3}, "'x-show': int"),
        ("headers", {3: "demo"}, "3: str"),
        ("timeout", "60", "timeout"),
        ("timeout", 0, "above 0"),
        ("timeout", -1, "above 0"),
        ("timeout", True, "timeout"),
        ("api_key", "s3cret\n", "api_key has a character"),
        ("api_key", "s3cret\u2013", "api_key has a character"),
        ("api_user", "anna\u0142", "api_user has a character"),
    ],
)
def test_arguments_that_cannot_be_sent_are_refused(sandbox: Sandbox, name: str, value: object, words: str) -> None:
    given = {"server_url": sandbox.server_url, "api_key": "k", "api_user": "u", name: value}
    sandbox.requests.clear()
    with pytest.raises(TypeError, match=words) as caught:
        Session(**given)  # type: ignore[arg-type]
    assert "s3cret" not in str(caught.value)
    assert len(sandbox.requests) == 0


def test_server_sees_user_key_and_strictness(open_session: type[Session], sandbox: Sandbox) -> None:
    sandbox.requests.clear()
    open_session(headers={"x-studio": "one"}, strict_api=True)
    (request,) = sandbox.requests
    assert request.headers["ftrack-user"] == sandbox.api_user
    assert request.headers["ftrack-api-key"] == sandbox.api_key
    assert request.headers["ftrack-strict-api"] == "true"
    assert request.headers["x-studio"] == "one"
    assert request.actions == ["query_server_information"]


def test_wrong_key_is_named_at_the_start(open_session: type[Session]) -> None:
    with pytest.raises(AuthenticationError) as caught:
        open_session(api_key="wrong")
    assert caught.value.exception == "InvalidCredentialsError"
    assert "wrong" not in str(caught.value)


def test_strict_errors_are_the_same_errors(open_session: type[Session]) -> None:
    with pytest.raises(AuthenticationError):
        open_session(api_key="wrong", strict_api=True)


def test_unknown_host_is_named_without_secrets(open_session: type[Session]) -> None:
    with pytest.raises(ServerUnreachableError) as caught:
        open_session(server_url="http://user:secret@127.0.0.1:1", api_key="the-key")
    assert "127.0.0.1:1" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "the-key" not in str(caught.value)
    with pytest.raises(ServerUnreachableError, match="no-such-host"):
        open_session(server_url="http://no-such-host.invalid")


def test_schemas_are_read_when_needed_and_cached(open_session: type[Session], sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.requests.clear()
    session = open_session()
    assert actions_of(sandbox) == [["query_server_information"]]
    assert {schema["id"] for schema in session.schemas} >= {"Task", "Project"}
    assert session.schemas is session.schemas
    assert actions_of(sandbox)[1:] == [["query_schemas"]]
    sandbox.requests.clear()
    assert open_session().schemas == session.schemas
    assert actions_of(sandbox) == [["query_server_information"]]
    assert open_session(schema_cache_path=False).schemas == session.schemas
    assert actions_of(sandbox)[-1] == ["query_schemas"]


def test_schemas_that_cannot_be_kept_are_a_warning(
    open_session: type[Session], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, where a folder is wanted")
    session = open_session(schema_cache_path=blocked)
    with caplog.at_level(logging.WARNING):
        assert {schema["id"] for schema in session.schemas} >= {"Task", "Project"}
    assert "cannot be cached" in caplog.text
    assert session.server_url in caplog.text


class CountedTransport(HttpTransport):
    """The transport of a studio, which counts."""

    calls = 0
    closings = 0

    def call(self, operations: Sequence[Mapping[str, object]]) -> list[Any]:
        self.calls += 1
        return super().call(operations)

    def close(self) -> None:
        self.closings += 1
        super().close()


def test_transport_can_be_given_and_is_closed_once(open_session: type[Session], sandbox: Sandbox) -> None:
    transport = CountedTransport(sandbox.server_url, sandbox.api_user, sandbox.api_key)
    session = open_session(transport=transport)
    assert session.query(User).first() is not None
    assert transport.calls == 2
    session.close()
    session.close()
    assert transport.closings == 1
    assert transport.closed
    with pytest.raises(ConnectionClosedError, match="session is closed"):
        session.call([{"action": "query_server_information"}])
    assert transport.calls == 2
    with pytest.raises(ConnectionClosedError):
        transport.call([{"action": "query_server_information"}])


def test_close_is_final_and_idempotent(
    open_session: type[Session], caplog: pytest.LogCaptureFixture, production: Production
) -> None:
    session = open_session()
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.description = "lost"
    with caplog.at_level(logging.WARNING):
        session.close()
    assert "not committed" in caplog.text
    session.close()
    assert session.closed
    with pytest.raises(ConnectionClosedError):
        session.query("User").first()


@pytest.mark.parametrize("work", [copy.copy, copy.deepcopy, pickle.dumps])
def test_session_says_that_it_cannot_be_copied(work: Callable[[Session], object], open_session: type[Session]) -> None:
    with pytest.raises(TypeError, match="cannot be copied or pickled"):
        work(open_session())


def test_context_manager_closes(open_session: type[Session]) -> None:
    with open_session() as session:
        assert not session.closed
    assert session.closed


Answer = bytes

ANSWERS: dict[str, Answer] = {
    "a login page": b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 12\r\n\r\n<html></html",
    "a redirect": (
        b"HTTP/1.1 302 Found\r\nlocation: https://login.example.com/?token=secret\r\ncontent-length: 0\r\n\r\n"
    ),
    "half a document": b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\n[{"',
    "a broken connection": b"HTTP/1.1 200 OK\r\ncontent-length: 3000\r\n\r\n[",
    "nothing": b"",
    "an error of a proxy": b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 3\r\n\r\noops",
    "an object": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    "too few results": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]",
}


@pytest.fixture
def broken_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that gives the answer named by the parameter to every request."""
    answer: bytes = ANSWERS[request.param]
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):  # of a caller that has hung up
                connection.recv(65536)
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.shutdown(socket.SHUT_RDWR)  # which, unlike closing it, ends the waiting for a connection
    thread.join()
    listening.close()


@pytest.mark.parametrize("broken_server", list(ANSWERS), indirect=True)
def test_unusable_answer_is_a_named_error_with_the_address(open_session: type[Session], broken_server: str) -> None:
    with pytest.raises(TransportError) as caught:
        open_session(server_url=broken_server)
    assert broken_server in str(caught.value)
    assert "secret" not in str(caught.value)


def test_late_answer_is_a_timeout_and_the_session_stays_usable(
    open_session: type[Session], sandbox: Sandbox, production: Production
) -> None:
    session = open_session()
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.description = "waits"
    release = threading.Event()

    def late(request: object, answer: object) -> object:
        release.wait(60)
        return answer()  # type: ignore[operator]

    sandbox.intercept = late  # type: ignore[assignment]
    try:
        with timeout_of(session, 1.5), pytest.raises(RequestTimeoutError, match=r"1\.5 seconds"):
            session.query("User").first()
    finally:
        release.set()
        sandbox.intercept = None
    assert session.query(User).first() is not None
    assert session._state.unit
    session.commit()
    assert not session._state.unit


def test_answer_that_is_no_json_keeps_pending_changes(
    open_session: type[Session], sandbox: Sandbox, production: Production
) -> None:
    from starlette.responses import HTMLResponse

    session = open_session()
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.description = "still here"
    sandbox.intercept = lambda request, answer: HTMLResponse("<html>maintenance</html>", status_code=503)
    try:
        with pytest.raises(CommitOutcomeUnknownError, match="503") as caught:
            session.commit()
        assert isinstance(caught.value.reason, UnexpectedResponseError)
    finally:
        sandbox.intercept = None
    assert task.description == "still here"
    session.commit()
    assert not session._state.unit


def test_package_of_another_schema_warns_and_names_the_command(sandbox: Sandbox) -> None:
    registry = Registry("studio_ftrack", workspace="studio", schema_hash="0" * 32, modules={})

    class StudioSession(Session):
        pass

    StudioSession.registry = registry
    given = {"server_url": sandbox.server_url, "api_key": sandbox.api_key, "api_user": sandbox.api_user}
    with pytest.warns(SchemaDriftWarning, match="ftrack-gen --server .* --output studio_ftrack") as caught:
        StudioSession(**given, schema_cache_path=False).close()  # type: ignore[arg-type]
    assert caught[0].filename == __file__
    served = Session(**given, schema_cache_path=False)  # type: ignore[arg-type]
    registry.schema_hash = served.server_information["schema_hash"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        StudioSession(**given, schema_cache_path=False).close()  # type: ignore[arg-type]
    served.close()
