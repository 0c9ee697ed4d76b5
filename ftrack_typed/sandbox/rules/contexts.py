"""Owns the rules of projects and typed contexts: their place in the tree, and what the project schema gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import faults
from ..batch import Batch, Row
from ..drafts import Draft, Rules
from .workflows import first_status, first_type, record_status, remember_history, usual_priority


def _new_project(draft: Draft) -> None:
    draft.default("status", "active")


def _place(draft: Draft) -> None:
    """Take the project from the parent; a context with a project alone hangs directly under it."""
    if draft.get("parent_id") is None:
        draft.default("parent_id", draft.get("project_id"))
    parent = _context(draft.batch, draft.get("parent_id"))
    if parent is not None:
        draft.set("project_id", parent.get("project_id") or parent["id"])


def _new_typed_context(draft: Draft) -> None:
    """Fill in what the project schema has for the object type (protocol sections 5.1 and 5.2)."""
    project = _context(draft.batch, draft.get("project_id"))
    project_schema_id = None if project is None else project.get("project_schema_id")
    object_type_id = draft.get("object_type_id")
    if draft.get("type_id") is None:
        draft.set("type_id", first_type(draft.batch, project_schema_id, object_type_id))
    if draft.get("status_id") is None:
        draft.set("status_id", first_status(draft.batch, project_schema_id, object_type_id, draft.get("type_id")))
    draft.default("priority_id", usual_priority(draft.batch))
    draft.default("bid", 0.0)
    draft.default("sort", 0.0)


def _move(draft: Draft) -> None:
    """Keep the tree a tree, and let everything below follow to another project."""
    if draft.before is None:
        return
    parent_id = draft.get("parent_id")
    _check_project(draft)
    if parent_id is None or not draft.changes("parent_id"):
        return
    if parent_id == draft.key[0] or draft.key[0] in _above(draft.batch, str(parent_id)):
        raise faults.validation(f"{draft.entity.name}.parent would be within the {draft.entity.name} itself")
    draft.set("project_id", None)
    _place(draft)


def _check_project(draft: Draft) -> None:
    """Refuse a project that is not the parent's: it comes from there (protocol section 5.1)."""
    parent = _context(draft.batch, draft.get("parent_id"))
    if parent is None or not draft.changes("project_id"):
        return
    if draft.get("project_id") != (parent.get("project_id") or parent["id"]):
        name = draft.entity.name
        raise faults.validation(
            f"{name}.project is that of the parent, which is in another one: set {name}.parent, and the project follows"
        )


def _follow(draft: Draft) -> None:
    if draft.before is None or not draft.changes("project_id"):
        return
    batch, project_id = draft.batch, draft.get("project_id")
    contexts = batch.entity("Context")
    level = [str(draft.key[0])]
    while level:
        rows = [row for parent_id in level for row in batch.rows(contexts, parent_id=parent_id)]
        for row in rows:
            batch.update(contexts, (row["id"],), {"project_id": project_id})
        level = [row["id"] for row in rows]


def _context(batch: Batch, context_id: object) -> Row | None:
    return batch.find("Context", context_id)


def _above(batch: Batch, context_id: str) -> list[str]:
    found: list[str] = []
    row = _context(batch, context_id)
    while row is not None and row["parent_id"] is not None and row["parent_id"] not in found:
        found.append(row["parent_id"])
        row = _context(batch, row["parent_id"])
    return found


def _new_list(draft: Draft) -> None:
    draft.default("user_id", draft.batch.caller.user_id or None)
    draft.default("date", draft.batch.now)


RULES: Final[Mapping[str, Rules]] = {
    "Project": Rules(before_insert=(_new_project,)),
    "TypedContext": Rules(
        before_insert=(_place, _new_typed_context),
        after_insert=(record_status,),
        before_update=(_move,),
        after_update=(_follow, record_status),
    ),
    "StatusChange": Rules(before_insert=(remember_history,)),
    "List": Rules(before_insert=(_new_list,)),
}
