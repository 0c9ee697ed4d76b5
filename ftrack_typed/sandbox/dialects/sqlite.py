"""Owns databases of SQLite, in a file or in memory: how connections begin, who may write, and what a kill leaves."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import StaticPool

from .. import faults
from ..faults import Fault
from ..startup import DatabaseUnusableError, line
from .dialect import Dialect, Reservation

_BUSY_MILLISECONDS: Final = 30_000
"""How long a writer waits for one of another process."""

_MAGIC: Final = b"SQLite format 3\0"
"""What a file begins with, see https://www.sqlite.org/fileformat.html#the_database_header."""

_TOO_COMPLEX: Final = ("too large", "too complex", "too many", "parser stack")


class SQLite(Dialect):
    """A file in WAL mode, or the memory of this process.

    A file has ``synchronous=NORMAL``: a killed process neither damages it nor loses a commit, because the system has
    what was written; only a loss of power may undo the last commits, and even that damages nothing. FULL would buy that
    too, with a disk flush for every batch, which a development server does not need.
    """

    def __init__(self, url: URL) -> None:
        """Know the database at *url*: ``sqlite://`` is in memory, ``sqlite:///file.db`` a file."""
        self._url = url
        self._path = None if url.database in {None, "", ":memory:"} else Path(str(url.database)).absolute()
        self.shown = url.render_as_string() if self._path is None else str(self._path)
        self.one_at_a_time = self._path is None

    @staticmethod
    def url_of(path: str) -> str:
        """Return the URL of a file."""
        return f"sqlite:///{Path(path).expanduser()}"

    def engine(self) -> sql.Engine:
        """Return what connects to it, by several connections where it is a file."""
        options: dict[str, Any] = {"pool_size": 8, "max_overflow": 56} if self._path else {"poolclass": StaticPool}
        engine = sql.create_engine(
            self._url,
            query_cache_size=1500,
            enable_from_linting=False,
            connect_args={"check_same_thread": False},
            **options,
        )
        event.listen(engine, "connect", self._configure)
        event.listen(engine, "begin", _begin)
        return engine

    def _configure(self, connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS:d}")
        if self._path is not None:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.execute("PRAGMA cache_size = -65536")
        cursor.close()

    @contextlib.contextmanager
    def transaction(self, engine: sql.Engine, *, writing: bool) -> Generator[sql.Connection]:
        """Yield a connection in a transaction; one that writes begins when it has the lock."""
        with engine.connect().execution_options(sandbox_writing=writing) as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def reserved(self) -> Generator[Reservation]:
        """Lock a second file beside the database, which the operating system unlocks however this process ends."""
        if self._path is None:
            yield Reservation()
            return
        _refuse_foreign(self._path)
        with contextlib.ExitStack() as stack:
            try:
                lock = stack.enter_context(contextlib.closing(_connect(f"{self._path}.lock", timeout=0)))
                lock.execute("begin exclusive")
            except sqlite3.Error as error:
                taken = "locked" in str(error)
                reason = "another ftrack-sandbox serves it" if taken else f"{line(error)} in {self._path.parent}"
                raise DatabaseUnusableError(f"cannot use the database {self._path}: {reason}") from error
            _probe(self._path)
            yield Reservation()

    def is_there(self) -> bool:
        """Return whether there is a file with something in it."""
        return self._path is not None and self._path.exists() and self._path.stat().st_size > 0

    def filling(self) -> AbstractContextManager[str] | None:
        """Return a file beside, which takes the place of the database at the end."""
        return None if self._path is None or self.is_there() else _beside(self._path)

    def files_folder(self, owner: str) -> Path | None:
        """Return the folder ``NAME.files`` beside the file ``NAME``."""
        return None if self._path is None else self._path.with_name(f"{self._path.name}.files")

    def breaks(self, error: IntegrityError, index: str, columns: Sequence[str]) -> bool:
        """Return whether the columns that the message names are those of the index."""
        named = str(error.orig).partition("failed: ")[2].split(", ")
        return [each.rpartition(".")[2] for each in named] == list(columns)

    def fault(self, error: DBAPIError) -> Fault:
        """Return the error by its message: SQLite's codes are too coarse."""
        message = str(error.orig)
        if any(sign in message.lower() for sign in _TOO_COMPLEX):
            return Fault("ParseError", f"Failed to parse: the query is beyond the limits of the database ({message})")
        if isinstance(error, IntegrityError):
            return faults.integrity(message)
        return Fault("DatabaseError", message, status=500)


def _begin(connection: sql.Connection) -> None:
    writing = connection.get_execution_options().get("sandbox_writing", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _refuse_foreign(path: Path) -> None:
    """Raise DatabaseUnusableError where *path* is something else than a database, before a lock is made beside it."""
    try:
        if not path.exists():
            return
        with path.open("rb") as file:
            beginning = file.read(len(_MAGIC))
    except OSError as error:
        raise DatabaseUnusableError(f"cannot use the database {path}: {line(error)}") from error
    if beginning not in {b"", _MAGIC}:
        raise DatabaseUnusableError(f"cannot use the database {path}: file is not a database")


def _probe(path: Path) -> None:
    """Raise DatabaseUnusableError where a file is no database, or some other program is writing to it."""
    if not path.exists():
        return
    try:
        with contextlib.closing(_connect(str(path), timeout=1)) as connection:
            connection.execute("begin immediate")
            connection.execute("select count(*) from sqlite_master").fetchall()
            connection.execute("rollback")
    except sqlite3.Error as error:
        raise DatabaseUnusableError(f"cannot use the database {path}: {line(error)}") from error


def _connect(path: str, *, timeout: float) -> sqlite3.Connection:
    """Return a connection that begins no transaction by itself and may be closed by any thread."""
    return sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)


@contextlib.contextmanager
def _beside(path: Path) -> Generator[str]:
    filling = path.with_name(f"{path.name}.seeding")
    _remove(filling)
    try:
        yield SQLite.url_of(str(filling))
        filling.replace(path)
    finally:
        _remove(filling)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
