"""Tests the sandbox that runs inside of the test process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
import requests
from starlette.responses import PlainTextResponse, Response

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.application import ApiRequest
from ftrack_typed.sandbox.faults import Fault
from ftrack_typed.sandbox.in_process import HangUp
from ftrack_typed.sandbox.serving import AddressUnusableError, WorkspaceUnusableError
from tests.sandbox.process.conftest import PATIENCE, Api, create

INFORMATION = {"action": "query_server_information", "values": ["version"]}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    with requests.Session() as http:
        yield Api(sandbox.server_url, sandbox.api_user, sandbox.api_key, http)


def test_runs_many_times_in_one_process_each_with_its_own_rows() -> None:
    for number in range(3):
        with Sandbox(api_user="jane", api_key="key") as sandbox, requests.Session() as http:
            api = Api(sandbox.server_url, "jane", "key", http)
            assert len(api.rows("User where username like 'made-%'")) == 0
            api.call(create("User", username=f"made-{number}"))
        with pytest.raises(requests.ConnectionError):
            requests.get(api.url, timeout=PATIENCE)


def test_several_run_side_by_side() -> None:
    with Sandbox() as first, Sandbox() as second:
        assert first.server_url != second.server_url
        assert first.api_key != second.api_key


def test_environment_is_what_clients_need(sandbox: Sandbox) -> None:
    assert sandbox.environment() == {
        "FTRACK_SERVER": sandbox.server_url,
        "FTRACK_API_USER": "sandbox",
        "FTRACK_API_KEY": sandbox.api_key,
    }


def test_stopped_one_says_so_and_can_start_again(sandbox: Sandbox) -> None:
    sandbox.stop()
    sandbox.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.server_url
    assert "stopped" in repr(sandbox)
    sandbox.start()
    assert requests.get(sandbox.server_url, timeout=PATIENCE).status_code == 200


def test_requests_are_counted_with_their_operations_and_headers(sandbox: Sandbox, api: Api) -> None:
    api.call(INFORMATION)
    api.call(INFORMATION, {"action": "query", "expression": "select id from User"})
    api.send(b"{", {"x-tool": "nuke"})
    assert len(sandbox.requests) == 3
    assert sandbox.requests[1].actions == ["query_server_information", "query"]
    assert sandbox.requests.operations[0] == [INFORMATION]
    assert sandbox.requests[2].operations == []
    assert sandbox.requests[-1].headers["x-tool"] == "nuke"
    assert sandbox.requests[0].headers["ftrack-user"] == "sandbox"
    sandbox.requests.clear()
    assert list(sandbox.requests) == []


def test_slow_call_holds_up_no_other(sandbox: Sandbox, api: Api) -> None:
    entered, release = threading.Event(), threading.Event()

    def wait_for_slow(request: ApiRequest, answer: Callable[[], Response]) -> Response:
        if "x-slow" in request.headers:
            entered.set()
            assert release.wait(PATIENCE)
        return answer()

    sandbox.intercept = wait_for_slow
    answers: list[object] = []
    slow = Api(api.url, api.user, api.key)
    thread = threading.Thread(target=lambda: answers.append(slow.send(None, {"x-slow": "1"}, [INFORMATION]).json()))
    thread.start()
    try:
        assert entered.wait(PATIENCE)
        for _ in range(5):
            assert api.call(INFORMATION)
        assert answers == []
    finally:
        release.set()
        thread.join(PATIENCE)
        slow.http.close()
    assert answers == [api.call(INFORMATION)]


def test_calls_can_be_made_to_fail(sandbox: Sandbox, api: Api) -> None:
    sandbox.intercept = lambda _request, _answer: PlainTextResponse("busy", status_code=503)
    assert api.post([INFORMATION]).status_code == 503
    sandbox.intercept = None
    assert api.call(INFORMATION)


def test_connection_can_be_cut_after_a_change_was_made(sandbox: Sandbox, api: Api) -> None:
    def cut(_request: ApiRequest, answer: Callable[[], Response]) -> Response:
        answer()
        return HangUp()

    sandbox.intercept = cut
    with pytest.raises(requests.RequestException):
        api.post([create("User", username="made")])
    sandbox.intercept = None
    assert len(api.rows("User where username is made")) == 1


def test_unexpected_failure_is_json_and_its_traceback_goes_to_the_log(
    sandbox: Sandbox, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> list[object]:
        raise ZeroDivisionError("secret detail")

    assert api.call(INFORMATION)
    monkeypatch.setattr(sandbox.service.store, "execute", fail)
    response = api.send(None, {"ftrack-strict-api": "true"}, [{"action": "query", "expression": "User"}])
    assert response.status_code == 500
    assert response.json()["exception"] == "InternalError"
    assert "secret detail" not in response.text
    assert "secret detail" in caplog.text


def test_intercept_may_raise_a_fault(sandbox: Sandbox, api: Api) -> None:
    def refuse(_request: ApiRequest, _answer: Callable[[], Response]) -> Response:
        raise Fault(exception="PermissionError", content="not today", error_code=None, status=403)

    sandbox.intercept = refuse
    assert api.post([INFORMATION]).json()["exception"] == "PermissionError"
    assert api.post([INFORMATION], ftrack_strict_api="true").status_code == 403


def test_idle_connections_do_not_hold_up_stopping() -> None:
    others = set(threading.enumerate())  # those of sandboxes that other tests share, too
    with Sandbox() as sandbox, requests.Session() as http:
        server = {thread for thread in threading.enumerate() if thread.name == "ftrack-sandbox"} - others
        assert Api(sandbox.server_url, sandbox.api_user, sandbox.api_key, http).call(INFORMATION)
        sandbox.stop()
        assert [thread.is_alive() for thread in server] == [False], "it did not stop, and was given up"


def test_options_that_cannot_be_used_raise_and_leave_nothing_running(tmp_path: object) -> None:
    sandbox = Sandbox(workspace=str(tmp_path))
    before = set(threading.enumerate())
    with pytest.raises(WorkspaceUnusableError, match="no workspace"):
        sandbox.start()
    assert set(threading.enumerate()) <= before
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.server_url


def test_address_errors_have_their_own_class() -> None:
    from ftrack_typed.sandbox.serving import listen

    with pytest.raises(AddressUnusableError, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 0)
