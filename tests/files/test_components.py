"""Tests the making of components and what holds others (session.md sections 9, 15 and 16)."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest

from ftrack_typed.entities import (
    AssetVersion,
    Component,
    ContainerComponent,
    FileComponent,
    Location,
    SequenceComponent,
    Session,
    Task,
)
from ftrack_typed.errors import AttributeValueError, LocationError
from ftrack_typed.files import EntityIdStructure
from ftrack_typed.files.sequences import name_of
from ftrack_typed.sandbox.in_process import Sandbox
from tests.files.conftest import Disk, frames, write
from tests.session.conftest import Production, actions_of

FILE_TYPE = "ftrack.api.session.get-file-type-from-string"


def test_path_may_be_a_path(session: Session, source: Path) -> None:
    component = session.create_component(write(source / "x.exr"), location=None)
    assert isinstance(component, FileComponent)
    assert (component.size, component.file_type) == (6, ".exr")


def test_relative_path_is_made_whole(
    session: Session, source: Path, origin: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source)
    write(source / "x.exr")
    component = session.create_component("x.exr", location=None)
    assert origin.get_filesystem_path(component) == str(source / "x.exr")
    frames(source, 2)
    sequence = session.create_component("plate.%04d.exr [1-2]", location=None)
    assert isinstance(sequence, SequenceComponent)
    assert origin.get_filesystem_path(sequence.members[1]) == str(source / "plate.0002.exr")


def test_path_in_the_home_of_the_user(
    session: Session, source: Path, origin: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USERPROFILE" if sys.platform == "win32" else "HOME", str(source))
    write(source / "x.exr")
    component = session.create_component("~/x.exr", location=None)
    assert (component.size, origin.get_filesystem_path(component)) == (6, str(source / "x.exr"))


def test_subscriber_knows_the_file_type(session: Session, source: Path) -> None:
    hub = session.event_hub
    hub.subscribe(f"topic={FILE_TYPE}", lambda event: None)
    hub.subscribe(
        f"topic={FILE_TYPE}", lambda event: ".tar.gz" if event["data"]["file_path"].endswith(".tar.gz") else None
    )
    assert session.create_component(source / "x.tar.gz", location=None).file_type == ".tar.gz"
    assert session.create_component(source / "x.exr", location=None).file_type == ".exr"


def test_wrong_location_is_refused_and_nothing_waits(session: Session, source: Path) -> None:
    with pytest.raises(AttributeValueError, match="location"):
        session.create_component(source / "x.exr", location="ftrack.server")  # type: ignore[arg-type]
    with pytest.raises(AttributeValueError):
        session.create_component(source / "x.exr", {"name": 5}, location=None)
    assert session.created == []


def test_thumbnail_that_cannot_be_uploaded_changes_nothing(
    session: Session, production: Production, source: Path
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    with pytest.raises(LocationError, match="Resource not found"):
        task.create_thumbnail(source / "none.png")
    assert (session.created, session.modified) == ([], [])
    component = task.create_thumbnail(write(source / "still.png", b"still"))
    assert (task.thumbnail_id, component.name) == (component.id, "thumbnail")


def test_thumbnail_takes_values_and_leaves_them_to_the_caller(
    session: Session, production: Production, source: Path
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    data = {"name": "poster"}
    component = task.create_thumbnail(write(source / "still.png", b"still"), data)
    assert (component.name, task.thumbnail_id) == ("poster", component.id)
    assert data == {"name": "poster"}


def test_component_of_a_version_belongs_to_it_whatever_is_given(
    session: Session, version: AssetVersion, disk: Disk, source: Path
) -> None:
    data = {"name": "plate", "version_id": "another"}
    component = version.create_component(write(source / "x.exr"), data)
    assert (component.name, component.version, component.version_id) == ("plate", version, version.id)
    assert component.version is version
    assert data == {"name": "plate", "version_id": "another"}
    assert component.get_availability([disk.location]) == {disk.location.id: 0.0}


def test_members_of_a_new_sequence_stay_in_order(
    session: Session, sandbox: Sandbox, version: AssetVersion, disk: Disk, source: Path
) -> None:
    component = version.create_component(frames(source, 12), location=disk.location)
    sandbox.requests.clear()
    assert isinstance(component, SequenceComponent)
    assert [member.name for member in component.members] == [f"{number:04d}" for number in range(1, 13)]
    assert actions_of(sandbox) == []


@pytest.fixture
def package(session: Session, version: AssetVersion, source: Path) -> ContainerComponent:
    """A committed container with a file and a sequence in it."""
    container = session.create(ContainerComponent, name="package", version=version)
    file = session.create_component(write(source / "notes.txt", b"notes"), {"name": "notes"}, location=None)
    file.container = container
    sequence = session.create_component(frames(source, 3), {"name": "plate"}, location=None)
    sequence.container = container
    session.commit()
    return container


def test_container_comes_with_what_is_in_it(
    session: Session, sandbox: Sandbox, package: ContainerComponent, disk: Disk, origin: Location
) -> None:
    sandbox.requests.clear()
    disk.location.add_component(package, origin)
    assert len(actions_of(sandbox)[-1]) == 6
    names = sorted(path.partition("/v001/")[2] for path in disk.files())
    assert names == ["package/notes.txt", *(f"package/plate.{number:04d}.exr" for number in (1, 2, 3))]
    assert disk.location.get_component_availability(package) == 100.0
    (notes,) = [member for member in package.members if member.name == "notes"]
    disk.location.remove_component(notes)
    assert disk.location.get_component_availability(package) == 50.0
    assert session.get_component_availabilities([package, notes], [disk.location]) == [
        {disk.location.id: 50.0},
        {disk.location.id: 0.0},
    ]


def test_container_without_what_is_in_it(
    session: Session, package: ContainerComponent, disk: Disk, origin: Location
) -> None:
    disk.location.add_component(package, origin, recursive=False)
    assert disk.files() == {}
    assert disk.location.get_component_availability(package) == 0.0
    disk.location.remove_component(package, recursive=False)


def test_container_that_another_session_removes(
    session: Session, open_session: type[Session], package: ContainerComponent, disk: Disk, origin: Location
) -> None:
    disk.location.add_component(package, origin)
    other = open_session()
    found = other.get(Component, package.id)
    location = other.get(Location, disk.location.id)
    assert isinstance(found, ContainerComponent)
    assert location is not None
    location.accessor = disk.location.accessor
    location.remove_component(found)
    assert disk.files() == {}
    assert location.get_component_availability(found) == 0.0


def test_previews_that_nobody_shows_need_a_key(
    session: Session, version: AssetVersion, server: Location, source: Path
) -> None:
    thumbnail = version.create_thumbnail(write(source / "still.png", b"still"))
    assert session.api_key not in server.get_thumbnail_url(thumbnail, size=100)
    assert "size=100" in server.get_thumbnail_url(thumbnail, size=100)
    assert session.api_key not in server.get_url(thumbnail)


def test_no_error_shows_the_key(session: Session, version: AssetVersion, server: Location) -> None:
    assert server.accessor is not None
    data = server.accessor.open(version.id)
    with contextlib.closing(data), pytest.raises(Exception, match=version.id) as caught:
        data.read()
    assert session.api_key not in repr(caught.getrepr(style="long"))


def container_of(source: Path) -> list[str | Path]:
    """Write two files and a sequence, and return their paths."""
    return [write(source / "take.mov", b"movie"), frames(source, 3), str(write(source / "notes", b"text"))]


def test_several_paths_make_a_container(
    session: Session, sandbox: Sandbox, version: AssetVersion, source: Path, origin: Location
) -> None:
    component = version.create_component(container_of(source), {"name": "pack"})
    assert isinstance(component, ContainerComponent)
    assert (component.name, component.version, component.size) == ("pack", version, 5 + 21 + 4)
    assert [(type(each), each.name, each.file_type) for each in component.members] == [
        (FileComponent, "take", ".mov"),
        (SequenceComponent, "plate", ".exr"),
        (FileComponent, "notes", ""),
    ]
    assert all(each.container is component for each in component.members)
    paths = [str(each).partition(" ")[0] for each in container_of(source)]
    assert origin.get_filesystem_paths(component.members) == paths
    session.commit()
    assert {each.name for each in session.query(Component).where(Component.container_id == component.id)} == {
        "take",
        "plate",
        "notes",
    }


def test_container_is_added_in_one_commit(
    sandbox: Sandbox, version: AssetVersion, disk: Disk, source: Path, open_session: type[Session]
) -> None:
    component = version.create_component(container_of(source), {"name": "pack"}, location="auto")
    assert len(sandbox.requests) <= 2
    assert isinstance(component, ContainerComponent)
    assert [each.name for each in component.members] == ["take", "plate", "notes"]
    folder = disk.location.get_resource_identifier(component)
    assert {path.removeprefix(f"{folder}/"): content for path, content in disk.files().items()} == {
        "take.mov": b"movie",
        "plate.0001.exr": b"frame 1",
        "plate.0002.exr": b"frame 2",
        "plate.0003.exr": b"frame 3",
        "notes": b"text",
    }
    other = open_session()
    found = other.get(ContainerComponent, component.id)
    assert found is not None
    assert other.get_component_availability(found)[disk.location.id] == 100.0
    disk.location.remove_component(component)
    assert disk.files() == {}


def test_container_is_registered_where_its_files_lie(session: Session, source: Path) -> None:
    (source / "below").mkdir()
    paths = [write(source / "a.exr"), write(source / "below" / "b.exr")]
    component = session.create_component(paths)
    location = session.pick_location(component)
    assert location is not None
    assert location.name == "ftrack.unmanaged"
    assert location.get_filesystem_path(component) == str(source)


@pytest.mark.parametrize("other", ["C:\\plates\\b.exr", "https://studio/plates/b.exr"])
def test_container_of_files_that_no_folder_holds(session: Session, source: Path, origin: Location, other: str) -> None:
    component = session.create_component([write(source / "a.exr"), other], location=None)
    assert isinstance(component, ContainerComponent)
    found = origin.get_resource_identifiers([component, *component.members])
    assert found == [str(source), str(source / "a.exr"), other]


@pytest.mark.parametrize("frames", ["[5-1]", "[]"])
@pytest.mark.parametrize("data", [{}, {"size": 10}], ids=str)
def test_sequence_of_no_frames_is_refused(session: Session, source: Path, frames: str, data: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no frames"):
        session.create_component(f"{source}/plate.%04d.exr {frames}", data, location=None)
    assert session.created == []


def test_size_of_a_sequence_that_is_no_number_is_refused(session: Session, source: Path) -> None:
    with pytest.raises(AttributeValueError, match=r"SequenceComponent\.size"):
        session.create_component(frames(source, 2), {"size": "12"}, location=None)
    assert session.created == []


@pytest.mark.parametrize("path", ["", [""]], ids=str)
def test_empty_path_is_refused(session: Session, path: str | list[str]) -> None:
    with pytest.raises(ValueError, match="empty"):
        session.create_component(path, location=None)
    assert session.created == []


def test_thumbnail_of_several_files_is_refused(
    session: Session, production: Production, source: Path, sandbox: Sandbox
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    sandbox.requests.clear()
    for several in (frames(source, 2), [write(source / "still.png")]):
        with pytest.raises(ValueError, match="one file"):
            task.create_thumbnail(several)  # type: ignore[arg-type]
    assert not list(sandbox.requests)


def test_container_that_is_in_itself_is_looked_at_once(
    session: Session, disk: Disk, origin: Location, source: Path
) -> None:
    disk.location.structure = EntityIdStructure()
    outer = session.create(ContainerComponent, name="outer")
    inner = session.create(ContainerComponent, name="inner", container=outer)
    file = session.create_component(write(source / "x.exr"), {"container": inner}, location=None)
    session.commit()
    outer.container = inner
    session.commit()
    disk.location.add_component(file, origin)
    assert outer.get_availability([disk.location]) == {disk.location.id: 100.0}


def test_container_of_nothing_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="one path at least"):
        session.create_component([], location=None)
    with pytest.raises(TypeError):
        session.create_component([3], location=None)  # type: ignore[list-item]
    assert session.created == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/plate.%04d.exr [1-3]", "plate"),
        ("/a/plate_%d.exr [1-3]", "plate"),
        ("/a/%04d.exr [1-3]", "main"),
        ("/a/film.v001.mov", "film.v001"),
        ("/a/.hidden", ".hidden"),
        ("/a/björn 🎬.mov", "björn 🎬"),
    ],
)
def test_name_of_a_member(path: str, name: str) -> None:
    assert name_of(path) == name
