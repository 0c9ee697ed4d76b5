"""Tests uploads to a server that is killed in the middle of a part, a real process, and that comes back or does not."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

from ftrack_typed.entities import AssetVersion, ComponentLocation, Location, Session
from ftrack_typed.errors import LocationError
from ftrack_typed.files import TransferProgress, transferring
from ftrack_typed.sandbox.files.storage import FileStorage
from ftrack_typed.symbols import SERVER_LOCATION_ID
from tests.files.conftest import QUICK, built_in, make_version, write
from tests.ports import held_port
from tests.sandbox.process.conftest import PATIENCE, SandboxProcess, Start, start
from tests.session.conftest import make_production

__all__ = ["start"]

PART = 8 * 1024 * 1024
"""Bytes of a part of a file of up to 128 MiB (protocol section 6.2)."""


pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill without a word")


@attrs.define
class Server:
    """A sandbox that can be killed and started again, at the same address and with the same data."""

    url: str
    run: Callable[[], SandboxProcess]
    folder: Path
    process: SandboxProcess

    def kill(self) -> None:
        """Kill it while it writes down a part, of which it has some and not all."""
        deadline = time.monotonic() + PATIENCE
        while not any(0 < size < PART for size in self.incoming()):
            assert time.monotonic() < deadline, "the server receives nothing"
            time.sleep(0.01)
        self.process.process.kill()
        self.process.process.wait(PATIENCE)

    def restart(self) -> None:
        self.process = self.run()
        self.process.api()

    def incoming(self) -> list[int]:
        """Return the sizes of what is being received."""
        return [each.stat().st_size for each in (self.folder / "incoming").iterdir()]


@pytest.fixture
def server(start: Start, tmp_path: Path) -> Iterator[Server]:
    files = tmp_path / "files"
    options = ("--database", tmp_path / "studio.db", "--files", files, "--api-key", "key")
    with held_port() as port:
        process = start(*options, "--port", port)
        yield Server(process.api().url, lambda: start(*options, "--port", port), files, process)


@pytest.fixture
def session(server: Server, tmp_path: Path) -> Iterator[Session]:
    """A session on that server: the one of the other tests is on a server in this process."""
    with Session(server.url, "key", "sandbox", schema_cache_path=tmp_path, retries=QUICK) as opened:
        yield opened


@pytest.fixture
def version(session: Session) -> AssetVersion:
    return make_version(session, make_production(session, 0))


def in_the_second_part(action: Callable[[], object]) -> Callable[[TransferProgress], None]:
    """Return a report that does something once, when half of the second part is on its way."""
    waiting = [action]

    def report(progress: TransferProgress) -> None:
        if progress.bytes_done > PART + PART // 2 and waiting:
            waiting.pop()()

    return report


def content(location: Location, component_id: str) -> bytes:
    assert location.accessor is not None
    with contextlib.closing(location.accessor.open(component_id)) as data:
        return data.read()


def test_killed_server_has_nothing_by_half_and_the_next_try_succeeds(
    session: Session, version: AssetVersion, server: Server, tmp_path: Path
) -> None:
    path = write(tmp_path / "movie.mov", os.urandom(2 * PART + 5))
    component = version.create_component(path, {"name": "movie"})
    session.commit()
    location = built_in(session, SERVER_LOCATION_ID)
    with (
        transferring(parts_at_once=1, retries=QUICK, progress=in_the_second_part(server.kill)),
        pytest.raises(LocationError, match="1 of 3 parts had arrived; nothing was registered") as caught,
    ):
        location.add_component(component, path)
    assert caught.value.details["transferred"] == ()
    server.restart()
    assert server.incoming() == []
    assert list(FileStorage(server.folder).stored()) == []
    assert session.query(ComponentLocation).where(ComponentLocation.component_id == component.id).count() == 0
    location.add_component(component, path)
    assert content(location, component.id) == path.read_bytes()
    assert session.query(ComponentLocation).where(ComponentLocation.component_id == component.id).count() == 1


def test_new_component_is_not_there_either(
    session: Session, version: AssetVersion, server: Server, tmp_path: Path
) -> None:
    path = write(tmp_path / "movie.mov", os.urandom(2 * PART + 5))
    location = built_in(session, SERVER_LOCATION_ID)
    with (
        transferring(parts_at_once=1, retries=QUICK, progress=in_the_second_part(server.kill)),
        pytest.raises(LocationError, match="nothing was registered"),
    ):
        version.create_component(path, location=location)
    server.restart()
    assert session.created == []
    session.commit()
    assert list(version.components) == []
    component = version.create_component(path, location=location)
    assert content(location, component.id) == path.read_bytes()


def test_server_that_comes_back_at_once_gets_the_lost_part_again(
    session: Session, version: AssetVersion, server: Server, tmp_path: Path
) -> None:
    path = write(tmp_path / "movie.mov", os.urandom(2 * PART + 5))
    told: list[TransferProgress] = []

    def come_back() -> None:
        server.kill()
        server.restart()

    act = in_the_second_part(come_back)

    def report(progress: TransferProgress) -> None:
        told.append(progress)
        act(progress)

    location = built_in(session, SERVER_LOCATION_ID)
    with transferring(parts_at_once=1, retries=QUICK, progress=report):
        component = version.create_component(path, location=location)
    assert content(location, component.id) == path.read_bytes()
    done = [progress.bytes_done for progress in told]
    # Only the second part was taken back, and the sum is that of the file.
    assert [later for earlier, later in itertools.pairwise(done) if later < earlier] == [PART]
    assert done[-1] == 2 * PART + 5
