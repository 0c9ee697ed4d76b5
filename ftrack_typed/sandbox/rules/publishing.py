"""Owns the rules of asset versions and components: version numbers, who published, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sql

from ..drafts import Draft, Rules
from .workflows import first_version_status, record_status


def _number(draft: Draft) -> None:
    """Number a version behind the highest of its asset, from 1 on (protocol section 5.1)."""
    if draft.get("version") is not None:
        return
    table = draft.batch.table(draft.entity)
    if not {"version", "asset_id"} <= draft.columns:
        return
    highest = sql.select(sql.func.max(table.c.version)).where(table.c.asset_id == draft.get("asset_id"))
    (found,) = draft.batch.fetch(highest)
    draft.set("version", (found[0] or 0) + 1)


def _new_version(draft: Draft) -> None:
    draft.default("is_published", True)
    draft.default("comment", "")
    draft.default("date", draft.batch.now)
    draft.default("user_id", draft.batch.caller.user_id or None)
    if draft.get("status_id") is None:
        draft.set("status_id", first_version_status(draft.batch, _project_schema_of(draft)))


def _project_schema_of(draft: Draft) -> object:
    """Return the project schema that governs a version, found by its asset's context."""
    batch = draft.batch
    asset = batch.find("Asset", draft.get("asset_id")) or {}
    context = batch.find("Context", asset.get("context_id")) or {}
    project = batch.find("Context", context.get("project_id") or context.get("id")) or {}
    return project.get("project_schema_id")


RULES: Final[Mapping[str, Rules]] = {
    "AssetVersion": Rules(
        before_insert=(_number, _new_version),
        after_insert=(record_status,),
        after_update=(record_status,),
    ),
}
