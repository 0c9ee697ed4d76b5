"""Decides, for each attribute of each entity type, whether it can be null, set, left out, and what it starts with."""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs

from ftrack_gen.corrections import NEVER_NULL, SERVER_SUPPLIED, VALUE_TYPES, applies
from ftrack_gen.inheritance import Tree
from ftrack_gen.model import NEW_ID, NOT_SET, SERVER_SIDE, Default, Facts
from ftrack_gen.problems import Problems
from ftrack_gen.references import foreign_keys
from ftrack_typed.schema import Property, PropertyKind, Schema
from ftrack_typed.symbols import NOT_SET as ABSENT

GENERATED_ID = "{uid}"
"""The server's default for a key that whoever makes the entity makes up."""

_TYPES_OF_DEFAULTS: Mapping[PropertyKind, tuple[type, ...]] = {
    PropertyKind.STRING: (str,),
    PropertyKind.FOREIGN_KEY: (str,),
    PropertyKind.JSON: (str,),
    PropertyKind.INTEGER: (int,),
    PropertyKind.NUMBER: (float, int),
    PropertyKind.BOOLEAN: (bool,),
    PropertyKind.VARIABLE: (str, int, float, bool),
}


@attrs.frozen
class TypeFacts:
    """The facts of one entity type's attributes by wire name, and the foreign keys of its references."""

    attributes: Mapping[str, Facts]
    foreign_keys: Mapping[str, str]

    def twins(self, name: str) -> list[str]:
        """Return the attributes that hold the same value as *name*: its foreign key, or its references."""
        if name in self.foreign_keys:
            return [self.foreign_keys[name]]
        return [reference for reference, key in self.foreign_keys.items() if key == name]


def find_facts(schemas: Mapping[str, Schema], tree: Tree, problems: Problems) -> dict[str, TypeFacts]:
    """Return the facts of every entity type."""
    return {name: _TypeReader(schemas[name], tuple(tree.lineage(name)), problems).read() for name in tree}


class _TypeReader:
    """Reads the facts of one entity type."""

    def __init__(self, schema: Schema, lineage: tuple[str, ...], problems: Problems) -> None:
        self.schema = schema
        self.lineage = lineage
        self.problems = problems
        self.keys = foreign_keys(schema, lineage)
        self.frame = TypeFacts({}, self.keys)

    def read(self) -> TypeFacts:
        """Return the facts of all attributes; those of foreign keys decide on their references."""
        keys_first = sorted(self.schema.properties, key=lambda name: (name in self.keys, name))
        facts: dict[str, Facts] = {}
        for name in keys_first:
            facts[name] = self._facts(self.schema.properties[name], facts)
        return TypeFacts(facts, self.keys)

    def _facts(self, prop: Property, known: Mapping[str, Facts]) -> Facts:
        computed = self._listed(prop.name, self.schema.computed)
        default = self._default(prop, known)
        return Facts(
            default=default or NOT_SET,
            mutable=not computed and not self._listed(prop.name, self.schema.immutable),
            computed=computed,
            nullable=not self._never_null(prop.name) and prop.alias_for not in VALUE_TYPES,
            required=default is None and not computed and prop.name in self.schema.required,
        )

    def _listed(self, name: str, listed: tuple[str, ...]) -> bool:
        """Tell whether *name* or what holds the same value is in a list of the schema."""
        return any(each in listed for each in (name, *self.frame.twins(name)))

    def _never_null(self, name: str) -> bool:
        names = (name, *self.frame.twins(name))
        listed = (*self.schema.required, *self.schema.primary_key)
        return any(each in listed or applies(NEVER_NULL, self.lineage, each) for each in names)

    def _default(self, prop: Property, known: Mapping[str, Facts]) -> Default | None:
        """Return what a new entity starts with; None where it is left to whoever makes the entity."""
        if prop.kind is PropertyKind.COLLECTION:
            return Default(())
        if prop.kind is PropertyKind.MAPPED_COLLECTION:
            return NOT_SET
        if prop.default == GENERATED_ID:
            return NEW_ID
        if prop.default is not ABSENT and prop.default is not None and self._is_usable(prop):
            number = prop.kind is PropertyKind.NUMBER
            return Default(float(str(prop.default)) if number else prop.default)
        if applies(SERVER_SUPPLIED, self.lineage, prop.name):
            return SERVER_SIDE
        if prop.name in self.keys and known[self.keys[prop.name]].default != NOT_SET:
            return SERVER_SIDE
        return None

    def _is_usable(self, prop: Property) -> bool:
        """Tell whether the default is of the attribute's type; say so when it is not."""
        types = (int,) if prop.type == "integer" else _TYPES_OF_DEFAULTS.get(prop.kind, ())
        is_flag = isinstance(prop.default, bool) and bool not in types
        is_endless = isinstance(prop.default, float) and not math.isfinite(prop.default)
        if is_flag or is_endless or not isinstance(prop.default, types):
            wrong = f"no {prop.kind.value}"
        elif prop.enum and prop.default not in prop.enum:
            wrong = "none of the allowed values"
        else:
            return True
        place = f"{self.schema.id}.properties.{prop.name}.default"
        self.problems.warning(place, f"{prop.default!r} is {wrong}; left out")
        return False
