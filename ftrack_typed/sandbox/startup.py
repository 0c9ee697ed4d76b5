"""Owns the errors of a sandbox that cannot start, each with one line for people as its message."""

from __future__ import annotations

from typing import Final

from ..errors import FtrackError

_LINE: Final = 400
"""Characters of a message that are shown; the problems of a workspace can fill pages."""


class SandboxError(FtrackError):
    """A sandbox cannot start: the message is one line for people."""


class WorkspaceUnusableError(SandboxError):
    """The workspace cannot be read."""


class DatabaseUnusableError(SandboxError):
    """The database cannot be opened, or another sandbox has it."""


class PackageMissingError(SandboxError):
    """A package that the database needs is not installed."""


class FilesUnusableError(SandboxError):
    """The folder for files cannot be used."""


class AddressUnusableError(SandboxError):
    """The sandbox cannot listen on its address."""


class SeedUnusableError(SandboxError):
    """The seed cannot be read, or one of its operations cannot be carried out."""


class RefusedError(SandboxError):
    """A command names a user, role or project that is not there, or one that is there already."""


def line(error: BaseException) -> str:
    """Return what *error* says, as one line of some length."""
    text = " ".join(str(getattr(error, "orig", None) or error).split()) or type(error).__name__
    return text if len(text) <= _LINE else f"{text[: _LINE - 3]}..."
