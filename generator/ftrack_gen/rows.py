"""Reads the named rows of a workspace, such as its statuses, into names and ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ftrack_gen.model import NamedRows
from ftrack_gen.problems import Problems
from ftrack_gen.reserved import WORKSPACE_NAMES
from ftrack_gen.workspace import Row, Workspace

_DOCS: Final = {
    "statuses": "Ids of the statuses by name.",
    "types": "Ids of the types of work by name.",
    "priorities": "Ids of the priorities by name.",
    "object_types": "Ids of the object types by name.",
    "project_schemas": "Ids of the project schemas by name.",
}


def find_rows(workspace: Workspace, problems: Problems) -> tuple[NamedRows, ...]:
    """Return the named rows of each kind that the workspace has any of."""
    return tuple(_named_rows(workspace, problems))


def _named_rows(workspace: Workspace, problems: Problems) -> Iterator[NamedRows]:
    for kind, (alias, constant) in WORKSPACE_NAMES.items():
        rows = workspace.rows.get(kind, ())
        ids = _ids(rows, problems.of(workspace.file(kind)))
        if ids:
            yield NamedRows(alias=alias, constant=constant, doc=_DOCS[kind], ids=ids)


def _ids(rows: Sequence[Row], problems: Problems) -> dict[str, str]:
    """Return ids by name, sorted; of several rows of one name the one with the lowest id is taken."""
    pairs: list[tuple[str, str]] = []
    for index, row in enumerate(rows):
        name, identity = row.get("name"), row.get("id")
        if isinstance(name, str) and isinstance(identity, str):
            pairs.append((name, identity))
        else:
            problems.warning(f"[{index}]", "a row without name and id; left out")
    ids: dict[str, str] = {}
    for name, identity in sorted(set(pairs)):
        if name in ids:
            problems.warning(repr(name), f"several rows of that name; {ids[name]} is taken, {identity} is not")
        else:
            ids[name] = identity
    return ids
