"""Owns an S3 server for tests: moto's, in a thread, behind something that does to requests what a test asks for."""

from __future__ import annotations

import functools
import io
import logging
import socket
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import WSGIRequestHandler, make_server

from ftrack_typed.files import S3Accessor

KEYS: Mapping[str, str] = {"aws_access_key_id": "hush-id-4711", "aws_secret_access_key": "hush-key-4711"}
"""What a client signs with; moto takes any."""

Environ = dict[str, Any]
Answer = Iterable[bytes]
App = Callable[[Environ, Callable[..., Any]], Answer]
Fault = Callable[[Environ, Callable[..., Any], App], Answer]
"""Answers a request, with or without the server."""


@attrs.frozen
class Request:
    """One request, as far as tests decide by it."""

    method: str
    path: str
    query: str

    @property
    def bucket(self) -> str:
        """Name of the bucket that is asked for."""
        return self.path.split("/")[1]

    @property
    def action(self) -> str:
        """What a request with data is for."""
        if self.method == "POST":
            return "begin" if "uploads" in self.query else "complete"
        return "part" if "partNumber" in self.query else self.method.lower()


class Storage(ThreadedMotoServer):
    """The server; `fault` says what is done to a request, and None leaves it alone.

    Only what is asked of the bucket of the test counts: what an earlier test has given up may arrive late.
    """

    def __init__(self, port: int = 0) -> None:
        super().__init__("127.0.0.1", port, verbose=False)
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
        self.fault: Callable[[Request], Fault | None] = lambda request: None
        self.requests: list[Request] = []
        self.bucket = ""
        self._lock = threading.Lock()

    def _server_entry(self) -> None:
        dispatcher: App = DomainDispatcherApplication(create_backend_app)

        def app(environ: Environ, start_response: Callable[..., Any]) -> Answer:
            request = Request(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"])
            fault = None
            with self._lock:
                if request.bucket == self.bucket:
                    self.requests.append(request)
                    fault = self.fault(request)
            return (dispatcher if fault is None else _faulty(fault, dispatcher))(environ, start_response)

        server = make_server(self._ip_address, self._port, app, True, request_handler=WSGIRequestHandler)
        self._server = server
        self._server_ready_event.set()
        server.serve_forever()
        server.server_close()

    @property
    def url(self) -> str:
        """The address of the server."""
        host, port = self.get_host_and_port()
        return f"http://{host}:{port}"

    def actions(self) -> list[str]:
        """Return what the requests so far were for."""
        return [each.action for each in self.requests]

    def client(self, **config: object) -> Any:
        """Return a client of boto3's, which soon gives up."""
        from boto3.session import Session
        from botocore.config import Config

        options = {"retries": {"total_max_attempts": 2, "mode": "standard"}, "signature_version": "s3v4", **config}
        made = Session(**KEYS, region_name="us-east-1")
        return made.client("s3", endpoint_url=self.url, config=Config(**options))

    @functools.cached_property
    def shared_client(self) -> Any:
        """A client for all tests, for it takes a quarter of a second to make one."""
        return self.client()

    def new_bucket(self) -> str:
        """Make a bucket of the test's own, and return its name."""
        self.bucket = f"studio-{uuid.uuid4().hex[:12]}"
        self.shared_client.create_bucket(Bucket=self.bucket)
        return self.bucket

    def fill(self, keys: Iterable[str]) -> None:
        """Make objects without data, and without a request for each."""
        for key in keys:
            s3_backends["123456789012"]["aws"].put_object(self.bucket, key, b"")

    def accessor(self, prefix: str = "projects", **options: Any) -> S3Accessor:
        """Return an accessor for that bucket, whose client soon gives up."""
        return S3Accessor(self.bucket, prefix, **{"client": self.shared_client, **options})

    def objects(self) -> dict[str, bytes]:
        """Return every object in the bucket by its key."""
        client = self.shared_client
        listed = client.list_objects_v2(Bucket=self.bucket).get("Contents", ())
        return {each["Key"]: client.get_object(Bucket=self.bucket, Key=each["Key"])["Body"].read() for each in listed}

    def unfinished(self) -> list[str]:
        """Return the keys of the uploads in parts that are under way."""
        listed = self.shared_client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", ())
        return [each["Key"] for each in listed]


def _faulty(fault: Fault, app: App) -> App:
    return lambda environ, start_response: fault(environ, start_response, app)


def once(action: str, fault: Fault, count: int = 1) -> Callable[[Request], Fault | None]:
    """Return what does *fault* to the first *count* requests that are for *action*."""
    left = [count]

    def decide(request: Request) -> Fault | None:
        if request.action != action or not left[0]:
            return None
        left[0] -= 1
        return fault

    return decide


def always(action: str, fault: Fault) -> Callable[[Request], Fault | None]:
    """Return what does *fault* to all requests that are for *action*."""
    return once(action, fault, -1)


def refusing(status: str, code: str) -> Fault:
    """Return a fault that answers with an error of S3's."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>No, {code}.</Message></Error>".encode()

    def answer(environ: Environ, start_response: Callable[..., Any], app: App) -> Answer:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    return answer


def _cut(environ: Environ) -> None:
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionError("cut by the test")


def lost_request(environ: Environ, start_response: Callable[..., Any], app: App) -> Answer:
    """Cut the connection after some of the request."""
    environ["wsgi.input"].read(min(1000, int(environ.get("CONTENT_LENGTH") or 0)))
    _cut(environ)
    return []


def lost_answer(environ: Environ, start_response: Callable[..., Any], app: App) -> Answer:
    """Do what is asked for, and cut the connection."""
    b"".join(app(environ, lambda *_: None))
    _cut(environ)
    return []


def cut_answer(environ: Environ, start_response: Callable[..., Any], app: App) -> Answer:
    """Cut the connection in the middle of the answer's data."""
    data = b"".join(app(environ, start_response))

    def half() -> Iterator[bytes]:
        yield data[: len(data) // 2]
        _cut(environ)

    return half()


def altered_answer(environ: Environ, start_response: Callable[..., Any], app: App) -> Answer:
    """Answer with other data of the same length."""
    return [_altered(b"".join(app(environ, start_response)))]


def altered_request(environ: Environ, start_response: Callable[..., Any], app: App) -> Answer:
    """Let other data of the same length arrive."""
    data = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = io.BytesIO(_altered(data))
    return app(environ, start_response)


def _altered(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1]) if data else data
