"""Owns the files of ``--seed``: operations as a client would send them, run as one batch on a new database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sql

from ..errors import FtrackError
from .caller import Caller
from .faults import Fault
from .model import EntityModel
from .store import Operation, Store

_ACTIONS: Final = ("create", "update")


class SeedError(FtrackError):
    """A seed cannot be used; the message is one line for people, with the position of the operation, from 0."""


def read_seed(path: Path) -> list[Operation]:
    """Return the operations of a file.

    Raises:
        SeedError: it cannot be read, is no JSON, or holds something else than create and update operations.
    """
    try:
        operations = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SeedError(f"cannot read the seed {path}: {' '.join(str(error).split())}") from error
    if not isinstance(operations, list):
        raise SeedError(f"cannot use the seed {path}: it must hold a JSON array of operations")
    for position, operation in enumerate(operations):
        problem = _problem(operation)
        if problem is not None:
            raise SeedError(f"cannot use the seed {path}: operation {position} {problem}")
    return operations


def _problem(operation: object) -> str | None:
    """Return what is wrong with the form of an operation, if anything is."""
    if not isinstance(operation, Mapping):
        return f"must be a JSON object, got {type(operation).__name__}"
    if operation.get("action") not in _ACTIONS:
        return f"has the action {operation.get('action')!r}: a seed creates and updates"
    if not isinstance(operation.get("entity_type"), str):
        return 'must name its type, such as "entity_type": "Task"'
    if not isinstance(operation.get("entity_data"), Mapping):
        return "must have an object as entity_data"
    return None


def administrator_id(operations: Sequence[Operation], username: str) -> str | None:
    """Return the id that a seed gives the user of that name, so that the administrator can be that user."""
    for operation in operations:
        data: Any = operation["entity_data"]
        if operation["entity_type"] == "User" and operation["action"] == "create" and data.get("username") == username:
            return data["id"] if isinstance(data.get("id"), str) else None
    return None


def run_seed(store: Store, operations: Sequence[Operation], caller: Caller, path: Path) -> None:
    """Run the operations as one batch. A create of what a new database has by itself changes that row.

    Raises:
        SeedError: an operation cannot be carried out; nothing of the batch is kept.
    """
    present = _Present(store)
    try:
        store.execute([present.adapted(operation) for operation in operations], caller)
    except Fault as fault:
        where = "" if fault.operation is None else f"operation {fault.operation}: "
        text = " ".join(fault.content.split())
        raise SeedError(f"cannot run the seed {path}: {where}{fault.exception}: {text}") from fault


class _Present:
    """What a new database has by itself, such as the administrator and the rows of the workspace."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys: dict[str, set[tuple[object, ...]]] = {}

    def adapted(self, operation: Operation) -> Operation:
        """Return the update that an operation is where it creates what is there."""
        entity = self._store.storage.model.entities.get(str(operation["entity_type"]))
        data: Any = operation["entity_data"]
        if entity is None or operation["action"] != "create" or entity.dense_owner is not None:
            return operation
        given = operation.get("entity_key")
        key = given if isinstance(given, list) else [data.get(name) for name in entity.key]
        if tuple(map(str, key)) not in self._known(entity):
            return operation
        return {**operation, "action": "update", "entity_key": key}

    def _known(self, entity: EntityModel) -> set[tuple[object, ...]]:
        if entity.table not in self._keys:
            table = self._store.storage.tables[entity.table]
            with self._store.database.transaction(writing=False) as connection:
                rows = connection.execute(sql.select(*(table.c[name] for name in entity.key_columns))).all()
            self._keys[entity.table] = {tuple(map(str, row)) for row in rows}
        return self._keys[entity.table]
