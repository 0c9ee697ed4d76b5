"""Owns the rules of timers and logged time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import faults
from ..drafts import Draft, Rules


def _begin(draft: Draft) -> None:
    draft.default("start", draft.batch.now)
    draft.default("comment", "")
    draft.default("user_id", draft.batch.caller.user_id or None)


def _one_timer(draft: Draft) -> None:
    """Refuse a second timer of one user; clients look for the name of this error (protocol section 1.4)."""
    user_id = draft.get("user_id")
    if user_id is not None and draft.batch.rows(draft.entity, user_id=user_id):
        raise faults.duplicate(f"user {user_id} has a timer already: stop it first")


RULES: Final[Mapping[str, Rules]] = {
    "Timer": Rules(before_insert=(_begin, _one_timer)),
    "Timelog": Rules(before_insert=(_begin,)),
}
