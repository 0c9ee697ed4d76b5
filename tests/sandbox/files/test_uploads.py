"""Tests uploads of one piece: what get_upload_metadata answers, and what comes of right and wrong bodies."""

from __future__ import annotations

import random
import shutil

import pytest

from tests.sandbox.files.conftest import FileApi, md5, new_id, until
from tests.sandbox.process.conftest import PATIENCE

TEXT = b"what a film is made of"


def test_metadata_is_given_for_a_component_that_does_not_exist(files: FileApi) -> None:
    component_id = new_id()
    metadata = files.metadata(component_id, len(TEXT), file_name="plate.json", checksum=md5(TEXT))
    assert set(metadata) == {"url", "component_id", "headers"}
    assert metadata["component_id"] == component_id
    assert metadata["headers"] == {
        "Content-Type": "application/json",
        "Content-Length": str(len(TEXT)),
        "Content-MD5": md5(TEXT),
    }
    assert metadata["url"].startswith(files.api.url)
    assert files.api.key not in metadata["url"]


def test_headers_name_no_checksum_where_none_was_sent(files: FileApi) -> None:
    for values in ({}, {"checksum": None}, {"parts": None}):
        metadata = files.metadata(new_id(), 3, **values)
        assert set(metadata["headers"]) == {"Content-Type", "Content-Length"}
        assert files.put(metadata["url"], b"abc").status_code == 200


@pytest.mark.parametrize("content", [b"", b"x", TEXT, random.Random(1).randbytes(3 * 1024 * 1024 + 17)], ids=len)
def test_what_was_uploaded_is_what_is_downloaded(files: FileApi, content: bytes) -> None:
    component_id = files.upload(content)
    assert files.data(component_id) == content
    assert files.left_over() == []


def test_second_upload_replaces_the_first(files: FileApi) -> None:
    component_id = files.upload(TEXT)
    files.upload(b"another", component_id)
    assert files.data(component_id) == b"another"


def test_answer_has_the_checksum_as_etag_for_pages_of_other_origins(files: FileApi) -> None:
    url = files.metadata(new_id(), len(TEXT))["url"]
    preflight = files.api.http.options(
        url,
        headers={
            "Origin": "http://studio.example",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-md5, content-type",
        },
        timeout=PATIENCE,
    )
    assert preflight.status_code == 200
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert "content-md5" in preflight.headers["access-control-allow-headers"]
    response = files.put(url, TEXT, Origin="http://studio.example")
    assert response.status_code == 200
    assert response.headers["etag"].strip('"')
    assert "ETag" in response.headers["access-control-expose-headers"]
    assert response.headers["access-control-allow-origin"] in {"*", "http://studio.example"}


@pytest.mark.parametrize(
    ("checksum", "body", "headers", "code"),
    [
        (md5(TEXT), b"What" + TEXT[4:], {}, "checksum_mismatch"),
        (None, TEXT, {"Content_MD5": md5(b"other")}, "checksum_mismatch"),
        (md5(TEXT), TEXT, {"Content_MD5": md5(b"other")}, "checksum_mismatch"),
        (None, TEXT[:-1], {}, "incomplete_body"),
        (None, iter([TEXT[:5], TEXT[5:-1]]), {}, "incomplete_body"),
        (None, b"", {}, "incomplete_body"),
        (None, TEXT + b"!", {}, "request_too_large"),
        (None, iter([TEXT, b"!"]), {}, "request_too_large"),
    ],
    ids=["bytes", "header", "both", "short", "short chunks", "nothing", "long", "long chunks"],
)
def test_wrong_body_is_refused_and_nothing_is_stored(
    files: FileApi, checksum: str | None, body: object, headers: dict[str, str], code: str
) -> None:
    component_id = new_id()
    metadata = files.metadata(component_id, len(TEXT), checksum=checksum)
    response = files.put(metadata["url"], body, **headers)
    assert response.status_code in {400, 413}
    assert set(response.json()) == {"exception", "content", "error_code", "error"}
    assert response.json()["error_code"] == code
    assert files.data(component_id) is None
    assert files.left_over() == []


def test_wrong_body_leaves_the_file_before_as_it_is(files: FileApi) -> None:
    component_id = files.upload(TEXT)
    url = files.metadata(component_id, 3, checksum=md5(b"abc"))["url"]
    assert files.put(url, b"abd").status_code == 400
    assert files.data(component_id) == TEXT


def test_body_that_breaks_off_stores_nothing(files: FileApi) -> None:
    component_id = new_id()
    url = files.metadata(component_id, 10_000_000)["url"]
    with files.raw() as connection:
        connection.send_head("PUT", url, Content_Length=10_000_000)
        connection.socket.sendall(b"x" * 3_000_000)
        assert until(lambda: files.left_over() != []), "nothing is written while the body comes"
    assert until(lambda: files.left_over() == [])
    assert files.data(component_id) is None


def test_empty_file_may_be_announced_in_chunks_that_never_come(files: FileApi) -> None:
    """Test what the official Python client sends for an empty file."""
    component_id = new_id()
    url = files.metadata(component_id, 0, checksum=md5(b""))["url"]
    with files.raw() as connection:
        connection.send_head("PUT", url, Content_Length=0, Transfer_Encoding="chunked", Connection="close")
        assert connection.answer().startswith(b"HTTP/1.1 200")
    assert files.data(component_id) == b""


@pytest.mark.parametrize("size", [-1, 1.5, "3", None, True, 10**18, [1]], ids=repr)
def test_size_that_cannot_be_is_refused(files: FileApi, size: object) -> None:
    answer = files.metadata(new_id(), size)
    assert answer["exception"] == "ValidationError"
    assert "file_size" in answer["content"]


def test_size_beyond_the_disk_is_refused_before_anything_is_sent(
    files: FileApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Test it with a disk that says it is nearly full: a machine of tests may have room for the largest file."""
    usage = shutil.disk_usage(files.folder)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert "url" in files.metadata(new_id(), 1000)
    answer = files.metadata(new_id(), 1001)
    assert answer["exception"] == "StorageError"
    assert "1000 are free" in answer["content"]


@pytest.mark.parametrize("checksum", ["", "abc", "ab==", md5(b"")[:-4], 5, "é" * 24, md5(b"").replace("=", "!")])
def test_checksum_that_is_none_is_refused(files: FileApi, checksum: object) -> None:
    answer = files.metadata(new_id(), 1, checksum=checksum)
    assert answer["exception"] == "ValidationError"
    assert "checksum" in answer["content"]


@pytest.mark.parametrize(
    "component_id",
    ["../../../etc/passwd", "..", "", "a/b", "C:\\x", "\x00", "x" * 300, None, 7, ["a"], f"{'0' * 8}-../-{'0' * 12}"],
    ids=repr,
)
def test_id_that_is_no_uuid_never_becomes_a_path(files: FileApi, component_id: object) -> None:
    answer = files.first(
        {"action": "get_upload_metadata", "component_id": component_id, "file_name": "a", "file_size": 1}
    )
    assert answer["exception"] == "ValidationError"
    assert "component_id" in answer["content"]
    for path in ("/component/get", "/component/remove", "/component/thumbnail"):
        assert files.get(path, id=component_id).status_code == 404


def test_upload_needs_no_place_in_the_batch(files: FileApi) -> None:
    """Test that several components of one batch get addresses of their own, as the JavaScript client asks."""
    ids = [new_id(), new_id()]
    operations = [
        {"action": "get_upload_metadata", "component_id": each, "file_name": "a.b", "file_size": 1} for each in ids
    ]
    first, second = files.api.call(*operations)
    assert files.put(first["url"], b"1").status_code == 200
    assert files.put(second["url"], b"2").status_code == 200
    assert [files.data(each) for each in ids] == [b"1", b"2"]
