"""Owns what must hold when a batch ends: required values are there, and what is named exists (protocol 10.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import sqlalchemy as sql

from . import faults
from .model import EntityModel, Key

if TYPE_CHECKING:
    from .batch import Batch

_CHUNK = 900


@attrs.define(eq=False)
class Requirements:
    """What the operations of a batch leave to be checked at its end."""

    operation: int = 0
    """Position of the operation that runs, which faults at the end of the batch name."""

    _written: dict[str, dict[Key, int]] = attrs.field(factory=dict)
    _named: dict[str, dict[str, tuple[str, int]]] = attrs.field(factory=dict)

    def written(self, entity: EntityModel, key: Key) -> None:
        """Remember a row of a concrete type whose required values are to be checked."""
        self._written.setdefault(entity.name, {})[key] = self.operation

    def named(self, owner: EntityModel, attribute: str, target: EntityModel, entity_id: str) -> None:
        """Remember an id that an attribute names and that must exist."""
        self._named.setdefault(target.name, {}).setdefault(entity_id, (f"{owner.name}.{attribute}", self.operation))

    def check(self, batch: Batch) -> None:
        """Raise Fault for the first thing that does not hold."""
        for name, ids in self._named.items():
            _check_existence(batch, batch.entity(name), ids)
        for name, keys in self._written.items():
            _check_required(batch, batch.entity(name), keys)


def _check_existence(batch: Batch, target: EntityModel, ids: dict[str, tuple[str, int]]) -> None:
    source = batch.storage.source(target)
    column = source.rows.c[target.key_columns[0]]
    condition = source.type_condition(indexed=False)
    found: set[str] = set()
    wanted = list(ids)
    for start in range(0, len(wanted), _CHUNK):
        statement = sql.select(column).where(column.in_(wanted[start : start + _CHUNK]))
        found.update(row[0] for row in batch.fetch(statement if condition is None else statement.where(condition)))
    for entity_id, (attribute, operation) in ids.items():
        if entity_id not in found:
            raise _late(
                faults.integrity(f"{attribute} names {target.name} {entity_id!r}, which does not exist"), operation
            )


def _late(fault: faults.Fault, operation: int) -> faults.Fault:
    """Return a fault that the end of the batch shows, with the operation that led to it."""
    fault.operation = operation
    return fault


def _check_required(batch: Batch, entity: EntityModel, keys: dict[Key, int]) -> None:
    table = batch.table(entity)
    attributes = [each for each in entity.attributes.values() if each.name in entity.required]
    columns = {each.column: each.name for each in attributes if each.column in table.c}
    if not columns:
        return
    key = table.c[entity.key_columns[0]]
    ids = {each[0] for each in keys}
    for start in range(0, len(ids), _CHUNK):
        chunk = sorted(ids, key=str)[start : start + _CHUNK]
        missing = sql.or_(*(table.c[column].is_(None) for column in columns))
        selected = [table.c[name] for name in (*entity.key_columns, *columns)]
        for row in batch.fetch(sql.select(*selected).where(key.in_(chunk), missing)):
            row_key = tuple(row[: len(entity.key)])
            if row_key in keys:
                names = [
                    name for name, value in zip(columns.values(), row[len(entity.key) :], strict=True) if value is None
                ]
                text = f"{entity.name} {row_key[0]} needs {', '.join(names)}: required and not given"
                raise _late(faults.validation(text), keys[row_key])
