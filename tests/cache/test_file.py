"""Tests the cache in a file: several processes, crashes, damage, a full disk, ages."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftrack_typed.cache import FileCache
from tests.cache.conftest import PATIENCE, Clock
from tests.logs import messages_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "cache.db"


@pytest.fixture
def file(path: Path) -> Iterator[FileCache]:
    made = FileCache(path)
    yield made
    made.close()


def rows(path: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement, values)
    connection.close()


def test_file_is_there_at_once(file: FileCache, path: Path) -> None:
    assert path.is_file()
    assert str(path) in repr(file)


OTHER = """
import sys
from ftrack_typed.cache import FileCache
file = FileCache(sys.argv[1])
print(file.get("key"))
file.set("key", "newer")
file.close()
"""


def test_another_process_sees_what_is_written(file: FileCache, path: Path) -> None:
    file.set("key", "value")
    done = subprocess.run([sys.executable, "-c", OTHER, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "value\n"
    assert file.get("key") == "newer"


def test_only_text_is_taken(file: FileCache) -> None:
    with pytest.raises(TypeError, match="SerialisedCache"):
        file.set("key", 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="bytes"):
        file.set(b"key", "value")  # type: ignore[arg-type]
    assert file.keys() == []


def test_path_in_the_home_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USERPROFILE" if sys.platform == "win32" else "HOME", str(tmp_path))
    with contextlib.closing(FileCache("~/entities.db")) as cache:
        assert cache.path == tmp_path / "entities.db"


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="folder"):
        FileCache(tmp_path)


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        FileCache(tmp_path / "file" / "cache.db")


def test_what_is_too_old_counts_as_absent(path: Path, clock: Clock) -> None:
    file = FileCache(path, max_age=10, clock=clock)
    file.set("a", "1")
    clock.now += 6
    file.set("b", "2")
    clock.now += 4
    assert file.keys() == ["b"]
    assert file.get_many(["a", "b"]) == {"b": "2"}
    file.close()
    again = FileCache(path, max_age=10, clock=clock)
    again.close()
    everything = FileCache(path)
    assert everything.keys() == ["b"], "old values are removed when the file is opened"
    everything.close()


DAMAGE = {
    "other bytes": ("UPDATE entries_1 SET value = ? WHERE key = 'bad'", b"values"),
    "other text": ("UPDATE entries_1 SET value = ? WHERE key = 'bad'", "value"),
    "other checksum": ("UPDATE entries_1 SET checksum = ? WHERE key = 'bad'", 1),
    "other key": ("UPDATE entries_1 SET key = ? WHERE key = 'other'", "bad"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_value_is_dropped_with_a_warning(
    file: FileCache, path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    file.set_many({"good": "value", "other" if kind == "other key" else "bad": "value"})
    rows(path, *DAMAGE[kind])
    with caplog.at_level(logging.WARNING, "ftrack_typed"):
        assert file.get_many(["good", "bad"]) == {"good": "value"}
    (message,) = messages_of("ftrack_typed.cache", caplog)
    assert "'bad'" in message
    assert str(path) in message
    assert file.keys() == ["good"]
    file.set("bad", "mended")
    assert file.get("bad") == "mended"


def scribble(path: Path, kind: str) -> None:
    content = path.read_bytes()
    if kind == "no database":
        path.write_bytes(b"a scene, perhaps" * 1000)
    elif kind == "zeros in the middle":
        path.write_bytes(content[:4096] + bytes(len(content) - 4096))
    else:
        path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize("kind", ["no database", "zeros in the middle", "half"])
@pytest.mark.parametrize("is_open", [True, False])
def test_damaged_file_is_put_aside_with_a_warning(
    path: Path, kind: str, is_open: bool, caplog: pytest.LogCaptureFixture
) -> None:
    file = FileCache(path)
    file.set_many({f"key {number}": "value" * 100 for number in range(500)})
    file.close()  # and the log is part of the file then
    if is_open:
        file.set("key 0", "value")
        file.close()
    scribble(path, kind)
    damaged = path.read_bytes()
    with caplog.at_level(logging.WARNING, "ftrack_typed"):
        again = file if is_open else FileCache(path)
        found = again.get_many([f"key {number}" for number in range(500)])
    assert set(found.values()) <= {"value" * 100, "value"}
    assert len(found) < 500
    assert messages_of("ftrack_typed.cache", caplog)
    aside = path.with_name("cache.db.damaged")
    assert aside.exists()
    assert kind != "no database" or aside.read_bytes() == damaged
    again.set("key", "new")
    assert again.get("key") == "new"
    again.close()


def test_damaged_file_is_put_aside_once_by_two(path: Path) -> None:
    first, second = FileCache(path), FileCache(path)
    first.set_many({f"key {number}": "value" * 100 for number in range(500)})
    first.close()
    second.close()
    scribble(path, "no database")
    first.set("first", "1")
    second.set("second", "2")
    assert sorted(first.keys()) == ["first", "second"]
    first.close()
    second.close()


def test_file_that_somebody_removes_is_made_again(file: FileCache, path: Path) -> None:
    file.set("key", "value")
    file.close()
    shutil.rmtree(path.parent)
    assert file.get_many(["key"]) == {}, "the folder is gone, and nothing is raised"


def test_locked_file_does_not_break_reading(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = FileCache(path, timeout=0.01, retry_after=3600)
    file.set("key", "value")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with caplog.at_level(logging.WARNING, "ftrack_typed"):
        assert file.get("key") == "value"
        file.set("key", "newer")
        file.set("key", "newest")
        with pytest.raises(KeyError):
            file.get("key")
    assert len(messages_of("ftrack_typed.cache", caplog)) == 1, "one warning for as long as that lasts"
    other.execute("ROLLBACK")
    other.close()
    file.close()


def test_use_goes_on_after_a_failure(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = FileCache(path, timeout=0.01, retry_after=0)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    file.set("key", "value")
    other.execute("ROLLBACK")
    other.close()
    with caplog.at_level(logging.WARNING, "ftrack_typed"):
        file.set("key", "value")
    assert file.get("key") == "value"
    assert messages_of("ftrack_typed.cache", caplog)[-1].endswith("works again")
    file.close()


FULL = """
import resource, signal, sys
from ftrack_typed.cache import FileCache
file = FileCache(sys.argv[1])
file.set("key", "value")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
file.set_many({str(number): "x" * 1000 for number in range(1000)})
print(file.get_many(["key"]), file.get_many(["1"]))
file.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_full_disk_does_not_break_reading(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "{} {}\n"
    assert "is not used" in done.stderr
    file = FileCache(path)
    assert file.keys() == ["key"], "what did not fit is not there by half"
    file.close()


WRITER = """
import sys
from ftrack_typed.cache import FileCache
file, number, rounds = FileCache(sys.argv[1], timeout=600), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
while rounds:
    rounds -= 1
    file.set_many({f"{number} {place}": f"{rounds} " * 500 for place in range(20)})
    found = file.get_many([f"{number} {place}" for place in range(20)])
    assert len(found) == 20, len(found)
file.close()
"""


def start_writer(path: Path, number: int, rounds: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), str(number), str(rounds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_processes_start_and_write_at_once(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    writers = [start_writer(path, number, rounds=10) for number in range(6)]
    for writer in writers:
        _, errors = writer.communicate(timeout=600)
        assert (writer.returncode, errors) == (0, "")
    file = FileCache(path)
    assert len(file.values()) == 120
    assert messages_of("ftrack_typed.cache", caplog) == []
    file.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_writers_leave_whole_batches(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for turn in range(5):
        writer = start_writer(path, turn, rounds=-1)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        watching = FileCache(path, timeout=PATIENCE)
        while f"{turn} 0" not in set(watching.keys()):
            assert writer.poll() is None, writer.communicate()
            time.sleep(0.001)  # which leaves the writer some time of the processor
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
        values = watching.get_many([f"{turn} {place}" for place in range(20)]).values()
        assert len(values) == 20
        assert len(set(values)) == 1, "a batch is there as a whole or not at all"
        watching.set("alive", str(turn))
        assert watching.get("alive") == str(turn)
        watching.close()
    assert messages_of("ftrack_typed.cache", caplog) == []


FORK = """
import os, sys
from ftrack_typed.cache import FileCache
file = FileCache(sys.argv[1])
file.set("key", "parent")
child = os.fork()
if child == 0:
    file.set("key", file.get("key") + " and child")
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print(file.get("key"))
file.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_forked_process_opens_the_file_itself(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FORK, str(path)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("parent and child\n", "")
