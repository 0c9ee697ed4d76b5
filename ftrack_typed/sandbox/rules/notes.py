"""Owns the rules of notes: threads, recipients, and the category that is the label of a link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..batch import Batch, Row
from ..drafts import Draft, Rules


def _new_note(draft: Draft) -> None:
    draft.default("user_id", draft.batch.caller.user_id or None)
    draft.default("date", draft.batch.now)
    draft.default("thread_activity", draft.batch.now)


def _thread(draft: Draft) -> None:
    """Let a reply hang where what it answers hangs."""
    if not draft.changes("in_reply_to_id") or draft.get("in_reply_to_id") is None:
        return
    parent = draft.batch.row(draft.entity, (draft.get("in_reply_to_id"),))
    if parent is not None:
        for column in ("parent_id", "parent_type", "project_id"):
            if parent.get(column) is not None:
                draft.set(column, parent[column])


def _project(draft: Draft) -> None:
    """Take the project of what the note is on, where notes know theirs."""
    if draft.changes("parent_id") and draft.get("parent_id") is not None:
        context = draft.batch.find("Context", draft.get("parent_id"))
        if context is not None:
            draft.default("project_id", context.get("project_id") or context["id"])


def _stir_thread(draft: Draft) -> None:
    """Mark the first note of the thread as active."""
    if not draft.changes("in_reply_to_id") or draft.get("in_reply_to_id") is None:
        return
    seen = {draft.key[0]}
    note_id = draft.get("in_reply_to_id")
    while note_id is not None and note_id not in seen:
        seen.add(note_id)
        row = draft.batch.row(draft.entity, (note_id,))
        if row is None:
            return
        draft.batch.update(draft.entity, (note_id,), {"thread_activity": draft.batch.now})
        note_id = row["in_reply_to_id"]


def _author_receives(draft: Draft) -> None:
    """Add the author to the recipients (protocol section 10.9)."""
    batch, author = draft.batch, draft.get("user_id")
    if author is None or not batch.has("Recipient"):
        return
    entity = batch.entity("Recipient")
    values = {"note_id": draft.key[0], "resource_id": author}
    if batch.row(entity, tuple(values[name] for name in entity.key)) is None:
        batch.insert(entity, dict(values))


def _label_of_category(draft: Draft) -> None:
    """Link a note to the label that its category is."""
    batch, category = draft.batch, draft.get("category_id")
    if not draft.changes("category_id") or not batch.has("NoteLabelLink"):
        return
    entity = batch.entity("NoteLabelLink")
    before = None if draft.before is None else draft.before.get("category_id")
    for row in batch.rows(entity, note_id=draft.key[0], label_id=before) if before else ():
        batch.delete(entity, row)
    if category is not None and not batch.rows(entity, note_id=draft.key[0], label_id=category):
        batch.insert(entity, {"note_id": draft.key[0], "label_id": category})


def _category_of_label(draft: Draft) -> None:
    """Make a label that is put on a note its category."""
    note_id = draft.get("note_id")
    draft.batch.update(draft.batch.entity("Note"), (note_id,), {"category_id": draft.get("label_id")})


def _without_label(batch: Batch, row: Row) -> None:
    """Take the category from a note whose label was taken off; another label of it takes the place."""
    note = batch.row(batch.entity("Note"), (row["note_id"],))
    if note is not None and note["category_id"] == row["label_id"]:
        others = batch.rows(batch.entity("NoteLabelLink"), note_id=row["note_id"])
        batch.update(
            batch.entity("Note"), (row["note_id"],), {"category_id": others[0]["label_id"] if others else None}
        )


RULES: Final[Mapping[str, Rules]] = {
    "Note": Rules(
        before_insert=(_new_note, _thread, _project),
        after_insert=(_stir_thread, _author_receives, _label_of_category),
        before_update=(_thread, _project),
        after_update=(_stir_thread, _label_of_category),
    ),
    "NoteLabelLink": Rules(after_insert=(_category_of_label,), after_delete=(_without_label,)),
}
