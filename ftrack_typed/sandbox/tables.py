"""Owns the tables of a workspace: SQLAlchemy tables made from a storage model, with their indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy.sql.elements import conv

from ..errors import FtrackError
from ..schema import PropertyKind
from .dialects.expressions import IndexKey
from .dialects.postgresql import MARK
from .dialects.texts import EXACT, EXACT_STRING, FOLDED, Folded
from .model import StorageModel, StoredColumn

TYPE: Final = "_entity_type"
"""Column with the concrete entity type of a row, in tables that hold several."""

TEXT_COMPANION: Final = "_text"
NUMBER_COMPANION: Final = "_number"
"""Suffixes of the columns in which a value of any JSON type can be compared and searched."""

_TYPES: Final[Mapping[PropertyKind, sql.types.TypeEngine[Any]]] = {
    PropertyKind.INTEGER: sql.BigInteger(),
    PropertyKind.NUMBER: sql.Float(),
    PropertyKind.BOOLEAN: sql.Boolean(create_constraint=False),
}


_OURS: Final = "sandbox_"
"""What tables beside those of entities begin with."""

_SHOWN: Final = 5


class ForeignTablesError(FtrackError):
    """A database belongs to something else than a sandbox."""


def unique_name(table: str, columns: Sequence[str]) -> conv:
    """Return the name of the unique index on *columns*; databases may cut it, as that of any index."""
    return conv(f"uq_{table}_{'_'.join(columns)}")


class Tables:
    """The tables of one storage model."""

    def __init__(self, model: StorageModel) -> None:
        """Define every table; `create` makes them."""
        self.metadata = sql.MetaData()
        self._model = model
        self._tables = {name: self._table(name, columns) for name, columns in model.columns.items()}
        for name in model.links:
            self._tables[name] = self._link_table(name)
        sql.Table(MARK, self.metadata, sql.Column("layout", sql.Integer, primary_key=True))

    def __getitem__(self, name: str) -> sql.Table:
        """Return a table by name."""
        return self._tables[name]

    def create(self, connection: sql.Connection) -> bool:
        """Make what is missing; return whether the database had none of these tables.

        Raises:
            ForeignTablesError: it has tables, and no sandbox made them.
        """
        existing = set(sql.inspect(connection).get_table_names())
        self._check_owner(existing)
        is_new = not existing.intersection(self._tables)
        self.metadata.create_all(connection)
        if not is_new:
            self._add_columns(connection)
        return is_new

    def _check_owner(self, existing: set[str]) -> None:
        """Refuse a database of another program; those of a sandbox have tables whose names say so."""
        foreign = sorted(existing.difference(self._tables))
        if foreign and not any(name.startswith(_OURS) for name in existing):
            shown = ", ".join(foreign[:_SHOWN]) + (", ..." if len(foreign) > _SHOWN else "")
            raise ForeignTablesError(f"it has the tables of something else ({shown}): give an empty one, or a new one")

    def _add_columns(self, connection: sql.Connection) -> None:
        """Add the columns that the workspace got since the database was made, such as those of new attributes."""
        inspector = sql.inspect(connection)
        quote = connection.dialect.identifier_preparer.quote
        found = inspector.get_multi_columns(filter_names=list(self._tables))
        for table in self._tables.values():
            present = {column["name"] for column in found[None, table.name]}
            for column in table.columns:
                if column.name not in present:
                    kind = column.type.compile(connection.dialect)
                    connection.exec_driver_sql(
                        f"ALTER TABLE {quote(table.name)} ADD COLUMN {quote(column.name)} {kind}"
                    )

    def _table(self, name: str, columns: Mapping[str, StoredColumn]) -> sql.Table:
        keys = self._model.keys[name]
        made: list[sql.Column[Any]] = []
        for column in columns.values():
            made.extend(_columns(column, column.name in keys))
        if name in self._model.typed:
            made.append(sql.Column(TYPE, EXACT_STRING, nullable=False))
        # Named here for its order: by default it is that of the columns, and look-ups by its first part go astray.
        table = sql.Table(name, self.metadata, *made, sql.PrimaryKeyConstraint(*keys))
        for indexed in self._indexes(name, table):
            sql.Index(conv(f"ix_{name}_{'_'.join(indexed)}"), *(IndexKey(table.c[each]) for each in indexed))
        self._unique_index(name, table)
        return table

    def _indexes(self, name: str, table: sql.Table) -> Iterator[tuple[str, ...]]:
        """Yield the columns of each index. They end with the key, so that pages of a look-up need no sorting."""
        keys = self._model.keys[name]
        foreign = {each.column for each in self._model.references if each.table == name}
        wanted = {*((each,) for each in foreign), *self._model.indexes.get(name, ())}
        if name in self._model.typed:
            wanted.add((TYPE,))
        for columns in sorted(wanted):
            present = all(column in table.c for column in columns)
            if present and columns != keys[: len(columns)]:
                yield (*columns, *(key for key in keys if key not in columns))

    def _unique_index(self, name: str, table: sql.Table) -> None:
        rule = self._model.unique.get(name)
        if rule is not None:
            columns, (column, value) = rule
            condition = Folded(table.c[column]) == sql.literal_column(f"'{value}'")
            sql.Index(
                unique_name(name, columns),
                *(IndexKey(table.c[each]) for each in columns),
                unique=True,
                sqlite_where=condition,
                postgresql_where=condition,
            )

    def _link_table(self, name: str) -> sql.Table:
        link = self._model.links[name]
        columns = (link.near, link.far)
        table = sql.Table(name, self.metadata, *(sql.Column(each, EXACT_STRING, primary_key=True) for each in columns))
        sql.Index(conv(f"ix_{name}_{link.far}"), table.c[link.far], table.c[link.near])
        return table


def _columns(column: StoredColumn, is_key: bool) -> Iterator[sql.Column[Any]]:
    """Yield the column of an attribute, and its companions where it can hold any JSON."""
    kind = _TYPES.get(column.kind, EXACT if column.exact or is_key else FOLDED)
    yield sql.Column(column.name, kind, primary_key=is_key, autoincrement=False, nullable=not is_key)
    if column.kind is PropertyKind.VARIABLE:
        yield sql.Column(column.name + TEXT_COMPANION, FOLDED)
        yield sql.Column(column.name + NUMBER_COMPANION, sql.Float)
