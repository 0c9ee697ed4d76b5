"""Owns how relations find their targets: by name, by alias, by the foreign keys of the items, or by a hint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from ..schema import Property, PropertyKind, Schema
from . import hints
from .model import Attribute, LinkTable, Relation

if TYPE_CHECKING:
    from .derivation import Families

_TARGET: Final = re.compile(r"(\w+)\.\w+")

COLLECTIONS: Final = frozenset({PropertyKind.COLLECTION, PropertyKind.MAPPED_COLLECTION})


class Relations:
    """Derives the relations of entity types."""

    def __init__(self, families: Families, attributes: Mapping[str, Mapping[str, Attribute]]) -> None:
        """Read the inheritance and the scalar attributes of all types."""
        self._families = families
        self._schemas = families.schemas
        self._attributes = attributes

    def of(self, schema: Schema) -> dict[str, Relation]:
        """Return the relations of one type; those whose target type the workspace lacks are left out."""
        found: dict[str, Relation] = {}
        for each in schema.properties.values():
            target = each.reference if each.kind is PropertyKind.REFERENCE else each.items
            if target is None or target not in self._schemas:
                continue
            wider = hints.WIDENED.get(target, target)
            target = wider if wider in self._schemas else target
            if each.kind is PropertyKind.REFERENCE:
                found[each.name] = self._reference(schema, each, target)
            elif each.kind in COLLECTIONS:
                found[each.name] = self._collection(schema, each, target)
        return found

    def _hint(self, schema: Schema, name: str) -> hints.Hint | None:
        for ancestor in self._families.lineage(schema.id):
            hint = hints.RELATIONS.get(ancestor, {}).get(name)
            if hint is not None:
                return hint
        return None

    # References

    def _reference(self, schema: Schema, each: Property, target: str) -> Relation:
        hint = self._hint(schema, each.name)
        if isinstance(hint, hints.Computed):
            return Relation(each.name, target, False, (f"computed:{hint.name}",), ("id",))
        if isinstance(hint, hints.Local):
            local = tuple(self._column(schema.id, name) for name in hint.attributes)
            return Relation(each.name, target, False, local, hint.remote)
        return Relation(each.name, target, False, (self._foreign_key(schema, each),), self._key_of(target))

    def _key_of(self, target: str) -> tuple[str, ...]:
        key = self._schemas[target].primary_key
        return tuple(self._column(target, name) for name in key[:1]) or ("id",)

    def _column(self, entity_type: str, attribute: str) -> str:
        found = self._attributes[entity_type].get(attribute)
        return attribute if found is None else found.column

    def _foreign_key(self, schema: Schema, each: Property) -> str:
        """Return the column of a reference: named after it, like it on the server, or alone in naming its target."""
        named = f"{each.name.lstrip('_')}_id"
        if named in self._attributes[schema.id]:
            return self._column(schema.id, named)
        link_root = self._families.lineage(schema.id)[-1]
        if link_root in hints.LINK_ENDS and each.name != "configuration":
            return hints.LINK_ENDS[link_root]
        for found in (self._by_alias(schema, each), self._by_target(schema, each)):
            if len(found) == 1:
                return self._column(schema.id, found[0])
        return f"_{each.name.lstrip('_')}_id"

    def _by_alias(self, schema: Schema, each: Property) -> list[str]:
        if not each.alias_for:
            return []
        wanted = f"{each.alias_for}id".replace("_", "").lower()
        keys = self._foreign_keys(schema)
        return [name for name in keys if (schema.properties[name].alias_for or name).replace("_", "").lower() == wanted]

    def _by_target(self, schema: Schema, each: Property) -> list[str]:
        """Return the foreign keys that say that they name the reference's target and belong to no other reference."""
        return [
            name
            for name, targets in self._foreign_keys(schema).items()
            if each.reference in targets and name.removesuffix("_id") not in schema.properties
        ]

    @staticmethod
    def _foreign_keys(schema: Schema) -> dict[str, list[str]]:
        keys = {name: each for name, each in schema.properties.items() if each.kind is PropertyKind.FOREIGN_KEY}
        return {name: _TARGET.findall(each.description or "") for name, each in keys.items()}

    # Collections

    def _collection(self, schema: Schema, each: Property, target: str) -> Relation:
        hint = self._hint(schema, each.name)
        restricted = each.restricted_projection
        if isinstance(hint, hints.Walk):
            return Relation(each.name, target, True, (hint.start,), ("id",), walk=hint.direction)
        if isinstance(hint, hints.Remote):
            remote = (self._column(target, hint.attribute),)
            return Relation(each.name, target, True, ("id",), remote, hint.fixed, restricted=restricted)
        if isinstance(hint, hints.Through) and hint.entity_type in self._schemas:
            return self._through(each.name, target, hint)
        remote_name = self._owner_key(target) or self._inverse(schema, target)
        if remote_name is not None:
            return Relation(each.name, target, True, ("id",), (remote_name,), restricted=restricted)
        return self._many_to_many(schema, each, target)

    def _through(self, name: str, target: str, hint: hints.Through) -> Relation:
        table = self._families.table(hint.entity_type)
        near, far = (self._column(hint.entity_type, each) for each in (hint.near, hint.far))
        return Relation(name, target, True, ("id",), ("id",), link=LinkTable(table, near, far, hint.entity_type))

    def _owner_key(self, target: str) -> str | None:
        """Return the column of items that can belong to any type."""
        if self._families.dense_owner(target) is not None:
            return "entity_id"
        for ancestor in self._families.lineage(target):
            if ancestor in hints.COLLECTION_KEYS:
                return self._column(target, hints.COLLECTION_KEYS[ancestor])
        return None

    def _inverse(self, schema: Schema, target: str) -> str | None:
        """Return the column of the one reference by which the items name their owner."""
        kin = {*self._families.lineage(schema.id), *self._families.members(schema.id)}
        owner = self._schemas[target]
        columns = [
            (each.name, self._reference(owner, each, each.reference).local[0])
            for each in owner.properties.values()
            if each.kind is PropertyKind.REFERENCE and each.reference in kin
        ]
        if len({column for _, column in columns}) == 1:
            return columns[0][1]
        named = [column for name, column in columns if name in {table_word(schema.id), "parent"}]
        if len(named) == 1:
            return named[0]
        keys = [name for name, targets in self._foreign_keys(owner).items() if kin.intersection(targets)]
        return self._column(target, keys[0]) if not columns and len(keys) == 1 else None

    def _many_to_many(self, schema: Schema, each: Property, target: str) -> Relation:
        """Return the relation by link rows: of an entity type that joins the two, else of a table of its own."""
        for joining in self._joining(schema.id, target):
            return self._through(each.name, target, joining)
        lineage = self._families.lineage(schema.id)
        named = [hints.LINK_TABLES[name, each.name] for name in lineage if (name, each.name) in hints.LINK_TABLES]
        owner = next((name for name in reversed(lineage) if each.name in self._schemas[name].properties), schema.id)
        table = named[0] if named else f"link_{table_word(owner)}_{each.name}"
        return Relation(each.name, target, True, ("id",), ("id",), link=LinkTable(table, "near_id", "far_id"))

    def _joining(self, owner: str, target: str) -> Iterator[hints.Through]:
        """Yield the types whose key is one foreign key to each side."""
        for schema in self._schemas.values():
            if len(schema.primary_key) != 2:
                continue
            keys = self._foreign_keys(schema)
            near = _naming(keys, schema.primary_key, owner)
            far = _naming(keys, schema.primary_key, target)
            if len(near) == 1 and len(far) == 1 and near != far:
                yield hints.Through(schema.id, near[0], far[0])


def _naming(keys: Mapping[str, list[str]], among: Iterable[str], entity_type: str) -> list[str]:
    return [name for name in among if entity_type in keys.get(name, [])]


def table_word(entity_type: str) -> str:
    """Return an entity type as attributes are named after it: ``asset_version`` for AssetVersion."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", entity_type).lower()
