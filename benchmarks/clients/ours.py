"""Runs `ftrack_typed`, as its documentation says to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ftrack_typed
from ftrack_typed.entities import Session, Task

from ..shapes import NewTask, expression


class Client:
    """A session of `ftrack_typed`."""

    def __init__(self, url: str, cache: str) -> None:
        self._session: Session = ftrack_typed.Session(
            server_url=url, api_key="key", api_user="bench", schema_cache_path=cache
        )

    def query(self, shape: str, count: int) -> Sequence[Task]:
        return [row for row in self._session.query(expression(shape, count)).all() if isinstance(row, Task)]

    def value(self, row: Any, path: str) -> Any:
        if path == "notes":
            return [note.content for note in row.notes]
        for name in path.split("."):
            row = row[name] if isinstance(row, Mapping) else getattr(row, name)
        return row

    def read(self, rows: Sequence[Task], repeat: int) -> None:
        for _ in range(repeat):
            for row in rows:
                row.name  # noqa: B018

    def write(self, rows: Sequence[Task], value: str) -> None:
        for row in rows:
            row.description = value

    def unfetched(self, rows: Sequence[Task], path: str) -> list[Any]:
        if path == "status.name":
            return [row.status.name for row in rows]
        return [row.description for row in rows]

    def create(self, beside: Task, task: NewTask) -> None:
        self._session.create(Task, name=task.name, description=task.description, bid=task.bid, parent=beside.parent)

    def commit(self) -> None:
        self._session.commit()

    def close(self) -> None:
        self._session.rollback()
        self._session.close()
