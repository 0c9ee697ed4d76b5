"""Owns the connections to the database: one writer of this process at a time, and readers beside it."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager, nullcontext

import sqlalchemy as sql

from .dialects import dialect_of


class Database:
    """One database: a single writer at a time, readers beside it where there can be several connections."""

    def __init__(self, url: str) -> None:
        """Open ``sqlite://`` (in memory), ``sqlite:///path`` or ``postgresql://user@host/name``.

        Raises:
            DatabaseUnusableError: it is none of these.
            PackageMissingError: a package is missing that it needs.
        """
        self.dialect = dialect_of(url)
        self.engine = self.dialect.engine()
        self._writing = threading.RLock()

    @contextmanager
    def transaction(self, *, writing: bool) -> Generator[sql.Connection]:
        """Yield a connection in a transaction, which is committed at the end and undone by an exception."""
        turn = self.turn(writing=writing or self.dialect.one_at_a_time)
        with turn, self.dialect.transaction(self.engine, writing=writing) as connection:
            yield connection

    @contextmanager
    def turn(self, *, writing: bool) -> Generator[None]:
        """Let no other writer begin until the end; for what has to happen after a commit and before the next one."""
        with self._writing if writing else nullcontext():
            yield

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
