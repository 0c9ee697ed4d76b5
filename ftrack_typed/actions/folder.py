"""Owns `ActionFolder`: the actions in the files of a folder, which are loaded anew when a file changes."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import attrs

from ..errors import PluginError
from ..plugins import load
from .action import Action

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ..session import Session

State = tuple[int, int]
"""Time of the last change of a file, in nanoseconds, and its size."""

_TICK: Final = 2_000_000_000
"""Nanoseconds within which two changes may have the same time: some file systems count in pairs of seconds."""

_LOGGER: Final = logging.getLogger(__name__)


@attrs.define
class _Loaded:
    """A file as it was when it was looked at last; its actions are those of the last time that it could be loaded."""

    state: State
    content: bytes | None = None
    """What was in it, as long as it may change without another state."""
    actions: list[Action[Any]] = attrs.Factory(list)
    module: ModuleType | None = None


class ActionFolder:
    """The actions of all Python files in a folder and below; files whose name starts with an underscore are left out.

    A file that cannot be loaded keeps no other from being loaded; where it could be before, that is what goes on.
    """

    def __init__(
        self, session: Session, path: Path | str, *, executor: Executor | None = None, only_user: str | None = None
    ) -> None:
        """Offer over the hub of *session* what is in *path*, from `refresh` on; see `Action.register` for the rest."""
        self._session = session
        self._path = Path(path)
        self._executor = executor
        self._only_user = only_user
        self._files: dict[Path, _Loaded] = {}

    @property
    def actions(self) -> list[Action[Any]]:
        """The actions that are offered, by file."""
        return [action for path in sorted(self._files) for action in self._files[path].actions]

    def refresh(self) -> list[PluginError]:
        """Load what is new or has changed, and stop offering what is gone; return what cannot be loaded, also logged.

        Raise FileNotFoundError where there is no such folder and never was.
        """
        present = dict(self._present())
        for path in [path for path in self._files if path not in present]:
            self._withdraw(self._files.pop(path))
            _LOGGER.info("%s is gone.", path)
        errors: list[PluginError] = []
        for path, state in present.items():
            if self._has_changed(path, state):
                try:
                    self._load(path, state)
                except PluginError as error:
                    cause = "" if error.__cause__ is None else f": {error.__cause__!r}"
                    _LOGGER.error("%s%s", error, cause)
                    errors.append(error)
        return errors

    def close(self) -> None:
        """Stop offering anything."""
        while self._files:
            self._withdraw(self._files.popitem()[1])

    def _present(self) -> Iterator[tuple[Path, State]]:
        if not self._path.is_dir():
            if not self._files:
                raise FileNotFoundError(f"there is no folder of actions {self._path}")
            return
        for path in sorted(self._path.rglob("*.py")):
            if not path.name.startswith("_"):
                try:
                    status = path.stat()
                except OSError:
                    continue  # removed since it was listed
                yield path, (status.st_mtime_ns, status.st_size)

    def _has_changed(self, path: Path, state: State) -> bool:
        known = self._files.get(path)
        if known is None or known.state != state:
            return True
        if known.content is not None:
            if known.content != _content(path):
                return True
            if time.time_ns() - state[0] > _TICK:
                known.content = None
        return False

    def _load(self, path: Path, state: State) -> None:
        """Load the file at *path*, and offer its actions in place of those that it had; raise PluginError."""
        loaded = self._files.setdefault(path, _Loaded(state))
        loaded.state, loaded.content = state, _content(path)
        module = load(path)
        try:
            actions = self._made(path, module)
        except PluginError:
            del sys.modules[module.__name__]
            raise
        self._withdraw(loaded)
        loaded.actions, loaded.module = actions, module
        for action in actions:
            action.register(executor=self._executor, only_user=self._only_user)
            _LOGGER.info("%s offers %s (%s).", path, action.label, action.identifier)

    def _made(self, path: Path, module: ModuleType) -> list[Action[Any]]:
        own = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
        classes = [each for each in own if issubclass(each, Action) and not each.__name__.startswith("_")]
        if not classes:
            raise PluginError(str(path), "has no class that derives from Action")
        try:
            actions = [each(self._session) for each in classes]
        except Exception as error:
            raise PluginError(str(path), "has an action that cannot be made") from error
        taken = {
            each.identifier: other for other, file in self._files.items() if other != path for each in file.actions
        }
        for action in actions:
            if action.identifier in taken:
                other = taken[action.identifier]
                raise PluginError(str(path), f"has an action {action.identifier!r}, which is that of {other} already")
            taken[action.identifier] = path
        return actions

    def _withdraw(self, loaded: _Loaded) -> None:
        for action in loaded.actions:
            action.unregister()
        loaded.actions = []
        if loaded.module is not None:
            sys.modules.pop(loaded.module.__name__, None)


def _content(path: Path) -> bytes | None:
    """Return what is in the file at *path*, or None where it cannot be read, as whoever loads it will say."""
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return None
