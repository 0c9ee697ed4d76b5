"""Owns the measurements: a fresh process that publishes to a disk or to the server, and prints what it cost as JSON."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from ftrack_typed.entities import Asset, AssetVersion, Component, Location, Project, ProjectSchema, Session
from ftrack_typed.files import DiskAccessor, EntityIdStructure, transferring
from ftrack_typed.symbols import ORIGIN_LOCATION_ID, SERVER_LOCATION_ID

from .memory import Growth

MEBIBYTE: Final = 1024 * 1024
WARMING: Final = 20 * MEBIBYTE
"""Bytes of the first transfer, which loads what every transfer needs, and is not counted."""

Figures = Mapping[str, list[float]]


class CountingSession(Session):
    """A session that counts its requests."""

    requests = 0

    def call(self, data: Any) -> Any:
        """Count one, and send it."""
        self.requests += 1
        return super().call(data)


@attrs.frozen
class Place:
    """A session with a version to publish into, a location on a disk, and the folder that all is in."""

    session: CountingSession
    version: AssetVersion
    store: Location
    folder: Path

    def copied(self, component: Component) -> Path:
        """Return where the store has the data of *component*."""
        return Path(self.store.get_filesystem_path(component))


def main() -> None:
    """Measure what the order on the standard input says."""
    order = json.loads(sys.stdin.readline())
    place = _place(order)
    print(json.dumps(MEASURES[order.pop("measure")](place, **order["options"])))
    place.session.close()


def _place(order: Mapping[str, Any]) -> Place:
    folder = Path(order["folder"])
    session = CountingSession(order["url"], order["key"], order["user"], schema_cache_path=folder)
    project = session.create(
        Project,
        name=f"p{uuid.uuid4().hex[:12]}",
        full_name="Files",
        project_schema=session.query(ProjectSchema).first(),  # type: ignore[arg-type]
    )
    version = session.create(AssetVersion, asset=session.create(Asset, name="files", parent=project))
    store = session.create(Location, name=f"disk.{uuid.uuid4().hex[:12]}")
    session.commit()
    (folder / "store").mkdir(exist_ok=True)
    store.accessor, store.structure = DiskAccessor(folder / "store"), EntityIdStructure()
    return Place(session, version, store, folder)


def registering(place: Place, files: int) -> Figures:
    """Count the requests of publishing so many files, and so many frames of a sequence, to the disk."""
    work = place.folder / "work"
    work.mkdir(exist_ok=True)
    for number in range(1, files + 1):
        (work / f"f.{number:06d}.exr").write_bytes(b"pixels")
    made = [place.version.create_component(path, {"name": path.stem}) for path in sorted(work.iterdir())]
    origin = place.session.get(Location, ORIGIN_LOCATION_ID)
    assert origin is not None
    place.session.requests = 0
    place.store.add_components(made, origin)
    for_files, place.session.requests = place.session.requests, 0
    place.version.create_component(f"{work}/f.%06d.exr [1-{files}]", location=place.store)
    return {"files": [for_files], "frames": [place.session.requests]}


def copying(place: Place, size: int, rounds: int) -> Figures:
    """Time copies by us, registration included, and by ``shutil.copyfile``, in turns, in seconds."""
    source = _source(place, size)
    copy = place.folder / "copyfile"

    def ours() -> Iterator[None]:
        component = place.version.create_component(source, location=None)
        yield
        place.store.add_component(component, source)
        yield
        place.copied(component).unlink()

    def floor() -> Iterator[None]:
        yield
        shutil.copyfile(source, copy)
        yield
        copy.unlink()

    found: dict[str, list[float]] = {"ours": [], "copyfile": []}
    for number in range(-1, rounds):
        turns = [("ours", ours), ("copyfile", floor)]
        for name, action in turns if number % 2 else reversed(turns):
            seconds = _timed(action)
            if number >= 0:
                found[name].append(seconds)
    return found


def _timed(action: Callable[[], Iterator[None]]) -> float:
    """Return how long the middle of *action* takes; what was written before is on the disk when it begins."""
    steps = action()
    next(steps)
    os.sync()
    started = time.perf_counter()
    next(steps)
    seconds = time.perf_counter() - started
    next(steps, None)
    return seconds


def uploading(place: Place, size: int, parts: bool) -> Figures:
    """Return seconds and growth of memory, in bytes, of an upload and of a download of the same data to the disk."""
    with transferring(multipart_above=WARMING // 2 if parts else size):
        _round_trip(place, _source(place, WARMING, "small"))
        return _round_trip(place, _source(place, size))


def _round_trip(place: Place, source: Path) -> Figures:
    """Upload *source* and download it again; raise RuntimeError where it is not the same then."""
    server = place.session.get(Location, SERVER_LOCATION_ID)
    assert server is not None
    component = place.version.create_component(source, location=None)
    upload, sent = _grown(lambda: server.add_component(component, source))
    download, fetched = _grown(lambda: place.store.add_component(component, server))
    copy = place.copied(component)
    if not filecmp.cmp(source, copy, shallow=False):
        raise RuntimeError("what was downloaded is not what was uploaded")
    copy.unlink()
    server.remove_component(component)
    return {"upload": [upload], "upload: memory": [sent], "download": [download], "download: memory": [fetched]}


def _grown(action: Callable[[], object]) -> tuple[float, float]:
    growth = Growth()
    started = time.perf_counter()
    action()
    return time.perf_counter() - started, growth.bytes


def _source(place: Place, size: int, name: str = "large") -> Path:
    """Return a file of *size* bytes, no block of which is like another."""
    path = place.folder / name
    if not path.exists():
        with path.open("wb") as file:
            for start in range(0, size, MEBIBYTE):
                file.write(os.urandom(min(MEBIBYTE, size - start)))
    return path


MEASURES: Final[Mapping[str, Callable[..., Figures]]] = {
    "registering": registering,
    "copying": copying,
    "uploading": uploading,
}

if __name__ == "__main__":
    main()
