"""Tests downloads from the server, over connections that break, and that they can be followed and stopped."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

import pytest

from ftrack_typed.entities import Component, ComponentLocation, Location, Session
from ftrack_typed.errors import AccessorOperationFailedError, LocationError, TransferCancelledError
from ftrack_typed.files import EntityIdStructure, TransferProgress, transferring
from ftrack_typed.symbols import SERVER_LOCATION_ID
from tests.faults.proxy import Fault
from tests.files.conftest import QUICK, Disk, built_in, make_disk, make_version, write
from tests.session.conftest import Production

SIZE = 5 * 1024 * 1024 + 7


class Broken:
    """Does something to the downloads among the requests, in turn: they alone have no body."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.downloads = 0

    def __call__(self, body: bytes) -> Fault:
        if body:
            return Fault.NONE
        self.downloads += 1
        return self.faults.pop(0) if self.faults else Fault.NONE


@pytest.fixture
def broken() -> Broken:
    return Broken()


@pytest.fixture
def server(proxied: Session) -> Location:
    return built_in(proxied, SERVER_LOCATION_ID)


@pytest.fixture
def copy(proxied: Session, tmp_path: Path) -> Disk:
    return make_disk(proxied, tmp_path / "copy", EntityIdStructure())


@pytest.fixture
def content() -> bytes:
    return os.urandom(SIZE)


@pytest.fixture
def component(proxied: Session, production: Production, source: Path, content: bytes, server: Location) -> Component:
    version = make_version(proxied, production)
    return version.create_component(write(source / "movie.mov", content), location=server)


def is_in(session: Session, component: Component, location: Location) -> bool:
    rows = session.query(ComponentLocation).where(ComponentLocation.component_id == component.id)
    return location.id in {each.location_id for each in rows.select(ComponentLocation.location_id)}


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.LOST_ANSWER, Fault.CUT_ANSWER, Fault.BUSY])
def test_connection_that_breaks_twice(
    server: Location, copy: Disk, component: Component, broken: Broken, content: bytes, fault: Fault
) -> None:
    broken.faults = [fault, fault]
    told: list[TransferProgress] = []
    with transferring(retries=QUICK, progress=told.append):
        copy.location.add_component(component, server)
    assert copy.files() == {component.id: content}
    assert broken.downloads == 3
    assert (told[-1].bytes_done, told[-1].bytes_total) == (SIZE, SIZE)


def test_connection_that_stays_broken(
    proxied: Session, server: Location, copy: Disk, component: Component, broken: Broken, content: bytes
) -> None:
    broken.faults = [Fault.REFUSED] * 3
    with transferring(retries=QUICK), pytest.raises(LocationError, match="Failed to read data") as caught:
        copy.location.add_component(component, server)
    assert "token" not in str(caught.value)
    assert copy.files() == {}
    assert not is_in(proxied, component, copy.location)
    copy.location.add_component(component, server)
    assert copy.files() == {component.id: content}


def test_data_that_changes_meanwhile(
    proxied: Session, server: Location, component: Component, broken: Broken, source: Path
) -> None:
    assert server.accessor is not None
    broken.faults = [Fault.CUT_ANSWER]
    with transferring(retries=QUICK), contextlib.closing(server.accessor.open(component.id)) as data:
        data.read(1024)
        with contextlib.closing(server.accessor.open(component.id, "wb")) as other:
            other.write(os.urandom(SIZE))
        with pytest.raises(AccessorOperationFailedError, match="changed while it was read"):
            data.read()


def test_download_is_told_of_in_steps_and_stopped(
    proxied: Session, server: Location, copy: Disk, component: Component, broken: Broken
) -> None:
    cancel = threading.Event()
    told: list[int] = []

    def report(progress: TransferProgress) -> None:
        told.append(progress.bytes_done)
        if len(told) == 2:
            cancel.set()

    with transferring(cancel=cancel, progress=report), pytest.raises(TransferCancelledError):
        copy.location.add_component(component, server)
    assert told == [1024 * 1024, 2 * 1024 * 1024]
    assert copy.files() == {}
    assert not is_in(proxied, component, copy.location)


def test_size_is_told_of_what_another_session_uploaded(
    open_session: type[Session], component: Component, tmp_path: Path
) -> None:
    other = open_session()
    copy = make_disk(other, tmp_path / "other", EntityIdStructure())
    found = other.get(Component, component.id)
    assert found is not None
    told: list[TransferProgress] = []
    with transferring(progress=told.append):
        copy.location.add_component(found, built_in(other, SERVER_LOCATION_ID))
    assert {each.bytes_total for each in told} == {SIZE}


def test_data_is_fetched_as_far_as_it_is_read(server: Location, component: Component, content: bytes) -> None:
    assert server.accessor is not None
    with contextlib.closing(server.accessor.open(component.id)) as data:
        assert data.read(10) == content[:10]
        assert data.tell() == 10
        data.seek(-5, os.SEEK_END)
        assert data.read() == content[-5:]
        data.seek(3)
        assert data.read(4) == content[3:7]
        data.seek(0)
        assert data.read() == content
        assert data.read(1) == b""
