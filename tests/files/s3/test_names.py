"""Tests which names objects may have, and which identifiers lead out of the prefix or can be no key."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import requests

from ftrack_typed.errors import (
    AccessorResourceIdentifierError,
)
from ftrack_typed.files import S3Accessor
from tests.files.s3.test_accessor import get, put

if TYPE_CHECKING:
    from tests.files.s3.storage import Storage

NAMES = ["åäö ß.exr", "日本語.exr", "🎬🎞️.mov", "x" * 300, 'a "b" & <c> + %20 #?.exr', "e\u0301.exr", "\\back\\slash"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_kinds(storage: Storage, accessor: S3Accessor, name: str) -> None:
    put(accessor, f"{name}/{name}")
    assert accessor.list("") == [name]
    assert accessor.list(name) == [f"{name}/{name}"]
    assert get(accessor, f"{name}/{name}") == b"pixels"
    assert requests.get(accessor.get_url(f"{name}/{name}"), timeout=30).content == b"pixels"
    assert list(storage.objects()) == [f"projects/{name}/{name}"]
    accessor.remove(f"{name}/{name}")
    assert storage.objects() == {}


def test_names_are_kept_as_they_are_written(accessor: S3Accessor) -> None:
    put(accessor, unicodedata.normalize("NFD", "é"))
    assert not accessor.exists(unicodedata.normalize("NFC", "é"))


@pytest.mark.parametrize(
    ("identifier", "reason"),
    [
        ("../a.exr", "leads out of s3://"),
        ("a/../../projects2/a.exr", "leads out of s3://"),
        ("..", "leads out of s3://"),
        ("/etc/a.exr", "leads out of s3://"),
        ("a\0b", "character that no key can have"),
        ("\udcff", "character that is no text"),
        ("🎬" * 300, "1209 bytes, and S3 takes 1024"),
    ],
)
def test_identifiers_that_cannot_be(storage: Storage, accessor: S3Accessor, identifier: str, reason: str) -> None:
    methods: list[Callable[[str], object]] = [
        *(accessor.open, accessor.exists, accessor.is_file, accessor.is_container, accessor.list, accessor.remove),
        *(accessor.make_container, accessor.get_container, accessor.get_url),
        lambda given: put(accessor, given),
    ]
    for method in methods:
        with pytest.raises(AccessorResourceIdentifierError, match=reason):
            method(identifier)
    assert storage.requests == []


def test_without_a_prefix_too_nothing_leads_out(storage: Storage) -> None:
    accessor = storage.accessor("")
    for identifier in ("../a.exr", "/a.exr"):
        with pytest.raises(AccessorResourceIdentifierError, match=f"leads out of s3://{storage.bucket}/"):
            accessor.exists(identifier)
    put(accessor, "b/./c/../a.exr")
    assert list(storage.objects()) == ["b/a.exr"]
