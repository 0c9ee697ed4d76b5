"""Tests the wrappers of data (session.md section 22)."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from ftrack_typed.data import Data, File, FileWrapper, String


class Memory(Data[bytes]):
    """The least that data can be."""

    flushed = 0

    def read(self, limit: int | None = None) -> bytes:
        return b""

    def write(self, content: bytes) -> None: ...

    def flush(self) -> None:
        self.flushed += 1


def test_data_is_abstract() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Data()  # type: ignore[abstract]


@pytest.mark.parametrize("name", ["read", "write"])
def test_data_reads_and_writes(name: str) -> None:
    other = {"read": "write", "write": "read"}[name]
    half = type("Half", (Data,), {other: getattr(Memory, other)})
    with pytest.raises(TypeError, match=f"abstract.* '?{name}'?"):
        half()


def test_data_without_places() -> None:
    data = Memory()
    with pytest.raises(NotImplementedError, match=r"^Seek not supported\.$"):
        data.seek(5)
    with pytest.raises(NotImplementedError, match=r"^Tell not supported\.$"):
        data.tell()


def test_flush_does_nothing_of_itself() -> None:
    data = Memory()
    Data.flush(data)
    assert data.flushed == 0


def test_close_flushes() -> None:
    data = Memory()
    assert not data.closed
    data.close()
    assert (data.flushed, data.closed) == (1, True)


class Counting(io.BytesIO):
    closes = 0
    seeks = 0

    def close(self) -> None:
        self.closes += 1
        super().close()

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self.seeks += 1
        return super().seek(offset, whence)


def test_wrapper_reads_all_or_some() -> None:
    data = FileWrapper(io.BytesIO(b"0123456789"))
    assert (data.read(4), data.read(0), data.read(), data.read()) == (b"0123", b"", b"456789", b"")


def test_wrapper_repositions_between_reading_and_writing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    data = File(path, "rb+")
    assert data.read(4) == b"0123"
    data.write(b"ab")
    data.write(b"c")
    data.close()
    assert path.read_bytes() == b"0123abc789"


def test_wrapper_repositions_only_after_a_read() -> None:
    file = Counting(b"0123")
    data = FileWrapper(file)
    data.write(b"a")
    assert file.seeks == 0
    data.read(1)
    data.write(b"b")
    data.write(b"c")
    assert (file.seeks, file.getvalue()) == (1, b"a1bc")


def test_wrapper_has_places() -> None:
    data = FileWrapper(io.BytesIO(b"0123456789"))
    data.seek(4)
    assert (data.tell(), data.read(2)) == (4, b"45")
    data.seek(-1, os.SEEK_END)
    assert data.read() == b"9"


def test_wrapper_closes_once() -> None:
    file = Counting()
    data = FileWrapper(file)
    data.close()
    data.close()
    assert (file.closes, data.closed) == (1, True)


class Full(Counting):
    def flush(self) -> None:
        raise OSError("no space left")


def test_wrapper_is_closed_where_flushing_fails() -> None:
    file = Full()
    data = FileWrapper(file)
    with pytest.raises(OSError, match="no space left"):
        data.close()
    data.close()
    assert (file.closes, data.closed) == (1, True)


def test_reading_after_close() -> None:
    data = String("text")
    data.close()
    with pytest.raises(ValueError, match="closed file"):
        data.read()


def test_file_is_read_as_bytes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\x00\xff")
    data = File(path)
    assert data.read() == b"\x00\xff"
    data.close()


def test_file_of_text(tmp_path: Path) -> None:
    data = File(tmp_path / "file", "w")
    data.write("ü")
    data.flush()
    assert (tmp_path / "file").read_bytes() == "ü".encode()
    data.close()
    reader = File(str(tmp_path / "file"), "r")
    assert reader.read() == "ü"
    reader.close()


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        File(tmp_path / "absent")


@pytest.mark.parametrize("content", ["", "text", "grün 水\r\nlines\n"])
def test_text_is_read_as_text(content: str) -> None:
    data = String(content)
    assert data.read() == content
    data.write("more")
    data.seek(0)
    assert data.read() == content + "more"
    data.close()


def test_limit_of_text_counts_characters() -> None:
    data = String("grün")
    assert (data.read(3), data.read(1)) == ("grü", "n")
    data.close()


@pytest.mark.parametrize("content", [b"", b"\x00\xff"])
def test_bytes_are_read_as_bytes(content: bytes) -> None:
    data = String(content)
    assert data.read() == content
    data.close()


def test_string_without_content_holds_bytes() -> None:
    data = String()
    data.write(b"a")
    data.write("ü")
    data.seek(0)
    assert data.read() == b"a\xc3\xbc"
    data.close()


def test_bytes_in_text() -> None:
    data = String("a")
    data.read()
    data.write(b"\xc3\xbc")
    data.seek(0)
    assert data.read() == "aü"
    data.close()
