"""Tests what becomes of files when disks, names and other processes are against it; nothing half-registered is left."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ftrack_typed.data import Data, File
from ftrack_typed.entities import AssetVersion, Component, ComponentLocation, Location, Session
from ftrack_typed.errors import AccessorFilesystemPathError, CommitOutcomeUnknownError, LocationError
from ftrack_typed.files import Accessor, DiskAccessor, EntityIdStructure, Structure
from ftrack_typed.sandbox.in_process import HangUp, Sandbox
from tests.files.conftest import Disk, frames, make_disk, write
from tests.files.processes import children


def places(session: Session, component: Component) -> list[str]:
    """Return the ids of the locations that the server says *component* is in."""
    found = session.query(ComponentLocation).where(ComponentLocation.component_id == component.id)
    return [each.location_id or "" for each in found.select(ComponentLocation.location_id)]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine may look into."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def test_disk_that_is_full(
    session: Session, sandbox: Sandbox, version: AssetVersion, source: Path, tmp_path: Path
) -> None:
    pytest.importorskip("resource")
    disk = make_disk(session, tmp_path / "full", EntityIdStructure())
    path = write(source / "large.exr", b"x" * 3_000_000)
    component = version.create_component(path)
    session.commit()

    with children(1, sandbox, tmp_path, {disk.location: disk.folder}, [component], bytes=2_000_000) as (child,):
        child.tell(disk.location, component, path)
        name, text = child.answer()
    assert name == "LocationError"
    assert "File too large" in text
    assert "nothing was registered" in text
    assert disk.files() == {}
    assert places(session, component) == []
    disk.location.add_component(component, path)
    assert disk.files() == {component.id: b"x" * 3_000_000}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full")
def test_device_that_is_full(version: AssetVersion, source: Path, disk: Disk, origin: Location) -> None:
    class Full(DiskAccessor):
        new_resource = Accessor.new_resource

        def open(self, resource_identifier: str, mode: str = "rb") -> Data[bytes]:
            return (
                File("/dev/full", mode)
                if resource_identifier.endswith("0003.exr")
                else super().open(resource_identifier, mode)
            )

    disk.location.accessor = Full(disk.folder)
    component = version.create_component(frames(source, 5))
    with pytest.raises(LocationError, match="No space left on device"):
        disk.location.add_component(component, origin)
    assert disk.files() == {}


def test_target_that_is_read_only(
    session: Session, sandbox: Sandbox, version: AssetVersion, open_folder: Path, tmp_path: Path
) -> None:
    disk = make_disk(session, open_folder / "store", EntityIdStructure())
    disk.folder.chmod(0o555)
    path = write(open_folder / "plate.exr")
    path.chmod(0o644)
    component = version.create_component(path)
    session.commit()
    with children(1, sandbox, tmp_path, {disk.location: disk.folder}, [component], unprivileged=True) as (child,):
        child.tell(disk.location, component, path)
        name, text = child.answer()
    disk.folder.chmod(0o755)
    assert name == "LocationError"
    assert "Permission denied" in text
    assert disk.files() == {}
    assert places(session, component) == []


class Leading(Structure):
    """Says for every component the place that it was told."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def get_resource_identifier(self, entity: Any, context: Mapping[str, Any] | None = None) -> str:
        return self.place


@pytest.mark.parametrize("place", ["../out.exr", "a/../../out.exr", "/etc/out.exr", "link/out.exr", "a\0b"])
def test_place_outside_of_the_prefix(version: AssetVersion, disk: Disk, source: Path, place: str) -> None:
    (disk.folder / "link").symlink_to(source)
    disk.location.structure = Leading(place)
    with pytest.raises(LocationError) as caught:
        version.create_component(write(source / "plate.exr"), location=disk.location)
    assert isinstance(caught.value.__cause__, AccessorFilesystemPathError)
    assert not (source / "out.exr").exists()
    assert not (disk.folder.parent / "out.exr").exists()


def test_names_of_contexts_cannot_lead_out(session: Session, version: AssetVersion, disk: Disk, source: Path) -> None:
    component = version.create_component(write(source / "plate.exr"), {"name": ".."}, location=disk.location)
    (path,) = disk.files()
    assert ".." not in path.split("/")
    assert disk.location.get_resource_identifier(component) == path


def test_name_that_is_too_long(session: Session, version: AssetVersion, disk: Disk, source: Path) -> None:
    with pytest.raises(LocationError, match="File name too long"):
        version.create_component(write(source / "plate.exr"), {"name": "x" * 300}, location=disk.location)
    assert disk.files() == {}
    disk.location.structure = EntityIdStructure()
    component = version.create_component(write(source / "plate.exr"), {"name": "x" * 250}, location=disk.location)
    assert disk.files() == {component.id: b"pixels"}


def test_name_of_300_characters_on_the_server(
    version: AssetVersion, server: Location, source: Path, open_session: type[Session]
) -> None:
    component = version.create_component(write(source / "plate.exr"), {"name": "x" * 300}, location=server)
    found = open_session().get(Component, component.id)
    assert found is not None
    assert found.name == "x" * 300
    assert server.accessor is not None
    with contextlib.closing(server.accessor.open(component.id)) as data:
        assert data.read() == b"pixels"


NAMES = ["björn", "Ä Ö", "日本語", "🎬🎞", "naïve 🎬 take", "ﬁnal", "a\u0301"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_languages(
    session: Session, version: AssetVersion, disk: Disk, server: Location, source: Path, name: str
) -> None:
    path = write(source / f"{name}.mov", name.encode())
    component = version.create_component(path, {"name": name}, location=disk.location)
    found = disk.location.get_filesystem_path(component)
    assert Path(found).read_bytes() == name.encode()
    assert Path(found).name.isascii()
    assert not Path(found).name.startswith(".")
    server.add_component(component, disk.location)
    assert server.accessor is not None
    with contextlib.closing(server.accessor.open(component.id)) as data:
        assert data.read() == name.encode()


def test_names_without_letters_do_not_meet(session: Session, version: AssetVersion, disk: Disk, source: Path) -> None:
    for name in ("日本", "中国", "🎬"):
        version.create_component(write(source / "plate.exr", name.encode()), {"name": name}, location=disk.location)
    assert len(disk.files()) == 3


def test_interrupted_copy_leaves_nothing(
    session: Session, version: AssetVersion, disk: Disk, source: Path, origin: Location
) -> None:
    class Interrupted(DiskAccessor):
        def open(self, resource_identifier: str, mode: str = "rb") -> Any:
            if resource_identifier.endswith("0003.exr"):
                raise KeyboardInterrupt
            return super().open(resource_identifier, mode)

    component = version.create_component(frames(source, 5))
    origin.accessor = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        disk.location.add_component(component, origin)
    assert disk.files() == {}
    session.commit()
    assert places(session, component) == []


@pytest.mark.parametrize("happens", [True, False])
def test_commit_without_an_answer(
    session: Session, sandbox: Sandbox, version: AssetVersion, disk: Disk, source: Path, happens: bool
) -> None:
    def lose(request: Any, answer: Any) -> Any:
        if b"ComponentLocation" not in request.body or b'"create"' not in request.body:
            return answer()
        if happens:
            answer()
        return HangUp()

    session.pick_location()
    sandbox.intercept = lose
    try:
        with pytest.raises(CommitOutcomeUnknownError):
            version.create_component(write(source / "plate.exr"), {"name": "plate"}, location=disk.location)
    finally:
        sandbox.intercept = None
    (path,) = disk.files()
    resolution = session.resolve_commit()
    assert bool(resolution.committed) is happens
    session.commit()
    (component,) = session.query(Component).where(Component.version_id == version.id).all()
    assert places(session, component) == [disk.location.id]
    assert disk.location.get_resource_identifier(component) == path
