"""Owns plugins: the files in some folders whose ``register`` is called when a session opens (session.md section 22)."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import inspect
import logging
import os
import sys
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

from .errors import PluginError

PATH_VARIABLE: Final = "FTRACK_EVENT_PLUGIN_PATH"

_LOGGER: Final = logging.getLogger(__name__)


def plugin_folders(paths: Iterable[str | os.PathLike[str]] | None) -> list[str]:
    """Return the folders to look in: *paths*, or where that is None those of ``FTRACK_EVENT_PLUGIN_PATH``."""
    if isinstance(paths, str):
        raise TypeError(f"plugin_paths is a list of folders, not the text {paths!r}")
    given = (
        os.environ.get(PATH_VARIABLE, "").split(os.pathsep) if paths is None else [os.fspath(path) for path in paths]
    )
    return [path for path in given if path]


def discover(
    paths: Iterable[str | os.PathLike[str]],
    positional_arguments: Sequence[Any] = (),
    keyword_arguments: Mapping[str, Any] | None = None,
) -> list[PluginError]:
    """Load every Python file in and below *paths* and call its ``register``, with as many arguments as it takes.

    What goes wrong in one plugin is logged, and keeps no other from being registered; the errors are returned.
    """
    errors: list[PluginError] = []
    for path in _files(plugin_folders(paths)):
        try:
            _register(path, positional_arguments, keyword_arguments or {})
        except PluginError as error:
            _log(error)
            errors.append(error)
    return errors


def _log(error: PluginError) -> None:
    if error.__cause__ is None:
        _LOGGER.warning("%s", error)
    else:
        _LOGGER.warning("%s: %r", error, error.__cause__)
        _LOGGER.debug("What the plugin %s raised:", error.path, exc_info=error.__cause__)


def _files(folders: Iterable[str]) -> Iterator[Path]:
    for folder in folders:
        if not os.path.isdir(folder):
            _LOGGER.warning("The plugin folder %s does not exist.", folder)
        for root, names, files in os.walk(folder):
            names.sort()
            yield from (Path(root, name) for name in sorted(files) if name.endswith(".py"))


def _register(path: Path, positional: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """Load the plugin at *path* and register it; raise PluginError where that cannot be done."""
    module = load(path)
    register = getattr(module, "register", None)
    if not callable(register):
        raise PluginError(str(path), "has no function register")
    # A plugin that ends the interpreter would end the host it is loaded by.
    try:
        arguments, named = adapted(register, positional, keywords)
        register(*arguments, **named)
    except (Exception, SystemExit) as error:
        raise PluginError(str(path), "raised an error in register") from error


def load(path: Path) -> ModuleType:
    """Load the file at *path*, as it is now, as a module of a name of its own; raise PluginError where that fails."""
    name = uuid.uuid4().hex
    loader = _SourceLoader(name, str(path))
    specification = importlib.util.spec_from_file_location(name, path, loader=loader)
    if specification is None:
        raise PluginError(str(path), "cannot be loaded")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PluginError(str(path), "cannot be loaded") from error
    return module


class _SourceLoader(importlib.machinery.SourceFileLoader):
    """Reads the source itself: compiled code that Python keeps is told by the second and size of a file alone."""

    def get_code(self, fullname: str) -> CodeType:
        """Compile the file."""
        return compile(self.get_data(self.path), self.path, "exec", dont_inherit=True)


def adapted(function: Any, positional: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return what of *positional* and *keywords* the parameters of *function* take."""
    parameters = inspect.signature(function).parameters.values()
    kinds = {parameter.kind for parameter in parameters}
    by_position = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    arguments = list(positional)
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        arguments = arguments[: len(by_position)]
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return arguments, dict(keywords)
    able = {each.name for each in by_position[len(arguments) :] if each.kind is not each.POSITIONAL_ONLY}
    able |= {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}
    dropped = sorted(set(keywords) - able)
    if dropped and able:
        name = getattr(function, "__qualname__", repr(function))
        _LOGGER.warning("%s takes no %s; it is called without.", name, ", ".join(dropped))
    return arguments, {name: value for name, value in keywords.items() if name in able}
