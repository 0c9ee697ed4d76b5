"""Tests uploads to the server, whole and in parts, over connections that break (protocol sections 6.1 and 6.2)."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

import pytest

from ftrack_typed.entities import AssetVersion, Component, Location, Session
from ftrack_typed.errors import LocationError, TransferCancelledError
from ftrack_typed.files import TransferProgress, transferring
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.symbols import ORIGIN_LOCATION_ID, SERVER_LOCATION_ID
from tests.faults.proxy import Fault
from tests.files.conftest import QUICK, built_in, make_version, write
from tests.files.test_transfer import is_registered
from tests.session.conftest import Production

PART = 8 * 1024 * 1024
"""Bytes of a part of a file of up to 128 MiB (protocol section 6.2)."""


class Broken:
    """Does something to the uploads among the requests, in turn: what is sent to the API passes."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = list(faults)
        self.uploads: list[int] = []
        self._lock = threading.Lock()

    def __call__(self, body: bytes) -> Fault:
        if body.startswith(b'[{"action"') or not body:
            return Fault.NONE
        with self._lock:
            self.uploads.append(len(body))
            return self.faults.pop(0) if self.faults else Fault.NONE


@pytest.fixture
def broken() -> Broken:
    return Broken()


@pytest.fixture
def component(proxied: Session, production: Production, source: Path) -> Component:
    """A movie of three parts, the last of which is short."""
    version: AssetVersion = make_version(proxied, production)
    path = write(source / "movie.mov", b"movie" + os.urandom(2 * PART) + b"end")
    made = version.create_component(path, location=None)
    proxied.commit()
    return made


@pytest.fixture
def server(proxied: Session) -> Location:
    return built_in(proxied, SERVER_LOCATION_ID)


@pytest.fixture
def origin(proxied: Session) -> Location:
    return built_in(proxied, ORIGIN_LOCATION_ID)


def content(location: Location, component: Component) -> bytes:
    """Return the data of *component* as the server has it."""
    assert location.accessor is not None
    with contextlib.closing(location.accessor.open(component.id, "rb")) as data:
        return data.read()


def actions(sandbox: Sandbox) -> list[str]:
    return [action for request in sandbox.requests for action in request.actions]


def test_large_file_goes_in_parts(
    sandbox: Sandbox, server: Location, origin: Location, component: Component, broken: Broken, source: Path
) -> None:
    told: list[TransferProgress] = []
    sandbox.requests.clear()
    with transferring(progress=told.append):
        server.add_component(component, origin)
    assert sorted(broken.uploads) == [8, PART, PART]
    assert actions(sandbox).count("complete_multipart_upload") == 1
    assert actions(sandbox).index("complete_multipart_upload") < actions(sandbox).index("create")
    assert (told[-1].bytes_done, told[-1].bytes_total) == (2 * PART + 8, 2 * PART + 8)
    assert content(server, component) == (source / "movie.mov").read_bytes()


def test_file_below_the_threshold_goes_whole(
    sandbox: Sandbox, server: Location, origin: Location, component: Component, broken: Broken, source: Path
) -> None:
    with transferring(multipart_above=64 * 1024 * 1024):
        server.add_component(component, origin)
    assert broken.uploads == [2 * PART + 8]
    assert "complete_multipart_upload" not in actions(sandbox)
    assert content(server, component) == (source / "movie.mov").read_bytes()


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "parts"])
@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.BUSY])
def test_connection_that_breaks_twice(
    server: Location, origin: Location, component: Component, broken: Broken, source: Path, fault: Fault, whole: bool
) -> None:
    broken.faults = [fault, fault]
    told: list[TransferProgress] = []
    threshold = 64 * 1024 * 1024 if whole else 0
    with transferring(retries=QUICK, multipart_above=threshold, progress=told.append):
        server.add_component(component, origin)
    # Only what was lost is sent again.
    assert len(broken.uploads) == (1 if whole else 3) + 2
    assert told[-1].bytes_done == 2 * PART + 8
    assert content(server, component) == (source / "movie.mov").read_bytes()


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "parts"])
def test_connection_that_stays_broken(
    proxied: Session, server: Location, origin: Location, component: Component, broken: Broken, whole: bool
) -> None:
    broken.faults = [Fault.LOST_REQUEST] * 9
    threshold = 64 * 1024 * 1024 if whole else 0
    with (
        transferring(retries=QUICK, multipart_above=threshold, parts_at_once=1),
        pytest.raises(LocationError, match=r"Failed to upload data: .*nothing was registered") as caught,
    ):
        server.add_component(component, origin)
    assert len(broken.uploads) == 3
    assert "token" not in str(caught.value)
    assert whole or "0 of 3 parts had arrived" in str(caught.value)
    assert not is_registered(proxied, component)
    broken.faults.clear()
    server.add_component(component, origin)
    assert is_registered(proxied, component)


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "parts"])
def test_data_that_is_not_what_its_checksum_says(
    proxied: Session, server: Location, origin: Location, component: Component, source: Path, whole: bool
) -> None:
    def alter(progress: TransferProgress) -> None:
        with (source / "movie.mov").open("r+b") as file:
            file.seek(-2, os.SEEK_END)
            file.write(b"xx")

    threshold = 64 * 1024 * 1024 if whole else 0
    with (
        transferring(retries=QUICK, multipart_above=threshold, parts_at_once=1, progress=alter),
        pytest.raises(LocationError, match=r"MD5.*nothing was registered"),
    ):
        server.add_component(component, origin)
    assert not is_registered(proxied, component)


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "parts"])
def test_cancelled_upload(
    proxied: Session, server: Location, origin: Location, component: Component, broken: Broken, whole: bool
) -> None:
    cancel = threading.Event()

    def report(progress: TransferProgress) -> None:
        if progress.bytes_done > PART // 2:
            cancel.set()

    threshold = 64 * 1024 * 1024 if whole else 0
    with transferring(multipart_above=threshold, cancel=cancel, progress=report), pytest.raises(TransferCancelledError):
        server.add_component(component, origin)
    assert not is_registered(proxied, component)
    assert proxied.get("Component", component.id) is component
