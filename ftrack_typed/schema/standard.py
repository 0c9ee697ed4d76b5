"""Finds the standard workspace: the schemas that come with this package and need no server."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def standard_workspace() -> Path:
    """Return the folder of the standard workspace: the one packed into the wheel, else that of the source tree.

    Raises:
        FileNotFoundError: neither folder is there; the installation is broken.
    """
    candidates = (_PACKAGE / "standard", _PACKAGE.parent / "schemas" / "standard")
    for folder in candidates:
        if folder.is_dir():
            return folder
    places = " or ".join(str(folder) for folder in candidates)
    raise FileNotFoundError(f"the standard workspace is missing: expected {places}; reinstall ftrack-typed")
