"""Code that says ``import ftrack_api`` on a session of this package; off until it is switched on.

``install()`` makes the names of the official client importable in this process, ``python -m ftrack_typed.compat`` runs
a script that uses them, and the folder `tree` may stand in ``PYTHONPATH``. docs/migration.md shows all three, and the
way from there to typed code.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

from .finder import OfficialClientError, OfficialClientWarning, install, tree, uninstall

if TYPE_CHECKING:
    from .session import Session as Session

__all__ = [
    "OfficialClientError",
    "OfficialClientWarning",
    "Session",
    "install",
    "tree",
    "uninstall",
]

_SESSION: Final = "Session"

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import the session class when it is first asked for."""
        if name != _SESSION:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return importlib.import_module(f"{__name__}.session").Session
