"""Finds the files that come with the generator: in the installed package first, else in the source tree."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def templates() -> Path:
    """Return the folder of the templates.

    Raises:
        FileNotFoundError: it is in neither place; the installation is broken.
    """
    return _first(_PACKAGE / "templates", _PACKAGE.parents[1] / "templates")


def standard_workspace() -> Path:
    """Return the folder of the standard workspace.

    Raises:
        FileNotFoundError: it is in neither place; the installation is broken.
    """
    from ftrack_typed.schema import standard_workspace

    return standard_workspace()


def _first(*candidates: Path) -> Path:
    for folder in candidates:
        if folder.is_dir():
            return folder
    places = " or ".join(str(folder) for folder in candidates)
    raise FileNotFoundError(f"expected {places}; reinstall ftrack-typed")
