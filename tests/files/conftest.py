"""Owns what the tests of files share: a version to publish into, locations on disks, and files to publish."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

from ftrack_typed.entities import Asset, AssetVersion, Location, Session
from ftrack_typed.files import DiskAccessor, StandardStructure, Structure
from ftrack_typed.retries import Retries
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.symbols import ORIGIN_LOCATION_ID, SERVER_LOCATION_ID
from tests.faults.proxy import Decide, FaultProxy
from tests.session.conftest import Production, open_session, production, sandbox, session

__all__ = ["open_session", "production", "sandbox", "session"]

MakeLocation = Callable[..., Location]

QUICK = Retries(attempts=3, timeout=600, wait_initial=0.0, wait_max=0.0, wait_jitter=0.0)
"""Tries again at once, twice, however long that takes on a busy machine."""


@attrs.frozen
class Disk:
    """A location on a disk, with the folder that its data lies in."""

    location: Location
    folder: Path

    def files(self) -> dict[str, bytes]:
        """Return every file below the folder, hidden ones too, by its path there."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def version(session: Session, production: Production, sandbox: Sandbox) -> AssetVersion:
    """The first version of an asset of the test's own."""
    made = make_version(session, production)
    sandbox.requests.clear()
    return made


def make_version(session: Session, production: Production, name: str = "Render") -> AssetVersion:
    """Commit an asset of the production's shot, with one version."""
    asset = session.create(Asset, name=name, context_id=production.shot_id)
    version = session.create(AssetVersion, asset=asset)
    session.commit()
    return version


@pytest.fixture
def proxied(sandbox: Sandbox, open_session: type[Session], broken: Decide) -> Iterator[Session]:
    """A session whose traffic goes over a connection that breaks as `broken`, a fixture of the test, says."""
    with FaultProxy(sandbox.server_url, broken) as proxy:
        yield open_session(server_url=proxy.url)


@pytest.fixture
def disk(session: Session, tmp_path: Path, sandbox: Sandbox) -> Disk:
    """A location of the test's own, which the session picks first."""
    made = make_disk(session, tmp_path / "store")
    sandbox.requests.clear()
    return made


def make_disk(session: Session, folder: Path, structure: Structure | None = None) -> Disk:
    """Commit a location whose data lies in *folder*, and set it up."""
    folder.mkdir(exist_ok=True)
    location = session.create(Location, name=f"studio.{uuid.uuid4().hex[:12]}")
    location.accessor = DiskAccessor(folder)
    location.structure = structure or StandardStructure()
    location.priority = 10
    session.commit()
    return Disk(location, folder)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The folder of what is published."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def write(path: Path, content: bytes = b"pixels") -> Path:
    """Write a file and return its path."""
    path.write_bytes(content)
    return path


def frames(folder: Path, count: int, name: str = "plate") -> str:
    """Write *count* files, each with another content, and return the expression of the sequence."""
    for number in range(1, count + 1):
        write(folder / f"{name}.{number:04d}.exr", b"frame %d" % number)
    return f"{folder}/{name}.%04d.exr [1-{count}]"


def built_in(session: Session, location_id: str) -> Location:
    """Return a location that every server has."""
    found = session.get(Location, location_id)
    assert found is not None
    return found


@pytest.fixture
def server(session: Session) -> Location:
    return built_in(session, SERVER_LOCATION_ID)


@pytest.fixture
def origin(session: Session) -> Location:
    return built_in(session, ORIGIN_LOCATION_ID)
