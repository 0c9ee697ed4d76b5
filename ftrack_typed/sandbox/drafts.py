"""Owns a row on its way to the database: what the client sent, and what rules add before it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from .batch import Batch, Row, Values
from .model import EntityModel, Key


@attrs.define(eq=False)
class Draft:
    """A row that is about to be added or changed."""

    batch: Batch
    entity: EntityModel
    """The concrete type."""

    values: Values
    """Stored values that will be written, by column."""

    before: Row | None = None
    """The row as it is, where it is changed."""

    key: Key = ()
    """Set once the row is there."""

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the row can have."""
        return frozenset(column.name for column in self.batch.table(self.entity).columns)

    def get(self, column: str) -> Any:
        """Return a value as it will be."""
        if column in self.values:
            return self.values[column]
        return None if self.before is None else self.before.get(column)

    def changes(self, column: str) -> bool:
        """Return whether the write gives a column another value."""
        if column not in self.values:
            return False
        return self.before is None or self.before.get(column) != self.values[column]

    def set(self, column: str, value: object) -> None:
        """Give a column a value, where the workspace has that column."""
        if column in self.batch.table(self.entity).columns:
            self.values[column] = value

    def default(self, column: str, value: object) -> None:
        """Give a column a value where it has none."""
        if self.get(column) is None:
            self.set(column, value)


Rule: TypeAlias = Callable[[Draft], None]
"""A rule about one row; raises Fault where the row cannot be."""

Removed: TypeAlias = Callable[[Batch, Row], None]
"""A rule that follows the removal of a row."""


@attrs.frozen
class Rules:
    """The rules of one entity type, which its subtypes have too (protocol section 5.1)."""

    before_insert: tuple[Rule, ...] = ()
    after_insert: tuple[Rule, ...] = ()
    before_update: tuple[Rule, ...] = ()
    after_update: tuple[Rule, ...] = ()
    after_delete: tuple[Removed, ...] = ()
