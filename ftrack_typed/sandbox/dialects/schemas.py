"""Owns the schema of PostgreSQL in which a new database is filled before it gets its place."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

import sqlalchemy as sql
from sqlalchemy.schema import CreateSchema, DropSchema


@contextlib.contextmanager
def moved_at_the_end(engine: sql.Engine) -> Generator[str]:
    """Yield the option of a connection that puts tables in a schema of their own; at the end they move, all at once.

    They go to the first schema of the search path of *engine*. An exception removes them; what a killed process left is
    removed before.
    """
    with engine.begin() as connection:
        target = str(connection.exec_driver_sql("SELECT current_schema()").scalar_one())
        beside = f"ftrack_sandbox_seeding_of_{target}"[:63]
        connection.execute(DropSchema(beside, cascade=True, if_exists=True))
        connection.execute(CreateSchema(beside))
    try:
        quote = engine.dialect.identifier_preparer.quote_identifier
        yield f"-c search_path={_escaped(quote(beside))}"
        with engine.begin() as connection:
            for table in sql.inspect(connection).get_table_names(beside):
                connection.exec_driver_sql(f"ALTER TABLE {quote(beside)}.{quote(table)} SET SCHEMA {quote(target)}")
    finally:
        with engine.begin() as connection:
            connection.execute(DropSchema(beside, cascade=True, if_exists=True))
        engine.dispose()


def _escaped(value: str) -> str:
    """Return a value as one word of the options of a connection."""
    return value.replace("\\", "\\\\").replace(" ", "\\ ")
