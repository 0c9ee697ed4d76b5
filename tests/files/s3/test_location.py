"""Tests the whole road: components go from a disk into a bucket, and another process reads them back."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from ftrack_typed.entities import AssetVersion, Component, Location, SequenceComponent, Session
from ftrack_typed.errors import (
    AccessorOperationFailedError,
    AccessorPermissionDeniedError,
    ComponentInLocationError,
    LocationError,
    TransferVerificationError,
)
from ftrack_typed.files import S3Accessor, StandardStructure, transferring
from ftrack_typed.sandbox.in_process import Sandbox
from tests.events.event_server import eventually
from tests.files.conftest import Disk, frames, make_disk, write
from tests.files.s3.test_accessor import MEBIBYTE
from tests.files.test_transfer import is_registered
from tests.ports import held_port

if TYPE_CHECKING:
    from tests.files.s3.storage import Storage

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs" / "files.md"


@pytest.fixture
def bucket(session: Session, accessor: S3Accessor, storage: Storage) -> Location:
    """A location of the test's own whose data lies in the bucket."""
    location = session.create(Location, name=f"studio.{uuid.uuid4().hex[:12]}")
    location.accessor, location.structure, location.priority = accessor, StandardStructure(), 20
    session.commit()
    storage.requests.clear()
    return location


@pytest.fixture
def movie(version: AssetVersion, disk: Disk, source: Path) -> Component:
    """A movie on the disk, of a size that is sent in parts."""
    content = os.urandom(17 * MEBIBYTE + 1)
    return version.create_component(write(source / "movie.mov", content), {"name": "Ö movie"}, location=disk.location)


@pytest.fixture
def plate(version: AssetVersion, disk: Disk, source: Path) -> SequenceComponent:
    """A sequence of five frames on the disk."""
    made = version.create_component(frames(source, 5), {"name": "plate"}, location=disk.location)
    assert isinstance(made, SequenceComponent)
    return made


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is the test's own, also after the server there is gone."""
    with held_port() as port:
        yield port


@pytest.fixture
def environment(storage: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What boto3 needs to know, as users have it in their environment."""
    from tests.files.s3.storage import KEYS

    values = {
        **{name.upper(): value for name, value in KEYS.items()},
        "AWS_ENDPOINT_URL_S3": storage.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def data_of(disk: Disk, component: Component) -> bytes:
    return Path(disk.location.get_filesystem_path(component)).read_bytes()


@pytest.mark.usefixtures("environment")
def test_another_process_reads_back_what_was_added(
    sandbox: Sandbox,
    bucket: Location,
    movie: Component,
    plate: SequenceComponent,
    disk: Disk,
    storage: Storage,
    tmp_path: Path,
) -> None:
    with transferring(verify="checksum", workers=3):
        bucket.add_components([movie, plate], disk.location)
    files = [movie, *plate.members]
    assert len(files) == 6
    expected = {each.id: hashlib.sha256(data_of(disk, each)).hexdigest() for each in files}
    assert storage.objects().keys() == {f"projects/{path}" for path in disk.files()}
    assert storage.unfinished() == []
    order = {
        "url": sandbox.server_url,
        "key": sandbox.api_key,
        "user": sandbox.api_user,
        "schemas": str(tmp_path),
        "location": bucket.name,
        "bucket": storage.bucket,
        "components": [each.id for each in files],
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.files.s3.reading"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=json.dumps(order) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == expected


def test_from_the_bucket_to_another_disk_and_away(
    session: Session, bucket: Location, plate: SequenceComponent, movie: Component, disk: Disk, tmp_path: Path
) -> None:
    bucket.add_components([movie, plate], disk.location)
    other = make_disk(session, tmp_path / "other")
    with transferring(verify="checksum"):
        other.location.add_components([movie, plate], bucket)
    assert other.files() == disk.files()
    assert bucket.get_component_availability(plate) == 100
    identifier = bucket.get_resource_identifier(movie)
    assert requests.get(bucket.get_url(movie), timeout=30).content == data_of(disk, movie)
    bucket.remove_components([movie, plate])
    assert isinstance(bucket.accessor, S3Accessor)
    assert bucket.accessor.list("") == []
    assert not bucket.accessor.exists(identifier)
    assert bucket.get_component_availability(plate) == 0


def test_frames_need_two_requests_each(
    bucket: Location, plate: SequenceComponent, disk: Disk, storage: Storage
) -> None:
    """Is there such an object, and here it is."""
    bucket.add_component(plate, disk.location)
    assert sorted(storage.actions()) == ["head"] * 5 + ["put"] * 5


def test_component_that_is_there_is_not_added_again(
    bucket: Location, movie: Component, disk: Disk, storage: Storage
) -> None:
    bucket.add_component(movie, disk.location)
    storage.requests.clear()
    with pytest.raises(ComponentInLocationError):
        bucket.add_component(movie, disk.location)
    assert storage.requests == []


@pytest.mark.parametrize("exclusive", [True, False])
def test_data_of_a_rival_stays(
    open_session: type[Session],
    storage: Storage,
    bucket: Location,
    plate: SequenceComponent,
    disk: Disk,
    exclusive: bool,
) -> None:
    """Another session adds the same frame in between; where the storage lets both write, the server decides."""
    from tests.files.s3.storage import once

    frame = plate.members[0]
    bucket.accessor = storage.accessor(exclusive=exclusive)
    rival = open_session()
    theirs = rival.query(Location).where(Location.id == bucket.id).one()
    theirs.accessor, theirs.structure = storage.accessor(), StandardStructure()
    source, component = disk.location.get_filesystem_path(frame), rival.get(Component, frame.id)
    assert component is not None

    def come_first(environ: Any, start_response: Any, app: Any) -> Any:
        theirs.add_component(component, source)
        return app(environ, start_response)

    storage.fault = once("put", come_first)
    expected = LocationError if exclusive else ComponentInLocationError
    with pytest.raises(expected, match="exist") as raised:
        bucket.add_component(frame, disk.location)
    assert type(raised.value) is expected
    assert storage.actions().count("put") == 2
    assert list(storage.objects().values()) == [data_of(disk, frame)]
    assert bucket.get_component_availability(frame) == 100


def missing_bucket(storage: Storage) -> None:
    storage.shared_client.delete_bucket(Bucket=storage.bucket)


def refused_access(storage: Storage) -> None:
    from tests.files.s3.storage import always, refusing

    storage.fault = always("begin", refusing("403 Forbidden", "AccessDenied"))


def reset_in_the_middle(storage: Storage) -> None:
    from tests.files.s3.storage import always, lost_request

    storage.fault = always("part", lost_request)


def altered_data(storage: Storage) -> None:
    from tests.files.s3.storage import altered_request, once

    storage.fault = once("part", altered_request)


@pytest.mark.parametrize(
    ("break_it", "cause"),
    [
        (missing_bucket, AccessorOperationFailedError),
        (refused_access, AccessorPermissionDeniedError),
        (reset_in_the_middle, AccessorOperationFailedError),
        (altered_data, TransferVerificationError),
    ],
)
def test_failure_registers_nothing_and_leaves_nothing(
    session: Session,
    bucket: Location,
    movie: Component,
    plate: SequenceComponent,
    disk: Disk,
    storage: Storage,
    break_it: Callable[[Storage], None],
    cause: type[Exception],
) -> None:
    break_it(storage)
    with (
        transferring(verify="checksum", workers=2),
        pytest.raises(LocationError, match=f"s3://{storage.bucket}|SHA-256") as raised,
    ):
        bucket.add_components([plate, movie], disk.location)
    assert isinstance(raised.value.__cause__, cause)
    assert raised.value.details["left"] == ()
    assert bucket.get_component_availability(movie) == 0
    assert bucket.get_component_availability(plate) == 0
    storage.fault = lambda request: None
    if break_it is not missing_bucket:
        assert storage.objects() == {}
        assert storage.unfinished() == []


def test_server_that_goes_away(
    session: Session,
    bucket: Location,
    movie: Component,
    disk: Disk,
    require: Callable[[str], None],
    closed_port: int,
) -> None:
    from tests.files.s3.storage import Storage

    going = Storage(closed_port)
    going.start()
    going.bucket = "studio"
    client = going.client(retries={"total_max_attempts": 1})
    client.create_bucket(Bucket=going.bucket)
    bucket.accessor = going.accessor(client=client)
    url = going.url

    def stop(progress: Any) -> None:
        if not stopped:
            stopped.append(True)
            # A connection that no server has taken on yet would be broken off, and not refused.
            eventually(lambda: "part" in going.actions())
            going.stop()

    stopped: list[bool] = []
    with (
        transferring(progress=stop, parts_at_once=1),
        pytest.raises(LocationError, match=f"EndpointConnectionError at {url}"),
    ):
        bucket.add_component(movie, disk.location)
    assert stopped
    assert bucket.get_component_availability(movie) == 0


def test_name_of_300_characters(
    session: Session, version: AssetVersion, bucket: Location, source: Path, storage: Storage
) -> None:
    component = version.create_component(write(source / "a.exr"), {"name": "x" * 300}, location=bucket)
    (key,) = storage.objects()
    assert key.endswith("/" + "x" * 300 + ".exr")
    assert is_registered(session, component)


@pytest.mark.parametrize("place", ["../a.exr", "/etc/a.exr", "a/../../a.exr"])
def test_place_outside_of_the_prefix(
    version: AssetVersion, bucket: Location, source: Path, storage: Storage, place: str
) -> None:
    class Leading(StandardStructure):
        def get_resource_identifier(self, entity: Any, context: Any = None) -> str:
            return place

    bucket.structure = Leading()
    with pytest.raises(LocationError, match="leads out of s3://"):
        version.create_component(write(source / "a.exr"), location=bucket)
    assert storage.objects() == {}


@pytest.mark.usefixtures("environment")
def test_example_of_the_documentation(
    session: Session,
    movie: Component,
    plate: SequenceComponent,
    disk: Disk,
    storage: Storage,
    capsys: pytest.CaptureFixture[str],
) -> None:
    blocks: list[str] = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    (block,) = [each for each in blocks if "S3Accessor(" in each]
    storage.bucket = "studio-archive"
    with contextlib.suppress(storage.shared_client.exceptions.BucketAlreadyOwnedByYou):
        storage.shared_client.create_bucket(Bucket=storage.bucket)
    names = {"session": session, "Location": Location, "movie": movie, "plate": plate, "disk": disk.location}
    exec(compile(block, str(DOCS), "exec"), names)
    url = capsys.readouterr().out.strip()
    assert requests.get(url, timeout=30).content == data_of(disk, movie)
    assert storage.objects().keys() >= {f"projects/{path}" for path in disk.files()}
