"""Owns the queries that every client is asked to run: which attributes of how many tasks."""

from __future__ import annotations

from typing import NamedTuple

MINIMAL = ("id", "name")
FLAT = (
    *("id", "name", "context_type", "bid", "sort", "description", "start_date", "end_date", "created_at"),
    *("status_id", "type_id", "project_id", "parent_id"),
)
NESTED = (
    *FLAT,
    *("status.name", "status.color", "status.state.name", "status.state.short", "type.name"),
    *("project.name", "project.full_name", "parent.name", "parent.description"),
)
COLLECTIONS = (
    *NESTED,
    *("notes.content", "notes.date", "notes.user_id", "metadata.key", "metadata.value"),
    *("custom_attributes.key", "custom_attributes.value"),
)

SHAPES = {"minimal": MINIMAL, "flat": FLAT, "nested": NESTED, "collections": COLLECTIONS}

CHECKED = {
    "minimal": ("name",),
    "flat": ("name", "bid", "description", "start_date", "parent_id"),
    "nested": ("name", "status.name", "status.state.short", "project.full_name", "parent.description"),
    "collections": ("name", "status.name", "notes", "metadata.episode", "custom_attributes.handles"),
}
"""Paths whose values all clients must agree about; ``notes`` stands for their contents."""

PAGE_SIZE = 500
"""Rows of one page, as the official client and ours ask for by default."""


def expression(shape: str, count: int) -> str:
    """Return the query for the first *count* tasks with the attributes of *shape*."""
    return f"select {', '.join(SHAPES[shape])} from Task limit {count}"


class NewTask(NamedTuple):
    """What a task starts with that a client is to create."""

    name: str
    description: str
    bid: float


def new_task(index: int) -> NewTask:
    """Return what the task number *index* starts with."""
    return NewTask(f"made_{index:06d}", f"Made for the benchmark, as number {index}.", 60.0 * index)
