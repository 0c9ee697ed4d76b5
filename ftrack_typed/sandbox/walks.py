"""Owns the walks through the tree of contexts, up and down, one query for each level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sql

from .sources import Storage

CHUNK: Final = 900
"""Values that are bound in one ``IN``."""


def above(
    storage: Storage, connection: sql.Connection, starts: list[str], *, including_start: bool
) -> dict[str, list[str]]:
    """Return the ids above each start, nearest first."""
    parents = parents_of(storage, connection, starts)
    found: dict[str, list[str]] = {}
    for start in starts:
        chain, current = ([start] if including_start else []), parents.get(start)
        while current is not None and current not in chain:
            chain.append(current)
            current = parents.get(current)
        found[start] = chain
    return found


def parents_of(storage: Storage, connection: sql.Connection, starts: Iterable[str]) -> dict[str, str]:
    """Return the parent's id by id, for *starts* and everything above them: one query for each level."""
    contexts = storage.tables[storage.entity("Context").table]
    parents: dict[str, str] = {}
    level = set(starts)
    while level:
        reached: set[str] = set()
        for chunk in chunks(sorted(level)):
            statement = sql.select(contexts.c.id, contexts.c.parent_id).where(contexts.c.id.in_(chunk))
            for child, parent in connection.execute(statement.where(contexts.c.parent_id.is_not(None))):
                parents[child] = parent
                reached.add(parent)
        level = reached - parents.keys()
    return parents


def below(storage: Storage, connection: sql.Connection, starts: list[str]) -> dict[str, list[str]]:
    """Return the ids below each start, nearest first."""
    contexts = storage.tables[storage.entity("Context").table]
    children: dict[str, list[str]] = {}
    level = set(starts)
    while level:
        reached: set[str] = set()
        for chunk in chunks(sorted(level)):
            statement = sql.select(contexts.c.parent_id, contexts.c.id).where(contexts.c.parent_id.in_(chunk))
            for parent, child in connection.execute(statement.order_by(contexts.c.id)):
                children.setdefault(parent, []).append(child)
                reached.add(child)
        level = reached - children.keys()
    return {start: _breadth_first(children, start) for start in starts}


def _breadth_first(children: dict[str, list[str]], start: str) -> list[str]:
    found: dict[str, None] = {}
    level = children.get(start, [])
    while level:
        found.update(dict.fromkeys(level))
        level = [below for each in level for below in children.get(each, []) if below not in found]
    return list(found)


def chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Yield *values* in lists short enough for one ``IN``."""
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
