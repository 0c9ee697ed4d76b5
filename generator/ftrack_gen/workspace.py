"""Reads a workspace: a folder with a server's schemas and what else was recorded beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from ftrack_gen.problems import Problems, WorkspaceError
from ftrack_typed.errors import SchemaError
from ftrack_typed.schema import Schema, schema_hash, structure_schemas

SCHEMAS_FILE: Final = "query_schemas.json"
ROW_FILES: Final = {
    "custom_attribute_configurations": "query_custom_attribute_configurations.json",
    "object_types": "query_object_types.json",
    "statuses": "query_statuses.json",
    "types": "query_types.json",
    "priorities": "query_priorities.json",
    "project_schemas": "query_project_schema.json",
}
"""For each kind of row the file that holds it, where there is one."""

HASH_LENGTH: Final = 12

Row = Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Workspace:
    """What a folder says about a server."""

    name: str
    folder: Path
    schemas: Mapping[str, Schema]
    schema_hash: str
    hash: str
    rows: Mapping[str, tuple[Row, ...]]
    """Rows by kind; a kind without a file has none."""

    def file(self, kind: str) -> str:
        """Return the path of a kind's file, for messages."""
        return str(self.folder / ROW_FILES[kind])


def read_workspace(folder: Path, name: str, problems: Problems) -> Workspace:
    """Read the workspace in *folder*.

    Raises:
        WorkspaceError: a file cannot be read, or is not what its name says. All that is wrong is in it.
    """
    problems = problems.of(str(folder))
    if not (folder / SCHEMAS_FILE).is_file():
        what = f"no {SCHEMAS_FILE} in it" if folder.is_dir() else "no such folder"
        problems.error("", f"{what} (a workspace is a folder with the schemas of a server)")
        raise WorkspaceError(problems.found)
    files = {path.name: _read_json(path, problems.of(str(path))) for path in sorted(folder.glob("query_*.json"))}
    problems.check()
    return workspace_of(files, folder, name, problems)


def workspace_of(files: Mapping[str, Any], folder: Path, name: str, problems: Problems) -> Workspace:
    """Return the workspace that the parsed *files* are, which lie in *folder* or will.

    Raises:
        WorkspaceError: a file is not what its name says. All that is wrong is in it.
    """
    raw = files[SCHEMAS_FILE]
    rows = {
        kind: _rows(files[file], problems.of(str(folder / file))) for kind, file in ROW_FILES.items() if file in files
    }
    schemas = _schemas(raw, problems.of(str(folder / SCHEMAS_FILE)))
    problems.check()
    return Workspace(
        name=name,
        folder=folder,
        schemas=schemas,
        schema_hash=schema_hash(raw),
        hash=_canonical_hash(files),
        rows=rows,
    )


def _read_json(path: Path, problems: Problems) -> Any:
    try:
        return json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        problems.error(f"line {error.lineno} column {error.colno}", f"no JSON: {error.msg} (record the file again)")
    except UnicodeDecodeError as error:
        problems.error(f"byte {error.start}", "no UTF-8 text (record the file again)")
    except RecursionError:
        problems.error("", "nested too deeply to be what a server sent (record the file again)")
    except OSError as error:
        problems.error("", f"cannot be read: {error.strerror}")
    return None


def _schemas(raw: Any, problems: Problems) -> dict[str, Schema]:
    try:
        schemas = structure_schemas(raw)
    except SchemaError as error:
        for problem in error.problems:
            path, colon, message = problem.partition(": ")
            problems.error(path if colon else "", message if colon else problem)
        return {}
    if not schemas:
        problems.error("", "no entity type in it (record the file again)")
    return {schema.id: schema for schema in schemas}


def _rows(raw: Any, problems: Problems) -> tuple[Row, ...]:
    """Return the rows of a file; what is no row is a problem."""
    if not isinstance(raw, list):
        problems.error("", f"expected a list of rows, got {type(raw).__name__}")
        return ()
    for index, row in enumerate(raw):
        if not isinstance(row, dict):
            problems.error(f"[{index}]", f"expected a row, got {type(row).__name__}")
    return tuple(row for row in raw if isinstance(row, dict))


def _canonical_hash(files: Mapping[str, Any]) -> str:
    """Return a hash that depends on what the files say, and not on how they say it."""
    text = json.dumps(files, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
