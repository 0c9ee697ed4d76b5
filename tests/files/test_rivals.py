"""Tests what becomes of one component that two programs add to one location at once: one of them does, in any order."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from ftrack_typed.entities import AssetVersion, Component, ComponentLocation, Location, Session
from ftrack_typed.errors import (
    AccessorResourceNotFoundError,
    ComponentInLocationError,
    LocationError,
    TransferCancelledError,
)
from ftrack_typed.files import EntityIdStructure, ResourceIdentifierTransformer, TransferProgress, transferring
from ftrack_typed.sandbox.application import ApiRequest
from ftrack_typed.sandbox.faults import Fault
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.symbols import SERVER_LOCATION_ID, UNMANAGED_LOCATION_ID
from tests.files.conftest import Disk, built_in, make_disk, write
from tests.files.processes import Child, children

PATIENCE = 300.0
"""Seconds that one program waits for the other, before the test fails."""

Hold = Callable[[], object]


@contextlib.contextmanager
def holding(sandbox: Sandbox, hold: Hold) -> Generator[None]:
    """Call *hold* before each commit of registrations is answered, in a thread of the server."""

    def intercept(request: ApiRequest, answer: Callable[[], Response]) -> Response:
        if b'"ComponentLocation"' in request.body and b'"create"' in request.body:
            hold()
        return answer()

    sandbox.intercept = intercept
    try:
        yield
    finally:
        sandbox.intercept = None


def once(action: Hold) -> Hold:
    """Return what calls *action* the first time, and does nothing afterwards."""
    waiting = [action]
    return lambda: waiting.pop()() if waiting else None


def places(session: Session, component: Component) -> list[str | None]:
    """Return the ids of the locations that the server says *component* is in."""
    found = session.query(ComponentLocation).where(ComponentLocation.component_id == component.id)
    return [each.location_id for each in found.select(ComponentLocation.location_id)]


def content(location: Location, component: Component) -> bytes:
    assert location.accessor is not None
    with contextlib.closing(location.accessor.open(location.get_resource_identifier(component))) as data:
        return data.read()


@pytest.fixture
def path(source: Path) -> Path:
    return write(source / "plate.exr", os.urandom(300_000))


@pytest.fixture
def component(session: Session, version: AssetVersion, path: Path) -> Component:
    made = version.create_component(path, {"name": "plate"})
    session.commit()
    return made


@pytest.fixture
def by_id(session: Session, tmp_path: Path) -> Disk:
    """A location on a disk, as the child processes know it."""
    return make_disk(session, tmp_path / "by_id", EntityIdStructure())


@pytest.fixture(params=["disk", "unmanaged", "server"])
def location(request: pytest.FixtureRequest, session: Session, by_id: Disk) -> Location:
    return locations(session, by_id)[request.param]


def locations(session: Session, disk: Disk) -> Mapping[str, Location]:
    unmanaged, server = (built_in(session, each) for each in (UNMANAGED_LOCATION_ID, SERVER_LOCATION_ID))
    return {"disk": disk.location, "unmanaged": unmanaged, "server": server}


@pytest.fixture
def pair(
    session: Session, sandbox: Sandbox, by_id: Disk, component: Component, tmp_path: Path
) -> Iterator[list[Child]]:
    """Two processes that know the component and all locations."""
    stores = dict.fromkeys(locations(session, by_id).values()) | {by_id.location: by_id.folder}
    with children(2, sandbox, tmp_path, stores, [component]) as made:
        yield made


@pytest.mark.parametrize("location", ["unmanaged", "server"], indirect=True)
def test_two_processes_commit_at_once(
    session: Session, sandbox: Sandbox, pair: list[Child], location: Location, component: Component, path: Path
) -> None:
    # Neither commit is answered before both are there: both programs found nothing when they looked.
    meeting = threading.Barrier(2)
    with holding(sandbox, lambda: meeting.wait(PATIENCE)):
        for child in pair:
            child.tell(location, component, path)
        answers = sorted(child.answer() for child in pair)
    assert [name for name, _ in answers] == ["ComponentInLocationError", "added"], answers
    assert places(session, component) == [location.id]
    assert content(location, component) == path.read_bytes()


def test_second_process_finds_the_file_of_the_first(
    session: Session, sandbox: Sandbox, pair: list[Child], by_id: Disk, component: Component, path: Path
) -> None:
    copied, told = threading.Event(), threading.Event()

    def hold() -> None:
        copied.set()
        assert told.wait(PATIENCE)

    first, second = pair
    with holding(sandbox, hold):
        first.tell(by_id.location, component, path)
        assert copied.wait(PATIENCE)
        second.tell(by_id.location, component, path)
        name, text = second.answer()
        told.set()
        assert first.answer() == ("added", "")
    assert name == "LocationError"
    assert "exists already" in text
    assert "nothing was registered" in text
    assert places(session, component) == [by_id.location.id]
    assert by_id.files() == {component.id: path.read_bytes()}


def test_second_process_comes_later(
    session: Session, pair: list[Child], location: Location, component: Component, path: Path
) -> None:
    first, second = pair
    first.tell(location, component, path)
    assert first.answer() == ("added", "")
    second.tell(location, component, path)
    assert second.answer()[0] == "ComponentInLocationError"
    assert places(session, component) == [location.id]
    assert content(location, component) == path.read_bytes()


@pytest.mark.load
def test_two_processes_meet_anywhere(
    session: Session, sandbox: Sandbox, version: AssetVersion, source: Path, tmp_path: Path, by_id: Disk
) -> None:
    paths = [write(source / f"{number}.exr", os.urandom(300_000)) for number in range(20)]
    made = [version.create_component(each, {"name": each.stem}) for each in paths]
    session.commit()
    stores: dict[Location, Path | None] = dict.fromkeys(locations(session, by_id).values())
    stores[by_id.location] = by_id.folder
    with children(2, sandbox, tmp_path, stores, made) as both:
        for location in stores:
            for component, each in zip(made, paths, strict=True):
                for child in both:
                    child.tell(location, component, each)
                answers = sorted(child.answer() for child in both)
                # On a disk the second one may also find the file that the first one has not registered yet.
                allowed = {"ComponentInLocationError"} | ({"LocationError"} if location is by_id.location else set())
                assert answers[1] == ("added", ""), answers
                assert answers[0][0] in allowed, answers
                assert content(location, component) == each.read_bytes()
    for component in made:
        assert sorted(filter(None, places(session, component))) == sorted(each.id for each in stores)


class Prefixed(ResourceIdentifierTransformer):
    """Stores identifiers that no accessor would understand."""

    def encode(self, resource_identifier: str, context: Mapping[str, Any] | None = None) -> str:
        return f"stored:{resource_identifier}"

    def decode(self, resource_identifier: str, context: Mapping[str, Any] | None = None) -> str:
        return resource_identifier.removeprefix("stored:")


@pytest.fixture
def rival(open_session: type[Session], component: Component, path: Path) -> Callable[[], None]:
    """Adds the component to the server's location, in a session of its own."""
    other = open_session()
    theirs = built_in(other, SERVER_LOCATION_ID)
    theirs.resource_identifier_transformer = Prefixed(other)
    found = other.get(Component, component.id)
    assert found is not None
    return lambda: theirs.add_component(found, path)


def test_data_of_a_faster_rival_stays(
    session: Session, sandbox: Sandbox, server: Location, component: Component, path: Path, rival: Callable[[], None]
) -> None:
    server.resource_identifier_transformer = Prefixed(session)
    with holding(sandbox, once(rival)), pytest.raises(ComponentInLocationError):
        server.add_component(component, path)
    assert places(session, component) == [server.id]
    assert content(server, component) == path.read_bytes()


def test_data_of_a_rival_stays_where_others_of_mine_fail(
    session: Session,
    version: AssetVersion,
    server: Location,
    component: Component,
    path: Path,
    source: Path,
    rival: Callable[[], None],
) -> None:
    server.resource_identifier_transformer = Prefixed(session)
    second = version.create_component(write(source / "second.exr"), {"name": "second"})
    session.commit()
    cancel = threading.Event()

    def overtake() -> None:
        rival()
        cancel.set()

    act = once(overtake)

    def report(progress: TransferProgress) -> None:
        if progress.files_done == 1:
            act()

    with (
        transferring(workers=1, cancel=cancel, progress=report),
        pytest.raises(TransferCancelledError, match="another program registered 1 of them") as caught,
    ):
        server.add_components([component, second], [path, source / "second.exr"])
    assert caught.value.details["transferred"] == (component.id,)
    assert caught.value.details["left"] == ()
    assert places(session, component) == [server.id]
    assert places(session, second) == []
    assert content(server, component) == path.read_bytes()


def test_data_that_nobody_registered_is_removed_from_the_server(
    sandbox: Sandbox, session: Session, server: Location, component: Component, path: Path
) -> None:
    def refuse() -> None:
        raise Fault("ValidationError", "not today")

    with (
        holding(sandbox, refuse),
        pytest.raises(LocationError, match=r"not today.*1 file\(s\) were copied and removed again"),
    ):
        server.add_component(component, path)
    assert places(session, component) == []
    assert server.accessor is not None
    with (
        contextlib.closing(server.accessor.open(component.id)) as data,
        pytest.raises(AccessorResourceNotFoundError),
    ):
        data.read()
