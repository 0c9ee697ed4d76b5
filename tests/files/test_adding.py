"""Tests the adding of components to locations (session.md section 16), against the sandbox over HTTP."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from ftrack_typed.entities import (
    AssetVersion,
    Component,
    ComponentLocation,
    FileComponent,
    Location,
    SequenceComponent,
    Session,
    Shot,
)
from ftrack_typed.errors import (
    ComponentInLocationError,
    ComponentNotInLocationError,
    LocationError,
    ServerError,
)
from ftrack_typed.files import DiskAccessor, EntityIdStructure, ResourceIdentifierTransformer, StandardStructure
from ftrack_typed.sandbox.in_process import Sandbox
from tests.files.conftest import Disk, frames, make_disk, make_version, write
from tests.session.conftest import Production, actions_of


def registered(session: Session, component: Component) -> list[str]:
    """Return the ids of the locations that the server says *component* is in."""
    found = session.query(ComponentLocation).where(ComponentLocation.component_id == component.id)
    return [each.location_id or "" for each in found.select(ComponentLocation.location_id)]


def test_file_is_copied_registered_and_found_by_another_session(
    session: Session,
    open_session: type[Session],
    version: AssetVersion,
    disk: Disk,
    source: Path,
    production: Production,
) -> None:
    content = os.urandom(3_000_000)
    component = version.create_component(write(source / "Plate.EXR", content), location="auto")
    expected = f"{production.name}/sh010/render/v001/main.exr"
    assert disk.files() == {expected: content}
    other = open_session()
    found = other.get(Component, component.id)
    location = other.get(Location, disk.location.id)
    assert isinstance(found, FileComponent)
    assert (found.size, found.file_type, found.name, found.version_id) == (3_000_000, ".EXR", "main", version.id)
    assert location is not None
    location.accessor = DiskAccessor(disk.folder)
    assert location.get_resource_identifier(found) == expected
    assert location.get_filesystem_path(found) == str(disk.folder / expected)
    assert Path(location.get_filesystem_path(found)).read_bytes() == content


def test_sequence_is_one_query_at_most_and_one_commit(
    session: Session, sandbox: Sandbox, version: AssetVersion, disk: Disk, source: Path, production: Production
) -> None:
    expression = frames(source, 1000)
    sandbox.requests.clear()
    component = version.create_component(expression, {"name": "beauty"}, location="auto")
    # What names the folders after the version, and the commit of 1,001 components with as many registrations.
    assert len(sandbox.requests) <= 2
    assert [len(actions) for actions in actions_of(sandbox)][-1] == 2002
    assert isinstance(component, SequenceComponent)
    assert len(disk.files()) == 1000
    name = f"{production.name}/sh010/render/v001/beauty.0007.exr"
    assert disk.files()[name] == b"frame 7"
    assert component.members[6].name == "0007"
    assert disk.location.get_filesystem_path(component.members[6]) == str(disk.folder / name)
    assert disk.location.get_resource_identifier(component).endswith("/beauty.%04d.exr")


def test_a_thousand_files_are_registered_in_four_requests_at_most(
    session: Session, sandbox: Sandbox, version: AssetVersion, disk: Disk, source: Path, origin: Location
) -> None:
    made = [
        version.create_component(write(source / f"{number}.txt"), {"name": f"file_{number}"}) for number in range(1000)
    ]
    session.commit()
    sandbox.requests.clear()
    disk.location.add_components(made, origin)
    assert len(sandbox.requests) <= 4
    assert len(disk.files()) == 1000


def test_unknown_versions_are_loaded_together(
    session: Session,
    sandbox: Sandbox,
    open_session: type[Session],
    production: Production,
    source: Path,
    tmp_path: Path,
) -> None:
    ids = []
    for number in range(5):
        version = make_version(session, production, f"asset {number}")
        ids.append(version.create_component(write(source / f"{number}.txt")).id)
    session.commit()
    other = open_session()
    disk = make_disk(other, tmp_path / "other")
    components = [found for each in ids if (found := other.get(Component, each)) is not None]
    paths = [str(source / f"{number}.txt") for number in range(5)]
    sandbox.requests.clear()
    disk.location.add_components(components, paths)
    assert len(disk.files()) == 5
    assert len(sandbox.requests) <= 8


def test_component_that_is_there_is_refused(
    session: Session, version: AssetVersion, disk: Disk, source: Path, origin: Location
) -> None:
    component = version.create_component(write(source / "plate.exr"), location=disk.location)
    with pytest.raises(ComponentInLocationError) as caught:
        disk.location.add_component(component, origin)
    assert caught.value.components == (component,)
    assert list(disk.files().values()) == [b"pixels"]


def test_what_is_there_is_not_overwritten(
    session: Session, version: AssetVersion, disk: Disk, source: Path, origin: Location
) -> None:
    version.create_component(write(source / "a.exr", b"first"), location=disk.location)
    second = version.create_component(write(source / "b.exr", b"second"))
    with pytest.raises(LocationError, match="exists already"):
        disk.location.add_component(second, origin)
    assert list(disk.files().values()) == [b"first"]
    assert session.created == [second]
    session.commit()
    assert registered(session, second) == []


def test_two_components_of_one_name_are_refused_before_anything_is_copied(
    session: Session, version: AssetVersion, disk: Disk, source: Path, origin: Location
) -> None:
    made = [version.create_component(write(source / f"{name}.exr")) for name in "ab"]
    with pytest.raises(LocationError, match=r"would both be '.*main\.exr'"):
        disk.location.add_components(made, origin)
    assert disk.files() == {}


@pytest.mark.parametrize("behind", ["", " [1-3]"])
def test_frames_come_from_a_path_that_stands_for_them(
    session: Session, version: AssetVersion, disk: Disk, source: Path, behind: str
) -> None:
    sequence = version.create_component(frames(source, 3), {"name": "plate"})
    (source / "elsewhere").mkdir()
    frames(source / "elsewhere", 3, "other")
    disk.location.add_component(sequence, f"{source}/elsewhere/other.%04d.exr{behind}")
    assert sorted(disk.files().values()) == [b"frame 1", b"frame 2", b"frame 3"]


def test_one_file_is_not_the_source_of_several(
    session: Session, version: AssetVersion, disk: Disk, source: Path
) -> None:
    sequence = version.create_component(frames(source, 3))
    container = version.create_component([write(source / "a.exr"), write(source / "b.exr")])
    for component in (sequence, container):
        with pytest.raises(ValueError, match="where each of the files"):
            disk.location.add_component(component, source / "plate.0001.exr")
    assert disk.files() == {}


def test_frames_of_a_sequence_are_registered_where_they_lie(
    session: Session, version: AssetVersion, origin: Location, source: Path
) -> None:
    sequence = version.create_component(frames(source, 2))
    assert isinstance(sequence, SequenceComponent)
    origin.remove_component(sequence)
    origin.add_component(sequence, "/elsewhere/other.%d.exr")
    found = origin.get_filesystem_paths([sequence, *sequence.members])
    assert found == ["/elsewhere/other.%d.exr", "/elsewhere/other.1.exr", "/elsewhere/other.2.exr"]


def test_data_is_not_touched_where_nothing_is_recorded(
    session: Session, version: AssetVersion, disk: Disk, origin: Location, source: Path
) -> None:
    component = version.create_component(write(source / "plate.exr"), location=disk.location)
    files = disk.files()
    other = version.create_component(write(source / "other.exr"), {"name": "other"})
    with session.operation_recording(False):
        with pytest.raises(LocationError, match="recording is off"):
            disk.location.remove_component(component)
        with pytest.raises(LocationError, match="recording is off"):
            disk.location.add_component(other, origin)
    assert disk.files() == files
    assert registered(session, component) == [disk.location.id]


def test_source_that_is_another_entity_is_refused(version: AssetVersion, disk: Disk, source: Path) -> None:
    component = version.create_component(write(source / "plate.exr"))
    with pytest.raises(TypeError, match="a source is a location or a path"):
        disk.location.add_component(component, version)  # type: ignore[arg-type]


class Strange(EntityIdStructure, ResourceIdentifierTransformer):
    """A structure, or a transformer, of a studio that forgot to return something."""

    def get_resource_identifier(self, entity: object, context: object = None) -> str:
        return None  # type: ignore[return-value]

    def encode(self, resource_identifier: object, context: object = None) -> str:
        return None  # type: ignore[return-value]


def test_identifier_that_is_no_text_is_refused(
    version: AssetVersion, disk: Disk, origin: Location, source: Path
) -> None:
    component = version.create_component(write(source / "plate.exr"))
    strange = Strange()
    disk.location.resource_identifier_transformer = strange
    with pytest.raises(LocationError, match="identifier is text, not None; nothing was registered"):
        disk.location.add_component(component, origin)
    disk.location.structure = strange
    with pytest.raises(LocationError, match="no place for a component: a resource identifier is text, not None"):
        disk.location.add_component(component, origin)
    assert disk.files() == {}


def test_component_without_a_name_has_no_place_in_the_standard_structure(
    version: AssetVersion, disk: Disk, origin: Location, source: Path
) -> None:
    component = version.create_component(write(source / "plate.exr"), {"name": None})
    with pytest.raises(LocationError, match="None is no name"):
        disk.location.add_component(component, origin)


def test_number_of_sources_is_checked_first(session: Session, version: AssetVersion, disk: Disk, source: Path) -> None:
    component = version.create_component(write(source / "plate.exr"))
    disk.location.structure = None
    with pytest.raises(ValueError, match="2 sources for 1 components"):
        disk.location.add_components([component], [disk.location, disk.location])
    with pytest.raises(LocationError, match="structure"):
        disk.location.add_components([], disk.location)


def test_location_without_an_accessor_is_refused(
    session: Session, version: AssetVersion, disk: Disk, source: Path, origin: Location
) -> None:
    component = version.create_component(write(source / "plate.exr"))
    disk.location.accessor = None
    with pytest.raises(LocationError, match="accessor"):
        disk.location.add_component(component, origin)
    with pytest.raises(LocationError, match="accessor"):
        disk.location.get_filesystem_path(component)


def test_failure_in_the_middle_leaves_nothing(
    session: Session, version: AssetVersion, disk: Disk, source: Path, origin: Location
) -> None:
    component = version.create_component(frames(source, 10))
    os.unlink(source / "plate.0006.exr")
    with pytest.raises(LocationError, match=r"plate\.0006\.exr; nothing was registered") as caught:
        disk.location.add_component(component, origin)
    # Several files are copied at once: how many were done when one failed differs.
    assert len(caught.value.details["transferred"]) < 10  # type: ignore[arg-type]
    assert caught.value.details["left"] == ()
    assert disk.files() == {}
    session.commit()
    assert registered(session, component) == []
    write(source / "plate.0006.exr")
    disk.location.add_component(component, origin)
    assert len(disk.files()) == 10


def test_commit_that_is_refused_leaves_nothing(
    session: Session, production: Production, version: AssetVersion, disk: Disk, source: Path, origin: Location
) -> None:
    component = version.create_component(write(source / "plate.exr"))
    session.commit()
    session.create(Shot, name="sh010", parent_id=production.project_id)
    with pytest.raises(LocationError, match="nothing was registered") as caught:
        disk.location.add_component(component, origin)
    assert isinstance(caught.value.__cause__, ServerError)
    assert disk.files() == {}
    session.rollback()
    disk.location.add_component(component, origin)
    assert registered(session, component) == [disk.location.id]


def test_component_of_no_version_has_no_place_in_the_standard_structure(
    session: Session, disk: Disk, source: Path
) -> None:
    with pytest.raises(LocationError, match="has no version"):
        session.create_component(write(source / "plate.exr"), location=disk.location)
    assert session.created == []


def test_removed_component_is_gone(
    session: Session, sandbox: Sandbox, version: AssetVersion, disk: Disk, source: Path, origin: Location
) -> None:
    component = version.create_component(frames(source, 20), location=disk.location)
    assert disk.location.get_component_availability(component) == 100.0
    sandbox.requests.clear()
    disk.location.remove_component(component)
    assert len(sandbox.requests) <= 3
    assert disk.files() == {}
    assert disk.location.get_component_availability(component) == 0.0
    with pytest.raises(ComponentNotInLocationError):
        disk.location.remove_component(component)
    disk.location.add_component(component, origin)
    assert len(disk.files()) == 20


def test_server_location_keeps_and_gives_back(
    session: Session, version: AssetVersion, disk: Disk, source: Path, server: Location, tmp_path: Path
) -> None:
    content = os.urandom(300_000)
    component = version.create_component(write(source / "movie.mov", content), location=server)
    assert server.accessor is not None
    with contextlib.closing(server.accessor.open(component.id)) as data:
        assert data.read() == content
    copy = make_disk(session, tmp_path / "copy", EntityIdStructure())
    copy.location.add_component(component, server)
    assert copy.files() == {component.id: content}
    assert isinstance(disk.location.structure, StandardStructure)
