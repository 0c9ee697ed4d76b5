"""Owns what differs between the databases: how each is opened and kept, and how it writes what others write alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from ..startup import DatabaseUnusableError
from .dialect import Dialect
from .postgresql import PostgreSQL
from .sqlite import SQLite
from .urls import parsed, without_secrets

__all__ = ["Dialect", "database_url", "dialect_of"]

_DIALECTS: Final[Mapping[str, Callable[[URL], Dialect]]] = {
    "sqlite": SQLite,
    "sqlite+pysqlite": SQLite,
    "postgresql": PostgreSQL,
    "postgresql+psycopg": PostgreSQL,
    "postgres": PostgreSQL,
}
"""By the scheme of a URL."""


def dialect_of(url: str) -> Dialect:
    """Return the dialect of the database at *url*, without opening it.

    Raises:
        DatabaseUnusableError: it is no URL, or that of another kind of database.
    """
    try:
        address = parsed(url)
    except (ArgumentError, ValueError) as error:
        reason = "" if isinstance(error, ArgumentError) else f": {error}"
        raise DatabaseUnusableError(f"{without_secrets(url)!r} is no URL of a database{reason}") from None
    made = _DIALECTS.get(address.drivername)
    if made is None:
        known = "sqlite:///FILE and postgresql://USER@HOST/NAME"
        raise DatabaseUnusableError(f"cannot use the database {without_secrets(url)}: there are {known}")
    return made(address)


def database_url(database: str) -> str:
    """Return the URL of *database*, which may also be the path of a SQLite file.

    Raises:
        DatabaseUnusableError: it is neither.
    """
    scheme, colon, _ = database.partition(":")
    if "://" in database:
        url = database
    elif colon and scheme.startswith("postgres"):
        raise DatabaseUnusableError(f"{without_secrets(database)!r} is no URL of a database: write {scheme}://")
    else:
        url = SQLite.url_of(database)
    dialect_of(url)
    return url
