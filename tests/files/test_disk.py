"""Tests the disk accessor beyond what both clients do (session.md section 23)."""

from __future__ import annotations

import ntpath
import os
import posixpath
from pathlib import Path

import pytest

from ftrack_typed.errors import (
    AccessorFilesystemPathError,
    AccessorOperationFailedError,
    AccessorResourceExistsError,
    AccessorResourceInvalidError,
    AccessorResourceNotFoundError,
    AccessorUnsupportedOperationError,
)
from ftrack_typed.files import Accessor, DiskAccessor
from ftrack_typed.files.disk import publish
from ftrack_typed.files.paths import is_whole, joined
from tests.files.conftest import write


@pytest.fixture
def accessor(tmp_path: Path) -> DiskAccessor:
    return DiskAccessor(tmp_path)


def test_prefix_may_be_a_path_with_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert DiskAccessor(Path("$STUDIO/a")).prefix == str(tmp_path / "a")
    assert DiskAccessor("~/b").prefix == str(tmp_path / "b")
    assert DiskAccessor("").prefix == ""


def test_identifier_may_be_a_path(accessor: DiskAccessor, tmp_path: Path) -> None:
    assert accessor.get_filesystem_path(Path("a") / "b") == str(tmp_path / "a" / "b")


def test_link_within_the_prefix_is_followed(accessor: DiskAccessor, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    write(tmp_path / "real" / "x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert accessor.is_file("link/x")


def test_link_out_of_the_prefix_has_to_be_allowed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    write(outside / "x")
    (inside / "link").symlink_to(outside)
    with pytest.raises(AccessorFilesystemPathError, match="symbolic link"):
        DiskAccessor(inside).open("link/x")
    assert DiskAccessor(inside, links_lead_out=True).is_file("link/x")


def test_prefix_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "real" / "x")
    assert DiskAccessor(tmp_path / "link").is_file("x")


def test_new_resource_appears_when_it_is_whole(accessor: DiskAccessor, tmp_path: Path) -> None:
    with accessor.new_resource("x.exr") as data:
        data.write(b"content")
        data.flush()
        assert not accessor.exists("x.exr")
    assert (tmp_path / "x.exr").read_bytes() == b"content"
    assert os.listdir(tmp_path) == ["x.exr"]


def test_new_resource_that_fails_leaves_nothing(accessor: DiskAccessor, tmp_path: Path) -> None:
    def fail() -> None:
        with accessor.new_resource("x.exr") as data:
            data.write(b"content")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert os.listdir(tmp_path) == []


def test_new_resource_replaces_nothing(accessor: DiskAccessor, tmp_path: Path) -> None:
    write(tmp_path / "x", b"before")
    with pytest.raises(AccessorResourceExistsError), accessor.new_resource("x"):
        raise AssertionError

    def come_second() -> None:
        with accessor.new_resource("y") as data:
            data.write(b"mine")
            write(tmp_path / "y", b"theirs")

    with pytest.raises(AccessorResourceExistsError):
        come_second()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"x": b"before", "y": b"theirs"}


def test_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    publish(str(write(tmp_path / "a")), str(tmp_path / "b"))
    assert os.listdir(tmp_path) == ["b"]
    with pytest.raises(FileExistsError):
        publish(str(write(tmp_path / "a")), str(tmp_path / "b"))


def test_errors_say_what_and_where(accessor: DiskAccessor, tmp_path: Path) -> None:
    write(tmp_path / "file")
    with pytest.raises(AccessorResourceNotFoundError, match="Resource not found: nothing"):
        accessor.list("nothing")
    with pytest.raises(AccessorResourceInvalidError):
        accessor.list("file")
    with pytest.raises(AccessorResourceInvalidError):
        accessor.make_container("file")
    with pytest.raises(AccessorOperationFailedError, match="File name too long"):
        accessor.open("x" * 300, "wb")
    with pytest.raises(AccessorUnsupportedOperationError, match="get_url unsupported"):
        accessor.get_url("file")


@pytest.mark.parametrize(
    ("flavour", "prefix", "identifier", "expected"),
    [
        (ntpath, "P:\\projects", "film/sh010/x.exr", "P:\\projects\\film\\sh010\\x.exr"),
        (ntpath, "\\\\srv\\share", "film/x.exr", "\\\\srv\\share\\film\\x.exr"),
        (ntpath, "P:\\projects", "p:/PROJECTS/x.exr", "p:\\PROJECTS\\x.exr"),
        (ntpath, "P:\\projects", "..\\x.exr", None),
        (ntpath, "P:\\projects", "C:\\x.exr", None),
        (ntpath, "P:\\", "x.exr", "P:\\x.exr"),
        (posixpath, "/mnt/projects", "film/x.exr", "/mnt/projects/film/x.exr"),
        (posixpath, "/mnt/projects", "/mnt/projects/x.exr", "/mnt/projects/x.exr"),
        (posixpath, "/mnt/projects", "/mnt/projects-2/x.exr", None),
        (posixpath, "/mnt/projects", "a/../../x.exr", None),
        (posixpath, "/", "a/x.exr", "/a/x.exr"),
    ],
)
def test_paths_of_both_worlds(flavour: object, prefix: str, identifier: str, expected: str | None) -> None:
    assert joined(prefix, identifier, flavour) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "expected"), [("/a", True), ("P:\\a", True), ("\\\\srv\\x\\a", True), ("s3://a/b", True), ("a/b", False)]
)
def test_whole_paths_of_both_worlds(path: str, expected: bool) -> None:
    assert is_whole(path) is expected


def test_accessor_has_to_be_complete() -> None:
    class Half(Accessor):
        pass

    with pytest.raises(TypeError, match="abstract"):
        Half()  # type: ignore[abstract]
