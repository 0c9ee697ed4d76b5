"""Owns databases of PostgreSQL: how connections begin, who may write and serve, and what an error of its means."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import platformdirs
import sqlalchemy as sql
from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from .. import faults
from ..faults import Fault
from ..startup import DatabaseUnusableError, PackageMissingError, line
from .dialect import Dialect
from .reservation import WRITING, ServerReservation
from .schemas import moved_at_the_end
from .urls import without_secrets

MARK: Final = "sandbox_database"
"""Table that only databases of a sandbox have."""

_SETTINGS: Final = "-c jit=off -c lock_timeout=30000"
"""Compiling a query takes longer than most of them run. A writer waits 30 seconds for one of another process."""

_TOO_COMPLEX: Final = "54"
_OUT_OF_RANGE: Final = "22"
"""Classes of PostgreSQL's error codes."""


class PostgreSQL(Dialect):
    """A database of a PostgreSQL server, in the first schema of its search path.

    Transactions that only read are of one moment (REPEATABLE READ, READ ONLY, which never fail by others' writes). One
    that writes takes a lock of the whole database first, until its end, as with SQLite: so it needs no locks of rows,
    sees what was committed before (READ COMMITTED), and cannot fail by what another writes, so that there is nothing to
    repeat. The server has what it acknowledged on its disk.
    """

    unstorable = "\0"

    def __init__(self, url: URL) -> None:
        """Know the database at *url*."""
        self._url = url.set(drivername="postgresql")
        self.shown = without_secrets(self._url.render_as_string(hide_password=True))

    def engine(self) -> sql.Engine:
        """Return what connects to it, 20 times at most."""
        given = self._url.query.get("options", ())
        options = " ".join([given] if isinstance(given, str) else given)
        arguments: dict[str, Any] = {"options": f"{_SETTINGS} {options}"}
        if "connect_timeout" not in self._url.query:
            arguments["connect_timeout"] = 10
        try:
            return sql.create_engine(
                self._url.set(drivername="postgresql+psycopg"),
                query_cache_size=1500,
                enable_from_linting=False,
                pool_size=8,
                max_overflow=12,
                pool_pre_ping=True,
                connect_args=arguments,
            )
        except ImportError as error:
            install = "pip install 'ftrack-typed[sandbox,postgres]'"
            raise PackageMissingError(f"PostgreSQL needs the package psycopg ({line(error)}): {install}") from error

    @contextlib.contextmanager
    def transaction(self, engine: sql.Engine, *, writing: bool) -> Generator[sql.Connection]:
        """Yield a connection in a transaction."""
        with engine.connect() as connection:
            if not writing:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                if writing:
                    connection.exec_driver_sql(WRITING)
                yield connection

    @contextlib.contextmanager
    def reserved(self) -> Generator[ServerReservation]:
        """Hold a lock of the server, which ends with the connection that took it."""
        with self._connected() as connection:
            self._check(connection)
        reservation = ServerReservation(self.engine(), self.shown)
        with self._explained(), contextlib.closing(reservation):
            reservation.take()
            yield reservation

    def _check(self, connection: sql.Connection) -> None:
        encoding, schema = connection.exec_driver_sql(
            "SELECT current_setting('server_encoding'), current_schema()"
        ).one()
        if encoding != "UTF8":
            raise self._unusable(f"its encoding is {encoding}, which has not every character: create one with UTF8")
        if schema is None:
            raise self._unusable("it has no schema of its search path: create one")

    def is_there(self) -> bool:
        """Return whether the schema has the table that marks databases of a sandbox."""
        with self._connected() as connection:
            return sql.inspect(connection).has_table(MARK)

    def filling(self) -> AbstractContextManager[str] | None:
        """Return a schema beside, whose tables move to that of the database at the end."""
        return None if self.is_there() else self._beside()

    @contextlib.contextmanager
    def _beside(self) -> Generator[str]:
        engine = self.engine()
        with self._explained(), moved_at_the_end(engine) as option:
            given = self._url.query.get("options", ())
            options = " ".join([*([given] if isinstance(given, str) else given), option])
            yield self._url.update_query_dict({"options": options}).render_as_string(hide_password=False)

    @contextlib.contextmanager
    def _connected(self) -> Generator[sql.Connection]:
        engine = self.engine()
        try:
            with self._explained(), engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    @contextlib.contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise self._unusable(line(error)) from error

    def _unusable(self, reason: str) -> DatabaseUnusableError:
        if self._url.password:
            reason = reason.replace(str(self._url.password), "***")
        return DatabaseUnusableError(f"cannot use the database {self.shown}: {reason}")

    def files_folder(self, owner: str) -> Path | None:
        """Return a folder of the user for data of programs, the same one by whatever URL the database is reached."""
        name = re.sub(r"[^\w.-]", "_", self._url.database or "postgresql")
        return platformdirs.user_data_path("ftrack-typed") / "sandbox" / f"{name}-{owner[:12]}.files"

    def breaks(self, error: IntegrityError, index: str, columns: Sequence[str]) -> bool:
        """Return whether the server names the index."""
        return bool(getattr(getattr(error.orig, "diag", None), "constraint_name", None) == index)

    def fault(self, error: DBAPIError) -> Fault:
        """Return the error by the class of its code."""
        message, code = line(error), str(getattr(error.orig, "sqlstate", None) or "")
        if "index row" in message:
            return faults.validation(f"a text is too long to be found by an index of PostgreSQL: {message}")
        if code.startswith(_TOO_COMPLEX) or "number of parameters" in message:
            return Fault("ParseError", f"Failed to parse: the query is beyond the limits of the database ({message})")
        if isinstance(error, IntegrityError):
            return faults.integrity(message)
        if code.startswith(_OUT_OF_RANGE) or isinstance(error, DataError):
            return faults.validation(f"PostgreSQL cannot hold a value: {message}")
        return Fault("DatabaseError", message, status=500)
