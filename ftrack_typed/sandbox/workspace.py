"""Owns what the sandbox serves: the schemas of a workspace and the rows that came with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from ..errors import SchemaError
from ..schema import Schema, schema_hash, standard_workspace, structure_schemas

SCHEMAS_FILE: Final = "query_schemas.json"

ROW_FILES: Final[Mapping[str, str]] = {
    "query_states.json": "State",
    "query_statuses.json": "Status",
    "query_types.json": "Type",
    "query_priorities.json": "Priority",
    "query_object_types.json": "ObjectType",
    "query_project_schema.json": "ProjectSchema",
    "query_schema.json": "Schema",
    "query_custom_attribute_configurations.json": "CustomAttributeConfiguration",
}
"""Files of rows and the entity type of each, those that others refer to first."""


@attrs.frozen(eq=False)
class Workspace:
    """The schemas of one server and the rows of its configuration."""

    name: str
    """Name of the folder."""

    schemas: list[dict[str, Any]]
    """The schemas as they were sent; clients get this very list."""

    structured: tuple[Schema, ...]
    """The model of the same."""

    rows: Mapping[str, list[dict[str, Any]]]
    """Entities by the file that they came in, such as ``query_statuses.json``."""

    schema_hash: str
    """Hash of `schemas` (protocol section 2.2)."""

    @classmethod
    def load(cls, folder: Path) -> Workspace:
        """Read a workspace; a file of rows that it lacks is taken from the standard workspace.

        Raises:
            SchemaError: the folder has no schemas, a file is no JSON, or the schemas cannot be used.
        """
        schemas = _read(folder / SCHEMAS_FILE)
        if schemas is None:
            raise SchemaError(f"{folder} is no workspace: it has no {SCHEMAS_FILE}")
        structured = structure_schemas(schemas)
        rows = {name: _rows(folder, name) for name in ROW_FILES}
        return cls(folder.resolve().name, schemas, structured, rows, schema_hash(schemas))

    @classmethod
    def standard(cls) -> Workspace:
        """Read the workspace that comes with this package."""
        return cls.load(standard_workspace())


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    rows = _read(folder / name)
    if rows is None:
        rows = _read(standard_workspace() / name) or []
    # A file that was written by hand need not repeat on every row what its name says.
    return [{"__entity_type__": ROW_FILES[name], **row} for row in rows if isinstance(row, dict)]


def _read(path: Path) -> list[Any] | None:
    """Return the list in a file, or None where there is no such file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SchemaError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(content, list):
        raise SchemaError(f"{path.name} must hold a list")
    return content
