"""Owns what resource identifiers mean in a bucket: keys below a prefix, with ``/`` between the names."""

from __future__ import annotations

import os
import posixpath
from typing import Final

from ...errors import AccessorResourceIdentifierError

LONGEST: Final = 1024
"""Bytes of the longest key that S3 takes, in UTF-8."""


def normalised(identifier: str | os.PathLike[str], address: str) -> str:
    """Return *identifier* without what says nothing, ``""`` for the outermost container.

    Raise AccessorResourceIdentifierError where it leads out of *address*, or can be no key.
    """
    text = os.fspath(identifier)
    if "\0" in text:
        raise AccessorResourceIdentifierError(text, "It has a character that no key can have.")
    path = posixpath.normpath(text) if text else "."
    if path.startswith(("/", "../")) or path == "..":
        raise AccessorResourceIdentifierError(text, f"It leads out of {address}.")
    return "" if path == "." else path


def key_of(prefix: str, identifier: str) -> str:
    """Return the key of a normalised *identifier*; raise AccessorResourceIdentifierError where there can be none."""
    key = f"{prefix}/{identifier}" if prefix and identifier else prefix or identifier
    try:
        size = len(key.encode("utf-8"))
    except UnicodeEncodeError:
        reason = "It has a character that is no text: the name of a file may be in another encoding."
        raise AccessorResourceIdentifierError(ascii(identifier), reason) from None
    if size > LONGEST:
        raise AccessorResourceIdentifierError(identifier, f"Its key has {size} bytes, and S3 takes {LONGEST}.")
    return key


def checked_prefix(prefix: str) -> str:
    """Return *prefix* without slashes around it; raise ValueError where it is none."""
    path = prefix.strip("/")
    if "\0" in path or any(part in ("", ".", "..") for part in path.split("/")[path == "" :]):
        raise ValueError(f"a prefix is made of names with / between them, not {prefix!r}")
    return path
