"""Tests what an accessor of a bucket makes of storage and connections that fail."""

from __future__ import annotations

import contextlib
import os
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ftrack_typed.data import Data
from ftrack_typed.errors import (
    AccessorError,
    AccessorOperationFailedError,
    AccessorPermissionDeniedError,
    AccessorResourceExistsError,
    TransferCancelledError,
    TransferVerificationError,
)
from ftrack_typed.files import DiskAccessor, S3Accessor, TransferProgress, transferring
from ftrack_typed.files.transfer import Copy, transfer
from tests.files.conftest import write
from tests.files.s3.conftest import PART
from tests.files.s3.test_accessor import MEBIBYTE, put
from tests.ports import held_port

if TYPE_CHECKING:
    from tests.files.s3.storage import Fault, Request, Storage


def everything(accessor: S3Accessor) -> dict[str, Callable[[], object]]:
    """Return every way of asking the storage for something, by the name of the method."""
    return {
        "list": lambda: accessor.list("a.exr"),
        "exists": lambda: accessor.exists("a.exr"),
        "is_container": lambda: accessor.is_container("a.exr"),
        "open": lambda: accessor.open("a.exr"),
        "write": lambda: overwrite(accessor),
        "new_resource": lambda: put(accessor, "a.exr"),
        "remove": lambda: accessor.remove("a.exr"),
        "make_container": lambda: accessor.make_container("a.exr"),
    }


def overwrite(accessor: S3Accessor) -> None:
    with contextlib.closing(accessor.open("a.exr", "wb")) as data:
        data.write(b"pixels")


METHODS = ["list", "exists", "is_container", "open", "write", "new_resource", "remove", "make_container"]


def test_all_methods_are_tested(accessor: S3Accessor) -> None:
    assert list(everything(accessor)) == METHODS


@pytest.mark.parametrize("method", METHODS)
def test_missing_bucket_is_named(storage: Storage, method: str) -> None:
    storage.bucket = "no-such-bucket"
    with pytest.raises(AccessorOperationFailedError, match=r"s3://no-such-bucket/projects/.*there is no such bucket"):
        everything(storage.accessor())[method]()


@pytest.mark.parametrize("method", METHODS)
def test_refused_access(storage: Storage, accessor: S3Accessor, method: str) -> None:
    from tests.files.s3.storage import refusing

    fault = refusing("403 Forbidden", "AccessDenied")
    storage.fault = lambda request: fault
    with pytest.raises(AccessorPermissionDeniedError, match=f"s3://{storage.bucket}/projects/a.exr") as raised:
        everything(accessor)[method]()
    assert raised.value.resource_identifier == "a.exr"
    assert "Permission denied" in str(raised.value)


def test_reason_of_a_refusal_is_told(storage: Storage, accessor: S3Accessor) -> None:
    from tests.files.s3.storage import refusing

    fault = refusing("400 Bad Request", "ExpiredToken")
    storage.fault = lambda request: fault
    with pytest.raises(AccessorPermissionDeniedError, match="The storage says ExpiredToken: No, ExpiredToken"):
        accessor.open("a.exr")


@pytest.mark.parametrize("method", METHODS)
def test_server_that_is_gone(storage: Storage, method: str) -> None:
    from tests.files.s3.storage import Storage as Server

    with held_port() as port:
        gone = Server(port)
        gone.start()
        accessor = S3Accessor("studio", client=gone.client(retries={"total_max_attempts": 1}))
        url = gone.url
        gone.stop()
        with pytest.raises(AccessorOperationFailedError, match=f"EndpointConnectionError at {url}"):
            everything(accessor)[method]()


def test_no_credentials(storage: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    accessor = S3Accessor(storage.bucket, endpoint_url=storage.url, region="us-east-1")
    for work in (lambda: accessor.open("a.exr"), lambda: accessor.get_url("a.exr")):
        with pytest.raises(
            AccessorPermissionDeniedError, match=r"boto3 finds no credentials that are good \(NoCredentialsError\)"
        ):
            work()


def test_profile_that_is_not_there(storage: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(AccessorOperationFailedError, match=r"ProfileNotFound: .*nobody"):
        S3Accessor(storage.bucket, region="us-east-1").open("a.exr")


def test_upload_arguments_that_cannot_be(storage: Storage) -> None:
    with pytest.raises(AccessorOperationFailedError, match=r"ParamValidationError: .*Non ascii"):
        put(storage.accessor(upload_arguments={"Metadata": {"show": "Ö"}}), "a.exr")
    with pytest.raises(ValueError, match="StorageClas"):
        put(storage.accessor(upload_arguments={"StorageClas": "STANDARD"}), "a.exr")


def test_no_secret_is_shown(storage: Storage) -> None:
    """Neither in the error, nor in the variables around it, as crash reporters show them."""
    from boto3.session import Session

    from tests.files.s3.storage import KEYS, lost_request, refusing

    session = Session(**KEYS, aws_session_token="hush-token-4711", region_name="us-east-1")
    client = session.client("s3", endpoint_url=storage.url)
    accessor = storage.accessor(client=client)
    faults = [refusing("403 Forbidden", "SignatureDoesNotMatch"), lost_request]
    for fault in faults:
        storage.fault = lambda request, fault=fault: fault  # type: ignore[misc]
        for work in everything(accessor).values():
            with pytest.raises(AccessorError) as raised:
                work()
            shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
            # What tests hold in variables is theirs.
            frames = [each for each in shown.stack if f"{os.sep}tests{os.sep}" not in each.filename]
            assert frames
            text = "".join([str(raised.value), repr(raised.value.details), *(str(each.locals) for each in frames)])
            assert "hush-" not in text
            assert "Signature=" not in text
            assert raised.value.__cause__ is raised.value.__context__ is None


def test_data_that_the_storage_says_arrived_altered(storage: Storage, accessor: S3Accessor) -> None:
    """Moto compares no checksums; S3 does, and answers like this."""
    from tests.files.s3.storage import always, refusing

    storage.fault = always("put", refusing("400 Bad Request", "BadDigest"))
    with pytest.raises(TransferVerificationError, match="what arrived is not what was sent"):
        put(accessor, "a.bin")


@pytest.fixture
def movie(source: Path) -> Path:
    """A file of three parts, the last of which is short."""
    return write(source / "movie.mov", b"movie" + os.urandom(2 * PART))


def copy(path: Path, accessor: S3Accessor, **options: Any) -> None:
    """Copy the file at *path*, in parts."""
    chosen: dict[str, Any] = {"multipart_above": PART, **options}
    with transferring(**chosen):
        transfer([Copy(DiskAccessor(path.parent), path.name, accessor, path.name)], [])


def left(storage: Storage) -> tuple[list[str], list[str]]:
    """Return the objects and the uploads that are there."""
    storage.fault = lambda request: None
    return list(storage.objects()), storage.unfinished()


def test_file_goes_in_parts_and_is_counted_once(storage: Storage, small_parts: S3Accessor, movie: Path) -> None:
    reports: list[TransferProgress] = []
    storage.requests.clear()
    copy(movie, small_parts, progress=reports.append)
    assert storage.objects()["projects/movie.mov"] == movie.read_bytes()
    size = movie.stat().st_size
    assert max(each.bytes_done for each in reports) == reports[-1].bytes_done == reports[-1].bytes_total == size
    assert storage.actions()[:-2].count("part") == 3


def test_file_below_the_threshold_goes_whole(storage: Storage, small_parts: S3Accessor, movie: Path) -> None:
    copy(movie, small_parts, multipart_above=movie.stat().st_size)
    assert storage.actions() == ["head", "put"]
    assert storage.objects()["projects/movie.mov"] == movie.read_bytes()


@pytest.mark.parametrize("action", ["begin", "part", "complete", "put"])
@pytest.mark.parametrize("fault", ["lost_request", "lost_answer", "busy"])
def test_upload_over_a_connection_that_breaks_once(
    storage: Storage, small_parts: S3Accessor, movie: Path, action: str, fault: str
) -> None:
    storage.fault = once_of(action, fault)
    copy(movie, small_parts, multipart_above=0 if action != "put" else 20 * MEBIBYTE)
    assert storage.objects() == {"projects/movie.mov": movie.read_bytes()}


def once_of(action: str, fault: str, count: int = 1) -> Any:
    from tests.files.s3 import storage as faults

    chosen = faults.refusing("503 Slow Down", "SlowDown") if fault == "busy" else getattr(faults, fault)
    return faults.once(action, chosen, count)


@pytest.mark.parametrize("action", ["begin", "part", "complete", "put"])
@pytest.mark.parametrize("fault", ["lost_request", "busy"])
def test_upload_over_a_connection_that_stays_broken(
    storage: Storage, small_parts: S3Accessor, movie: Path, action: str, fault: str
) -> None:
    storage.fault = once_of(action, fault, -1)
    with pytest.raises(AccessorOperationFailedError, match=f"s3://{storage.bucket}/projects/movie.mov failed"):
        copy(movie, small_parts, multipart_above=0 if action != "put" else 20 * MEBIBYTE)
    assert left(storage) == ([], [])


@pytest.mark.parametrize("threads", [1, 4])
def test_cancelled_upload(storage: Storage, small_parts: S3Accessor, movie: Path, threads: int) -> None:
    stop = threading.Event()

    def report(progress: TransferProgress) -> None:
        if progress.bytes_done > PART / 2:
            stop.set()

    with pytest.raises(TransferCancelledError):
        copy(movie, small_parts, progress=report, cancel=stop, parts_at_once=threads)
    assert left(storage) == ([], [])
    assert storage.actions().count("complete") == 0


def test_failing_report_ends_the_upload(storage: Storage, small_parts: S3Accessor, movie: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        copy(movie, small_parts, progress=lambda progress: 1 // 0)
    assert left(storage) == ([], [])


@pytest.mark.parametrize("threshold", [0, 20 * MEBIBYTE])
def test_copy_that_arrived_altered(storage: Storage, small_parts: S3Accessor, movie: Path, threshold: int) -> None:
    from tests.files.s3.storage import altered_request, once

    storage.fault = once("put" if threshold else "part", altered_request)
    with pytest.raises(TransferVerificationError):
        copy(movie, small_parts, multipart_above=threshold, verify="checksum")
    assert left(storage) == ([], [])


def test_copy_that_is_right_is_read_again(storage: Storage, small_parts: S3Accessor, movie: Path) -> None:
    copy(movie, small_parts, verify="checksum")
    assert storage.actions()[-1] == "get"
    assert storage.objects() == {"projects/movie.mov": movie.read_bytes()}


@pytest.mark.parametrize("change", ["longer", "touched", "replaced"])
def test_source_that_changes_meanwhile(storage: Storage, small_parts: S3Accessor, movie: Path, change: str) -> None:
    def report(progress: TransferProgress) -> None:
        if change == "longer":
            with movie.open("ab") as file:
                file.write(b"more")
        elif change == "touched":
            os.utime(movie, (1, 1))
        else:
            os.replace(write(movie.with_name("other"), movie.read_bytes()), movie)

    with pytest.raises(TransferVerificationError, match="it was changed while it was copied"):
        copy(movie, small_parts, progress=report)
    assert left(storage) == ([], [])


def test_source_that_has_no_path_any_more(storage: Storage, small_parts: S3Accessor, movie: Path) -> None:
    """It is sent from what is open."""
    content = movie.read_bytes()

    class Vanishing(DiskAccessor):
        def open(self, resource_identifier: str, mode: str = "rb") -> Any:
            data = super().open(resource_identifier, mode)
            movie.unlink()
            return data

    transfer([Copy(Vanishing(movie.parent), movie.name, small_parts, "a.mov")], [])
    assert storage.objects() == {"projects/a.mov": content}


def test_other_object_of_the_same_name_stays(storage: Storage, small_parts: S3Accessor, movie: Path) -> None:
    """Another program was faster: what it made is neither replaced nor taken for ours."""
    client = storage.shared_client

    def report(progress: TransferProgress) -> None:
        if not progress.files_done and not storage.objects():
            client.put_object(Bucket=storage.bucket, Key="projects/movie.mov", Body=b"theirs")

    with pytest.raises(AccessorResourceExistsError):
        copy(movie, small_parts, multipart_above=20 * MEBIBYTE, progress=report)
    assert storage.objects() == {"projects/movie.mov": b"theirs"}


@pytest.mark.parametrize("action", ["begin", "part", "complete"])
def test_stream_whose_upload_fails(storage: Storage, small_parts: S3Accessor, action: str) -> None:
    storage.fault = once_of(action, "lost_request", -1)
    data = small_parts.open("a.bin", "wb")
    with pytest.raises(AccessorOperationFailedError):
        write_all(data)
    assert data.closed
    assert left(storage) == ([], [])


def write_all(data: Data[bytes]) -> None:
    write_mebibytes(data, 12)
    data.close()


def test_stream_whose_upload_fails_is_not_read_to_its_end(storage: Storage, small_parts: S3Accessor) -> None:
    storage.fault = once_of("begin", "lost_request", -1)
    data = small_parts.open("a.bin", "wb")
    with pytest.raises(AccessorOperationFailedError):
        write_mebibytes(data, 1000)
    assert data.tell() < 4 * PART, "the first part, what waits, and what was written last"


def write_mebibytes(data: Data[bytes], count: int) -> None:
    for _ in range(count):
        data.write(bytes(MEBIBYTE))


def losing(action: str) -> Callable[[Request], Fault | None]:
    """Return what takes away all that is sent for *action*, and lets the storage keep nothing instead."""

    def lose(environ: Any, start_response: Any, app: Any) -> Any:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["CONTENT_LENGTH"] = "0"
        return app(environ, start_response)

    def decide(request: Request) -> Fault | None:
        number = f"partNumber={action.removeprefix('part ')}&" in f"{request.query}&"
        return lose if number or request.action == action else None

    return decide


# The storage refuses a part that is so short, unless it is the last.
@pytest.mark.parametrize("action", ["part 3", "put"])
def test_size_that_is_not_what_was_sent(storage: Storage, small_parts: S3Accessor, movie: Path, action: str) -> None:
    storage.fault = losing(action)
    with pytest.raises(TransferVerificationError, match=r"bytes were sent, and \d+ are there"):
        put(small_parts, movie.name) if action == "put" else copy(movie, small_parts)
    assert left(storage) == ([], [])


@pytest.mark.parametrize("number", [1, 2])
def test_part_that_came_to_nothing(storage: Storage, small_parts: S3Accessor, movie: Path, number: int) -> None:
    storage.fault = losing(f"part {number}")
    with pytest.raises(AccessorOperationFailedError, match="EntityTooSmall"):
        copy(movie, small_parts)
    assert left(storage) == ([], [])
