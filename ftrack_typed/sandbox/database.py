"""Owns the connections to the database: how they begin, who may write, and what a kill leaves behind."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

_BUSY_MILLISECONDS: Final = 30_000
"""How long a writer waits for one of another process."""


class Database:
    """One database: a single writer at a time, readers beside it where the rows are in a file.

    A file is in WAL mode with ``synchronous=NORMAL``: a killed process neither damages it nor loses a commit, because
    the system has what was written; only a loss of power may undo the last commits, and even that damages nothing.
    FULL would buy that too, with a disk flush for every batch, which a development server does not need.
    """

    def __init__(self, url: str) -> None:
        """Open ``sqlite://`` (in memory), ``sqlite:///path`` or another URL that SQLAlchemy knows."""
        parsed = sql.make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._in_memory = self.is_sqlite and parsed.database in (None, "", ":memory:")
        self._writing = threading.RLock()
        options: dict[str, Any] = {}
        if self._in_memory:
            options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        elif self.is_sqlite:
            options = {"pool_size": 8, "max_overflow": 56, "connect_args": {"check_same_thread": False}}
        self.engine = sql.create_engine(parsed, query_cache_size=1500, enable_from_linting=False, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", self._configure)
            event.listen(self.engine, "begin", _begin)

    def _configure(self, connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS:d}")
        if not self._in_memory:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.execute("PRAGMA cache_size = -65536")
        cursor.close()

    @contextmanager
    def transaction(self, *, writing: bool) -> Generator[sql.Connection]:
        """Yield a connection in a transaction, which is committed at the end and undone by an exception."""
        if writing or self._in_memory:
            with self._writing, self._transaction(writing) as connection:
                yield connection
        else:
            with self._transaction(writing) as connection:
                yield connection

    @contextmanager
    def turn(self, *, writing: bool) -> Generator[None]:
        """Let no other writer begin until the end; for what has to happen after a commit and before the next one."""
        with self._writing if writing else nullcontext():
            yield

    @contextmanager
    def _transaction(self, writing: bool) -> Generator[sql.Connection]:
        with self.engine.connect().execution_options(sandbox_writing=writing) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _begin(connection: sql.Connection) -> None:
    writing = connection.get_execution_options().get("sandbox_writing", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
