"""Owns the cache that lies in a file: text in an SQLite database, for the processes of one machine."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import zlib
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from .ages import Outage, checked_age, warn_of_dropped
from .base import BatchedTextCache, chunks

if TYPE_CHECKING:
    from sqlite3 import Connection

T = TypeVar("T")

_CHUNK: Final = 500
"""How many keys one statement names."""

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS entries_1 (
    key TEXT PRIMARY KEY, value BLOB NOT NULL, checksum INTEGER NOT NULL, written REAL NOT NULL
) WITHOUT ROWID
"""


class FileCache(BatchedTextCache):
    """Text in one file on a local disk; any number of processes may use it, and die while they write.

    A value that is damaged is dropped with a warning in the log. A file that is damaged as a whole is put aside, with
    ``.damaged`` after its name, and begun anew. Where the file cannot be used, because the disk is full or somebody
    locks it for long, the cache is empty and takes nothing, with a warning. Reading goes on in any case. Disks of the
    network do not lock files as this needs it: use a `RedisCache` there.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        max_age: float | None = None,
        timeout: float = 5.0,
        retry_after: float = 5.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Use the file *path*, ``~`` being the user's home, which is made with its folder where it is not there.

        Values older than *max_age*, by *clock*, count as absent. *timeout* is for waiting for other processes. All
        times are in seconds. Raise OSError where the folder cannot be made, or *path* is one.
        """
        self.path = Path(path).expanduser()
        self.max_age = checked_age(max_age)
        self._timeout = timeout
        self._clock = clock
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._opened: tuple[int, tuple[int, int]] | None = None
        self._inherited: list[Connection] = []
        self._outage = Outage(f"The cache in {self.path}", retry_after)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.is_dir():
            raise IsADirectoryError(f"a FileCache is a file, and {self.path} is a folder")
        self._tried(self._drop_old, None)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self.path)!r}>"

    def keys(self) -> list[str]:
        """Return the keys of all texts that are young enough."""

        def found(connection: Connection) -> list[str]:
            return [key for (key,) in connection.execute("SELECT key FROM entries_1 WHERE written > ?", self._oldest())]

        return self._tried(found, [])

    def get_many(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the texts under those of *keys* that have one; one statement for hundreds of them."""
        names = list(keys)

        def found(connection: Connection) -> list[tuple[str, bytes, int]]:
            rows: list[tuple[str, bytes, int]] = []
            for chunk in chunks(names, _CHUNK):
                places = ", ".join("?" * len(chunk))
                query = f"SELECT key, value, checksum FROM entries_1 WHERE written > ? AND key IN ({places})"
                rows += connection.execute(query, (*self._oldest(), *chunk))
            return rows

        none: list[tuple[str, bytes, int]] = []
        texts: dict[str, str] = {}
        for key, value, checksum in self._tried(found, none):
            try:
                if checksum != _checksum(key, value):
                    raise ValueError("it is not what was written")
                texts[key] = value.decode("utf-8")
            except (ValueError, TypeError, AttributeError) as error:
                warn_of_dropped(self, key, error)
                self._removed([key])
        return texts

    def set_many(self, values: Mapping[str, str]) -> None:
        """Keep *values*: all of them, or none where the process dies."""
        self._check(values)
        now = self._clock()
        contents = [(key, value.encode("utf-8")) for key, value in values.items()]
        rows = [(key, content, _checksum(key, content), now) for key, content in contents]

        def write(connection: Connection) -> None:
            with _transaction(connection):
                connection.executemany("INSERT OR REPLACE INTO entries_1 VALUES (?, ?, ?, ?)", rows)

        if rows:
            self._tried(write, None)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _removed(self, keys: Sequence[str]) -> int:
        def remove(connection: Connection) -> int:
            with _transaction(connection):
                names = [(key,) for key in keys]
                return connection.executemany("DELETE FROM entries_1 WHERE key = ?", names).rowcount

        return self._tried(remove, 0) if keys else 0

    def _oldest(self) -> tuple[float]:
        return (-1.0 if self.max_age is None else self._clock() - self.max_age,)

    def _drop_old(self, connection: Connection) -> None:
        if self.max_age is not None:
            with _transaction(connection):
                connection.execute("DELETE FROM entries_1 WHERE written <= ?", self._oldest())

    def _tried(self, work: Callable[[Connection], T], otherwise: T) -> T:
        """Return what *work* returns, or *otherwise* while the file is out of use."""
        import sqlite3

        with self._lock:
            if self._outage.lasts:
                return otherwise
            try:
                try:
                    result = work(self._connected())
                except sqlite3.DatabaseError as error:
                    # This class itself, and none of those below it, says that the file is damaged.
                    if type(error) is not sqlite3.DatabaseError:
                        raise
                    self._put_aside(error)
                    result = work(self._connected())
            except (sqlite3.Error, OSError) as error:
                self.close()
                self._outage.begin(error)
                return otherwise
            self._outage.end()
            return result

    def _connected(self) -> Connection:
        if self._connection is not None and self._opened is not None and self._opened[0] != os.getpid():
            # A connection must not be used, nor closed, on the other side of a fork.
            self._inherited.append(self._connection)
            self._connection = None
        if self._connection is None:
            import sqlite3

            connection = sqlite3.connect(
                self.path, timeout=self._timeout, isolation_level=None, check_same_thread=False
            )
            self._connection = connection
            self._opened = (os.getpid(), self._file_number())
            _begin_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_TABLE)
        return self._connection

    def _file_number(self) -> tuple[int, int]:
        found = self.path.stat()
        return (found.st_dev, found.st_ino)

    def _put_aside(self, error: Exception) -> None:
        """Move the damaged file away, unless another process has done that since it was opened here."""
        self.close()
        if self._opened is None or self._opened[1] != self._file_number():
            return
        aside = self.path.with_name(f"{self.path.name}.damaged")
        os.replace(self.path, aside)
        for ending in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(f"{self.path.name}{ending}").unlink()
        warn_of_dropped(self, "every key", f"{error}; the file is now {aside}")


def _begin_write_ahead_log(connection: Connection) -> None:
    """Let readers go on while somebody writes."""
    import sqlite3

    # Only one process can switch, once for the life of the file; who comes second at that moment reads and writes as
    # well without it, and waits a little longer.
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")


@contextlib.contextmanager
def _transaction(connection: Connection) -> Generator[None, None, None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _checksum(key: str, value: bytes) -> int:
    return zlib.crc32(value, zlib.crc32(key.encode("utf-8")))
