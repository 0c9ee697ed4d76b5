"""Asks a server for its workspace: the schemas, and the rows that say how the studio has set it up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from ftrack_gen.workspace import SCHEMAS_FILE
from ftrack_typed.errors import FtrackError, SchemaError
from ftrack_typed.schema import Schema, structure_schemas
from ftrack_typed.transport import Transport

ENTITY_TYPE: Final = "__entity_type__"
PAGE: Final = 500
"""Rows that one query asks for."""

PROJECTIONS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "query_custom_attribute_configurations.json": (
        "CustomAttributeConfiguration",
        (
            *("id", "key", "label", "entity_type", "project_id", "is_hierarchical", "default", "config"),
            *("object_type.name", "type.name"),
        ),
    ),
    "query_object_types.json": (
        "ObjectType",
        (
            *("id", "name", "is_time_reportable", "is_taskable", "is_typeable", "is_statusable", "is_schedulable"),
            *("is_prioritizable", "is_leaf", "project_schemas.id"),
        ),
    ),
    "query_priorities.json": ("Priority", ("id", "name", "value", "sort", "color")),
    "query_project_schema.json": (
        "ProjectSchema",
        (
            *("id", "name", "_task_type_schema.name", "_task_type_schema.types.id", "task_type_schema.id"),
            *("_task_workflow.name", "_task_workflow.statuses.id", "task_workflow_schema.id"),
            *("_version_workflow.name", "_version_workflow.statuses.id", "asset_version_workflow_schema.id"),
            *("object_types.id", "_schemas.id", "object_type_schemas.id"),
        ),
    ),
    "query_schema.json": (
        "Schema",
        (
            *("id", "type_id", "object_type_id", "project_schema_id"),
            *("statuses.status_id", "statuses.schema_id", "types.type_id", "types.schema_id"),
        ),
    ),
    "query_states.json": ("State", ("id", "name", "short")),
    "query_statuses.json": ("Status", ("id", "name", "sort", "color", "is_active", "state.id")),
    "query_types.json": ("Type", ("id", "name", "color", "is_billable", "task_type_schemas.id")),
}
"""For each file of rows the entity type, and what is asked for.

All of it changes only when someone sets the server up anew: what comes and goes with the work, such as the tasks of a
status, would make every fetch a change.
"""

FILES: Final = frozenset({SCHEMAS_FILE, *PROJECTIONS})
"""All files of a fetched workspace."""


class FetchError(Exception):
    """The server cannot be used; the message says why, in one line."""


def fetch_files(transport: Transport) -> dict[str, Any]:
    """Return the content of each file of the server's workspace.

    What the server's schemas do not have is not asked for; an entity type that they lack has no file. Two requests do,
    and one more for each further page of the longest list.

    Raises:
        FetchError: an answer is not what the API gives.
        FtrackError: the server refuses, or gives no answer.
    """
    (schemas,) = transport.call([{"action": "query_schemas"}])
    try:
        known = {schema.id: schema for schema in structure_schemas(schemas)}
    except SchemaError as error:
        raise FetchError(f"its schemas cannot be used: {(*error.problems, str(error))[0]}") from error
    rows = _fetch_rows(transport, dict(_expressions(known)))
    return {SCHEMAS_FILE: schemas, **{file: whole(found, PROJECTIONS[file][1]) for file, found in rows.items()}}


def whole(rows: Sequence[Any], projections: Iterable[str]) -> list[Any]:
    """Return *rows* with exactly what *projections* name, each entity whole wherever it comes.

    A server sends what is asked of an entity once in an answer, and its key alone after that, so that which row has it
    depends on the rows before. It adds attributes that nobody asked for, too.
    """
    known: dict[tuple[str, str], dict[str, Any]] = {}
    for entity in _entities(rows):
        known.setdefault(_key(entity), {}).update(entity)
    wanted: Names = {}
    for path in projections:
        names = wanted
        for name in path.split("."):
            names = names.setdefault(name, {})
    return [_only(row, wanted, known) for row in rows]


Names = dict[str, "Names"]
"""Names of attributes, each with those of the entity that it leads to."""


def _only(value: Any, wanted: Names, known: Mapping[tuple[str, str], Mapping[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_only(item, wanted, known) for item in value]
    if not isinstance(value, dict) or ENTITY_TYPE not in value:
        return value
    entity = {**value, **known.get(_key(value), {})}
    kept = {name: _only(entity[name], names, known) for name, names in wanted.items() if name in entity}
    return {ENTITY_TYPE: value[ENTITY_TYPE], **({"id": value["id"]} if "id" in value else {}), **kept}


def _entities(value: Any) -> Iterator[dict[str, Any]]:
    """Yield all entities with an id in *value*, at any depth."""
    if isinstance(value, dict):
        if ENTITY_TYPE in value and "id" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _entities(item)


def _key(entity: Mapping[str, Any]) -> tuple[str, str]:
    return str(entity[ENTITY_TYPE]), str(entity.get("id"))


def failure(error: FtrackError | FetchError, where: str, secret: str) -> FetchError:
    """Return *error* as one line that names the server, and does not hold *secret*."""
    said = " ".join(str(error).split())
    text = said if said.startswith(where) else f"{where}: {said}"
    return FetchError(text.replace(secret, "***") if secret else text)


def _expressions(known: Mapping[str, Schema]) -> Iterator[tuple[str, str]]:
    """Yield for each file the query that fills it, without limits."""
    for file, (entity_type, projections) in PROJECTIONS.items():
        if entity_type in known:
            there = [path for path in projections if _leads_somewhere(path, entity_type, known)]
            yield file, f"select {', '.join(there)} from {entity_type} order by id"


def _leads_somewhere(path: str, entity_type: str, known: Mapping[str, Schema]) -> bool:
    """Tell whether the server's schemas have every attribute of *path*."""
    target: str | None = entity_type
    for name in path.split("."):
        schema = known.get(target or "")
        attribute = schema.properties.get(name) if schema else None
        if attribute is None:
            return False
        target = attribute.reference or attribute.items
    return True


def _fetch_rows(transport: Transport, expressions: Mapping[str, str]) -> dict[str, list[Any]]:
    """Return the rows of each query: one batch for the first pages, one for those that follow, and so on."""
    rows: dict[str, list[Any]] = {file: [] for file in expressions}
    offsets = dict.fromkeys(expressions, 0)
    while offsets:
        operations = [
            {"action": "query", "expression": f"{expressions[file]} offset {offset} limit {PAGE}"}
            for file, offset in offsets.items()
        ]
        answers = dict(zip(offsets, transport.call(operations), strict=True))
        for file, answer in answers.items():
            found, following = _page(answer, PROJECTIONS[file][0])
            rows[file] += found
            if following is None:
                del offsets[file]
            elif following > offsets[file]:
                offsets[file] = following
            else:
                raise FetchError(f"its pages of {PROJECTIONS[file][0]} do not end")
    return rows


def _page(answer: Any, entity_type: str) -> tuple[Sequence[Any], int | None]:
    """Return the rows of an answer, and where the next page begins (protocol section 2.3)."""
    try:
        data, offset = answer["data"], ((answer.get("metadata") or {}).get("next") or {}).get("offset")
    except (TypeError, KeyError, AttributeError) as error:
        raise FetchError(f"its answer to a query of {entity_type} is none of the API's") from error
    if not isinstance(data, list) or not isinstance(offset, int | None):
        raise FetchError(f"its answer to a query of {entity_type} is none of the API's")
    return data, offset
