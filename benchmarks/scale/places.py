"""Owns where the database of a measure lies: in a SQLite file, or in a schema of a PostgreSQL database."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Final

import attrs
import sqlalchemy as sql
from sqlalchemy.schema import CreateSchema, DropSchema

from ftrack_typed.sandbox.dialects import dialect_of

_SCHEMA: Final = "ftrack_typed_benchmark"
_SIZE: Final = "SELECT sum(pg_total_relation_size(quote_ident(tablename)::regclass)) FROM pg_tables WHERE schemaname = "


@attrs.frozen
class Place:
    """One empty database, for as long as it is measured, and a folder for files."""

    url: str
    folder: Path

    def settle(self) -> int:
        """Do what a server does by itself a minute after many rows came, and return how many bytes there are."""
        if self.url.startswith("sqlite"):
            return Path(self.url.removeprefix("sqlite:///")).stat().st_size
        engine = dialect_of(self.url).engine()
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
            size = int(connection.exec_driver_sql(f"{_SIZE}'{_SCHEMA}'").scalar_one())
        engine.dispose()
        return size


def title(url: str | None) -> str:
    """Return what the table says of the database."""
    if url is None:
        return "SQLite in a file"
    engine = dialect_of(url).engine()
    with engine.connect() as connection:
        version = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
    engine.dispose()
    return f"PostgreSQL {version.split()[0]}"


@contextlib.contextmanager
def place(url: str | None, folder: Path | None) -> Generator[Place]:
    """Yield a SQLite file below *folder*, or a new schema of the PostgreSQL database at *url*; remove it at the end."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        if url is None:
            yield Place(f"sqlite:///{Path(scratch) / 'studio.db'}", Path(scratch))
            return
        engine = dialect_of(url).engine()
        with _schema(engine):
            address = sql.make_url(url).update_query_dict({"options": f"-csearch_path={_SCHEMA}"})
            yield Place(address.render_as_string(hide_password=False), Path(scratch))
        engine.dispose()


@contextlib.contextmanager
def _schema(engine: sql.Engine) -> Generator[None]:
    with engine.begin() as connection:
        connection.execute(CreateSchema(_SCHEMA))  # an error where there is one: somebody else measures
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(DropSchema(_SCHEMA, cascade=True))
