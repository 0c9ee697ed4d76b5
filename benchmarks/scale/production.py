"""Owns the production that the sandbox is measured on: projects, shots and tasks, written in bulk past the API.

Each project has up to 10,000 tasks, each shot has eight. One shot and one task come from the API; the others are copies
of their rows, written through the tables of the store in inserts of 10,000, their indexes made afterwards. What a
creation does besides its row (status changes, defaults) is left out, so that a million is one of rows, not of batches.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final

import attrs
import sqlalchemy as sql

from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.store import Store
from ftrack_typed.sandbox.workspace import Workspace

PER_SHOT: Final = 8
PER_PROJECT: Final = 10_000
_CHUNK: Final = 10_000
_SPACE: Final = uuid.UUID("0b8f5f3c-5f5e-4f0a-9a52-8b1f0f7f6d11")


def identifier(kind: str, number: int) -> str:
    """Return the id of the entity of that *number*; the same on every run."""
    return str(uuid.uuid5(_SPACE, f"{kind}{number}"))


@attrs.frozen
class Production:
    """How much there is, and which ids it has."""

    tasks: int

    @property
    def shots(self) -> int:
        return -(-self.tasks // PER_SHOT)

    @property
    def projects(self) -> int:
        return -(-self.tasks // PER_PROJECT)

    def project_of(self, task: int) -> str:
        return identifier("project", task // PER_PROJECT)

    def shot_of(self, task: int) -> str:
        return identifier("shot", task // PER_SHOT)

    def name_of(self, task: int) -> str:
        return f"task_{task:08d}"


def build(url: str, production: Production) -> None:
    """Write the production to the empty database at *url*."""
    store = Store(Workspace.standard(), url)
    try:
        store.insert_user(identifier("user", 0), "builder")
        _projects(store, production)
        shot, task = _patterns(store)
        with store.transaction() as connection:
            table = store.storage.tables[store.storage.entity("Task").table]
            indexes = sorted(table.indexes, key=lambda each: str(each.name))
            for index in indexes:  # to be made at the end, in one go, is many times faster
                index.drop(connection)
            _insert(connection, table, _shots(production, shot))
            _insert(connection, table, _tasks(production, task))
            for index in indexes:
                index.create(connection)
    finally:
        store.close()


def _projects(store: Store, production: Production) -> None:
    caller = Caller(identifier("user", 0), "builder")
    answers: Any = store.execute([{"action": "query", "expression": "select id from ProjectSchema limit 1"}], caller)
    schema_id = answers[0]["data"][0]["id"]
    store.execute(
        [
            {
                "action": "create",
                "entity_type": "Project",
                "entity_data": {
                    "id": identifier("project", number),
                    "name": f"project_{number:04d}",
                    "project_schema_id": schema_id,
                },
            }
            for number in range(production.projects)
        ],
        caller,
    )


def _patterns(store: Store) -> tuple[dict[str, Any], dict[str, Any]]:
    """Create one shot and one task as clients do, and return their rows."""
    made: list[dict[str, Any]] = []
    for entity_type, parent in (("Shot", identifier("project", 0)), ("Task", identifier("pattern", 0))):
        entity_id = identifier("pattern", len(made))
        data = {"id": entity_id, "name": f"pattern_{entity_type}", "parent_id": parent}
        operation = {"action": "create", "entity_type": entity_type, "entity_data": data}
        store.execute([operation], Caller(identifier("user", 0), "builder"))
        table = store.storage.tables[store.storage.entity(entity_type).table]
        with store.database.transaction(writing=False) as connection:
            row = connection.execute(sql.select(table).where(table.c.id == entity_id)).mappings().one()
        made.append(dict(row))
    return made[0], made[1]


def _shots(production: Production, pattern: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number in range(production.shots):
        project_id = production.project_of(number * PER_SHOT)
        place = {"parent_id": project_id, "project_id": project_id, "name": f"sh{number:07d}"}
        yield {**pattern, "id": identifier("shot", number), **place}


def _tasks(production: Production, pattern: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number in range(production.tasks):
        place = {"parent_id": production.shot_of(number), "project_id": production.project_of(number)}
        yield {**pattern, "id": identifier("task", number), "name": production.name_of(number), **place}


def _insert(connection: sql.Connection, table: sql.Table, rows: Iterator[dict[str, Any]]) -> None:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            connection.execute(sql.insert(table), chunk)
            chunk = []
    if chunk:
        connection.execute(sql.insert(table), chunk)
