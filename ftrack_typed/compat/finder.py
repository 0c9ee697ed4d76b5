"""Owns the switch: makes ``import ftrack_api`` find the modules in `tree`, and hides no official client unseen."""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Final

from ..errors import FtrackError
from .options import current

NAME: Final = "ftrack_api"


class OfficialClientError(FtrackError):
    """The official client is installed here, or is in use already; ``path`` is where."""

    def __init__(self, path: str, what: str) -> None:
        """Say where the client is, and what can be done."""
        self.path = path
        super().__init__(
            f"the official client {what}, at {path}: uninstall it, or say install(replace=True) to have {NAME} mean "
            "ftrack_typed in this process all the same",
            {"path": path},
        )


class OfficialClientWarning(UserWarning):
    """The name of the official client means ftrack_typed, although the official client is there."""


class Finder:
    """Finds the package ``ftrack_api`` in the folder `tree`; what is below it is found through its path."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of the package, and None for any other name."""
        return PathFinder.find_spec(fullname, [tree()]) if fullname == NAME else None


_FINDER: Final = Finder()


def tree() -> str:
    """Return the folder that has the package ``ftrack_api``, for ``PYTHONPATH`` and for the paths of checkers."""
    return str(Path(__file__).parent / "tree")


def install(*, replace: bool = False, entities: str | None = None, arrow: bool | None = None) -> None:
    """Make ``import ftrack_api`` mean this package in this process; a second call changes the options alone.

    *entities* names the generated package whose classes sessions use, *arrow* says whether they give dates as arrow
    objects; see `Options`. Raise OfficialClientError where the official client is installed or imported, unless
    *replace* is true: then warn.
    """
    if arrow:
        _check_arrow()
    if _FINDER not in sys.meta_path:
        _make_room(replace)
        sys.meta_path.insert(0, _FINDER)
    if entities is not None:
        current.entities = entities
    if arrow is not None:
        current.arrow = arrow


def uninstall() -> None:
    """Take back what `install` did; modules that imported the names keep them."""
    if _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)
        _forget_modules()
        current.reset()


def warn_where_hidden() -> None:
    """Warn where the tree stands in ``PYTHONPATH``, and hides an official client that is installed."""
    official = None if _FINDER in sys.meta_path else official_client()
    if official is not None:
        _warn(official)


def official_client() -> str | None:
    """Return the path of the official client that would be imported without this package, or None without any."""
    imported = sys.modules.get(NAME)
    if imported is not None and not _is_ours(imported.__spec__):
        return _place(imported.__spec__)
    ours = os.path.realpath(tree())
    others = [entry for entry in sys.path if os.path.realpath(entry or os.curdir) != ours]
    found = PathFinder.find_spec(NAME, others)
    return None if found is None else _place(found)


def _make_room(replace: bool) -> None:
    official = official_client()
    if official is not None:
        imported = NAME in sys.modules and not _is_ours(sys.modules[NAME].__spec__)
        if not replace:
            raise OfficialClientError(official, "is imported already" if imported else "is installed")
        _warn(official)
        _forget_modules()


def _warn(official: str) -> None:
    warnings.warn(
        f"{NAME} means ftrack_typed in this process, not the official client at {official}",
        OfficialClientWarning,
        stacklevel=4,
    )


def _forget_modules() -> None:
    for name in [name for name in sys.modules if name == NAME or name.startswith(f"{NAME}.")]:
        del sys.modules[name]


def _is_ours(spec: ModuleSpec | None) -> bool:
    origin = None if spec is None else spec.origin
    return origin is not None and os.path.realpath(origin).startswith(os.path.join(os.path.realpath(tree()), ""))


def _place(spec: ModuleSpec | None) -> str:
    return "an unknown place" if spec is None else str(spec.origin or spec.submodule_search_locations)


def _check_arrow() -> None:
    if importlib.util.find_spec("arrow") is None:
        raise ModuleNotFoundError("dates as arrow objects need arrow: pip install 'ftrack-typed[arrow]'", name="arrow")
