"""Publishes a sequence of frames and a movie, to a disk and to the server, encodes the movie, and reads all of it back.

One command does everything, on a sandbox of its own with sample media, and leaves nothing behind::

    python examples/publish.py

It needs ``ftrack-typed`` with its extras ``sandbox`` and ``media``, and shows bars with the extra ``progress``. Where
FTRACK_SERVER is set, with FTRACK_API_USER and FTRACK_API_KEY, it publishes there; media of your own come with
``--sequence`` and ``--movie``, and stay in the folder that ``--store`` names. Each component keeps its SHA-256 in its
metadata: ``--check VERSION --store FOLDER`` reads a version in both locations, also in years, and compares.
The publishing run starts that as a process of its own. Exits with 1 where a checksum is another or a step fails.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Final

from ftrack_typed.data import Data
from ftrack_typed.entities import (
    Asset,
    AssetVersion,
    Component,
    FileComponent,
    Job,
    Location,
    SequenceComponent,
    Session,
    Shot,
)
from ftrack_typed.errors import FtrackError
from ftrack_typed.files import DiskAccessor, StandardStructure, transferring
from ftrack_typed.symbols import ORIGIN_LOCATION_ID, SERVER_LOCATION_ID

STORE: Final = "example.projects"
"""Name of the location on a disk."""

CHECKSUM: Final = "sha256"
"""Key of the metadata of a component that holds its checksum."""

CHUNK: Final = 1024 * 1024
PATIENCE: Final = 300.0
"""Seconds that the server has for the encoding."""


class PublishError(Exception):
    """What was asked for cannot be done; the message says why."""


def publish(session: Session, options: argparse.Namespace, sequence: str, movie: Path) -> AssetVersion:
    """Publish *sequence* and *movie* as a new version of an asset, encode the movie, and return the version."""
    store, server, origin = locations(session, options.store)
    version = new_version(session, options)
    plate = version.create_component(sequence, {"name": "plate"})
    take = version.create_component(movie, {"name": "take"})
    files = files_of([plate, take])
    for component, digest in zip(files, digests(origin, files), strict=True):
        component.metadata[CHECKSUM] = digest
    with transferring(progress="bar" if importlib.util.find_spec("rich") and sys.stderr.isatty() else None):
        # The first one commits the version's components too; nothing is registered before its data is there.
        store.add_components([plate, take], origin)
        server.add_components([plate, take], store)
    for location in (store, server):
        print(f"  {location.name}: {len(files)} files")
    print(f"  {store.get_filesystem_path(plate)}")
    encode(version, take)
    return version


def locations(session: Session, folder: Path) -> tuple[Location, Location, Location]:
    """Return the location on the disk, whose files lie in *folder*, that of the server, and where media are made."""
    store = session.ensure(Location, {"name": STORE})
    store.accessor = DiskAccessor(folder)
    store.structure = StandardStructure()
    store.priority = 10
    server, origin = (session.get(Location, each) for each in (SERVER_LOCATION_ID, ORIGIN_LOCATION_ID))
    assert server is not None
    assert origin is not None
    return store, server, origin


def new_version(session: Session, options: argparse.Namespace) -> AssetVersion:
    """Return the next version of the asset that the options name, on a shot; raise PublishError without a shot."""
    shots = session.query(Shot).where(Shot.project.name == options.project).order_by(Shot.name)
    shot = (shots.where(Shot.name == options.shot) if options.shot else shots).first()
    if shot is None:
        raise PublishError(f"there is no shot {options.shot or ''} in a project {options.project!r}")
    asset = session.ensure(Asset, {"name": options.asset, "context_id": shot.id})
    version = session.create(AssetVersion, asset=asset, comment="Published by an example.")
    session.commit()
    print(f"{shot.name} {asset.name} v{version.version:03} ({version.id})")
    return version


def encode(version: AssetVersion, movie: Component) -> None:
    """Make the server encode *movie* for the web, and wait for it; raise an error where it cannot."""
    told: list[str] = []

    def tell(job: Job) -> None:
        if job.status not in told:
            told.append(job.status)

    job = version.encode_media(movie).wait(timeout=PATIENCE, progress=tell)
    made = [each.component.name for each in job.job_components]
    print(f"  encoding: {', '.join(told)}; {', '.join(sorted(made))}")


def check(session: Session, version_id: str, folder: Path) -> bool:
    """Compare what both locations have of a version with the checksums in its metadata; return whether all is the same.

    Raise PublishError where there is no such version.
    """
    store, server, _ = locations(session, folder)
    version = session.get(AssetVersion, version_id)
    if version is None:
        raise PublishError(f"there is no version {version_id}")
    print(f"{version.asset.name} v{version.version:03}, read by process {os.getpid()}")
    wrong = 0
    for component in sorted(version.components, key=lambda each: each.name or ""):
        files = [each for each in files_of([component]) if CHECKSUM in each.metadata]
        for location in (store, server) if files else ():
            found = digests(location, files)
            same = sum(each.metadata[CHECKSUM] == digest for each, digest in zip(files, found, strict=True))
            wrong += len(files) - same
            print(f"  {location.name}: {component.name}: {same} of {len(files)} files are as they were published")
    return wrong == 0


def files_of(components: Sequence[Component]) -> list[Component]:
    """Return the files among *components*, the frames of sequences included."""
    frames = [frame for each in components if isinstance(each, SequenceComponent) for frame in each.members]
    return [each for each in (*components, *frames) if isinstance(each, FileComponent)]


def digests(location: Location, components: Sequence[Component]) -> Iterator[str]:
    """Yield the SHA-256 of the data of each of *components* in *location*, as hexadecimal digits."""
    assert location.accessor is not None
    for identifier in location.get_resource_identifiers(components):
        digest = hashlib.sha256()
        with contextlib.closing(location.accessor.open(identifier)) as data:
            for chunk in chunks(data):
                digest.update(chunk)
        yield digest.hexdigest()


def chunks(data: Data[bytes]) -> Iterator[bytes]:
    """Yield all of *data*, piece by piece."""
    while chunk := data.read(CHUNK):
        yield chunk


def sample_media(folder: Path, frames: int) -> tuple[str, Path]:
    """Make a sequence of frames and a movie of them in *folder*; raise PublishError without ffmpeg."""
    folder.mkdir()
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None and importlib.util.find_spec("imageio_ffmpeg"):
        ffmpeg = str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    if ffmpeg is None:
        raise PublishError("sample media need ffmpeg: install 'ftrack-typed[media]', or give --sequence and --movie")
    movie, pattern = folder / "take.mov", str(folder / "plate.%04d.png")
    picture = f"testsrc=size=320x180:rate=24:duration={frames / 24}"
    source = [ffmpeg, "-v", "error", "-f", "lavfi", "-i", picture, "-frames:v", str(frames)]
    for target in (["-start_number", "1001", pattern], [str(movie)]):
        subprocess.run([*source, *target], check=True, stdin=subprocess.DEVNULL)
    return f"{pattern} [1001-{1000 + frames}]", movie


@contextlib.contextmanager
def server_for(folder: Path) -> Generator[None]:
    """Start a sandbox that the environment of this process names, with a demo project, unless a server is named."""
    if os.environ.get("FTRACK_SERVER"):
        yield
        return
    command = [sys.executable, "-m", "ftrack_typed.sandbox", "--demo", "--database", str(folder / "sandbox.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            # Three lines `export NAME=VALUE`; the output ends once the server answers.
            words = shlex.split(process.stdout.read() if process.stdout else "")
            os.environ.update(dict(word.split("=", 1) for word in words if "=" in word))
            if "FTRACK_SERVER" not in os.environ:
                raise PublishError("the sandbox does not start: is the extra 'sandbox' installed?")
            yield
        finally:
            os.environ.pop("FTRACK_SERVER", None)
            process.terminate()


def run(options: argparse.Namespace) -> bool:
    """Do what the options say; return whether all data was read back as it was published."""
    if options.check:
        with Session() as session:
            return check(session, options.check, options.store)
    with tempfile.TemporaryDirectory(prefix="ftrack-publish-") as scratch, server_for(Path(scratch)):
        options.store = (options.store or Path(scratch) / "projects").resolve()
        options.store.mkdir(parents=True, exist_ok=True)
        sequence, movie = options.sequence, options.movie
        if not (sequence and movie):
            samples = sample_media(Path(scratch) / "work", options.frames)
            sequence, movie = sequence or samples[0], movie or samples[1]
        with Session() as session:
            version_id = publish(session, options, sequence, movie).id
        reading = [sys.executable, __file__, "--check", version_id, "--store", str(options.store)]
        return subprocess.run(reading, check=False).returncode == 0


def parser() -> argparse.ArgumentParser:
    """Return what understands the command line."""
    made = argparse.ArgumentParser(description="Publish a sequence and a movie, encode the movie, and read all back.")
    made.add_argument("--project", default="demo", help="name of the project (default: demo)")
    made.add_argument("--shot", help="name of the shot (default: the first of the project)")
    made.add_argument("--asset", default="publish", help="name of the asset, made where it is not there")
    made.add_argument("--sequence", help="frames, as in '/work/plate.%%04d.exr [1001-1100]' (default: samples)")
    made.add_argument("--movie", type=Path, help="movie to publish (default: a sample)")
    made.add_argument("--frames", type=int, default=24, help="frames of the samples (default: 24)")
    made.add_argument("--store", type=Path, help="folder of the location on a disk (default: one that is removed)")
    made.add_argument("--check", metavar="VERSION", help="only read the version of that id, and compare checksums")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 where something is not as it should be."""
    command = parser()
    options = command.parse_args(arguments)
    if options.check and options.store is None:
        command.error("--check needs --store, the folder that was published to")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    try:
        return 0 if run(options) else 1
    except (FtrackError, PublishError, OSError, subprocess.CalledProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
