"""Tests what the sandbox answers over HTTP: credentials, errors, bodies that are none, cross-origin calls."""

from __future__ import annotations

import hashlib
import json
import socket
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.sandbox.process.conftest import PATIENCE, Api, Operation, Start, create

ID = "5671dcb0-66de-11e1-8e6e-f23c91df25eb"

ACTIONS: list[Operation] = [
    {"action": "query", "expression": "select id from User"},
    {"action": "create", "entity_type": "User", "entity_data": {"username": "intruder"}},
    {"action": "update", "entity_type": "User", "entity_key": [ID], "entity_data": {"username": "x"}},
    {"action": "delete", "entity_type": "User", "entity_key": [ID]},
    {"action": "search", "expression": "select id from Task", "entity_type": "Task", "terms": []},
    {"action": "query_server_information"},
    {"action": "query_schemas"},
    {"action": "reset_remote", "reset_type": "api_key"},
    {"action": "get_widget_url", "name": "info"},
    {"action": "encode_media", "component_id": ID},
    {"action": "get_upload_metadata", "component_id": ID, "file_name": "a", "file_size": 1},
    {"action": "complete_multipart_upload", "component_id": ID, "upload_id": ID, "parts": []},
    {"action": "send_user_invite", "user_id": ID},
    {"action": "send_review_session_invite", "review_session_invitee_id": ID},
    {"action": "delayed_job", "job_type": "SYNC_USERS_LDAP"},
    {"action": "add_user_security_role", "user_id": ID, "role_id": ID},
    {"action": "remove_user_security_role", "user_id": ID, "role_id": ID},
    {"action": "update_user_security_role", "user_id": ID, "role_id": ID, "new_role_id": ID},
    {"action": "grant_user_security_role_project", "user_id": ID, "role_id": ID, "project_id": ID},
    {"action": "revoke_user_security_role_project", "user_id": ID, "role_id": ID, "project_id": ID},
    {"action": "_authorize_operation", "data": {"context": {"entity_type": "User", "entity_key": [ID]}}},
    {"action": "_track_usage", "data": {}},
    {"action": "no_such_action"},
]

STRICT_HEADERS = [
    {"ftrack-strict-api": "true"},
    {"ftrack-api-options": "strict:1;denormalize:1"},
    {"ftrack-api-options": "denormalize=1;strict=True"},
    {"ftrack-api-options": "strict=true"},
]
LENIENT_HEADERS = [
    {},
    {"ftrack-strict-api": "false"},
    {"ftrack-api-options": "strict:0"},
    {"ftrack-api-options": "x;;="},
]


def failure(response: requests.Response) -> dict[str, Any]:
    """Return the error in a response, which is JSON of one shape whatever the error."""
    assert response.headers["content-type"] == "application/json"
    body: dict[str, Any] = response.json()
    assert set(body) == {"exception", "content", "error_code", "error"}
    assert body["exception"]
    assert body["content"]
    assert "Traceback" not in body["content"]
    return body


@pytest.mark.parametrize("operation", ACTIONS, ids=lambda operation: str(operation["action"]))
@pytest.mark.parametrize(
    "credentials",
    [("sandbox", "wrong"), ("nobody", "wrong"), ("", ""), ("SANDBOX", None), ("sandbox", "\xe9")],
    ids=["wrong key", "unknown user", "none", "wrong case", "latin"],
)
def test_every_action_needs_the_key(shared_api: Api, operation: Operation, credentials: tuple[str, str | None]) -> None:
    user, key = credentials
    stranger = shared_api.as_user(user, shared_api.key if key is None else key)
    body = failure(stranger.post([operation]))
    assert body["exception"] == "InvalidCredentialsError"
    assert body["error_code"] == "api_credentials_invalid"
    assert "ftrack-api-key" in body["content"]
    assert not shared_api.rows("select id from User where username is intruder")


def test_credentials_are_checked_before_the_body_and_for_an_empty_batch(shared_api: Api) -> None:
    stranger = shared_api.as_user(shared_api.user, "wrong")
    assert failure(stranger.send(b"{"))["exception"] == "InvalidCredentialsError"
    assert failure(stranger.post([]))["exception"] == "InvalidCredentialsError"
    assert (
        requests.post(f"{shared_api.url}/api", json=[], timeout=PATIENCE).json()["exception"]
        == "InvalidCredentialsError"
    )


@pytest.mark.parametrize("headers", STRICT_HEADERS, ids=str)
def test_strict_errors_have_a_status(shared_api: Api, headers: dict[str, str]) -> None:
    unknown = shared_api.as_user("nobody", "wrong").post([], **headers)
    assert unknown.status_code == 401
    assert failure(unknown)["exception"] == "InvalidCredentialsError"
    wrong = shared_api.post([{"action": "query", "expression": "select nothing from"}], **headers)
    assert wrong.status_code == 422
    assert failure(wrong)["exception"] == "ParseError"
    assert shared_api.send(b"{", headers).status_code == 422


@pytest.mark.parametrize("headers", LENIENT_HEADERS, ids=str)
def test_other_errors_have_status_200(shared_api: Api, headers: dict[str, str]) -> None:
    for response in (
        shared_api.as_user("nobody", "wrong").post([], **headers),
        shared_api.post([{"action": "query", "expression": "select nothing from"}], **headers),
        shared_api.send(b"{", headers),
    ):
        assert response.status_code == 200
        failure(response)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"\xff\xfe\x00", "JSON"),
        (b"[NaN]", "NaN"),
        (b'["\\ud800"]', "JSON"),
        (b"[" * 100_000, "nested"),
        (b"{}", "object"),
        (b"null", "null"),
        (b'"text"', "string"),
        (b"1" * 5000, "JSON"),
        (b"true", "boolean"),
        (b"[1]", "Operation 0"),
        (b'[{"action":"query_schemas"},[]]', "Operation 1"),
        (b'[{"expression":"User"}]', "action"),
        (b'[{"action":1}]', "action"),
        (b'{"action":"query_server_information"}', "array"),
    ],
)
def test_body_that_is_no_batch(shared_api: Api, body: bytes, word: str) -> None:
    answer = failure(shared_api.send(body))
    assert word in answer["content"]
    assert answer["error_code"] == "malformed_request"


@pytest.mark.parametrize(
    "operation",
    [
        {"action": "query"},
        {"action": "query", "expression": 1},
        {"action": "query", "expression": "\ud800"},
        {"action": "create"},
        {"action": "create", "entity_type": "User"},
        {"action": "create", "entity_type": "User", "entity_data": []},
        {"action": "create", "entity_type": ["User"], "entity_data": {}},
        {"action": "create", "entity_type": "User", "entity_key": 1, "entity_data": {"username": "x"}},
        {"action": "update", "entity_type": "User", "entity_key": None, "entity_data": {}},
        {"action": "update", "entity_type": "User", "entity_key": [{}], "entity_data": {"username": "x"}},
        {"action": "update", "entity_type": "User", "entity_key": [ID], "entity_data": {"username": {"a": []}}},
        {"action": "delete"},
        {"action": "delete", "entity_type": "User"},
        {"action": "query_server_information", "values": "version"},
        {"action": "query_server_information", "values": [1]},
        {"action": "reset_remote"},
        {"action": "reset_remote", "reset_type": ["id"]},
        {"action": "reset_remote", "reset_type": "api_key", "entity_type": "Task", "entity_key": ID},
        {"action": "reset_remote", "reset_type": "api_key", "entity_type": "User", "entity_key": [ID]},
        {"action": "reset_remote", "reset_type": "api_key", "entity_type": "User", "entity_key": "gone"},
    ],
    ids=json.dumps,
)
def test_operation_with_wrong_types(shared_api: Api, operation: Operation) -> None:
    body = failure(shared_api.post([operation]))
    assert body["exception"] != "InternalError"


def test_unknown_action_is_named_as_the_python_client_expects(shared_api: Api) -> None:
    assert "Invalid action u'no_such_action'" in failure(shared_api.post([{"action": "no_such_action"}]))["content"]


def test_one_failing_operation_undoes_the_whole_batch(shared_api: Api) -> None:
    name = uuid.uuid4().hex
    answer = shared_api.post([create("User", username=name), {"action": "query", "expression": "select x from"}])
    assert failure(answer)["exception"] == "ParseError"
    assert shared_api.rows(f"User where username is {name}") == []


def send_raw(url: str, *parts: bytes) -> bytes:
    """Send bytes on a connection of their own, close its sending half, and return what comes back."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port or 80), timeout=PATIENCE) as connection:
        for part in parts:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


@pytest.mark.parametrize("encoding", ["length", "chunked"])
def test_half_sent_request_changes_nothing(shared_api: Api, encoding: str) -> None:
    name = uuid.uuid4().hex
    body = json.dumps([create("User", username=name)]).encode()
    head = f"POST /api HTTP/1.1\r\nHost: x\r\nftrack-user: {shared_api.user}\r\nftrack-api-key: {shared_api.key}\r\n"
    if encoding == "length":
        head += f"Content-Length: {len(body) + 1}\r\n\r\n"
        send_raw(shared_api.url, head.encode(), body)
    else:
        head += "Transfer-Encoding: chunked\r\n\r\n"
        send_raw(shared_api.url, head.encode(), f"{len(body):x}\r\n".encode(), body, b"\r\n")
    assert shared_api.rows(f"User where username is {name}") == []


def test_body_that_is_too_large(shared_api: Api) -> None:
    body = b"[" + b" " * (64 * 1024 * 1024) + b"]"
    response = shared_api.send(body, {"ftrack-strict-api": "true"})
    assert response.status_code == 413
    assert failure(response)["error_code"] == "request_too_large"
    assert shared_api.call({"action": "query_server_information"})


def test_browser_of_any_origin_may_call(shared_api: Api) -> None:
    asked = {
        "Origin": "http://localhost:5173",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,ftrack-api-key,ftrack-clienttoken,ftrack-pushtoken,ftrack-user",
    }
    preflight = requests.options(f"{shared_api.url}/api", headers=asked, timeout=PATIENCE)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert preflight.headers["access-control-allow-credentials"] == "true"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    allowed = {name.strip().lower() for name in preflight.headers["access-control-allow-headers"].split(",")}
    assert set(asked["Access-Control-Request-Headers"].split(",")) <= allowed

    for response in (
        shared_api.send(b"[]", {"Origin": "http://localhost:5173"}),
        shared_api.send(b"{", {"Origin": "http://localhost:5173", "ftrack-strict-api": "true"}),
        requests.get(f"{shared_api.url}/absent", headers={"Origin": "http://localhost:5173"}, timeout=PATIENCE),
    ):
        assert response.headers["access-control-allow-origin"] == "http://localhost:5173"
        assert response.headers["access-control-allow-credentials"] == "true"
        assert "etag" in response.headers["access-control-expose-headers"].lower()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/absent", 404),
        ("POST", "/absent", 404),
        ("GET", "/api", 405),
        ("PUT", "/api", 405),
        ("GET", "/api/x", 404),
    ],
)
def test_all_other_addresses_answer_json(shared_api: Api, method: str, path: str, status: int) -> None:
    response = requests.request(method, shared_api.url + path, timeout=PATIENCE)
    assert response.status_code == status
    failure(response)


def test_front_page_says_what_this_is_and_no_secret(shared_api: Api) -> None:
    page = requests.get(shared_api.url, timeout=PATIENCE)
    assert page.status_code == 200
    assert "ftrack-typed sandbox" in page.text
    assert shared_api.key not in page.text


def test_server_information(shared_api: Api) -> None:
    information, schemas = shared_api.call({"action": "query_server_information"}, {"action": "query_schemas"})
    text = json.dumps(schemas, sort_keys=True)
    assert information["schema_hash"] == hashlib.md5(text.encode()).hexdigest()
    major, minor, patch, build = (int(part) for part in information["version"].split("."))
    assert (major, minor, patch, build) >= (3, 3, 11, 0)
    assert set(information["storage_scenario"]) == {"scenario", "data"}
    assert information["is_timezone_support_enabled"] is True
    assert information["is_nested_subqueries_enabled"] is True
    assert information["user_information"]["username"] == shared_api.user
    assert information["user_information"]["id"]


def test_server_information_is_limited_to_the_keys_asked_for(shared_api: Api) -> None:
    asked = {"action": "query_server_information", "values": ["schema_hash", "version", "unheard_of"]}
    (information,) = shared_api.call(asked)
    assert set(information) == {"schema_hash", "version"}


def test_storage_scenario_is_the_setting(start: Start) -> None:
    api = start().api()
    scenario = {"scenario": "ftrack.centralized-storage", "data": {"location_id": ID}}
    key = ["storage_scenario", "STORAGE"]
    setting = {"__entity_type__": "Setting", "value": json.dumps(scenario)}
    api.call({"action": "update", "entity_type": "Setting", "entity_key": key, "entity_data": setting})
    (information,) = api.call({"action": "query_server_information", "values": ["storage_scenario"]})
    assert information == {"storage_scenario": scenario}


def test_results_answer_the_operations_in_order(shared_api: Api) -> None:
    users = {"action": "query", "expression": f"select id from User where username is {shared_api.user}"}
    first, second, third, fourth = shared_api.call(
        users, {"action": "query_server_information", "values": ["version"]}, users, {"action": "query_schemas"}
    )
    assert first["data"][0]["id"] == third["data"][0]["id"]
    assert set(second) == {"version"}
    assert isinstance(fourth, list)
    assert shared_api.call() == []
