"""Owns the promise that every database keeps: what the rest of the sandbox asks of it."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy.exc import DBAPIError, IntegrityError

from ..faults import Fault


class Reservation:
    """The right to serve a database: nobody else has it meanwhile."""

    def guard(self, engine: sql.Engine) -> None:
        """See to it that *engine* connects only while it lasts; here it lasts as long as this process."""


class Dialect(abc.ABC):
    """One database of one kind, by its URL. Nothing is opened before a method is called."""

    shown: str
    """What people read as its name: the file, or the URL without a password."""

    unstorable: str = ""
    """Characters that no text may hold there."""

    one_at_a_time: bool = False
    """Whether there is a single connection, on which readers take their turns too."""

    @abc.abstractmethod
    def engine(self) -> sql.Engine:
        """Return what connects to it.

        Raises:
            PackageMissingError: a package is missing that it needs.
        """

    @abc.abstractmethod
    def transaction(self, engine: sql.Engine, *, writing: bool) -> AbstractContextManager[sql.Connection]:
        """Return a connection in a transaction, committed at the end and undone by an exception.

        All that one transaction reads is of one moment. One that writes waits for those of other processes.
        """

    @abc.abstractmethod
    def reserved(self) -> AbstractContextManager[Reservation]:
        """Keep other sandboxes from serving the database, until the end or the end of this process.

        Raises:
            DatabaseUnusableError: another one serves it, or it cannot be opened.
            PackageMissingError: a package is missing that it needs.
        """

    @abc.abstractmethod
    def is_there(self) -> bool:
        """Return whether a sandbox has made the database already."""

    @abc.abstractmethod
    def filling(self) -> AbstractContextManager[str] | None:
        """Return where a database that is not there is filled, as a URL; at the end it gets its place, whole.

        An exception, or the end of the process, leaves no database. None where it is there, or has no other place.
        """

    @abc.abstractmethod
    def files_folder(self, owner: str) -> Path | None:
        """Return where its files lie by default; *owner* is a name of this database alone. None for a temporary one."""

    @abc.abstractmethod
    def breaks(self, error: IntegrityError, index: str, columns: Sequence[str]) -> bool:
        """Return whether *error* comes of the unique index of that name on those columns."""

    @abc.abstractmethod
    def fault(self, error: DBAPIError) -> Fault:
        """Return the error for what the database refuses: beyond its limits, rows that do not fit, or a defect."""
