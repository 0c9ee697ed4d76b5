"""Owns the warnings."""

from __future__ import annotations


class SchemaDriftWarning(UserWarning):
    """The server's schema is not the one that a package was generated from."""


class ImplicitLoadWarning(UserWarning):
    """A value that is not loaded was read while the loading mode is "warn"."""
