"""Runs ``ftrack-python-api``, as its documentation says to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ftrack_api  # type: ignore[import-not-found] # pyright: ignore[reportMissingImports]  # in an environment of its own

from ..shapes import NewTask, expression


class Client:
    """A session of the official client."""

    def __init__(self, url: str, cache: str) -> None:
        self._session: Any = ftrack_api.Session(
            server_url=url,
            api_key="key",
            api_user="bench",
            auto_connect_event_hub=False,
            schema_cache_path=cache,
            plugin_paths=[],
        )

    def query(self, shape: str, count: int) -> Sequence[Any]:
        found: Sequence[Any] = self._session.query(expression(shape, count)).all()
        return found

    def value(self, row: Any, path: str) -> Any:
        if path == "notes":
            return [note["content"] for note in row["notes"]]
        for name in path.split("."):
            row = row[name]
        return row

    def read(self, rows: Sequence[Any], repeat: int) -> None:
        for _ in range(repeat):
            for row in rows:
                row["name"]

    def write(self, rows: Sequence[Any], value: str) -> None:
        for row in rows:
            row["description"] = value

    def unfetched(self, rows: Sequence[Any], path: str) -> list[Any]:
        return [self.value(row, path) for row in rows]

    def create(self, beside: Any, task: NewTask) -> None:
        self._session.create("Task", {**task._asdict(), "parent": beside["parent"]})

    def commit(self) -> None:
        self._session.commit()

    def close(self) -> None:
        self._session.recorded_operations.clear()
        self._session.close()
