"""Owns what a project schema says: the first status and type of an object type, and the record of status changes."""

from __future__ import annotations

import uuid
from typing import Any, Final

import sqlalchemy as sql

from ..batch import Batch
from ..dialects.expressions import SortKey
from ..dialects.texts import Folded, FoldedText
from ..drafts import Draft
from ..sources import Element, Selection

_PRIORITY_NONE: Final = "9661b320-3a0c-11e2-81c1-0800200c9a66"
"""Priority that the schema, too, names as the default (protocol section 5.3)."""


def first_status(batch: Batch, project_schema_id: object, object_type_id: object, type_id: object) -> str | None:
    """Return the first status of a new context: of the override for its type, the object type, or the task workflow."""
    memo = ("status", project_schema_id, object_type_id, type_id)
    if memo not in batch.memo:
        found = _override(batch, project_schema_id, type_id) if _is_task(batch, object_type_id) else None
        found = found or _schema_row(batch, project_schema_id, object_type_id, "SchemaStatus", "status_id", "Status")
        found = found or _workflow(batch, project_schema_id, "task_workflow_schema_id")
        batch.memo[memo] = found or _first(batch, "Status")
    return _text(batch.memo[memo])


def first_version_status(batch: Batch, project_schema_id: object) -> str | None:
    """Return the first status of a new version."""
    memo = ("version", project_schema_id)
    if memo not in batch.memo:
        found = _workflow(batch, project_schema_id, "asset_version_workflow_schema_id")
        batch.memo[memo] = found or _first(batch, "Status")
    return _text(batch.memo[memo])


def first_type(batch: Batch, project_schema_id: object, object_type_id: object) -> str | None:
    """Return the first type of a new context."""
    memo = ("type", project_schema_id, object_type_id)
    if memo not in batch.memo:
        found = None
        if _is_task(batch, object_type_id):
            found = _linked(batch, project_schema_id, "task_type_schema_id", "TaskTypeSchemaType", "Type")
        found = found or _schema_row(batch, project_schema_id, object_type_id, "SchemaType", "type_id", "Type")
        batch.memo[memo] = found or _first(batch, "Type")
    return _text(batch.memo[memo])


def usual_priority(batch: Batch) -> str | None:
    """Return the priority of a new context: None, or the first one of a workspace that has no such priority."""
    if "priority" not in batch.memo:
        there = batch.find("Priority", _PRIORITY_NONE) is not None
        batch.memo["priority"] = _PRIORITY_NONE if there else _first(batch, "Priority")
    return _text(batch.memo["priority"])


def record_status(draft: Draft) -> None:
    """Append to the history of statuses where a row got another one; a rule."""
    name = f"{draft.entity.lineage[-2] if len(draft.entity.lineage) > 1 else draft.entity.name}StatusChange"
    if not draft.changes("status_id") or draft.get("status_id") is None or not draft.batch.has(name):
        return
    if draft.before is None and ("history", draft.key[0]) in draft.batch.memo:
        return  # the batch brings the history of what it makes
    entity = draft.batch.entity(name)
    values = {
        "id": str(uuid.uuid4()),
        "date": draft.batch.now,
        "from_status_id": None if draft.before is None else draft.before.get("status_id"),
        "parent_id": draft.key[0],
        "parent_type": draft.entity.name,
        "status_id": draft.get("status_id"),
        "user_id": draft.batch.caller.user_id or None,
    }
    draft.batch.insert(entity, values)


def remember_history(draft: Draft) -> None:
    """Note that a batch has an entry of the history of an entity of its own; a rule."""
    draft.batch.memo["history", draft.get("parent_id")] = True


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _is_task(batch: Batch, object_type_id: object) -> bool:
    return batch.has("Task") and object_type_id == batch.entity("Task").discriminators.get("object_type_id")


def _project_schema(batch: Batch, project_schema_id: object) -> dict[str, Any]:
    return batch.find("ProjectSchema", project_schema_id) or {}


def _override(batch: Batch, project_schema_id: object, type_id: object) -> object:
    if project_schema_id is None or type_id is None or not batch.has("ProjectSchemaOverride"):
        return None
    entity = batch.entity("ProjectSchemaOverride")
    for row in batch.rows(entity, project_schema_id=project_schema_id, type_id=type_id):
        return _first_of_workflow(batch, row["workflow_schema_id"])
    return None


def _workflow(batch: Batch, project_schema_id: object, column: str) -> object:
    workflow_id = _project_schema(batch, project_schema_id).get(column)
    return None if workflow_id is None else _first_of_workflow(batch, workflow_id)


def _first_of_workflow(batch: Batch, workflow_id: object) -> object:
    return _first_linked(batch, "WorkflowSchemaStatus", "workflow_schema_id", workflow_id, "status_id", "Status")


def _linked(batch: Batch, project_schema_id: object, column: str, link: str, target: str) -> object:
    schema_id = _project_schema(batch, project_schema_id).get(column)
    return None if schema_id is None else _first_linked(batch, link, column, schema_id, "type_id", target)


def _schema_row(
    batch: Batch, project_schema_id: object, object_type_id: object, link: str, column: str, target: str
) -> object:
    """Return the first status or type that a project schema has for an object type."""
    if project_schema_id is None or object_type_id is None or not batch.has("Schema"):
        return None
    schema = batch.entity("Schema")
    conditions = {schema.column("type_id"): object_type_id, "project_schema_id": project_schema_id}
    for row in batch.rows(schema, **conditions):
        found = _first_linked(batch, link, "schema_id", row["id"], column, target)
        if found is not None:
            return found
    return None


def _first_linked(batch: Batch, link: str, near: str, near_id: object, far: str, target: str) -> object:
    """Return the id of the first target that link rows name."""
    if not batch.has(link):
        return None
    links, targets = batch.table(batch.entity(link)), batch.table(batch.entity(target))
    order = [*_not_started_first(batch, target), *([SortKey(links.c.sort)] if "sort" in links.c else [])]
    statement = sql.select(targets.c.id).join(links, links.c[far] == targets.c.id).where(links.c[near] == near_id)
    return _only(batch, statement.order_by(*order, *_sorting(targets)))


def _first(batch: Batch, target: str) -> object:
    if not batch.has(target):
        return None
    table = batch.table(batch.entity(target))
    return _only(batch, sql.select(table.c.id).order_by(*_not_started_first(batch, target), *_sorting(table)))


def _sorting(table: sql.Table) -> list[Element]:
    """Return the order of statuses and the like, the same on every database."""
    found = [table.c[name] for name in ("sort", "name") if name in table.c]
    keys = [SortKey(Folded(each) if isinstance(each.type, FoldedText) else each) for each in found]
    return [*keys, table.c.id]


def _only(batch: Batch, statement: Selection) -> object:
    for row in batch.fetch(statement.limit(1)):
        return row[0]
    return None


def _not_started_first(batch: Batch, target: str) -> list[Element]:
    """Return the sort key that puts statuses of work that has not begun before all others."""
    relation = batch.entity(target).relations.get("state")
    if relation is None or "short" not in batch.entity(relation.target).attributes:
        return []
    states, table = batch.table(batch.entity(relation.target)), batch.table(batch.entity(target))
    begun = sql.select(states.c.short != "NOT_STARTED").where(states.c.id == table.c[relation.local[0]])
    return [sql.func.coalesce(begun.correlate(table).scalar_subquery(), sql.true())]
