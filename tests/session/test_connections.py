"""Tests the connections of a session: proxies, certificates, cookies and what answers may be packed with."""

from __future__ import annotations

import gzip
import http.server
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import trustme

from ftrack_typed.errors import ServerUnreachableError, TransportError
from ftrack_typed.retries import Retries
from ftrack_typed.transport import HttpTransport

QUESTION: Final = [{"action": "query_server_information"}]
ANSWER: Final = [{"version": "9.9.9", "note": "é" * 2000}]
ONCE: Final = Retries(attempts=1)


class Listener(http.server.ThreadingHTTPServer):
    """Answers every call; keeps the paths and the headers that it was called with."""

    daemon_threads = True

    def __init__(self, answer: Mapping[str, str], packed: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.packed = packed
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.callers: set[Any] = set()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of callers that hang up."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    """Handles one connection of a `Listener`."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        listener = self.server
        assert isinstance(listener, Listener)
        self.rfile.read(int(self.headers["content-length"]))
        listener.paths.append(self.path)
        listener.headers.append({name.lower(): value for name, value in self.headers.items()})
        listener.callers.add(self.client_address)
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        if listener.packed:
            body = gzip.compress(body)
            self.send_header("content-encoding", "gzip")
        for name, value in listener.answer.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def listening(listener: Listener) -> Iterator[Listener]:
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield listener
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture
def server() -> Iterator[Listener]:
    yield from listening(Listener({}))


@pytest.fixture
def proxy() -> Iterator[Listener]:
    """A proxy that answers everything by itself."""
    yield from listening(Listener({}))


def transport(url: str, **options: Any) -> HttpTransport:
    return HttpTransport(url, "user", "key", retries=ONCE, timeout=30, **options)


def test_a_proxy_of_the_environment_is_used_with_its_user(proxy: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://artist:p%40ss@{proxy.address}")
    assert transport("http://ftrack.invalid/base").call(QUESTION) == ANSWER
    assert proxy.paths == ["http://ftrack.invalid/base/api"]
    assert proxy.headers[0]["proxy-authorization"] == "Basic YXJ0aXN0OnBAc3M="
    assert proxy.headers[0]["host"] == "ftrack.invalid"


def test_a_proxy_may_be_named_without_its_scheme(proxy: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", proxy.address)
    assert transport("http://ftrack.invalid").call(QUESTION) == ANSWER


@pytest.mark.parametrize("excepted", ["127.0.0.1", "127.0.0.0/8", "*"])
def test_an_excepted_address_goes_past_the_proxy(
    server: Listener, proxy: Listener, monkeypatch: pytest.MonkeyPatch, excepted: str
) -> None:
    monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
    monkeypatch.setenv("no_proxy", excepted)
    assert transport(f"http://{server.address}").call(QUESTION) == ANSWER
    assert (server.paths, proxy.paths) == (["/api"], [])


@pytest.mark.parametrize("useless", ["http://", "gopher://127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_a_named_error(monkeypatch: pytest.MonkeyPatch, useless: str) -> None:
    monkeypatch.setenv("http_proxy", useless)
    with pytest.raises(TransportError, match=r"ftrack\.invalid"):
        transport("http://ftrack.invalid").call(QUESTION)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Give who vouches for the certificate of the server; nobody trusts it who is not told to."""
    return trustme.CA()


@pytest.fixture
def secure_server(authority: trustme.CA) -> Iterator[Listener]:
    listener = Listener({})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    listener.socket = context.wrap_socket(listener.socket, server_side=True, do_handshake_on_connect=False)
    yield from listening(listener)


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_server: Listener) -> None:
    with pytest.raises(ServerUnreachableError, match="SSL") as caught:
        transport(f"https://{secure_server.address}").call(QUESTION)
    assert not caught.value.outcome_unknown
    assert secure_server.paths == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_of_the_environment_are_trusted(
    secure_server: Listener, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    bundle = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv(variable, str(bundle))
    assert transport(f"https://{secure_server.address}").call(QUESTION) == ANSWER


def test_certificates_that_are_not_there_are_a_named_error(
    secure_server: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem")
    with pytest.raises(ServerUnreachableError, match=r"/nowhere/bundle\.pem") as caught:
        transport(f"https://{secure_server.address}").call(QUESTION)
    assert secure_server.address in str(caught.value)
    assert (caught.value.outcome_unknown, caught.value.temporary) == (False, False)


def test_cookies_of_the_server_come_back_beside_the_given_ones() -> None:
    for server in listening(Listener({"set-cookie": "node=seven; Path=/; HttpOnly"})):
        carrier = transport(f"http://{server.address}", cookies={"sso": "ticket"})
        for _ in range(2):
            carrier.call(QUESTION)
        assert [each["cookie"] for each in server.headers] == ["sso=ticket", "sso=ticket; node=seven"]


def test_cookies_for_others_do_not_come_back() -> None:
    for server in listening(Listener({"set-cookie": "node=seven; Domain=elsewhere.example"})):
        carrier = transport(f"http://{server.address}")
        for _ in range(2):
            carrier.call(QUESTION)
        assert all("cookie" not in each for each in server.headers)


def test_answers_may_be_packed() -> None:
    for server in listening(Listener({}, packed=True)):
        assert transport(f"http://{server.address}").call(QUESTION) == ANSWER
        assert "gzip" in server.headers[0]["accept-encoding"]


def test_a_given_header_replaces_one_of_ours_whatever_its_case(server: Listener) -> None:
    transport(f"http://{server.address}", headers={"Accept": "text/x-own", "X-Studio": "demo"}).call(QUESTION)
    (seen,) = server.headers
    assert (seen["accept"], seen["x-studio"], seen["content-type"]) == ("text/x-own", "demo", "application/json")


def test_calls_share_one_connection(server: Listener) -> None:
    carrier = transport(f"http://{server.address}")
    for _ in range(5):
        carrier.call(QUESTION)
    assert len(server.callers) == 1
    carrier.close()


def test_an_address_without_host_is_a_named_error() -> None:
    with pytest.raises(TransportError):
        transport("http://.invalid..").call(QUESTION)
