"""Owns the copying of data from one accessor to another."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

import attrs

from ..errors import AccessorOperationFailedError
from ..symbols import CHUNK_SIZE
from .accessor import Accessor


@attrs.frozen
class Copy:
    """Data to be copied: from where, and to where."""

    source: Accessor
    source_identifier: str
    target: Accessor
    target_identifier: str


def transfer(copies: Iterable[Copy], done: list[Copy]) -> None:
    """Copy all data, and append to *done* each copy that is whole; raise the error of the first one that fails.

    Of a copy that fails nothing is left; those that are done stay.
    """
    for each in copies:
        _copy(each)
        done.append(each)


def _copy(copy: Copy) -> None:
    with (
        contextlib.closing(copy.source.open(copy.source_identifier, "rb")) as data,
        copy.target.new_resource(copy.target_identifier) as written,
    ):
        while True:
            try:
                chunk = data.read(CHUNK_SIZE)
            except OSError as error:
                raise AccessorOperationFailedError("read", copy.source_identifier, error) from error
            if not chunk:
                return
            written.write(chunk)
