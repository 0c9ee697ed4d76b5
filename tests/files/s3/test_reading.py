"""Tests reading from a bucket over connections that break, and of data that is not what it was."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import pytest

from ftrack_typed.errors import (
    AccessorOperationFailedError,
    TransferVerificationError,
)
from ftrack_typed.files import S3Accessor, transferring
from ftrack_typed.retries import Retries
from tests.files.conftest import QUICK
from tests.files.s3.conftest import PART
from tests.files.s3.test_accessor import MEBIBYTE, get, put

if TYPE_CHECKING:
    from tests.files.s3.storage import Storage


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "parts"])
def test_reading_goes_on_where_the_connection_broke(storage: Storage, whole: bool) -> None:
    from tests.files.s3.storage import cut_answer, once

    accessor = storage.accessor(part_size=PART)
    content = os.urandom(PART if not whole else MEBIBYTE)
    put(accessor, "a.bin", content)
    storage.fault = once("get", cut_answer, 2)
    storage.requests.clear()
    with transferring(retries=QUICK):
        assert get(accessor, "a.bin") == content
    assert storage.actions() == ["get", "get", "get"]


def test_connection_that_breaks_again_and_again(storage: Storage, accessor: S3Accessor) -> None:
    from tests.files.s3.storage import always, cut_answer

    put(accessor, "a.bin", os.urandom(MEBIBYTE))
    storage.fault = always("get", cut_answer)
    with (
        transferring(retries=Retries(attempts=1)),
        pytest.raises(AccessorOperationFailedError, match=r"at byte .* of 1048576"),
    ):
        get(accessor, "a.bin")


def test_object_that_is_replaced_while_it_is_read(storage: Storage, accessor: S3Accessor) -> None:
    put(accessor, "a.bin", b"before")
    with contextlib.closing(accessor.open("a.bin")) as data:
        data.seek(3)
        overwrite_with(accessor, "a.bin", b"after!")
        with pytest.raises(AccessorOperationFailedError, match="replaced by something else"):
            data.read()


def overwrite_with(accessor: S3Accessor, identifier: str, content: bytes) -> None:
    with contextlib.closing(accessor.open(identifier, "wb")) as data:
        data.write(content)


@pytest.mark.parametrize("size", [MEBIBYTE, PART, 2 * PART, 2 * PART + 1])
def test_data_that_arrives_altered(storage: Storage, small_parts: S3Accessor, size: int) -> None:
    from tests.files.s3.storage import altered_answer, once

    put(small_parts, "a.bin", os.urandom(size))
    storage.fault = once("get", altered_answer)
    with pytest.raises(TransferVerificationError, match="checksum"):
        get(small_parts, "a.bin")
    with contextlib.closing(small_parts.open("a.bin")) as data:
        data.seek(1)
        data.read(10)
        data.seek(0)
        storage.fault = once("get", altered_answer)
        with pytest.raises(TransferVerificationError, match="checksum"):
            list(iter(lambda: data.read(300_000), b""))
