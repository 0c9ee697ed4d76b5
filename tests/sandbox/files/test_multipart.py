"""Tests uploads in parts: entity tags, completion, and what cannot be completed (protocol section 6.2)."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import pytest

from tests.sandbox.files.conftest import SERVER_LOCATION, FileApi, md5, new_id
from tests.sandbox.process.conftest import PATIENCE, create

PARTS = [b"a" * 70_000, b"b" * 70_000, b"c" * 10]
WHOLE = b"".join(PARTS)


@attrs.define
class Upload:
    """An upload in parts that was begun."""

    files: FileApi
    component_id: str
    upload_id: str
    urls: list[str]

    def send(self, number: int, body: bytes) -> str:
        """Send a part and return the entity tag, without quotes as the JavaScript client has it."""
        response = self.files.put(self.urls[number - 1], body)
        assert response.status_code == 200, response.text
        return response.headers["ETag"].strip('"')

    def send_all(self) -> list[dict[str, Any]]:
        return [{"part_number": n, "e_tag": self.send(n, body)} for n, body in enumerate(PARTS, start=1)]

    def operation(self, parts: object, **values: object) -> dict[str, object]:
        named = {"upload_id": self.upload_id, "component_id": self.component_id, "parts": parts}
        return {"action": "complete_multipart_upload", **named, **values}

    def complete(self, parts: object, **values: object) -> Any:
        return self.files.first(self.operation(parts, **values))


def begin(files: FileApi, size: int = len(WHOLE), parts: int = len(PARTS), **values: object) -> Upload:
    component_id = new_id()
    metadata = files.metadata(component_id, size, parts=parts, **values)
    assert set(metadata) == {"component_id", "upload_id", "urls"}, metadata
    assert metadata["component_id"] == component_id
    assert [url["part_number"] for url in metadata["urls"]] == list(range(1, parts + 1))
    return Upload(files, component_id, metadata["upload_id"], [url["signed_url"] for url in metadata["urls"]])


def test_parts_become_one_file(files: FileApi) -> None:
    upload = begin(files, checksum=md5(WHOLE))
    parts = upload.send_all()
    assert files.data(upload.component_id) is None, "it is there before it is completed"
    answer = upload.complete(parts)
    assert answer["action"] == "complete_multipart_upload"
    assert answer["component_id"] == upload.component_id
    assert files.api.http.get(answer["url"], timeout=PATIENCE).content == WHOLE
    assert files.data(upload.component_id) == WHOLE


def test_completion_goes_in_one_batch_with_the_row_of_the_location(files: FileApi) -> None:
    upload = begin(files)
    files.api.call(create("FileComponent", id=upload.component_id, name="main", file_type=".mov"))
    row = {"component_id": upload.component_id, "location_id": SERVER_LOCATION, "resource_identifier": "x"}
    files.api.call(upload.operation(upload.send_all()), create("ComponentLocation", **row))
    assert files.data(upload.component_id) == WHOLE


def test_parts_come_in_any_order_side_by_side_and_again(files: FileApi) -> None:
    upload = begin(files)
    upload.send(2, b"a part that was cut off")
    numbers = [1, 2, 3, 1, 3]
    random.Random(5).shuffle(numbers)
    with ThreadPoolExecutor(5) as pool:
        etags = dict(zip(numbers, pool.map(lambda n: upload.send(n, PARTS[n - 1]), numbers), strict=True))
    answer = upload.complete([{"part_number": n, "e_tag": f'"{etags[n]}"'} for n in (1, 2, 3)])
    assert answer["component_id"] == upload.component_id
    assert files.data(upload.component_id) == WHOLE


@pytest.mark.parametrize("parts", [0, -1, 2.5, "3", True, 10_241, 10**12, [3]], ids=repr)
def test_number_of_parts_that_cannot_be_is_refused(files: FileApi, parts: object) -> None:
    answer = files.metadata(new_id(), 10**6, parts=parts)
    assert answer["exception"] == "ValidationError"
    assert "parts" in answer["content"]


def test_wrong_lists_of_parts_are_refused_and_the_right_one_still_works(files: FileApi) -> None:
    upload = begin(files)
    right = upload.send_all()
    one, two, three = right
    wrong: list[object] = [
        [],
        [one, two],
        [one, three, two],
        [one, one, two, three],
        [one, two, {**three, "part_number": 4}],
        [{**one, "part_number": 0}, two, three],
        [{**one, "part_number": True}, two, three],
        [{**one, "part_number": "1"}, two, three],
        [{**one, "e_tag": two["e_tag"]}, two, three],
        [{**one, "e_tag": "../../upload.json"}, two, three],
        [{**one, "e_tag": None}, two, three],
        [1, 2, 3],
        {"1": one},
        None,
    ]
    for parts in wrong:
        answer = upload.complete(parts)
        assert isinstance(answer, dict)
        assert answer["exception"] == "ValidationError", parts
        assert answer["content"].startswith("complete_multipart_upload: ")
        assert files.data(upload.component_id) is None
    assert upload.complete(right)["component_id"] == upload.component_id


def test_missing_part_is_named(files: FileApi) -> None:
    upload = begin(files)
    etag = upload.send(1, PARTS[0])
    answer = upload.complete([{"part_number": n, "e_tag": etag} for n in (1, 2, 3)])
    assert answer["exception"] == "ValidationError"
    assert "2, 3" in answer["content"]


def test_parts_of_another_length_or_checksum_are_refused(files: FileApi) -> None:
    longer = begin(files, size=len(WHOLE) + 1)
    answer = longer.complete(longer.send_all())
    assert answer["exception"] == "ValidationError"
    assert str(len(WHOLE)) in answer["content"]
    other = begin(files, checksum=md5(b"other"))
    answer = other.complete(other.send_all())
    assert answer["exception"] == "ValidationError"
    assert md5(WHOLE) in answer["content"]
    assert files.data(longer.component_id) is None
    assert files.data(other.component_id) is None


def test_part_longer_than_the_whole_is_refused(files: FileApi) -> None:
    upload = begin(files, size=100, parts=3)
    assert files.put(upload.urls[0], b"x" * 101).status_code == 413


@pytest.mark.parametrize(
    "values", [{"upload_id": "0" * 32}, {"upload_id": "../x"}, {"upload_id": 5}, {"component_id": new_id()}]
)
def test_upload_of_another_name_is_refused(files: FileApi, values: dict[str, object]) -> None:
    upload = begin(files)
    answer = upload.complete(upload.send_all(), **values)
    assert answer["exception"] == "ValidationError"
    assert files.data(upload.component_id) is None


def test_completing_twice_is_one_completion(files: FileApi) -> None:
    """Test a client whose answer was lost: it may ask again, but not for other contents."""
    upload = begin(files)
    parts = upload.send_all()
    first, again = upload.complete(parts), upload.complete(parts)
    assert (first["action"], again["action"]) == ("complete_multipart_upload",) * 2
    other = [{**part, "e_tag": parts[0]["e_tag"]} for part in parts]
    assert upload.complete(other)["exception"] == "ValidationError"
    assert files.data(upload.component_id) == WHOLE
    files.get("/component/remove", id=upload.component_id)
    assert upload.complete(parts)["exception"] == "ValidationError"
    assert files.data(upload.component_id) is None


def test_completing_at_the_same_moment_gives_one_whole_file(files: FileApi) -> None:
    upload = begin(files)
    parts = upload.send_all()
    barrier = threading.Barrier(4)

    def complete(_number: int) -> Any:
        barrier.wait()
        return upload.complete(parts)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(complete, range(4)))
    assert {answer.get("component_id") for answer in answers} == {upload.component_id}
    assert files.data(upload.component_id) == WHOLE


def test_batch_that_fails_otherwise_can_be_sent_again(files: FileApi) -> None:
    upload = begin(files)
    parts = upload.send_all()
    failing = {"action": "create", "entity_type": "NoSuchType", "entity_data": {}}
    answer = files.api.post([upload.operation(parts), failing]).json()
    assert answer["exception"] == "ValidationError"
    assert upload.complete(parts)["component_id"] == upload.component_id
    assert files.data(upload.component_id) == WHOLE
