"""Owns the rules of users and their jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import faults
from ..drafts import Draft, Rules

USER_TYPE: Final = "ac9fa5aa-4361-11e0-b7cc-0019bb4983d8"
"""Type that every new user gets (protocol section 5.1)."""

_FLAGS: Final = ("is_active", "is_totp_enabled", "is_otp_enabled", "require_details_update")
_FINISHED: Final = ("done", "failed")


def _new_user(draft: Draft) -> None:
    for flag in _FLAGS:
        draft.default(flag, False)
    draft.default("user_type_id", USER_TYPE)
    draft.default("username", f"user-{str(draft.values.get('id'))[:8]}")


def _one_name(draft: Draft) -> None:
    """Refuse a user name that another user has, and an empty one: nobody could log in by it."""
    if not draft.changes("username"):
        return
    if not str(draft.get("username") or "").strip():
        raise faults.validation("User.username must be given, and not be empty")
    others = draft.batch.rows(draft.batch.entity("User"), username=draft.get("username"))
    if any(row["id"] != draft.get("id") for row in others):
        raise faults.duplicate(f"there is another User with the username {draft.get('username')!r}")


def _new_job(draft: Draft) -> None:
    draft.default("user_id", draft.batch.caller.user_id or None)
    draft.default("created_at", draft.batch.now)


def _finish(draft: Draft) -> None:
    if draft.changes("status") and draft.get("status") in _FINISHED:
        draft.default("finished_at", draft.batch.now)


RULES: Final[Mapping[str, Rules]] = {
    "User": Rules(before_insert=(_new_user, _one_name), before_update=(_one_name,)),
    "Job": Rules(before_insert=(_new_job, _finish), before_update=(_finish,)),
}
