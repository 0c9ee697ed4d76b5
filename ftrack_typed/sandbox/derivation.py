"""Owns the way from the schemas of a workspace to their storage model: what is derived, and where hints come in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..schema import Property, PropertyKind, Schema
from ..symbols import NOT_SET
from . import hints
from .model import Attribute, EntityModel, LinkTable, Reference, Relation, StorageModel, StoredColumn
from .references import Relations

RELATION_KINDS: Final = frozenset(
    {PropertyKind.REFERENCE, PropertyKind.COLLECTION, PropertyKind.MAPPED_COLLECTION, PropertyKind.UNKNOWN}
)

_TARGET: Final = re.compile(r"(\w+)\.(\w+)")


def derive(schemas: Iterable[Schema]) -> StorageModel:
    """Return how the entity types of *schemas* are stored."""
    return _Derivation({schema.id: schema for schema in schemas}).storage()


class Families:
    """The inheritance of a workspace's entity types, and the table of each."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        """Tell the base of every type."""
        self.schemas = schemas
        self._bases = {name: self._base(schema) for name, schema in schemas.items()}

    def _base(self, schema: Schema) -> str | None:
        """Return the type that a schema inherits from: as sent, as hinted, or told by a classifier."""
        classified = [
            hints.CLASSIFIED_BASES[column] for column in schema.classifiers if column in hints.CLASSIFIED_BASES
        ]
        for base in (schema.mixin, hints.BASES.get(schema.id), *classified):
            if base is not None and base in self.schemas and base != schema.id:
                return base
        return None

    def lineage(self, name: str) -> tuple[str, ...]:
        """Return a type, its base and so on to the root."""
        names = [name]
        while (base := self._bases.get(names[-1])) is not None and base not in names:
            names.append(base)
        return tuple(names)

    def members(self, name: str) -> frozenset[str]:
        """Return a type and all that inherit from it."""
        return frozenset(other for other in self.schemas if name in self.lineage(other))

    def root(self, name: str) -> str:
        """Return the root whose table has the rows of a type."""
        root = self.lineage(name)[-1]
        alias = hints.TABLES.get(root, root)
        return alias if alias in self.schemas else root

    def dense_owner(self, name: str) -> str | None:
        """Return the type whose custom attribute values are of this type, for the dense ones."""
        owner = name.removesuffix(hints.VALUE_SUFFIX)
        dense = name != hints.VALUE_TABLE and owner != name and owner in self.schemas
        return owner if dense and self.schemas.keys() >= {hints.VALUE_TABLE, hints.CONFIGURATION} else None

    def table(self, name: str) -> str:
        """Return the table of a type; the stored values behind a dense type are those of all."""
        return table_name(hints.VALUE_TABLE if self.dense_owner(name) else self.root(name))


def table_name(entity_type: str) -> str:
    """Return the name of a table: ``asset_version`` for AssetVersion."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", entity_type).lower()


class _Derivation:
    """Derives the model of one workspace."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self.schemas = schemas
        self.families = Families(schemas)
        self.attributes = {name: dict(self._attributes(schema)) for name, schema in schemas.items()}
        self.relations = Relations(self.families, self.attributes)
        self.entities = {name: self._entity(schema) for name, schema in schemas.items()}

    def storage(self) -> StorageModel:
        tables = sorted({entity.table for entity in self.entities.values()})
        by_table = {table: [each for each in self.entities.values() if each.table == table] for table in tables}
        return StorageModel(
            entities=self.entities,
            columns={table: self._columns(members) for table, members in by_table.items()},
            keys={table: self._stored(members).key_columns for table, members in by_table.items()},
            typed=frozenset(table for table, members in by_table.items() if any(each.typed for each in members)),
            indexes={
                self.families.table(name): columns for name, columns in hints.INDEXED.items() if name in self.schemas
            },
            unique={self.families.table(name): rule for name, rule in hints.UNIQUE.items() if name in self.schemas},
            references=tuple(self._foreign_keys()),
            owned=tuple(self._owned()),
            links=self._links(),
        )

    @staticmethod
    def _stored(members: list[EntityModel]) -> EntityModel:
        """Return the member that has the shortest lineage and is no view: its key is that of the table."""
        return min(members, key=lambda each: (each.dense_owner is not None, len(each.lineage)))

    def _attributes(self, schema: Schema) -> Iterator[tuple[str, Attribute]]:
        """Yield the stored scalars; properties with one alias and kind share a column, the plainer name's."""
        columns: dict[tuple[str, PropertyKind], str] = {}
        plain = sorted(
            schema.properties.values(), key=lambda each: (each.name not in schema.required, each.name[0] == "_")
        )
        for each in plain:
            if each.alias_for and each.name not in schema.primary_key:
                columns.setdefault((each.alias_for, each.kind), each.name)
        for name, each in schema.properties.items():
            if each.kind in RELATION_KINDS or _is_page_computed(each, schema):
                continue
            column = columns.get((each.alias_for or "", each.kind), name)
            yield name, Attribute(name, each.kind, column, self._is_exact(each, schema), each)

    @staticmethod
    def _is_exact(each: Property, schema: Schema) -> bool:
        is_key = each.name in schema.primary_key or each.name == "id" or each.name.endswith("_id")
        return is_key or each.kind is not PropertyKind.STRING

    def _entity(self, schema: Schema) -> EntityModel:
        lineage = self.families.lineage(schema.id)
        members = self.families.members(schema.id)
        untyped = lineage[-1] in hints.UNTYPED or self.families.root(schema.id) in hints.UNTYPED
        typed = len(self.families.members(lineage[-1])) > 1 and not untyped
        attributes = self.attributes[schema.id]
        return EntityModel(
            name=schema.id,
            lineage=lineage,
            table=self.families.table(schema.id),
            typed=typed,
            covers=members if typed and len(lineage) > 1 else frozenset(),
            key=schema.primary_key,
            attributes=attributes,
            relations=self.relations.of(schema),
            computed=frozenset(each.name for each in schema.properties.values() if _is_page_computed(each, schema)),
            extras=tuple(self._extras(schema)),
            required=frozenset(self._required(schema, lineage)),
            immutable=frozenset(schema.immutable),
            server_computed=frozenset(schema.computed),
            defaults={name: each.wire.default for name, each in attributes.items() if each.wire.default is not NOT_SET},
            default_projections=tuple(name for name in schema.default_projections if name in schema.properties),
            discriminators=self._discriminators(schema, lineage),
            dense_owner=self.families.dense_owner(schema.id),
        )

    @staticmethod
    def _required(schema: Schema, lineage: tuple[str, ...]) -> Iterator[str]:
        yield from schema.required
        for name in lineage:
            yield from (each for each in hints.REQUIRED.get(name, ()) if each in schema.properties)

    def _extras(self, schema: Schema) -> Iterator[str]:
        """Yield the attributes that every row of a type carries, by the raw names of the schema."""
        for raw in (*schema.system_projections, *schema.classifiers):
            found = [
                name
                for name, each in self.attributes[schema.id].items()
                if raw.lstrip("_") in (each.wire.alias_for or name, name) and name not in schema.primary_key
            ]
            yield from found[:1]

    def _discriminators(self, schema: Schema, lineage: tuple[str, ...]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in reversed(lineage):
            found |= hints.DISCRIMINATORS.get(name, {})
        for raw, value in schema.classifiers.items():
            names = [name for name, each in schema.properties.items() if each.alias_for == raw]
            found |= {names[0]: value} if names else {}
        return {name: value for name, value in found.items() if name in schema.properties}

    def _columns(self, members: list[EntityModel]) -> dict[str, StoredColumn]:
        columns: dict[str, StoredColumn] = {}
        for entity in members:
            if entity.dense_owner is not None:
                continue
            for each in entity.attributes.values():
                columns.setdefault(each.column, StoredColumn(each.column, each.kind, each.exact))
            for relation in entity.relations.values():
                for name in _hidden(relation, entity):
                    columns.setdefault(name, StoredColumn(name, PropertyKind.FOREIGN_KEY, True))
        return columns

    def _foreign_keys(self) -> Iterator[Reference]:
        """Yield, once for each column, what becomes of rows when the row that a reference names is deleted."""
        seen: set[tuple[str, str]] = set()
        for entity in sorted(self.entities.values(), key=lambda each: (len(each.lineage), each.name)):
            for relation in entity.relations.values():
                if relation.many or len(relation.local) != 1 or not relation.writable or entity.dense_owner:
                    continue
                column = relation.local[0]
                target = self.entities[relation.target]
                if any(column in hints.OWNED.get(name, ()) for name in entity.lineage):
                    continue
                if (entity.table, column) not in seen and target.dense_owner is None:
                    seen.add((entity.table, column))
                    yield self._reference(entity, column, target)

    def _reference(self, entity: EntityModel, column: str, target: EntityModel) -> Reference:
        required = column in entity.required or column in entity.key
        action: hints.Action = "cascade" if required else "clear"
        for name in reversed(entity.lineage):
            action = hints.CASCADES.get((name, column), action)
        return Reference(entity.table, column, target.table, "id", action, entity.lineage[-1])

    def _owned(self) -> Iterator[Reference]:
        for name, columns in hints.OWNED.items():
            for column in columns if name in self.entities else ():
                yield Reference(self.entities[name].table, column, "", "id", "cascade", name)

    def _links(self) -> dict[str, LinkTable]:
        """Return the link tables that are no entities."""
        relations = [each for entity in self.entities.values() for each in entity.relations.values()]
        return {
            each.link.table: each.link for each in relations if each.link is not None and each.link.entity_type is None
        }


def _hidden(relation: Relation, entity: EntityModel) -> list[str]:
    """Return the columns of a reference that no attribute of the schema shows, such as the state of a Status."""
    stored = {each.column for each in entity.attributes.values()}
    local = relation.local if relation.writable and not relation.many else ()
    return [name for name in local if name not in stored]


def _is_page_computed(each: Property, schema: Schema) -> bool:
    is_scalar = each.kind not in RELATION_KINDS
    return (
        is_scalar
        and each.name in hints.PAGE_COMPUTED
        and (each.name in schema.computed or each.name in schema.immutable)
    )
