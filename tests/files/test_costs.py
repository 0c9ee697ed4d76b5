"""Tests what files cost: requests, however many there are, and memory, however large they are."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from ftrack_typed.entities import AssetVersion, FileComponent, Location, Session
from ftrack_typed.files import EntityIdStructure, transferring
from ftrack_typed.sandbox.in_process import Sandbox
from tests.files.conftest import Disk, built_in, make_disk, write
from tests.session.conftest import actions_of

MEBIBYTE = 1024 * 1024


def test_a_thousand_new_files_are_one_commit(
    sandbox: Sandbox, version: AssetVersion, disk: Disk, source: Path, origin: Location
) -> None:
    made = [version.create_component(write(source / f"{number}.txt"), {"name": f"f{number}"}) for number in range(1000)]
    disk.location.add_components(made, origin)
    assert [set(actions) for actions in actions_of(sandbox)][-1] == {"create"}
    assert len(sandbox.requests) <= 2


def test_a_thousand_files_of_another_session_are_four_requests_at_most(
    open_session: type[Session], sandbox: Sandbox, session: Session, version: AssetVersion, disk: Disk, source: Path
) -> None:
    for number in range(1000):
        version.create_component(write(source / f"{number}.txt"), {"name": f"f{number}"})
    session.commit()
    other = open_session()
    found = other.query(FileComponent).where(FileComponent.version_id == version.id).all()
    paths = [source / f"{component.name.removeprefix('f')}.txt" for component in found if component.name]
    location = built_in(other, disk.location.id)
    location.accessor, location.structure = disk.location.accessor, disk.location.structure
    sandbox.requests.clear()
    location.add_components(found, paths)
    assert len(sandbox.requests) <= 4
    assert len(disk.files()) == 1000
    sandbox.requests.clear()
    location.remove_components(found)
    assert len(sandbox.requests) <= 4
    assert disk.files() == {}


@pytest.mark.parametrize("parts", [True, False], ids=["parts", "whole"])
def test_memory_does_not_grow_with_the_file(
    session: Session, version: AssetVersion, server: Location, source: Path, tmp_path: Path, parts: bool
) -> None:
    size = 64 * MEBIBYTE
    path = write(source / "movie.mov", os.urandom(MEBIBYTE) * 64)
    copy = make_disk(session, tmp_path / "copy", EntityIdStructure())
    component = version.create_component(path)
    session.commit()
    tracemalloc.start()
    try:
        with transferring(multipart_above=MEBIBYTE if parts else size):
            server.add_component(component, path)
            copy.location.add_component(component, server)
        # The server's memory, which is in this process too, counts as well.
        assert tracemalloc.get_traced_memory()[1] < 32 * MEBIBYTE
    finally:
        tracemalloc.stop()
    assert (copy.folder / component.id).stat().st_size == size
