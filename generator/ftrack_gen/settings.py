"""Reads the table [tool.ftrack-gen] of the nearest pyproject.toml."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

FILE: Final = "pyproject.toml"
TABLE: Final = "ftrack-gen"
PATHS: Final = ("workspace", "output", "schemas")
KEYS: Final = (*PATHS, "name", "server")


class SettingsError(Exception):
    """The command line or the settings are wrong; the message says how, in one line."""


def read_settings(folder: Path) -> dict[str, str]:
    """Return the settings for *folder*, paths relative to the file made absolute; nothing where there are none.

    Raises:
        SettingsError: the file cannot be read, or has settings that do not exist.
    """
    path = next((each / FILE for each in (folder, *folder.parents) if (each / FILE).is_file()), None)
    if path is None:
        return {}
    table = _read(path).get("tool", {}).get(TABLE, {})
    for key, value in table.items():
        if key not in KEYS:
            raise SettingsError(f"{path}: tool.{TABLE}.{key}: no such setting (there are {', '.join(KEYS)})")
        if not isinstance(value, str):
            raise SettingsError(f"{path}: tool.{TABLE}.{key}: expected a text, got {value!r}")
    if "workspace" in table and "server" in table:
        raise SettingsError(f"{path}: tool.{TABLE}: workspace and server exclude each other (keep one)")
    if "server" in table:
        table = {"schemas": "schemas", **table}
    return {key: str(path.parent / value) if key in PATHS else value for key, value in table.items()}


def _read(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
