"""Owns the rows of a new server: those that every server has, and those of the workspace (protocol section 5.3).

Seeding is idempotent: what is there already stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sql

from ..errors import SchemaError
from .batch import Batch, Values
from .faults import Fault
from .incoming import stored_columns
from .model import EntityModel, Key, Relation
from .workspace import ROW_FILES, Workspace

_ROWS: Final = Path(__file__).with_name("seed_rows.json")

SEEDED: Final = frozenset(
    {
        # Types whose rows are configuration. Others, such as the tasks that a status lists, belong to productions.
        "AssetType",
        "CustomAttributeConfiguration",
        "CustomAttributeGroup",
        "CustomAttributeType",
        "ListCategory",
        "Location",
        "ManagerType",
        "NoteCategory",
        "NoteLabel",
        "ObjectType",
        "Priority",
        "ProjectSchema",
        "ProjectSchemaOverride",
        "Schema",
        "SchemaStatus",
        "SchemaType",
        "SecurityRole",
        "Setting",
        "State",
        "Status",
        "TaskTemplate",
        "TaskTemplateItem",
        "TaskTypeSchema",
        "Type",
        "UserType",
        "WorkflowSchema",
    }
)


FILLED: Final[Mapping[str, str]] = {
    # Collections that get every row there is where the files of a workspace do not say what is in them: a server gives
    # these by relations that a cached workspace need not have.
    "WorkflowSchema": "statuses",
    "TaskTypeSchema": "types",
}


def seed(batch: Batch, workspace: Workspace) -> None:
    """Add the rows of a workspace and those that every server has, where they are missing.

    Raises:
        SchemaError: a row of the workspace does not fit its schemas; the message has its file and number.
    """
    files = {**{name: workspace.rows.get(name, []) for name in ROW_FILES}, _ROWS.name: _rows_of_every_server()}
    sower = _Sower(batch, files.values())
    for name, rows in files.items():
        for number, row in enumerate(rows):
            try:
                sower.add(row)
            except Fault as fault:
                raise SchemaError(f"{name}, row {number}: {fault.content}") from fault
    sower.write()
    batch.changes.clear()


def _rows_of_every_server() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_ROWS.read_text(encoding="utf-8"))
    return rows


class _Sower:
    """Gathers the rows of nested entities, then writes them."""

    def __init__(self, batch: Batch, files: Iterable[Iterable[Mapping[str, Any]]]) -> None:
        self._batch = batch
        named = [row for rows in files for row in rows if isinstance(row.get("name"), str)]
        self._by_name: dict[tuple[str, str], Mapping[str, Any]] = {
            (str(row["__entity_type__"]), row["name"]): row for row in reversed(named)
        }
        self._rows: dict[tuple[str, Key], Values] = {}
        self._links: dict[tuple[str, str, str, object, object], None] = {}

    def add(self, wire: Mapping[str, Any]) -> Key | None:
        """Take an entity and all within it, and return its key; None where it is none that is seeded.

        What comes first wins, but for attributes that it lacked: the same entity may come as a name alone, too.
        """
        name = wire.get("__entity_type__")
        if not isinstance(name, str) or name not in SEEDED or not self._batch.has(name):
            return None
        entity = self._batch.entity(name)
        values = self._scalars(entity, wire)
        for relation, value in self._relations(entity, wire):
            if not relation.many and isinstance(value, Mapping):
                key = self.add(self._whole(relation, value))
                values |= dict(zip(relation.local, key or (), strict=False))
        key = tuple(values.get(column) for column in entity.key_columns)
        if None in key:
            return None
        row = self._rows.setdefault((name, key), {})
        row |= {column: value for column, value in values.items() if row.get(column) is None}
        for relation, value in self._relations(entity, wire):
            if relation.many and isinstance(value, list):
                self._items(entity, key, relation, value)
        return key

    def _whole(self, relation: Relation, item: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an entity within another with its type, and its key where it is there by name alone."""
        item = {"__entity_type__": relation.target, **item}
        if "id" not in item and isinstance(item.get("name"), str):
            return self._by_name.get((item["__entity_type__"], item["name"]), item)
        return item

    @staticmethod
    def _scalars(entity: EntityModel, wire: Mapping[str, Any]) -> Values:
        values: Values = {}
        for name, value in wire.items():
            attribute = entity.attributes.get(name)
            if attribute is not None:
                # A null is a value as well: it keeps the schema's default away.
                values |= {attribute.column: None} if value is None else stored_columns(entity, attribute, value)
        return values

    @staticmethod
    def _relations(entity: EntityModel, wire: Mapping[str, Any]) -> Iterator[tuple[Relation, Any]]:
        for name, value in wire.items():
            relation = entity.relations.get(name)
            if relation is not None and relation.writable:
                yield relation, value

    def _items(self, entity: EntityModel, key: Key, relation: Relation, items: list[Any]) -> None:
        for each in items:
            item = self._whole(relation, each) if isinstance(each, Mapping) else {}
            found = self.add(item)
            if found is None:
                continue
            if relation.link is not None:
                link = relation.link
                self._links[link.table, link.near, link.far, key[0], found[0]] = None
            else:
                name = item["__entity_type__"]
                self._rows[name, found].setdefault(relation.remote[0], key[0])

    def write(self) -> None:
        """Add the rows that the database lacks, each table's in one statement."""
        by_type: dict[str, list[Values]] = {}
        for (name, _), values in self._rows.items():
            by_type.setdefault(name, []).append(values)
        for name, rows in by_type.items():
            self._write(self._batch.entity(name), rows)
        self._fill()
        for table, near, far, near_id, far_id in self._links:
            self._write_link(table, {near: near_id, far: far_id})

    def _fill(self) -> None:
        """Give the collections of `FILLED` a content where they would be empty."""
        filled = {(table, near_id) for table, _, _, near_id, _ in self._links}
        for name, key in list(self._rows):
            relation = self._batch.entity(name).relations.get(FILLED.get(name, ""))
            if relation is None or relation.link is None or (relation.link.table, key[0]) in filled:
                continue
            for other, other_key in self._rows:
                if other == relation.target:
                    self._links[relation.link.table, relation.link.near, relation.link.far, key[0], other_key[0]] = None

    def _write(self, entity: EntityModel, rows: list[Values]) -> None:
        table = self._batch.table(entity)
        present = {tuple(row) for row in self._batch.fetch(sql.select(*(table.c[name] for name in entity.key_columns)))}
        for values in rows:
            key = tuple(values[name] for name in entity.key_columns)
            if key not in present:
                present.add(key)
                self._batch.insert(entity, self._with_defaults(entity, values))

    @staticmethod
    def _with_defaults(entity: EntityModel, values: Values) -> Values:
        for name, default in entity.defaults.items():
            attribute = entity.attributes[name]
            if attribute.column not in values and default not in (None, "{uid}"):
                values |= stored_columns(entity, attribute, default)
        return values

    def _write_link(self, name: str, values: Values) -> None:
        table = self._batch.storage.tables[name]
        conditions = [table.c[column] == value for column, value in values.items()]
        if not list(self._batch.fetch(sql.select(sql.literal(1)).select_from(table).where(*conditions))):
            self._batch.connection.execute(table.insert(), values)
