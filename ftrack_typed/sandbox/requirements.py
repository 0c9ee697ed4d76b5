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

    _written: dict[str, dict[Key, None]] = attrs.field(factory=dict)
    _named: dict[str, dict[str, str]] = attrs.field(factory=dict)

    def written(self, entity: EntityModel, key: Key) -> None:
        """Remember a row of a concrete type whose required values are to be checked."""
        self._written.setdefault(entity.name, {})[key] = None

    def named(self, owner: EntityModel, attribute: str, target: EntityModel, entity_id: str) -> None:
        """Remember an id that an attribute names and that must exist."""
        self._named.setdefault(target.name, {}).setdefault(entity_id, f"{owner.name}.{attribute}")

    def check(self, batch: Batch) -> None:
        """Raise Fault for the first thing that does not hold."""
        for name, ids in self._named.items():
            _check_existence(batch, batch.entity(name), ids)
        for name, keys in self._written.items():
            _check_required(batch, batch.entity(name), list(keys))


def _check_existence(batch: Batch, target: EntityModel, ids: dict[str, str]) -> None:
    source = batch.storage.source(target)
    column = source.rows.c[target.key_columns[0]]
    condition = source.type_condition(indexed=False)
    found: set[str] = set()
    wanted = list(ids)
    for start in range(0, len(wanted), _CHUNK):
        statement = sql.select(column).where(column.in_(wanted[start : start + _CHUNK]))
        found.update(row[0] for row in batch.fetch(statement if condition is None else statement.where(condition)))
    for entity_id, attribute in ids.items():
        if entity_id not in found:
            raise faults.integrity(f"{attribute} names {target.name} {entity_id!r}, which does not exist")


def _check_required(batch: Batch, entity: EntityModel, keys: list[Key]) -> None:
    table = batch.table(entity)
    attributes = [each for each in entity.attributes.values() if each.name in entity.required]
    columns = {each.column: each.name for each in attributes if each.column in table.c}
    if not columns:
        return
    key = table.c[entity.key_columns[0]]
    ids = {each[0] for each in keys}
    known = set(keys)
    for start in range(0, len(ids), _CHUNK):
        chunk = sorted(ids, key=str)[start : start + _CHUNK]
        missing = sql.or_(*(table.c[column].is_(None) for column in columns))
        selected = [table.c[name] for name in (*entity.key_columns, *columns)]
        for row in batch.fetch(sql.select(*selected).where(key.in_(chunk), missing)):
            row_key = tuple(row[: len(entity.key)])
            if row_key in known:
                names = [
                    name for name, value in zip(columns.values(), row[len(entity.key) :], strict=True) if value is None
                ]
                raise faults.validation(f"{entity.name} {row_key[0]} needs {', '.join(names)}: required and not given")
