"""Runs no client at all: `requests`, the standard JSON parser and plain dicts; what is made of these costs no less."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import requests

from ..shapes import PAGE_SIZE, NewTask, expression

Row: TypeAlias = dict[str, Any]


class Client:
    """A connection; a row is the dict that the server sent."""

    def __init__(self, url: str, cache: str) -> None:
        self._address = f"{url}/api"
        self._http = requests.Session()
        self._http.headers.update({"content-type": "application/json", "ftrack-user": "bench", "ftrack-api-key": "key"})
        self._waiting: list[Row] = []
        self._described: dict[str, Row] = {}
        self._call({"action": "query_server_information"})
        path = Path(cache, "schemas.json")
        if path.exists():
            json.loads(path.read_bytes())
        else:
            (schemas,) = self._call({"action": "query_schemas"})
            path.write_text(json.dumps(schemas), "utf-8")

    def _call(self, *operations: Row) -> Any:
        return json.loads(self._http.post(self._address, data=json.dumps(operations)).content)

    def _find(self, text: str) -> list[Row]:
        (result,) = self._call({"action": "query", "expression": text})
        rows: list[Row] = result["data"]
        return rows

    def query(self, shape: str, count: int) -> list[Row]:
        text = expression(shape, count).rpartition(" limit ")[0]
        rows: list[Row] = []
        for start in range(0, count, PAGE_SIZE):
            rows.extend(self._find(f"{text} offset {start} limit {min(PAGE_SIZE, count - start)}"))
        return rows

    def value(self, row: Row, path: str) -> Any:
        """Return what a full description of *row* anywhere in the answer says; it is looked up, as no client would."""
        value: Any = row
        for name in path.split("."):
            value = self._part(value, name)
        if path == "notes":
            return [self._full(note)["content"] for note in value]
        return value["value"] if isinstance(value, dict) and "value" in value else value

    def _part(self, value: Any, name: str) -> Any:
        if isinstance(value, list):
            return next(item["value"] for item in value if item["key"] == name)
        return value[name] if name in value else self._full(value)[name]

    def _full(self, row: Row) -> Row:
        return self._described.get(row.get("id", ""), row)

    def describe(self, rows: Sequence[Row]) -> None:
        """Remember the fullest description of everything in *rows*, for `value`."""
        for row in _all_of(rows):
            known = self._described.get(row.get("id", ""))
            if known is None or len(known) < len(row):
                self._described[row.get("id", "")] = row

    def read(self, rows: Sequence[Row], repeat: int) -> None:
        for _ in range(repeat):
            for row in rows:
                row["name"]

    def write(self, rows: Sequence[Row], value: str) -> None:
        for row in rows:
            row["description"] = value
            self._waiting.append(_operation("update", row["id"], {"description": value}))

    def unfetched(self, rows: Sequence[Row], path: str) -> list[Any]:
        keys = ", ".join(f'"{row["id"]}"' for row in rows)
        found = self._find(f"select {path} from Task where id in ({keys})")
        self.describe(found)
        return [self.value(row, path) for row in found]

    def create(self, beside: Row, task: NewTask) -> None:
        key = str(uuid.uuid4())
        self._waiting.append(_operation("create", key, {**task._asdict(), "id": key, "parent_id": beside["parent_id"]}))

    def commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._call(*waiting)

    def close(self) -> None:
        self._http.close()


def _all_of(value: Any) -> Iterator[Row]:
    """Yield every entity in *value*, however deep."""
    if isinstance(value, dict):
        if "__entity_type__" in value:
            yield value
        for inner in value.values():
            yield from _all_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _all_of(inner)


def _operation(action: str, key: str, values: Row) -> Row:
    data = {"__entity_type__": "Task", **values}
    return {"action": action, "entity_type": "Task", "entity_key": [key], "entity_data": data}
