"""Tests that no key, cookie or header value shows in anything that a failing session prints."""

from __future__ import annotations

import json
import logging
import socket
import traceback
import warnings
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from ftrack_typed.entities import Session, Task, User
from ftrack_typed.errors import FtrackError
from ftrack_typed.events import EventHub
from ftrack_typed.files.download import Download
from ftrack_typed.files.http import FileHttp
from ftrack_typed.files.transfer_meter import Meter
from ftrack_typed.files.transfer_options import TransferOptions
from ftrack_typed.files.upload_request import Sender
from ftrack_typed.files.upload_window import SharedFile, Window
from ftrack_typed.redaction import hidden
from ftrack_typed.retries import Retries
from ftrack_typed.sandbox.in_process import HangUp, Sandbox
from tests.faults.proxy import Fault, FaultProxy
from tests.ports import held_port

pytestmark = pytest.mark.usefixtures("watchdog")

COOKIE, HEADER, PASSWORD, TOKEN = (f"hush-{name}-4711" for name in ("cookie", "header", "password", "token"))
_TESTS = str(Path(__file__).parents[1])
"""What tests hold in variables is theirs."""
OTHERS: dict[str, Any] = {"cookies": {"session": COOKIE}, "headers": {"x-studio": HEADER}}


class Told:
    """Everything that was printed, logged, warned of, or raised, as a crash reporter with variables shows it."""

    def __init__(self, logs: pytest.LogCaptureFixture, output: pytest.CaptureFixture[str]) -> None:
        self._logs = logs
        self._output = output
        self._errors: list[str] = []

    def failed(self, work: Callable[[], object]) -> BaseException | None:
        """Do *work*, and keep what it raises; the variables of this file are not those of ours."""
        found = None
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                work()
            except Exception as error:
                self._keep(error)
                found = error
        self._errors += [str(each.message) for each in warned]
        return found

    def _keep(self, error: BaseException) -> None:
        reported = traceback.TracebackException.from_exception(error, capture_locals=True)
        seen: traceback.TracebackException | None = reported
        while seen is not None:
            for frame in seen.stack:
                if not frame.filename.startswith(_TESTS):
                    self._errors.append(f"{frame.filename}:{frame.lineno} {frame.locals}")
            seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        self._errors += [str(error), repr(error), repr(getattr(error, "details", "")), repr(error.args)]

    def text(self) -> str:
        """Return all of it."""
        output = self._output.readouterr()
        logged = [f"{each.getMessage()} {each.args!r} {each.exc_text}" for each in self._logs.records]
        return "\n".join([*self._errors, *logged, output.out, output.err])


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Told]:
    with caplog.at_level(logging.DEBUG):
        yield Told(caplog, capfd)


def silent(text: str, *secrets: str) -> None:
    shown = [(secret, text[max(0, text.index(secret) - 200) :][:300]) for secret in secrets if secret in text]
    assert not shown


ANSWERS: dict[str, Callable[[Any], Response]] = {
    "login page": lambda request: HTMLResponse(f"<html>{dict(request.headers)}</html>"),
    "half": lambda request: Response('[{"data": [', media_type="application/json"),
    "busy": lambda request: PlainTextResponse(str(dict(request.headers)), status_code=503),
    "hang up": lambda request: HangUp(),
    "redirect": lambda request: Response(
        status_code=302, headers={"location": f"https://a:{PASSWORD}@login.example.com/{TOKEN}?t={TOKEN}#{TOKEN}"}
    ),
    "echo": lambda request: Response(
        json.dumps({"exception": "Exception", "content": f"refused {dict(request.headers)}"}),
        media_type="application/json",
    ),
    "cookie": lambda request: Response("[]", headers={"set-cookie": f"a={TOKEN}"}, media_type="application/json"),
}


@pytest.mark.parametrize(
    "given",
    [
        {"api_key": TOKEN.encode()},
        {"cookies": [("session", TOKEN)]},
        {"headers": {"x-studio": TOKEN.encode()}},
        {"headers": {"x-studio": f"{TOKEN}\n"}},
    ],
)
def test_secrets_of_a_wrong_type_do_not_show_where_they_are_refused(
    given: dict[str, Any], open_session: type[Session], told: Told
) -> None:
    error = told.failed(lambda: open_session(**given))
    assert isinstance(error, TypeError)
    assert next(iter(given)).rstrip("s") in str(error)
    silent(told.text(), TOKEN)


def test_traced_websocket_shows_no_secret(sandbox: Sandbox, told: Told) -> None:
    """As who looks for a broken connection to the event server lets websocket-client trace it."""
    import websocket

    websocket.enableTrace(True, handler=logging.NullHandler())
    hub = EventHub(sandbox.server_url, sandbox.api_user, sandbox.api_key, **OTHERS)
    try:
        hub.connect()
    finally:
        hub.close()
        websocket.enableTrace(False)
    text = told.text()
    assert "/socket.io/1/websocket/***" in text
    silent(text, sandbox.api_key, COOKIE, HEADER)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
def test_bad_answer_shows_no_secret(
    answer: Callable[[Any], Response], open_session: type[Session], sandbox: Sandbox, told: Told
) -> None:
    session = open_session(retries=Retries(attempts=2, wait_initial=0, wait_jitter=0), **OTHERS)
    user = session.query(User).first()
    assert user is not None
    user.first_name = "Changed"
    sandbox.intercept = lambda request, real: answer(request)
    try:
        for work in (session.commit, session.query(User).all, open_session):
            assert isinstance(told.failed(work), FtrackError)
        told.failed(session.resolve_commit)
    finally:
        sandbox.intercept = None
    print(session, session._settings, session._transport, session._server, session._state, session.event_hub)
    silent(told.text(), sandbox.api_key, COOKIE, HEADER, PASSWORD, TOKEN)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port where nobody listens, whoever else starts servers meanwhile."""
    with held_port() as port:
        yield port


STARTS = (
    *("wrong key", "unreachable", "no address", "no such page", "bad port", "no server", "key with a line"),
    *("header with a line", "wrong timeout", "headers that are none", "late"),
)


def failing_starts(sandbox: Sandbox, closed_port: int) -> dict[str, dict[str, Any]]:
    host = sandbox.server_url.removeprefix("http://")
    return {
        "wrong key": {"api_key": TOKEN},
        "unreachable": {"server_url": f"http://user:{PASSWORD}@127.0.0.1:{closed_port}"},
        "no address": {"server_url": f"http://user:{PASSWORD}@nowhere.invalid/?token={TOKEN}"},
        "no such page": {"server_url": f"http://user:{PASSWORD}@{host}/nowhere"},
        "bad port": {"server_url": f"http://user:{PASSWORD}@localhost:port"},
        "no server": {"server_url": f"user:{PASSWORD}@localhost"},
        "key with a line": {"api_key": f"{TOKEN}\n"},
        "header with a line": {"headers": {"x-studio": f"{HEADER}\r\nx: y"}},
        "wrong timeout": {"timeout": -1},
        "headers that are none": {"headers": {"x-studio": 1, "x-other": HEADER}},
        "late": {"timeout": 0.2},
    }


@pytest.mark.parametrize("name", STARTS)
def test_session_that_cannot_start_shows_no_secret(
    name: str, open_session: type[Session], sandbox: Sandbox, told: Told, closed_port: int
) -> None:
    given = {**OTHERS, **failing_starts(sandbox, closed_port)[name]}
    with socket.create_server(("127.0.0.1", 0)) as silent_server:
        if name == "late":
            given["server_url"] = f"http://user:{PASSWORD}@127.0.0.1:{silent_server.getsockname()[1]}"
        assert told.failed(lambda: open_session(**given)) is not None
    silent(told.text(), sandbox.api_key, COOKIE, HEADER, PASSWORD, TOKEN)


@pytest.mark.parametrize(
    "proxy", ["http://user:{}@127.0.0.1:{}", "http://user:{}@127.0.0.1:port{}", "socks5://user:{}@127.0.0.1:{}"]
)
def test_proxy_of_the_environment_shows_no_password(
    proxy: str,
    open_session: type[Session],
    sandbox: Sandbox,
    told: Told,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.format(PASSWORD, closed_port))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert told.failed(lambda: open_session(server_url="http://studio.example.com", **OTHERS)) is not None
    silent(told.text(), sandbox.api_key, COOKIE, HEADER, PASSWORD)


def test_event_hub_shows_no_secret(sandbox: Sandbox, told: Told, closed_port: int) -> None:
    wrong = EventHub(sandbox.server_url, "nobody", TOKEN, {"x-studio": HEADER}, {"session": COOKIE}, timeout=2)
    gone = EventHub(f"http://u:{PASSWORD}@127.0.0.1:{closed_port}", "nobody", TOKEN, {"x-studio": HEADER})
    for hub in (wrong, gone):
        assert told.failed(hub.connect) is not None
        print(hub, hub._remote, hub._endpoint(), hub.health())
    silent(told.text(), sandbox.api_key, TOKEN, COOKIE, HEADER, PASSWORD)


def test_addresses_of_files_show_no_key(open_session: type[Session], sandbox: Sandbox, told: Told) -> None:
    with FaultProxy(sandbox.server_url, lambda body: Fault.NONE) as proxy, BytesIO() as file:
        http = FileHttp(open_session(server_url=proxy.url))
        meter = Meter(TransferOptions(retries=Retries(attempts=1)), None, 1, None)
        sender = Sender("no-such-component", 5, meter)
        window = Window(SharedFile(file), 0, 0, "no-such-component", meter)
        for fault in (Fault.NONE, Fault.REFUSED):
            proxy.decide = lambda body, fault=fault: Fault.NONE if body else fault  # type: ignore[misc]
            assert told.failed(Download(http, "no-such-component", Retries(attempts=2, wait_max=0)).read) is not None
            assert told.failed(lambda: http.remove("no-such-component")) is not None
            url = f"{proxy.url}/nowhere?signature={TOKEN}"
            assert told.failed(lambda: sender.put(url, {}, lambda: window)) is not None  # noqa: B023
    silent(told.text(), sandbox.api_key, TOKEN)


def test_values_of_a_session_are_what_they_were(session: Session, sandbox: Sandbox) -> None:
    assert session.api_key == sandbox.api_key
    assert type(session.api_key) is str
    assert repr(session.api_key) == repr(sandbox.api_key)
    assert f"{hidden('text')}" == "text"
    assert session.query(Task).first() is not None
