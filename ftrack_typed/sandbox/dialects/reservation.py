"""Owns the lock by which one sandbox keeps others from serving a database of PostgreSQL, and that of writers."""

from __future__ import annotations

import threading
from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy import event
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ..startup import DatabaseUnusableError
from .dialect import Reservation

_SERVE: Final = 0x66747273
_WRITE: Final = _SERVE + 1
"""What two locks are known by among all of a PostgreSQL server's; each schema of a database has its own."""

WRITING: Final = f"SELECT pg_advisory_xact_lock({_WRITE}, hashtext(current_schema()))"
"""Waits until no other transaction writes, and lets none begin to until this one ends."""

_SERVING: Final = f"SELECT pg_advisory_lock({_SERVE}, hashtext(current_schema()))"

_PATIENCE: Final = "SET lock_timeout = '5s'"
"""The server needs a moment to see that a killed sandbox is gone."""

_NOT_AVAILABLE: Final = "55P03"


class ServerReservation(Reservation):
    """The right to serve a database, which lasts as long as one connection to it."""

    def __init__(self, engine: sql.Engine, shown: str) -> None:
        """Take it over a connection of *engine*; *shown* is the database in messages."""
        self._engine = engine
        self._shown = shown
        self._turn = threading.Lock()
        self._connection: sql.Connection | None = None

    def take(self) -> None:
        """Take the lock.

        Raises:
            DatabaseUnusableError: another sandbox has it.
        """
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.exec_driver_sql(_PATIENCE)
            connection.exec_driver_sql(_SERVING)
        except OperationalError as error:
            connection.close()
            if getattr(error.orig, "sqlstate", None) != _NOT_AVAILABLE:
                raise
            reason = "another ftrack-sandbox serves it"
            raise DatabaseUnusableError(f"cannot use the database {self._shown}: {reason}") from error
        self._connection = connection

    def guard(self, engine: sql.Engine) -> None:
        """See to it that *engine* connects only while the lock is held: it is lost when the server restarts."""
        event.listen(engine, "connect", self._renew)

    def _renew(self, _connection: Any, _record: object) -> None:
        with self._turn:
            if not self._lasts():
                self._release()
                self.take()

    def _lasts(self) -> bool:
        try:
            return self._connection is not None and bool(self._connection.exec_driver_sql("SELECT 1").scalar())
        except SQLAlchemyError:
            return False

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def close(self) -> None:
        """Give the lock back."""
        with self._turn:
            self._release()
        self._engine.dispose()
