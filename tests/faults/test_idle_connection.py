"""Tests that a sandbox keeps a connection that a client leaves idle: the next call would meet the end of it."""

from __future__ import annotations

import http.client
import json
import selectors

import pytest

from ftrack_typed.sandbox.in_process import Sandbox

PAUSE = 7
"""Seconds without a call, more than the five after which uvicorn gives a connection up by itself."""


@pytest.mark.slow
def test_connection_is_kept_while_nobody_calls(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection(sandbox.server_url.removeprefix("http://"), timeout=300)
    headers = {"ftrack-user": sandbox.api_user, "ftrack-api-key": sandbox.api_key, "content-type": "application/json"}
    body = json.dumps([{"action": "query_server_information"}])

    def call() -> int:
        connection.request("POST", "/api", body, headers)
        with connection.getresponse() as response:
            response.read()
            return response.status

    assert call() == 200
    first = connection.sock
    with selectors.DefaultSelector() as selector:
        selector.register(first, selectors.EVENT_READ)
        assert not selector.select(PAUSE), "the server has ended the connection"
    assert call() == 200
    assert connection.sock is first
    connection.close()
