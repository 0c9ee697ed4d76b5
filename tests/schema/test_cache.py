"""Tests the cache of schemas: what it keeps, and that neither crashes, damage nor other processes can hurt a reader."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ftrack_typed.schema import CachedSchemas, SchemaCache, default_cache_folder, schema_hash
from tests.logs import messages_of

SERVER = "https://studio.example.com"
SCHEMAS: list[dict[str, Any]] = [{"id": "Task", "properties": {"name": {"type": "string", "default": "é"}}}]


@pytest.fixture
def cache(tmp_path: Path) -> SchemaCache:
    """Give a cache whose folder does not exist yet."""
    return SchemaCache(tmp_path / "deep" / "cache")


def files_of(cache: SchemaCache) -> list[str]:
    return sorted(path.name for path in cache.folder.iterdir())


def test_what_was_written_is_read(cache: SchemaCache) -> None:
    cache.write(SERVER, SCHEMAS)
    assert cache.read(SERVER) == SCHEMAS
    assert cache.entry(SERVER) == CachedSchemas(schemas=SCHEMAS, schema_hash=schema_hash(SCHEMAS))


def test_order_survives(cache: SchemaCache) -> None:
    raw = [{"id": "B", "properties": {"z": {}, "a": {}}}, {"id": "A", "properties": {}}]
    cache.write(SERVER, raw)
    assert json.dumps(cache.read(SERVER)) == json.dumps(raw)


def test_hash_is_stored_not_worked_out_again(cache: SchemaCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.write(SERVER, SCHEMAS)
    expected = schema_hash(SCHEMAS)
    monkeypatch.setattr("ftrack_typed.schema.cache.schema_hash", lambda raw: pytest.fail("hashed while reading"))
    entry = cache.entry(SERVER)
    assert entry is not None
    assert entry.schema_hash == expected


def test_missing(cache: SchemaCache, caplog: pytest.LogCaptureFixture) -> None:
    assert cache.read(SERVER) is None
    assert cache.entry(SERVER) is None
    assert messages_of("ftrack_typed.schema", caplog) == []


def test_each_server_has_a_file(cache: SchemaCache) -> None:
    other = [{"id": "Shot", "properties": {}}]
    cache.write(SERVER, SCHEMAS)
    cache.write("https://other.example.com", other)
    assert cache.read(SERVER) == SCHEMAS
    assert cache.read("https://other.example.com") == other
    assert len(files_of(cache)) == 2


@pytest.mark.parametrize(
    "spelling",
    [
        "https://studio.example.com/",
        "https://STUDIO.example.com",
        "HTTPS://studio.example.com:443//",
        " https://studio.example.com ",
        "studio.example.com",
        "https://user:secret@studio.example.com/?q=1#part",
    ],
)
def test_spellings_of_one_server(cache: SchemaCache, spelling: str) -> None:
    assert cache.path(spelling) == cache.path(SERVER)


@pytest.mark.parametrize(
    "other",
    [
        "http://studio.example.com",
        "https://studio.example.com:8443",
        "https://studio.example.com/path",
        "https://studio_example.com",
        "https://studio.example.org",
    ],
)
def test_other_servers(cache: SchemaCache, other: str) -> None:
    assert cache.path(other) != cache.path(SERVER)


@pytest.mark.parametrize(
    ("address", "start"),
    [
        (SERVER, "studio.example.com-"),
        ("http://127.0.0.1:8000", "127.0.0.1_8000-"),
        ("http://[::1]:8000", "1_8000-"),
        ("https://stüdio.example.com", "st_dio.example.com-"),
        (f"https://{'a' * 300}.com", f"{'a' * 60}-"),
        ("http://studio:port", "studio_port-"),
        ("", "server-"),
        ("../../etc", "server-"),
    ],
)
def test_file_name_is_readable_and_safe(cache: SchemaCache, address: str, start: str) -> None:
    path = cache.path(address)
    assert path.parent == cache.folder
    assert path.name.startswith(start)
    assert set(path.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-_")
    assert len(path.name) < 100


def test_secrets_of_an_address_are_not_written(cache: SchemaCache) -> None:
    address = "https://user:secret@studio.example.com/?token=secret"
    cache.write(address, SCHEMAS)
    assert "secret" not in cache.path(address).read_text() + cache.path(address).name


def damaged(content: bytes) -> dict[str, bytes]:
    """Return ways in which a file may be damaged."""
    header, _, body = content.partition(b"\n")
    return {
        "empty": b"",
        "half": content[: len(content) // 2],
        "header alone": header + b"\n",
        "no header": body,
        "one letter changed": header + b"\n" + body.replace(b"Task", b"Tusk"),
        "longer": content + b" ",
        "zeros": bytes(len(content)),
        "not text": b"\xff\xfe" + content,
        "another version": content.replace(b'"format": 1', b'"format": 9'),
        "a list for a header": b"[]\n" + body,
        "no hash": content.replace(b'"hash"', b'"hush"'),
    }


@pytest.mark.parametrize("damage", list(damaged(b"")))
def test_damaged_file_is_ignored_with_a_warning(
    cache: SchemaCache, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    cache.write(SERVER, SCHEMAS)
    path = cache.path(SERVER)
    path.write_bytes(damaged(path.read_bytes())[damage])
    with caplog.at_level(logging.WARNING, "ftrack_typed"):
        assert cache.read(SERVER) is None
    (message,) = messages_of("ftrack_typed.schema", caplog)
    assert str(path) in message
    cache.write(SERVER, SCHEMAS)
    assert cache.read(SERVER) == SCHEMAS


def test_unreadable_file_is_ignored_with_a_warning(cache: SchemaCache, caplog: pytest.LogCaptureFixture) -> None:
    cache.path(SERVER).mkdir(parents=True)
    assert cache.read(SERVER) is None
    assert len(messages_of("ftrack_typed.schema", caplog)) == 1


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = SchemaCache(tmp_path / "file")
    assert cache.read(SERVER) is None
    with pytest.raises(OSError, match="file"):
        cache.write(SERVER, SCHEMAS)


def test_what_cannot_be_written_leaves_what_was(cache: SchemaCache) -> None:
    cache.write(SERVER, SCHEMAS)
    with pytest.raises(TypeError):
        cache.write(SERVER, [{"id": object()}])
    assert cache.read(SERVER) == SCHEMAS


def test_failed_write_leaves_nothing_behind(cache: SchemaCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.write(SERVER, SCHEMAS)
    before = files_of(cache)

    def fail(source: object, target: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        cache.write(SERVER, [{"id": "Shot", "properties": {}}])
    assert cache.read(SERVER) == SCHEMAS
    assert files_of(cache) == before


def test_content_is_on_disk_before_it_is_seen(cache: SchemaCache, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    replace, fsync = os.replace, os.fsync

    def noted_fsync(number: int) -> None:
        calls.append("fsync")
        fsync(number)

    def noted_replace(source: Path, target: Path) -> None:
        calls.append("replace")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    cache.write(SERVER, SCHEMAS)
    assert calls == ["fsync", "replace"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits of this sort")
def test_other_users_may_read_what_the_umask_lets_them(cache: SchemaCache) -> None:
    previous = os.umask(0o022)
    try:
        cache.write(SERVER, SCHEMAS)
    finally:
        os.umask(previous)
    assert cache.path(SERVER).stat().st_mode & 0o777 == 0o644


def test_abandoned_temporary_files_are_removed(cache: SchemaCache) -> None:
    cache.write(SERVER, SCHEMAS)
    name = cache.path(SERVER).name
    fresh, old = cache.folder / f".{name}.1-a.tmp", cache.folder / f".{name}.2-b.tmp"
    for path in (fresh, old):
        path.write_text("half")
    two_hours_ago = time.time() - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))
    cache.write(SERVER, SCHEMAS)
    assert files_of(cache) == sorted([name, fresh.name])


WRITER = """
import sys
from pathlib import Path
from ftrack_typed.schema import SchemaCache
cache, number, rounds = SchemaCache(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
while rounds:
    rounds -= 1
    cache.write("https://studio.example.com", [{"id": str(number), "properties": {}, "pad": str(number) * 100_000}] * 3)
    found = cache.read("https://studio.example.com")
    assert found is not None and len(found) == 3, found
    assert {schema["pad"] for schema in found} == {found[0]["id"] * 100_000}
"""


def start_writer(cache: SchemaCache, number: int, rounds: int) -> subprocess.Popen[str]:
    """Start a process that writes schemas of its own and reads whatever is there, *rounds* times; endlessly for -1."""
    command = [sys.executable, "-c", WRITER, str(cache.folder), str(number), str(rounds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_eight_processes_write_and_read_at_once(cache: SchemaCache, caplog: pytest.LogCaptureFixture) -> None:
    processes = [start_writer(cache, number, rounds=20) for number in range(8)]
    for process in processes:
        _, errors = process.communicate(timeout=600)
        assert (process.returncode, errors) == (0, "")
    found = cache.read(SERVER)
    assert found is not None
    assert len(found) == 3
    assert messages_of("ftrack_typed.schema", caplog) == []
    assert files_of(cache) == [cache.path(SERVER).name]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill a process without a word")
def test_killed_writers_leave_a_readable_cache(cache: SchemaCache, caplog: pytest.LogCaptureFixture) -> None:
    cache.write(SERVER, SCHEMAS)
    for number in range(12):
        process = start_writer(cache, number, rounds=-1)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        # Every other one is killed at its start, the rest while it writes the same once more.
        while number % 2 and written_by(cache) != str(number):
            assert process.poll() is None, process.communicate()
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert written_by(cache) in {"Task", *map(str, range(number + 1))}
    assert written_by(cache) == "11"
    assert messages_of("ftrack_typed.schema", caplog) == []


def written_by(cache: SchemaCache) -> str:
    """Return the number of the process that wrote the schemas which are there, or ``Task`` where none did."""
    found = cache.read(SERVER)
    assert found is not None
    name: str = found[0]["id"]
    return name


def test_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FTRACK_API_SCHEMA_CACHE_PATH", str(tmp_path))
    assert default_cache_folder() == tmp_path
    monkeypatch.setenv("FTRACK_API_SCHEMA_CACHE_PATH", os.path.join("~", "schemas"))
    assert default_cache_folder() == Path.home() / "schemas"


@pytest.mark.parametrize("setting", [None, ""])
def test_default_folder_without_a_setting(setting: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if setting is None:
        monkeypatch.delenv("FTRACK_API_SCHEMA_CACHE_PATH", raising=False)
    else:
        monkeypatch.setenv("FTRACK_API_SCHEMA_CACHE_PATH", setting)
    folder = default_cache_folder()
    assert folder.is_absolute()
    assert "ftrack-typed" in folder.parts
