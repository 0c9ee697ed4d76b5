"""Owns the removal of rows with everything that cannot be without them (protocol sections 5.1 and 10.10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sql

from . import faults
from .batch import Batch, Values
from .model import EntityModel, Reference

_CHUNK = 900


def remove(batch: Batch, entity: EntityModel, rows: Sequence[Values]) -> None:
    """Remove *rows* of an entity type's table; what refers to them goes too, lets go, or refuses (Fault)."""
    fresh = [row for row in rows if _mark(batch, entity, row)]
    if not fresh:
        return
    if entity.key_columns == ("id",):
        ids = [row["id"] for row in fresh]
        for reference in batch.storage.model.references:
            if reference.target_table == entity.table:
                _ACTIONS[reference.action](batch, entity, reference, ids)
        for reference in batch.storage.model.owned:
            _cascade(batch, entity, reference, ids)
        _unlink(batch, ids)
    for row in fresh:
        concrete = batch.concrete(entity, row)
        batch.delete(concrete, row)
        _follow(batch, concrete, row)
        batch.removing.discard((entity.table, tuple(row[name] for name in entity.key_columns)))


def _mark(batch: Batch, entity: EntityModel, row: Values) -> bool:
    """Return whether a row is not being removed already, and note that it is."""
    identity = (entity.table, tuple(row[name] for name in entity.key_columns))
    known = identity in batch.removing
    batch.removing.add(identity)
    return not known


def _follow(batch: Batch, entity: EntityModel, row: Values) -> None:
    from .writes import rules_of

    for rules in rules_of(entity):
        for rule in rules.after_delete:
            rule(batch, row)


def _referring(batch: Batch, reference: Reference, ids: Sequence[Any]) -> list[Values]:
    table = batch.storage.tables[reference.table]
    found: list[Values] = []
    for start in range(0, len(ids), _CHUNK):
        statement = sql.select(table).where(table.c[reference.column].in_(ids[start : start + _CHUNK]))
        found += [dict(row) for row in batch.connection.execute(statement).mappings()]
    return found


def _cascade(batch: Batch, _entity: EntityModel, reference: Reference, ids: Sequence[Any]) -> None:
    rows = _referring(batch, reference, ids)
    if rows:
        remove(batch, batch.entity(reference.entity_type), rows)


def _clear(batch: Batch, _entity: EntityModel, reference: Reference, ids: Sequence[Any]) -> None:
    entity = batch.entity(reference.entity_type)
    for row in _referring(batch, reference, ids):
        key = tuple(row[name] for name in entity.key_columns)
        if (entity.table, key) not in batch.removing:
            batch.update(entity, key, {reference.column: None})


def _refuse(batch: Batch, entity: EntityModel, reference: Reference, ids: Sequence[Any]) -> None:
    for row in _referring(batch, reference, ids):
        user = batch.entity(reference.entity_type)
        if (user.table, tuple(row[name] for name in user.key_columns)) not in batch.removing:
            name = batch.concrete(user, row).name
            raise faults.integrity(
                f"{entity.name} {row[reference.column]} is in use by {name}.{reference.column}: change that first"
            )


def _keep(_batch: Batch, _entity: EntityModel, _reference: Reference, _ids: Sequence[Any]) -> None:
    """Leave the id of what is gone, as a record of who or what it was."""


_ACTIONS: Mapping[str, Callable[[Batch, EntityModel, Reference, Sequence[Any]], None]] = {
    "cascade": _cascade,
    "clear": _clear,
    "refuse": _refuse,
    "keep": _keep,
}


def _unlink(batch: Batch, ids: Sequence[Any]) -> None:
    """Remove the rows of link tables that name what is removed; ids are unique over all types."""
    for link in batch.storage.model.links.values():
        table = batch.storage.tables[link.table]
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            batch.connection.execute(table.delete().where(table.c[link.near].in_(chunk)))
            batch.connection.execute(table.delete().where(table.c[link.far].in_(chunk)))
