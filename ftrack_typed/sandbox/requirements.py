"""Owns what must hold when a batch ends: required values are there, and what is named exists (protocol 10.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import sqlalchemy as sql

from . import faults, hints
from .model import EntityModel, Key

if TYPE_CHECKING:
    from .batch import Batch

_CHUNK = 900


@attrs.frozen(eq=False)
class Mention:
    """One place where a batch wrote the id of an entity: an attribute, with its column, of a row."""

    owner: EntityModel
    key: Key
    attribute: str
    column: str | None
    """None for a collection whose items are kept in a table of links."""

    operation: int = 0
    """Position of the operation that wrote it."""

    def stands(self, batch: Batch, entity_id: str) -> bool:
        """Return whether the row is still there and names the entity still."""
        row = batch.row(self.owner, self.key)
        return row is not None and (self.column is None or row.get(self.column) == entity_id)


Mentions = dict[str, list[Mention]]
"""By the id that is mentioned."""


@attrs.define(eq=False)
class Requirements:
    """What the operations of a batch leave to be checked at its end."""

    operation: int = 0
    """Position of the operation that runs, which faults at the end of the batch name."""

    _written: dict[str, dict[Key, int]] = attrs.field(factory=dict)
    _named: dict[str, Mentions] = attrs.field(factory=dict)
    _anchored: dict[str, Mentions] = attrs.field(factory=dict)

    def written(self, entity: EntityModel, key: Key) -> None:
        """Remember a row of a concrete type whose required values are to be checked."""
        self._written.setdefault(entity.name, {})[key] = self.operation

    def named(self, mention: Mention, target: EntityModel, entity_id: str) -> None:
        """Remember an id that an attribute names and that must exist."""
        self._remember(self._named, target.name, mention, entity_id)

    def anchored(self, mention: Mention, entity_id: str) -> None:
        """Remember an id of any type that a row hangs on, such as the ``parent_id`` of a note."""
        self._remember(self._anchored, mention.owner.lineage[-1], mention, entity_id)

    def _remember(self, mentions: dict[str, Mentions], name: str, mention: Mention, entity_id: str) -> None:
        found = mentions.setdefault(name, {}).setdefault(entity_id, [])
        found.append(attrs.evolve(mention, operation=self.operation))

    def check(self, batch: Batch) -> None:
        """Raise Fault for the first thing that does not hold."""
        for name, mentions in self._named.items():
            target = batch.entity(name)
            _check_mentions(batch, [target], mentions, f"{target.name} ")
        for name, mentions in self._anchored.items():
            _check_mentions(batch, _anchor_types(batch, hints.ANCHORED[name]), mentions, "")
        for name, keys in self._written.items():
            _check_required(batch, batch.entity(name), keys)


def _check_mentions(batch: Batch, targets: list[EntityModel], mentions: Mentions, kind: str) -> None:
    """Raise Fault where an id is none of any target type, unless what named it is gone as well."""
    missing = set(mentions)
    for target in targets:
        if not missing:
            return
        missing -= _existing(batch, target, sorted(missing))
    for entity_id in (each for each in mentions if each in missing):
        for mention in mentions[entity_id]:
            if mention.stands(batch, entity_id):
                text = f"{mention.owner.name}.{mention.attribute} names {kind}{entity_id!r}, which does not exist"
                raise _late(faults.integrity(text), mention.operation)


def _existing(batch: Batch, target: EntityModel, wanted: list[str]) -> set[str]:
    """Return those of *wanted* that are ids of a type."""
    source = batch.storage.source(target)
    column = source.rows.c[target.key_columns[0]]
    condition = source.type_condition(indexed=False)
    found: set[str] = set()
    for start in range(0, len(wanted), _CHUNK):
        statement = sql.select(column).where(column.in_(wanted[start : start + _CHUNK]))
        found.update(row[0] for row in batch.fetch(statement if condition is None else statement.where(condition)))
    return found


def _anchor_types(batch: Batch, relation: str) -> list[EntityModel]:
    """Return one type for each table whose types have a relation, contexts first: most rows hang on those."""
    found: dict[str, EntityModel] = {}
    for name in sorted(batch.storage.model.entities):
        entity = batch.entity(name)
        if relation in entity.relations and len(entity.key) == 1:
            found.setdefault(entity.table, batch.entity(entity.lineage[-1]))
    return sorted(found.values(), key=lambda entity: (entity.name != "Context", entity.name))


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
