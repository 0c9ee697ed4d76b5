"""Tests every address of the server: without a valid key or signature nothing is read, and nothing written.

The routes are those of the running application, so that one that is added tomorrow is walked too. One that is open to
everybody must be named here, and may then show nothing of what is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs
import pytest
import requests
import sqlalchemy as sql
import websocket
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.application import create_application
from tests.sandbox.files.conftest import FileApi, new_id
from tests.sandbox.process.conftest import PATIENCE, Api, create, update

OPEN = frozenset({"/", "/img/thumbnail2.png"})
"""Pages for everybody."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SECRET = "nobody-may-see-this"


@attrs.frozen
class Address:
    """One address of the application, with something in each place of its path."""

    path: str
    methods: frozenset[str]
    """The methods that it answers to; none where it is one of web sockets."""


def addresses(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[Address]:
    for route in routes:
        assert isinstance(route, Route | WebSocketRoute | Mount), f"say how a {type(route).__name__} is walked"
        path = prefix + re.sub(r"\{\w+(:\w+)?\}", "0123456789abcdef", route.path)
        if isinstance(route, Mount):
            yield from addresses(route.routes, path)
        else:
            methods = METHODS if getattr(route, "methods", ()) is None else getattr(route, "methods", ())
            yield Address(path, frozenset(methods))


@pytest.fixture(scope="module")
def stored(sandbox: Sandbox, files: FileApi) -> str:
    """Give the id of a component with a file; there are a user and a job of a telling name too."""
    files.api.call(create("User", username=SECRET, is_active=True))
    component_id = files.component(SECRET.encode(), SECRET, ".txt")
    files.api.call(create("Job", data=f'"{SECRET}"'))
    return component_id


def contents(sandbox: Sandbox) -> dict[str, Any]:
    """Return everything that the server keeps: each row of each table, and each file."""
    metadata, kept = sql.MetaData(), dict[str, Any]()
    with sandbox.service.store.database.transaction(writing=False) as connection:
        metadata.reflect(connection)
        for name, table in metadata.tables.items():
            kept[name] = sorted(map(repr, connection.execute(sql.select(table))))
    folder = sandbox.service.files.storage.folder
    kept["files"] = {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return kept


def wrong_credentials(sandbox: Sandbox) -> Iterator[tuple[Mapping[str, str], Mapping[str, str]]]:
    """Yield headers and parameters that let nobody in: none, a wrong key, a stranger's, forged and misused tokens."""
    user, key = sandbox.api_user, sandbox.api_key
    sign = sandbox.service.files.signer.sign
    other = {"id": new_id(), "size": 3, "md5": None}
    yield {}, {}
    for name, value in ((user, "wrong"), (user, ""), (SECRET, key)):
        headers = {"ftrack-user": name, "ftrack-api-key": value}
        query = {"username": name, "apiKey": value, "api_user": name, "api_key": value}
        yield headers, query
    misused = (sign("get", other, 60), sign("nothing", other, 60), sign("upload", other, -1))
    for token in ("", "eyJpZCI6MX0.AAAA", f"{misused[0]}0", *misused):
        yield {"Authorization": f"Bearer {token}", "Cookie": f"session={token}"}, {"token": token, "session": token}


def refused(response: requests.Response, address: Address) -> bool:
    """Tell whether an answer lets nobody in; a wrong method or address is as good."""
    assert SECRET.encode() not in response.content, f"{address.path} shows what is stored"
    return 400 <= response.status_code < 500


def walk(sandbox: Sandbox, http: requests.Session, routes: Iterable[BaseRoute], component_id: str) -> Iterator[str]:
    """Call every address in every way, and yield those that let a stranger in."""
    batch = [
        {"action": "query", "expression": "select username from User"},
        {**create("User", username="intruder")},
        {**update("Job", component_id, status="done")},
    ]
    for address in addresses(routes):
        for headers, query in wrong_credentials(sandbox):
            asked = {"id": component_id, "component_id": component_id, **query}
            if not address.methods:
                if _connects(sandbox.server_url + address.path, headers, asked):
                    yield f"{address.path} {query}"
                continue
            for method in METHODS if not query else sorted(address.methods):
                given = {"ftrack-strict-api": "true", **headers}
                url = sandbox.server_url + address.path
                response = http.request(method, url, params=asked, headers=given, json=batch, timeout=PATIENCE)
                if not refused(response, address) and not (address.path in OPEN and method in {"GET", "HEAD"}):
                    yield f"{method} {address.path} {query}: {response.status_code}"


def _connects(url: str, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
    """Tell whether a web socket opens and stays open when something is said."""
    target = requests.Request("GET", url, params=query).prepare().url or url
    try:
        socket = websocket.create_connection(target.replace("http", "ws", 1), header=dict(headers), timeout=PATIENCE)
    except websocket.WebSocketException:
        return False
    try:
        socket.send('5:::{"name":"ftrack.event","args":[{}]}')
        first = socket.recv()
        return bool(first) and not str(first).startswith("7:")
    except (websocket.WebSocketException, OSError):
        return False
    finally:
        socket.close()


@pytest.mark.slow
def test_stranger_reads_and_writes_nothing_at_any_address(sandbox: Sandbox, files: FileApi, stored: str) -> None:
    routes = create_application(sandbox.service).routes
    assert {"/api", "/component/get", "/component/remove", "/component/upload"} <= {a.path for a in addresses(routes)}
    before = contents(sandbox)
    assert SECRET in repr(before)
    assert list(walk(sandbox, files.api.http, routes, stored)) == []
    assert contents(sandbox) == before


def test_walk_finds_an_address_that_lets_everybody_in(sandbox: Sandbox, files: FileApi, stored: str) -> None:
    """Test the test: an open page that nobody declared is reported."""
    open_page = create_application(sandbox.service).routes[1]
    assert isinstance(open_page, Route)
    renamed = Starlette(routes=[Route("/img/thumbnail2.png", open_page.endpoint)]).routes
    assert list(walk(sandbox, files.api.http, renamed, stored)) == []
    front = [Route("/img/../img/thumbnail2.png", open_page.endpoint)]
    assert len(list(walk(sandbox, files.api.http, front, stored))) > 0


def test_key_of_a_user_who_was_switched_off_or_deleted_lets_nobody_in(
    sandbox: Sandbox, files: FileApi, stored: str
) -> None:
    (user,) = files.api.call(create("User", id=new_id(), username="leaver", is_active=True))
    user_id = user["data"]["id"]
    reset = {"action": "reset_remote", "reset_type": "api_key", "entity_type": "User", "entity_key": user_id}
    leaver = FileApi(sandbox, files.api.as_user("leaver", files.first(reset)["data"]["api_key"]))
    assert leaver.data(stored) == SECRET.encode()
    files.api.call(update("User", user_id, is_active=False))
    for path in ("get", "thumbnail", "remove"):
        assert leaver.get(f"/component/{path}", id=stored).status_code == 401
    assert files.data(stored) == SECRET.encode()


def test_user_without_a_role_reads_files_and_changes_none(sandbox: Sandbox, files: FileApi, stored: str) -> None:
    (user,) = files.api.call(create("User", id=new_id(), username="reader", is_active=True))
    reset = {"action": "reset_remote", "reset_type": "api_key", "entity_type": "User", "entity_key": user["data"]["id"]}
    reader = FileApi(sandbox, files.api.as_user("reader", files.first(reset)["data"]["api_key"]))
    begun = files.metadata(stored, 3, parts=1)
    etag = files.put(begun["urls"][0]["signed_url"], b"abc").headers["etag"]
    completion = {"upload_id": begun["upload_id"], "parts": [{"part_number": 1, "e_tag": etag}]}
    for answer in (
        reader.metadata(stored, 3),
        reader.metadata(new_id(), 3, parts=3),
        reader.first({"action": "complete_multipart_upload", "component_id": stored, **completion}),
        reader.first({"action": "encode_media", "component_id": stored, "version_id": None, "keep_original": False}),
    ):
        assert answer["exception"] == "PermissionError"
    response = reader.get("/component/remove", id=stored)
    assert (response.status_code, response.json()["exception"]) == (403, "PermissionError")
    assert reader.data(stored) == SECRET.encode()


def test_upload_cannot_be_asked_for_without_a_key(sandbox: Sandbox, files: FileApi) -> None:
    stranger = FileApi(sandbox, Api(files.api.url, files.api.user, "wrong", files.api.http))
    assert stranger.metadata(new_id(), 3)["exception"] == "InvalidCredentialsError"
