"""Owns a sandbox whose time the tests tell, and the words for sending files to it as clients do."""

from __future__ import annotations

import base64
import hashlib
import io
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest
import requests
from PIL import Image

from ftrack_typed.sandbox import Sandbox
from tests.sandbox.process import conftest as process_conftest
from tests.sandbox.process.conftest import PATIENCE, Api, create

SERVER_LOCATION = "3a372bde-05bc-11e4-8908-20c9d081909b"


def new_id() -> str:
    return str(uuid.uuid4())


def md5(content: bytes) -> str:
    """Return the checksum of *content* as clients send it."""
    return base64.b64encode(hashlib.md5(content).digest()).decode("ascii")


def image(size: tuple[int, int], mode: str = "RGB", kind: str = "PNG", colour: Any = None) -> bytes:
    """Return a picture as the bytes of a file."""
    written = io.BytesIO()
    Image.new(mode, size, colour).save(written, kind)
    return written.getvalue()


def until(condition: Callable[[], bool]) -> bool:
    """Wait until *condition* holds, and tell whether it did in time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@attrs.define
class FileApi:
    """The files of one server, as one user."""

    sandbox: Sandbox
    api: Api

    @property
    def folder(self) -> Path:
        return self.sandbox.service.files.storage.folder

    @property
    def key(self) -> dict[str, str]:
        """The credentials that go into the query of an address."""
        return {"username": self.api.user, "apiKey": self.api.key}

    def metadata(self, component_id: str, size: object, **values: object) -> Any:
        """Ask for the addresses of an upload, and return the answer, an error too."""
        operation = {"action": "get_upload_metadata", "component_id": component_id, "file_size": size, **values}
        return self.first({"file_name": "plate.bin", **operation})

    def first(self, *operations: Mapping[str, object]) -> Any:
        """Send a batch and return its first result, or the error."""
        answer = self.api.post(list(operations)).json()
        return answer[0] if isinstance(answer, list) else answer

    def put(self, url: str, body: Any, **headers: str) -> requests.Response:
        """Send bytes to a signed address; underscores in the names of headers are dashes."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.http.put(url, data=body, headers=given, timeout=PATIENCE)

    def upload(self, content: bytes, component_id: str | None = None) -> str:
        """Upload a file as the official Python client does, before there is a row, and return the component's id."""
        component_id = component_id or new_id()
        metadata = self.metadata(component_id, len(content), checksum=md5(content))
        response = self.api.http.put(metadata["url"], data=content, headers=metadata["headers"], timeout=PATIENCE)
        assert response.ok, response.text
        return component_id

    def component(self, content: bytes, name: str = "main", file_type: str = ".bin") -> str:
        """Upload a file and register it, and return the component's id."""
        component_id = self.upload(content)
        location = {"component_id": component_id, "location_id": SERVER_LOCATION, "resource_identifier": component_id}
        self.api.call(
            create("FileComponent", id=component_id, name=name, file_type=file_type, size=len(content)),
            create("ComponentLocation", **location),
        )
        return component_id

    def get(self, path: str, headers: Mapping[str, str] | None = None, **query: object) -> requests.Response:
        """Ask for a file with the credentials in the query, or with a token where one is given."""
        credentials = {} if "token" in query else self.key
        params = {**credentials, **{name: str(value) for name, value in query.items()}}
        return self.api.http.get(f"{self.api.url}{path}", params=params, headers=headers, timeout=PATIENCE)

    def data(self, component_id: str) -> bytes | None:
        """Return the file of a component, or None where there is none."""
        response = self.get("/component/get", id=component_id)
        assert response.status_code in {200, 404}, response.text
        return response.content if response.ok else None

    def left_over(self) -> list[str]:
        """Return the files that are neither whole files of components nor the mark of the owner."""
        paths = [path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file()]
        return sorted(str(path) for path in paths if path.parts[0] not in {"components", "owner"})

    def raw(self) -> RawConnection:
        """Open a connection that says what no client would."""
        return RawConnection(self.api.url)


class RawConnection:
    """A connection of HTTP by hand."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self.socket = socket.create_connection((parts.hostname, parts.port or 80), timeout=PATIENCE)
        self.host = parts.netloc

    def send_head(self, method: str, url: str, **headers: object) -> None:
        target = url.split(self.host, 1)[-1]
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def answer(self) -> bytes:
        """Return everything that is answered until the connection is closed."""
        received = b""
        while chunk := self.socket.recv(65536):
            received += chunk
        return received

    def __enter__(self) -> RawConnection:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def files(sandbox: Sandbox) -> Iterator[FileApi]:
    with requests.Session() as http:
        yield FileApi(sandbox, Api(sandbox.server_url, sandbox.api_user, sandbox.api_key, http))


class Hours:
    """A clock that tests put forward."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._later = 0.0

    def forward(self, hours: float) -> None:
        with self._lock:
            self._later += hours * 3600

    def __call__(self) -> float:
        return time.time() + self._later


start = process_conftest.start
