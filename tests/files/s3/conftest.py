"""Owns what the tests of S3 share: a server, and in it a bucket for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from ftrack_typed.files import S3Accessor
from tests.files.conftest import disk, open_session, origin, production, sandbox, session, source, version

if TYPE_CHECKING:
    from tests.files.s3.storage import Storage

__all__ = ["disk", "open_session", "origin", "production", "sandbox", "session", "source", "version"]

PART = 5 * 1024 * 1024
"""Bytes of the smallest parts that there may be."""


@pytest.fixture(scope="session")
def s3_server(require: Callable[[str], None]) -> Iterator[Storage]:
    """An S3 server, for all tests of this process."""
    require("s3")
    from tests.files.s3.storage import Storage

    server = Storage()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def storage(s3_server: Storage) -> Iterator[Storage]:
    """The server, with an empty bucket."""
    s3_server.new_bucket()
    s3_server.requests.clear()
    yield s3_server
    s3_server.fault = lambda request: None


@pytest.fixture
def accessor(storage: Storage) -> S3Accessor:
    """An accessor below a prefix of the bucket."""
    return storage.accessor()


@pytest.fixture
def small_parts(storage: Storage) -> S3Accessor:
    """An accessor with parts as small as they may be."""
    return storage.accessor(part_size=PART)
