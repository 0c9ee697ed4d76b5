"""Owns what paths say by themselves, of this machine or of another: nothing here asks a disk."""

from __future__ import annotations

import ntpath
import os
import posixpath
from collections.abc import Iterable
from types import ModuleType
from typing import TypeAlias

Paths: TypeAlias = "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]"
"""Where the data of a component lies; of several paths, that of a container."""


def joined(prefix: str, identifier: str, flavour: ModuleType = os.path) -> str | None:
    """Return the path of *identifier*, which may be one already, below *prefix*; None where it is elsewhere.

    *flavour* is `posixpath` or `ntpath`, by default that of this machine.
    """
    path = flavour.normpath(flavour.join(prefix, identifier))
    return path if is_below(path, flavour.normpath(prefix), flavour) else None


def is_below(path: str, folder: str, flavour: ModuleType = os.path) -> bool:
    """Tell whether *path* is *folder* or lies in it; both are whole and have no ``..``."""
    here, there = flavour.normcase(path), flavour.normcase(folder)
    return bool(here == there or here.startswith(there if there.endswith(flavour.sep) else there + flavour.sep))


def is_whole(path: str) -> bool:
    """Tell whether *path*, of Windows or of elsewhere, or an address, means the same wherever a program was started."""
    return posixpath.isabs(path) or bool(ntpath.splitdrive(path)[0]) or "://" in path
