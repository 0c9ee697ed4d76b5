"""Owns one batch while it runs: its connection and caller, the rows it knows, what it changed and has to check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

import attrs
import sqlalchemy as sql

from .caller import Caller
from .datetimes import now
from .dialects import Dialect
from .model import EntityModel, Key
from .page_values import Links
from .requirements import Requirements
from .response import Response
from .sources import Selection, Storage
from .tables import TYPE

Values: TypeAlias = dict[str, Any]
"""Stored values by column."""

Row: TypeAlias = Mapping[str, Any]
"""The same, to be read."""


@attrs.frozen(eq=False)
class Change:
    """One row that a batch added, changed or removed, for whoever tells others about it (protocol section 7.7)."""

    action: Literal["add", "update", "remove"]
    entity_type: str
    """The concrete type."""

    key: Key
    old: Row
    """Stored values before, by column: all of a removed row, those that changed of an updated one."""

    new: Row
    """Stored values after, by column: all of an added row, those that changed of an updated one."""

    row: Row
    """The whole row: as it is now, or as it was before it was removed."""


@attrs.define(eq=False)
class Batch:
    """What the operations of one transaction share."""

    storage: Storage
    connection: sql.Connection
    caller: Caller
    links: Links
    response: Response
    dialect: Dialect
    requirements: Requirements = attrs.field(factory=Requirements)
    changes: list[Change] = attrs.field(factory=list)
    memo: dict[object, Any] = attrs.field(factory=dict)
    """Facts that rules looked up and that no rule changes, such as the first status of a workflow."""

    now: str = attrs.field(factory=now)
    removing: set[tuple[str, Key]] = attrs.field(factory=set)
    """Rows that are being removed, which a cascade that comes round to them leaves alone."""

    _rows: dict[tuple[str, Key], Values] = attrs.field(factory=dict)

    def entity(self, name: str) -> EntityModel:
        """Return how an entity type is stored."""
        return self.storage.entity(name)

    def has(self, name: str) -> bool:
        """Return whether the workspace has an entity type."""
        return name in self.storage.model.entities

    def table(self, entity: EntityModel) -> sql.Table:
        """Return the table of an entity type."""
        return self.storage.tables[entity.table]

    def row(self, entity: EntityModel, key: Key) -> Values | None:
        """Return the row of an entity by column, or None where there is none of that type."""
        known = self._rows.get((entity.table, key))
        if known is None:
            table = self.table(entity)
            found = self.connection.execute(sql.select(table).where(*self._keyed(entity, key))).mappings().first()
            if found is None:
                return None
            known = self._rows[entity.table, key] = dict(found)
        return known if not entity.covers or known[TYPE] in entity.covers else None

    def find(self, name: str, entity_id: object) -> Values | None:
        """Return the row that an id names, or None where there is no id, no such row, or no such type."""
        return self.row(self.entity(name), (entity_id,)) if entity_id is not None and self.has(name) else None

    def concrete(self, entity: EntityModel, row: Row) -> EntityModel:
        """Return the type that a row is of."""
        return self.entity(row[TYPE]) if entity.typed else entity

    def insert(self, entity: EntityModel, values: Values) -> Key:
        """Add a row of a concrete type and return its key."""
        if entity.typed:
            values[TYPE] = entity.name
        table = self.table(entity)
        row = {column.name: values.get(column.name) for column in table.columns}
        self.connection.execute(table.insert(), row)
        key = tuple(row[name] for name in entity.key_columns)
        self._rows[entity.table, key] = row
        self.changes.append(Change("add", entity.name, key, {}, values, row))
        return key

    def update(self, entity: EntityModel, key: Key, values: Values) -> None:
        """Change a row that is known to be there."""
        row = self.row(entity, key)
        changed = {name: value for name, value in values.items() if row is None or row.get(name) != value}
        if row is None or not changed:
            return
        self.connection.execute(self.table(entity).update().where(*self._keyed(entity, key)), changed)
        old = {name: row.get(name) for name in changed}
        row.update(changed)
        self.changes.append(Change("update", self.concrete(entity, row).name, key, old, changed, row))

    def delete(self, entity: EntityModel, row: Values) -> None:
        """Remove a row alone; `removal` takes what goes with it."""
        key = tuple(row[name] for name in entity.key_columns)
        self.connection.execute(self.table(entity).delete().where(*self._keyed(entity, key)))
        self._rows.pop((entity.table, key), None)
        self.changes.append(Change("remove", self.concrete(entity, row).name, key, row, {}, row))

    def forget(self) -> None:
        """Read rows anew after they were changed in bulk."""
        self._rows.clear()

    def rows(self, entity: EntityModel, **conditions: object) -> list[Values]:
        """Return the rows of an entity type whose columns have the given values."""
        table = self.table(entity)
        statement = sql.select(table).where(*(table.c[name] == value for name, value in conditions.items()))
        if entity.covers:
            statement = statement.where(table.c[TYPE].in_(sorted(entity.covers)))
        found = self.connection.execute(statement.order_by(*(table.c[name] for name in entity.key_columns))).mappings()
        return [dict(each) for each in found]

    def fetch(self, statement: Selection) -> Iterable[sql.Row[Any]]:
        """Return the rows of any query."""
        return self.connection.execute(statement).all()

    def _keyed(self, entity: EntityModel, key: Key) -> list[sql.ColumnElement[bool]]:
        table = self.table(entity)
        return [table.c[name] == part for name, part in zip(entity.key_columns, key, strict=True)]
