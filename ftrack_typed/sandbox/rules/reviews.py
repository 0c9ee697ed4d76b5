"""Owns the rules of review sessions: how long they are open, and the order of what they show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sql

from ..datetimes import day_after
from ..drafts import Draft, Rules

_DAYS_OPEN: Final = 7


def _open_for_a_week(draft: Draft) -> None:
    """Give a review its first and last day: ftrack's own examples make one of a name and a project alone."""
    draft.default("start_date", draft.batch.now[:10] + "T00:00:00")
    end = str(draft.get("start_date"))
    for _ in range(_DAYS_OPEN):
        end = day_after(end)
    draft.default("end_date", end)


def _append(draft: Draft) -> None:
    """Give an entry of a review its place behind the others."""
    if draft.get("sort_order") is not None or draft.get("review_session_id") is None:
        return
    table = draft.batch.table(draft.entity)
    highest = sql.select(sql.func.max(table.c.sort_order)).where(
        table.c.review_session_id == draft.get("review_session_id")
    )
    (found,) = draft.batch.fetch(highest)
    draft.set("sort_order", 0.0 if found[0] is None else found[0] + 1.0)


RULES: Final[Mapping[str, Rules]] = {
    "ReviewSession": Rules(before_insert=(_open_for_a_week,)),
    "ReviewSessionObject": Rules(before_insert=(_append,)),
}
