"""Tests that no body sent to ``/api`` is answered with a failure of the server (status 500): fuzzed, every action."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.application import ApiRequest, answer
from ftrack_typed.sandbox.workspace import Workspace

ACTIONS = (
    "query",
    "search",
    "create",
    "update",
    "delete",
    "query_schemas",
    "query_server_information",
    "reset_remote",
    "get_widget_url",
    "delayed_job",
    "get_upload_metadata",
    "complete_multipart_upload",
    "encode_media",
    "send_user_invite",
    "send_review_session_invite",
    "add_user_security_role",
    "remove_user_security_role",
    "update_user_security_role",
    "grant_user_security_role_project",
    "revoke_user_security_role_project",
    "_authorize_operation",
    "_track_usage",
    "permissions",
)
SCHEMAS = {schema.id: tuple(schema.properties) for schema in Workspace.standard().structured}
STATUS = "44dd9fb2-4164-11df-9218-0019bb4983d8"

relaxed = settings(max_examples=120)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def assert_answered(sandbox: Sandbox, body: bytes) -> Any:
    """Return the decoded answer to a body, and check that the server did not fail."""
    headers = {"ftrack-user": sandbox.api_user, "ftrack-api-key": sandbox.api_key, "ftrack-strict-api": "true"}
    response = answer(sandbox.service, ApiRequest(headers, body))
    decoded = json.loads(bytes(response.body))
    assert response.status_code < 500, decoded
    if response.status_code != 200:
        assert {"exception", "content", "error_code", "error"} == decoded.keys()
        assert "Traceback" not in decoded["content"]
    return decoded


ids = st.sampled_from([STATUS, "x", "", "\0"]) | st.uuids().map(str)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6) | ids
types = st.sampled_from(sorted(SCHEMAS))
entities = st.builds(lambda name, key: {"__entity_type__": name, "id": key}, types, ids)
moments = st.builds(
    lambda kind, text: {"__type__": kind, "value": text}, st.sampled_from(["datetime", "date", "x"]), scalars
)
values: st.SearchStrategy[Any] = scalars | entities | moments | st.lists(entities | scalars, max_size=3)
expressions = st.sampled_from(
    ["Task", "select name from User limit 1", "Task where", "Taks", "Task where name like '%'"]
)


@st.composite
def operations(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an operation that is nearly right: a real action, a real type and its attributes, values of any sort."""
    name = draw(types)
    data = draw(st.dictionaries(st.sampled_from(SCHEMAS[name]), values, max_size=5))
    further = st.sampled_from(
        ["terms", "context_id", "object_type_ids", "name", "theme", "reset_type", "user_id", "job_type", "values",
         "component_id", "version_id", "keep_original", "file_name", "file_size", "checksum", "parts", "upload_id",
         "review_session_invitee_id", "metadata", "data", "role_id", "new_role_id", "project_id", "all_open_projects"]
    )  # fmt: skip
    found: dict[str, Any] = {
        "action": draw(st.sampled_from(ACTIONS)),
        "entity_type": draw(st.just(name) | scalars),
        "entity_data": draw(st.just({"__entity_type__": name, **data}) | scalars),
        "expression": draw(expressions | scalars),
        **draw(st.dictionaries(further, values, max_size=4)),
    }
    if draw(st.booleans()):
        found["entity_key"] = draw(ids | st.lists(values, max_size=3))
    return found


@relaxed
@given(st.lists(operations(), max_size=3))
def test_nearly_right_operations_are_carried_out_or_refused(sandbox: Sandbox, batch: list[Any]) -> None:
    assert_answered(sandbox, json.dumps(batch).encode())


anything: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["action", "entity_type", "entity_key", "entity_data", "expression"]), inner)
    ),
    max_leaves=8,
)


@relaxed
@given(anything.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40))
@example(b"[" * 100_000)
@example(b'[{"action": "query", "expression": "' + b"(" * 50_000 + b'"}]')
@example(b'[{"action":"query","expression":"Task where ' + b"not " * 5_000 + b'name is x"}]')
@example(b'[{"action":"create","entity_type":"Task","entity_data":{"bid":1e400}}]')
@example(b'[{"action":"create","entity_type":"Task","entity_data":{"bid":' + b"9" * 5_000 + b"}}]")
@example(b'[{"action":"\xff"}]')
@example(b'[{"action":"\\ud800"}]')
def test_any_body_is_answered_or_refused(sandbox: Sandbox, body: bytes) -> None:
    assert_answered(sandbox, body)


def test_an_action_that_is_not_built_says_so(sandbox: Sandbox) -> None:
    for action in ("permissions", "compute_rollups", "generate_signed_url", "storage_usage", "parse_query", "nonsense"):
        decoded = assert_answered(sandbox, json.dumps([{"action": action}]).encode())
        assert decoded["content"] == f"Invalid action u'{action}'"
