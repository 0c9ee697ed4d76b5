"""Tests what an accessor of a bucket does where nothing goes wrong, and what it refuses."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from ftrack_typed.errors import (
    AccessorContainerNotEmptyError,
    AccessorParentResourceNotFoundError,
    AccessorResourceExistsError,
    AccessorResourceInvalidError,
    AccessorResourceNotFoundError,
    AccessorUnsupportedOperationError,
)
from ftrack_typed.files import S3Accessor
from ftrack_typed.files.accessor import Accessor

if TYPE_CHECKING:
    from tests.files.s3.storage import Storage

MEBIBYTE = 1024 * 1024


def put(accessor: Accessor, identifier: str, content: bytes = b"pixels") -> None:
    with accessor.new_resource(identifier) as data:
        data.write(content)


def get(accessor: Accessor, identifier: str) -> bytes:
    with contextlib.closing(accessor.open(identifier)) as data:
        return data.read()


def test_object_is_made_found_read_and_removed(storage: Storage, accessor: S3Accessor) -> None:
    assert not accessor.exists("film/a.exr")
    put(accessor, "film/a.exr")
    assert storage.objects() == {"projects/film/a.exr": b"pixels"}
    assert accessor.exists("film/a.exr")
    assert accessor.is_file("film/a.exr")
    assert not accessor.is_container("film/a.exr")
    assert get(accessor, "film/a.exr") == b"pixels"
    accessor.remove("film/a.exr")
    assert storage.objects() == {}
    with pytest.raises(AccessorResourceNotFoundError, match=f"s3://{storage.bucket}/projects/film/a.exr"):
        accessor.remove("film/a.exr")


def test_container_is_there_as_soon_as_something_is_in_it(accessor: S3Accessor) -> None:
    put(accessor, "film/sh010/a.exr")
    assert accessor.is_container("film")
    assert accessor.exists("film/sh010")
    assert not accessor.is_file("film/sh010")
    assert not accessor.is_container("fil"), "a name that only starts like it"
    accessor.remove("film/sh010/a.exr")
    assert not accessor.exists("film")


def test_containers_that_are_made(storage: Storage, accessor: S3Accessor) -> None:
    with pytest.raises(AccessorParentResourceNotFoundError):
        accessor.make_container("film/sh010", recursive=False)
    accessor.make_container("film/sh010")
    accessor.make_container("film/sh010", recursive=False)
    accessor.make_container("film/sh020", recursive=False)
    accessor.make_container("")
    assert sorted(storage.objects()) == ["projects/film/sh010/", "projects/film/sh020/"]
    assert accessor.list("film") == ["film/sh010", "film/sh020"]
    assert accessor.list("film/sh010") == []
    put(accessor, "film/sh010/a.exr")
    with pytest.raises(AccessorContainerNotEmptyError):
        accessor.remove_container("film/sh010")
    with pytest.raises(AccessorContainerNotEmptyError):
        accessor.remove("film")
    with pytest.raises(AccessorResourceInvalidError):
        accessor.make_container("film/sh010/a.exr")
    accessor.remove("film/sh010/a.exr")
    accessor.remove_container("film/sh010")
    assert sorted(storage.objects()) == ["projects/film/sh020/"]


def test_container_of_a_resource(storage: Storage, accessor: S3Accessor) -> None:
    assert accessor.get_container("film/sh010/a.exr") == "film/sh010"
    assert accessor.get_container("film") == ""
    for outermost in ("", ".", "film/.."):
        with pytest.raises(AccessorParentResourceNotFoundError):
            accessor.get_container(outermost)
    assert storage.requests == []


def test_list_shows_one_level_of_all_pages(storage: Storage, accessor: S3Accessor) -> None:
    keys = [f"projects/a/{number:04d}.exr" for number in range(1005)]
    storage.fill([*keys, "projects/a/b/x.exr", "projects/z.exr", "elsewhere/y.exr"])
    assert accessor.list("a") == [*(key.removeprefix("projects/") for key in keys), "a/b"]
    assert accessor.list("") == ["a", "z.exr"]
    assert storage.accessor("").list("") == ["elsewhere", "projects"]
    with pytest.raises(AccessorResourceInvalidError):
        accessor.list("z.exr")
    with pytest.raises(AccessorResourceNotFoundError):
        accessor.list("nothing")


def test_outermost_container_is_there_while_it_is_empty(accessor: S3Accessor) -> None:
    assert accessor.exists("")
    assert accessor.is_container("")
    assert not accessor.is_file("")
    assert accessor.list("") == []


def test_what_objects_cannot(accessor: S3Accessor) -> None:
    work: list[Callable[[], object]] = [
        lambda: accessor.is_sequence("a.exr"),
        lambda: accessor.get_filesystem_path("a.exr"),
        lambda: accessor.get_thumbnail_url("a.exr"),
        lambda: accessor.open("a.exr", "r+b"),
    ]
    for each in work:
        with pytest.raises(AccessorUnsupportedOperationError):
            each()
    with pytest.raises(AccessorResourceInvalidError):
        accessor.open("")


def test_reading_goes_to_any_place(storage: Storage, accessor: S3Accessor) -> None:
    content = bytes(range(256)) * 40
    put(accessor, "a.bin", content)
    with contextlib.closing(accessor.open("a.bin")) as data:
        assert data.read(10) == content[:10]
        data.seek(100)
        assert (data.read(5), data.tell()) == (content[100:105], 105)
        data.seek(-3, os.SEEK_END)
        assert data.read() == content[-3:]
        assert data.read(1) == b""
        data.seek(len(content) + 5)
        assert data.read() == b""
        data.seek(0)
        assert data.read() == content
        data.seek(4)
        data.seek(2, os.SEEK_CUR)
        assert data.read(1) == content[6:7]
        with pytest.raises(ValueError, match="no place -1"):
            data.seek(-1)
        with pytest.raises(AccessorUnsupportedOperationError):
            data.write(b"")
    with pytest.raises(ValueError, match="closed"):
        data.read()


def test_writing_and_what_it_replaces(storage: Storage, accessor: S3Accessor) -> None:
    put(accessor, "a.bin", b"before")
    data = accessor.open("a.bin", "wb")
    data.write(b"af")
    data.write(b"ter")
    assert data.tell() == 5
    with pytest.raises(AccessorUnsupportedOperationError):
        data.read()
    assert storage.objects() == {"projects/a.bin": b"before"}, "it is not there before it is whole"
    data.close()
    data.close()
    assert storage.objects() == {"projects/a.bin": b"after"}
    with pytest.raises(ValueError, match="closed"):
        data.write(b"")
    with pytest.raises(AccessorResourceNotFoundError):
        accessor.open("b.bin")


@pytest.mark.parametrize("size", [0, 1, 5 * MEBIBYTE - 1, 5 * MEBIBYTE, 10 * MEBIBYTE, 11 * MEBIBYTE])
def test_content_of_every_size(storage: Storage, size: int) -> None:
    accessor = storage.accessor(part_size=5 * MEBIBYTE)
    content = os.urandom(size)
    with accessor.new_resource("a.bin") as data:
        for start in range(0, size, 3_000_001):
            data.write(content[start : start + 3_000_001])
    assert get(accessor, "a.bin") == content
    assert ("complete" in storage.actions()) == (size >= 5 * MEBIBYTE)
    assert storage.unfinished() == []


def test_new_resource_replaces_nothing(storage: Storage, accessor: S3Accessor) -> None:
    put(accessor, "a.exr", b"before")
    with pytest.raises(AccessorResourceExistsError, match=f"s3://{storage.bucket}/projects/a.exr"):
        put(accessor, "a.exr")

    def come_second(exclusive: bool) -> None:
        with storage.accessor(exclusive=exclusive).new_resource("d.exr") as data:
            data.write(b"mine")
            put(storage.accessor(), "d.exr", b"theirs")

    with pytest.raises(AccessorResourceExistsError):
        come_second(True)
    assert storage.objects()["projects/d.exr"] == b"theirs"
    accessor.remove("d.exr")
    come_second(False)
    assert storage.objects()["projects/d.exr"] == b"mine"


def test_object_may_be_called_like_a_container(accessor: S3Accessor) -> None:
    """As anywhere in S3; removing takes the object."""
    put(accessor, "a/b.exr")
    put(accessor, "a", b"object")
    assert accessor.is_file("a")
    assert accessor.is_container("a")
    assert accessor.list("") == ["a"]
    accessor.remove("a")
    assert accessor.list("a") == ["a/b.exr"]


def test_storage_is_told_that_parts_must_replace_nothing(storage: Storage) -> None:
    """Moto does not look at it when an upload in parts is completed, so that the request itself is looked at."""
    told: list[str] = []
    client = storage.client()
    client.meta.events.register("before-send.s3", lambda request, **_: told.append(_header(request)))
    accessor = S3Accessor(storage.bucket, client=client, part_size=5 * MEBIBYTE)
    put(accessor, "a.bin", bytes(6 * MEBIBYTE))
    assert told[-2:] == ["POST *", "HEAD "], "the last two complete it and look at it"
    told.clear()
    with contextlib.closing(accessor.open("a.bin", "wb")) as data:
        data.write(bytes(6 * MEBIBYTE))
    assert "POST *" not in told


def _header(request: Any) -> str:
    value = request.headers.get("If-None-Match", b"")
    return f"{request.method} {value.decode() if isinstance(value, bytes) else value}"


def test_new_resource_that_fails_leaves_nothing(storage: Storage) -> None:
    accessor = storage.accessor(part_size=5 * MEBIBYTE)

    def fail(size: int) -> None:
        with accessor.new_resource("a.bin") as data:
            for _ in range(size):
                data.write(bytes(MEBIBYTE))
            raise ZeroDivisionError

    for size in (1, 12):
        with pytest.raises(ZeroDivisionError):
            fail(size)
        assert storage.objects() == {}
        assert storage.unfinished() == []
    assert "part" in storage.actions()
    assert "delete" in storage.actions()


def test_writer_that_is_forgotten_leaves_no_thread(storage: Storage, accessor: S3Accessor) -> None:
    data = accessor.open("a.bin", "wb")
    data.write(b"x")
    (thread,) = [each for each in threading.enumerate() if each.name == "ftrack-s3-upload"]
    del data
    thread.join(300)
    assert not thread.is_alive()
    assert storage.objects() == {}


def test_identifier_may_be_a_path(accessor: S3Accessor) -> None:
    put(accessor, "a/b.exr")
    assert accessor.is_file(Path("a") / "b.exr")  # type: ignore[arg-type]


def test_signed_address(storage: Storage, accessor: S3Accessor) -> None:
    put(accessor, "film/a.exr")
    storage.requests.clear()
    url = accessor.get_url("film/a.exr")
    assert storage.requests == []
    assert url.startswith(f"{storage.url}/{storage.bucket}/projects/film/a.exr?")
    assert "X-Amz-Expires=3600" in url
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
    assert "hush-key" not in url
    assert requests.get(url, timeout=30).content == b"pixels"
    assert "X-Amz-Expires=60&" in accessor.get_url("film/a.exr", 60)
    assert "X-Amz-Expires=120&" in storage.accessor(url_expiry=120).get_url("film/a.exr")
    for seconds in (0, 8 * 24 * 3600):
        with pytest.raises(ValueError, match="expires_in is 1 to 604800 seconds"):
            accessor.get_url("film/a.exr", seconds)


def test_client_of_its_own(storage: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From the environment, as most will have it, and from a session."""
    from boto3.session import Session

    from tests.files.s3.storage import KEYS

    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS["aws_secret_access_key"])
    put(S3Accessor(storage.bucket, endpoint_url=storage.url, region="eu-north-1"), "a.exr")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    session = Session(**KEYS, region_name="us-east-1")
    accessor = S3Accessor(storage.bucket, endpoint_url=storage.url, session=session)
    assert get(accessor, "a.exr") == b"pixels"
    assert repr(accessor) == f"<S3Accessor 's3://{storage.bucket}/'>"


def test_arguments_of_uploads(storage: Storage) -> None:
    accessor = storage.accessor(
        upload_arguments={"StorageClass": "STANDARD_IA", "Metadata": {"show": "film"}, "ContentType": "image/x-exr"}
    )
    put(accessor, "a.exr")
    known = storage.shared_client.head_object(Bucket=storage.bucket, Key="projects/a.exr")
    assert (known["StorageClass"], known["ContentType"]) == ("STANDARD_IA", "image/x-exr")
    assert known["Metadata"]["show"] == "film"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bucket": ""}, "a bucket has a name"),
        ({"prefix": "a/../b"}, "a prefix is made of names"),
        ({"prefix": "a//b"}, "a prefix is made of names"),
        ({"endpoint_url": "s3.example.com"}, "endpoint_url is an address"),
        ({"endpoint_url": "https://me:secret@s3.example.com"}, "holds a user or password"),
        ({"url_expiry": 0}, "url_expiry is 1 to 604800"),
        ({"part_size": 1024}, "part_size is 5242880 to"),
        ({"client": object(), "region": "eu-north-1"}, "give either"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], message: str) -> None:
    pytest.importorskip("boto3")
    given: dict[str, Any] = {"bucket": "studio", **options}
    with pytest.raises(ValueError, match=message) as raised:
        S3Accessor(**given)
    assert "secret" not in str(raised.value)


def test_prefix_may_have_slashes_around_it() -> None:
    pytest.importorskip("boto3")
    assert S3Accessor("studio", "/a/b/").prefix == "a/b"
    assert S3Accessor("studio").prefix == S3Accessor("studio", "/").prefix == ""


def test_missing_extra_is_named() -> None:
    code = """
import sys
sys.modules["boto3"] = None
from ftrack_typed.files import S3Accessor
try:
    S3Accessor("studio")
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'ftrack-typed[s3]'" in done.stdout


def test_boto3_is_loaded_when_it_is_needed() -> None:
    pytest.importorskip("boto3")
    code = """
import sys
from ftrack_typed.files import S3Accessor
S3Accessor("studio").get_container("a/b")
print([name for name in ("boto3", "botocore", "s3transfer") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
