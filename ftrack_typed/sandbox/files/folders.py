"""Owns the choice of the folder for files, and sees to it that it belongs to one database alone."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Final

import sqlalchemy as sql

from ..store import Store

_SECRETS = sql.Table(
    "sandbox_secret",
    sql.MetaData(),
    sql.Column("name", sql.String, primary_key=True),
    sql.Column("secret", sql.LargeBinary, nullable=False),
)

_OWNER: Final = "owner"
"""File in the folder that tells which database it belongs to."""

_OF_ANOTHER: Final = "it has the files of another database: remove it, or give another with --files"


class ForeignFolderError(ValueError):
    """A folder for files belongs to another database, or holds something else: the message says what to do."""


@contextlib.contextmanager
def chosen_folder(given: Path | None, store: Store, secret: bytes) -> Generator[Path]:
    """Yield the folder for the files of a database: *given*, else its own; a temporary one if it is in memory."""
    folder = store.database.dialect.files_folder(_owner(secret)) if given is None else given.expanduser().absolute()
    if folder is not None:
        yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="ftrack-sandbox-", ignore_cleanup_errors=True) as temporary:
            yield Path(temporary)


def _owner(secret: bytes) -> str:
    """Return a name that the database with *secret* has, and no other."""
    return hashlib.sha256(b"owner of files:" + secret).hexdigest()


def server_secret(store: Store) -> bytes:
    """Return the secret of a database's server, which is made once: what it signed is good after a restart."""
    with store.transaction() as connection:
        _SECRETS.create(connection, checkfirst=True)
        found = connection.execute(sql.select(_SECRETS.c.secret)).scalar()
        if found is None:
            found = secrets.token_bytes(32)
            connection.execute(sql.insert(_SECRETS).values(name="signatures", secret=found))
    return bytes(found)


def refuse_foreign(folder: Path, *, is_new: bool) -> None:
    """Refuse *folder* where it cannot belong to a database, which *is_new* or not; nothing is made or written.

    Raises:
        ForeignFolderError: it has other contents, or the files of a database that a new one cannot be.
        OSError: it cannot be read.
    """
    if not folder.exists():
        return
    if not (folder / _OWNER).exists():
        if any(folder.iterdir()):
            raise ForeignFolderError("it has other contents: give an empty or a new one with --files")
    elif is_new:
        raise ForeignFolderError(_OF_ANOTHER)


def claim(folder: Path, secret: bytes) -> None:
    """Make sure that *folder* exists and belongs to the database with *secret*.

    Files without a row are removed there, so that the files of another database would be lost.

    Raises:
        ForeignFolderError: it belongs to another database, or has other contents.
        OSError: it cannot be made or read.
    """
    refuse_foreign(folder, is_new=False)
    folder.mkdir(parents=True, exist_ok=True)
    owner = folder / _OWNER
    name = _owner(secret)
    if not owner.exists():
        owner.write_text(f"{name}\n", "ascii")
    elif owner.read_text("ascii", "replace").strip() != name:
        raise ForeignFolderError(_OF_ANOTHER)
