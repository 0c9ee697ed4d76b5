"""Owns how a fetched workspace lies on disk: laid out for diffs, and replaced all at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ftrack_gen.fetch import FILES
from ftrack_gen.output import OutputError, files_in, replace
from ftrack_gen.workspace import SCHEMAS_FILE


def recorded(files: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the bytes of each file: one row per line, of a schema one property; sorted, whatever the server's order.

    Only the schemas stay in the server's order, which counts in their hash.
    """
    return {
        file: (_schemas_text(content) if file == SCHEMAS_FILE else _rows_text(content)).encode("utf-8")
        for file, content in sorted(files.items())
    }


def stale_recordings(folder: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Return the files of *folder* that are not as a fetch has found them: other, missing, or no longer fetched.

    Raises:
        OutputError: *folder* holds what no fetch writes, or cannot be read.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is no folder (name another one)")
    present = set(files_in(folder)) if folder.exists() else set[str]()
    if foreign := sorted(present - FILES):
        raise OutputError(
            f"{folder}: holds what ftrack-gen did not fetch: {', '.join(foreign[:5])} (give another name)"
        )
    try:
        other = {file for file, content in contents.items() if file in present and _read(folder / file) != content}
    except OSError as error:
        raise OutputError(f"{error.filename}: cannot be read: {error.strerror}") from error
    return sorted(other | (present ^ contents.keys()))


def write_recordings(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Make *folder* hold exactly *contents*, or leave it as it is.

    Raises:
        OutputError: *folder* holds what no fetch writes, or cannot be written; nothing has changed then.
    """
    stale_recordings(folder, contents)
    replace(folder, contents)


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _rows_text(rows: list[Any]) -> str:
    lines = sorted((_identity(row), _text(_sorted(row))) for row in rows)
    return "[\n" + ",\n".join(f"  {text}" for _, text in lines) + "\n]\n" if lines else "[]\n"


def _identity(row: Any) -> str:
    """Return what a row keeps when someone renames it."""
    return str(row.get("id")) if isinstance(row, dict) else ""


def _sorted(value: Any) -> Any:
    """Return *value* with the entities of each collection in one order; other lists mean theirs."""
    if isinstance(value, dict):
        return {name: _sorted(item) for name, item in value.items()}
    if isinstance(value, list):
        items = [_sorted(item) for item in value]
        entities = all(isinstance(item, dict) and "__entity_type__" in item for item in items)
        return sorted(items, key=_text) if entities else items
    return value


def _schemas_text(schemas: list[Any]) -> str:
    return "[\n" + ",\n".join(f"  {_schema_text(schema)}" for schema in schemas) + "\n]\n"


def _schema_text(schema: Mapping[str, Any]) -> str:
    members = [
        f"    {json.dumps(name)}: {_properties_text(value) if name == 'properties' and value else _text(value)}"
        for name, value in sorted(schema.items(), key=lambda member: (member[0] != "id", member[0]))
    ]
    return "{\n" + ",\n".join(members) + "\n  }"


def _properties_text(properties: Mapping[str, Any]) -> str:
    lines = [f"      {json.dumps(name)}: {_text(value)}" for name, value in sorted(properties.items())]
    return "{\n" + ",\n".join(lines) + "\n    }"


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
