"""Turns the schemas of a workspace into the generation model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from ftrack_gen.behaviours import find_behaviours
from ftrack_gen.corrections import TARGETS, VALUE_TYPES
from ftrack_gen.custom_attributes import CustomAttributes, find_custom_attributes
from ftrack_gen.descriptions import Describer
from ftrack_gen.facts import TypeFacts, find_facts
from ftrack_gen.inheritance import Tree, find_bases
from ftrack_gen.model import Attribute, EntityClass, Facts, Inherited, Package, Shape, Value
from ftrack_gen.names import AttributeName, ClassName, ModuleName, attribute_names, class_names, is_safe, module_names
from ftrack_gen.problems import Problems, did_you_mean
from ftrack_gen.reserved import RESERVED_EXPORTS
from ftrack_gen.rows import find_rows
from ftrack_gen.workspace import SCHEMAS_FILE, Workspace
from ftrack_typed.schema import Property, PropertyKind, Schema
from ftrack_typed.schema.model import VALUE_TYPES_OF_KINDS

ENTITY_DEFAULTS = ("id",)
"""Primary key and default projections of a type whose base says nothing else."""


def build_package(workspace: Workspace, describer: Describer, problems: Problems) -> Package:
    """Return the model of the whole package; what is wrong with the workspace goes to *problems*.

    Raises:
        WorkspaceError: something is so wrong that there is no package.
    """
    of_schemas = problems.of(str(workspace.folder / SCHEMAS_FILE))
    _report_schemas(workspace.schemas, of_schemas)
    tree = Tree(find_bases(workspace.schemas, of_schemas))
    rows = find_rows(workspace, problems)
    custom = find_custom_attributes(workspace, tree, problems)
    problems.check()
    entities = _EntityBuilder(workspace, tree, describer, custom, of_schemas).build()
    problems.check()
    return Package(
        workspace=workspace.name,
        workspace_hash=workspace.hash,
        schema_hash=workspace.schema_hash,
        entities=entities,
        custom_classes=custom.classes,
        rows=rows,
    )


def _report_schemas(schemas: Mapping[str, Schema], problems: Problems) -> None:
    """Report what no package can be made from."""
    for name, schema in sorted(schemas.items()):
        if not name.isidentifier() or name.endswith("_") or name.startswith("_"):
            problems.error(name, "no name for a class (entity types are named as in ReviewSession)")
        elif name in RESERVED_EXPORTS or not is_safe(name):
            reason = RESERVED_EXPORTS.get(name, "a word of Python's own")
            problems.warning(name, f"its class is named {name}_, because {name} is {reason}")
        if not schema.primary_key:
            problems.error(f"{name}.primary_key", "names no attribute (entities are told apart by it)")
        for listed in schema.default_projections:
            if listed not in schema.properties:
                hint = did_you_mean(listed, schema.properties)
                text = f"no attribute {listed!r}; {hint}".rstrip("; ")
                problems.warning(f"{name}.default_projections", f"{text}; left out")
        for key in schema.primary_key:
            if key not in schema.properties:
                hint = did_you_mean(key, schema.properties)
                problems.error(f"{name}.primary_key", f"no attribute {key!r}; {hint}".rstrip("; "))
        for prop in schema.properties.values():
            _report_property(schemas, f"{name}.properties.{prop.name}", prop, problems)


def _report_property(schemas: Mapping[str, Schema], path: str, prop: Property, problems: Problems) -> None:
    target = prop.items if prop.reference is None else prop.reference
    if prop.kind is PropertyKind.UNKNOWN:
        kinds = "string, integer, number, boolean, object, variable, array and mapped_array with items, or a $ref"
        what = f"type {prop.type!r}" if prop.type else "a property without type and $ref"
        problems.error(path, f"{what} is of no known kind (known: {kinds})")
    elif target is not None and target not in schemas:
        key = "items.$ref" if prop.reference is None else "$ref"
        hint = did_you_mean(target, schemas)
        problems.error(f"{path}.{key}", f"no entity type {target!r} in this file; {hint}".rstrip("; "))


class _EntityBuilder:
    """Builds the class of each entity type."""

    def __init__(
        self, workspace: Workspace, tree: Tree, describer: Describer, custom: CustomAttributes, problems: Problems
    ) -> None:
        self.schemas = workspace.schemas
        self.tree = tree
        self.describer = describer
        self.custom = custom
        self.problems = problems
        self.facts: Mapping[str, TypeFacts] = find_facts(self.schemas, tree, problems)
        self.behaviours = find_behaviours(self.schemas, tree)
        self.names: dict[str, dict[str, AttributeName]] = {}
        for name in tree:
            inherited = self.names.get(tree.bases[name] or "", {})
            self.names[name] = attribute_names(self.schemas[name].properties, inherited)

    def build(self) -> tuple[EntityClass, ...]:
        """Return the classes by the names of their types."""
        classes = class_names(self.schemas, RESERVED_EXPORTS)
        modules = module_names(classes)
        return tuple(self._entity(name, classes[name], modules[name]) for name in sorted(self.schemas))

    def _entity(self, name: str, class_name: ClassName, module: ModuleName) -> EntityClass:
        schema = self.schemas[name]
        base = self.tree.bases[name]
        self._report_lost(name)
        attributes = tuple(self._attribute(name, prop) for prop in self._own(name))
        return EntityClass(
            type_name=name,
            class_name=class_name,
            module=module,
            base=base,
            doc=self.describer.describe_type(schema, base),
            attributes=attributes,
            inherited=tuple(self._inherited(name)),
            primary_key=self._differing(name, "primary_key"),
            default_projections=self._differing(name, "default_projections"),
            custom_class=self.custom.class_of.get(name),
            behaviours=self.behaviours[name],
            declares_custom=any(attribute.value.shape is Shape.CUSTOM for attribute in attributes),
        )

    def _known_in(self, name: str, attribute: str) -> str | None:
        """Return the nearest ancestor that has an attribute."""
        return next((base for base in self.tree.ancestors(name) if attribute in self.schemas[base].properties), None)

    def _own(self, name: str) -> Iterator[Property]:
        """Yield the properties that no ancestor has, by their names in Python."""
        names = self.names[name]
        for prop in sorted(self.schemas[name].properties.values(), key=lambda prop: names[prop.name]):
            if self._known_in(name, prop.name) is None:
                yield prop

    def _report_lost(self, name: str) -> None:
        """Say what a type inherits in Python and does not have on the server."""
        base = self.tree.bases[name]
        lost = set(self.schemas[base].properties) - set(self.schemas[name].properties) if base else set()
        for attribute in sorted(lost):
            self.problems.warning(name, f"has no attribute {attribute!r}, which its base {base} has")

    def _differing(self, name: str, field: str) -> tuple[str, ...] | None:
        """Return the attributes that a schema lists, unless its base says the same."""
        listed = self._listed(name, field)
        base = self.tree.bases[name]
        return listed if listed != (self._listed(base, field) if base else ENTITY_DEFAULTS) else None

    def _listed(self, name: str, field: str) -> tuple[str, ...]:
        schema = self.schemas[name]
        listed: tuple[str, ...] = getattr(schema, field)
        found = tuple(attribute for attribute in listed if attribute in schema.properties)
        # A query that selects nothing is none: what identifies an entity is always there.
        return found or schema.primary_key

    def _attribute(self, name: str, prop: Property) -> Attribute:
        type_facts = self.facts[name]
        facts = type_facts.attributes[prop.name]
        below = self._below(name, prop.name)
        return Attribute(
            name=self.names[name][prop.name],
            wire=prop.name,
            value=self._value(prop),
            facts=facts,
            doc=self.describer.describe(prop, self.tree.lineage(name), type_facts.foreign_keys),
            given_by_default=any(self._can_do_without(each, prop.name) for each in (name, *below)),
            foreign_key=type_facts.foreign_keys.get(prop.name),
            narrowed_to=tuple(self._narrowed(name, prop.name)) if facts.nullable and facts.mutable else (),
        )

    def _can_do_without(self, name: str, attribute: str) -> bool:
        """Tell whether a new entity of a type may lack an attribute, or be given it under another name."""
        facts = self.facts[name]
        return not facts.attributes[attribute].required or bool(facts.twins(attribute))

    def _below(self, name: str, attribute: str) -> dict[str, Facts]:
        """Return the facts of an attribute in all types that inherit it."""
        return {
            child: self.facts[child].attributes[attribute]
            for child in self.tree.descendants(name)
            if attribute in self.facts[child].attributes
        }

    def _narrowed(self, name: str, attribute: str) -> Iterator[str]:
        """Yield the topmost types below in which an attribute is never null."""
        below = self._below(name, attribute)
        for child, facts in sorted(below.items()):
            above = below.get(self.tree.bases[child] or "")
            if not facts.nullable and (above is None or above.nullable):
                yield child

    def _value(self, prop: Property) -> Value:
        if prop.kind is PropertyKind.REFERENCE:
            return Value(shape=Shape.REFERENCE, target=prop.reference)
        if prop.kind in (PropertyKind.COLLECTION, PropertyKind.MAPPED_COLLECTION):
            return self._collection(prop)
        name = "int" if prop.type == "integer" else VALUE_TYPES_OF_KINDS[prop.kind]
        name, _reason = VALUE_TYPES.get(prop.alias_for or "", (name, ""))
        return Value(shape=Shape.SCALAR, name=name, choices=prop.enum if name == "str" else ())

    def _collection(self, prop: Property) -> Value:
        if prop.restricted_projection:
            return Value(shape=Shape.RESTRICTED, target=prop.items)
        if prop.kind is PropertyKind.COLLECTION:
            target, _reason = TARGETS.get(prop.alias_for or "", (prop.items, ""))
            return Value(shape=Shape.COLLECTION, target=target if target in self.schemas else prop.items)
        if (prop.items or "").endswith("CustomAttributeValue"):
            return Value(shape=Shape.CUSTOM)
        if prop.key_value_attributes is None:
            return Value(shape=Shape.RESTRICTED, target=prop.items)
        value = self.schemas[prop.items or ""].properties.get(prop.key_value_attributes[1])
        kind = value.kind if value is not None else PropertyKind.VARIABLE
        return Value(shape=Shape.MAPPED, name=VALUE_TYPES_OF_KINDS.get(kind, "JsonValue"))

    def _inherited(self, name: str) -> Iterator[Inherited]:
        """Yield how inherited attributes differ below their base."""
        for attribute in sorted(self.schemas[name].properties):
            base = self._known_in(name, attribute)
            if base is not None:
                self._report_other_type(name, base, attribute)
                facts = self.facts[name].attributes[attribute]
                differing = _differences(self.facts[base].attributes[attribute], facts)
                if differing:
                    yield Inherited(name=self.names[name][attribute], **differing)

    def _report_other_type(self, name: str, base: str, attribute: str) -> None:
        value = self._value(self.schemas[name].properties[attribute])
        inherited = self._value(self.schemas[base].properties[attribute])
        if value != inherited:
            what = f"another type than in its base {base}, whose type is what checkers see"
            self.problems.warning(f"{name}.properties.{attribute}", what)


def _differences(base: Facts, facts: Facts) -> dict[str, Any]:
    """Return the facts that a type has otherwise than its base."""
    own, inherited = attrs.asdict(facts, recurse=False), attrs.asdict(base, recurse=False)
    return {field: value for field, value in own.items() if value != inherited[field]}
