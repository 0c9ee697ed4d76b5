"""Works out which custom attributes each entity type has, and gives them their names and classes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from ftrack_gen.configurations import COMPUTED_TYPES, Configuration, read_configurations
from ftrack_gen.inheritance import Tree
from ftrack_gen.model import CustomAttribute, CustomClass, Value
from ftrack_gen.names import AttributeName, ClassName, attribute_name, identifier
from ftrack_gen.problems import Problems
from ftrack_gen.reserved import RESERVED_CUSTOM_ATTRIBUTES
from ftrack_gen.workspace import Workspace
from ftrack_typed.schema import PropertyKind, Schema

HIERARCHICAL_TYPES: Final = ("Context", "Asset", "AssetVersion")
"""Entity types that hierarchical custom attributes apply to, whatever they name (protocol 3.5)."""

ENTITY_TYPES: Final[Mapping[str, str]] = {
    "show": "Project",
    "asset": "Asset",
    "assetversion": "AssetVersion",
    "user": "User",
    "list": "List",
}
"""The server's old names for entity types (protocol 3.5); ``task`` goes by object type."""

OBJECT_TYPE_COLUMN: Final = "object_typeid"
"""The classifier that tells the types of contexts apart."""

KIND: Final = "custom_attribute_configurations"

Kind = tuple[str, bool]
"""A key, and whether it is hierarchical: what has a name of its own."""


@attrs.frozen
class CustomAttributes:
    """The classes of custom attributes, and which entity type has which."""

    classes: tuple[CustomClass, ...] = ()
    class_of: Mapping[str, ClassName] = attrs.field(factory=dict)


def find_custom_attributes(workspace: Workspace, tree: Tree, problems: Problems) -> CustomAttributes:
    """Return the custom attributes of every entity type that has any."""
    rows = workspace.rows.get(KIND, ())
    if not rows:
        return CustomAttributes()
    problems = problems.of(workspace.file(KIND))
    applicable: dict[str, list[Configuration]] = defaultdict(list)
    for configuration in read_configurations(rows, problems):
        for type_name in _owners(configuration, workspace.schemas, problems):
            applicable[type_name].append(configuration)
    names = _Names(applicable, tree, problems).names
    return _classes(applicable, tree, names)


def _owners(configuration: Configuration, schemas: Mapping[str, Schema], problems: Problems) -> list[str]:
    """Return the entity types that a configuration applies to, without those that derive from them."""
    if configuration.hierarchical:
        return [name for name in HIERARCHICAL_TYPES if name in schemas and _has_custom_attributes(schemas[name])]
    if configuration.entity_type == "task":
        owner = _of_object_type(configuration.object_type_id, schemas)
    else:
        owner = ENTITY_TYPES.get(configuration.entity_type)
    if owner in schemas and _has_custom_attributes(schemas[owner or ""]):
        return [owner or ""]
    what = f"object type {configuration.object_type_id}" if configuration.entity_type == "task" else "entity type"
    problems.warning(configuration.key, f"applies to {configuration.entity_type!r}, {what} of no schema; left out")
    return []


def _of_object_type(object_type_id: str | None, schemas: Mapping[str, Schema]) -> str | None:
    """Return the entity type of an object type."""
    for name, schema in sorted(schemas.items()):
        if object_type_id is not None and schema.classifiers.get(OBJECT_TYPE_COLUMN) == object_type_id:
            return name
    return None


def _has_custom_attributes(schema: Schema) -> bool:
    return any(
        prop.kind is PropertyKind.MAPPED_COLLECTION and (prop.items or "").endswith("CustomAttributeValue")
        for prop in schema.properties.values()
    )


class _Names:
    """Gives each kind of custom attribute one name, the same in every class."""

    def __init__(self, applicable: Mapping[str, Iterable[Configuration]], tree: Tree, problems: Problems) -> None:
        kinds = {name: {(each.key, each.hierarchical) for each in found} for name, found in applicable.items()}
        self.problems = problems
        self.keys = {key for found in kinds.values() for key, _ in found}
        self.ambiguous = set(_ambiguous(kinds, tree))
        self.names: dict[Kind, AttributeName] = {}
        for kind in sorted({kind for found in kinds.values() for kind in found}, key=self._order):
            self.names[kind] = self._name(kind)

    def _order(self, kind: Kind) -> tuple[bool, bool, str, bool]:
        """Let keys that are names already, and attributes that are not hierarchical, choose first."""
        key, hierarchical = kind
        return kind in self._suffixed(), identifier(key) != key, key, hierarchical

    def _suffixed(self) -> set[Kind]:
        return {(key, True) for key in self.ambiguous}

    def _name(self, kind: Kind) -> AttributeName:
        key, _ = kind
        wanted = f"{key}_hierarchical" if kind in self._suffixed() else key
        taken = {name: key for (key, _), name in self.names.items()}
        name = attribute_name(wanted, (), RESERVED_CUSTOM_ATTRIBUTES)
        if taken.get(name, key) == key:
            return name
        numbers = (f"{name.rstrip('_')}_{number}" for number in range(2, len(taken) + 3))
        free = next(each for each in numbers if each not in taken and each not in self.keys)
        self.problems.warning(key, f"has the same name as {taken[name]!r} in Python; it is called {free}")
        return AttributeName(free)


def _ambiguous(kinds: Mapping[str, set[Kind]], tree: Tree) -> Iterator[str]:
    """Yield the keys that an entity type has twice, hierarchical and not."""
    for name, found in kinds.items():
        everything = found.union(*(kinds.get(base, set()) for base in tree.ancestors(name)))
        yield from (key for key, hierarchical in everything if hierarchical and (key, False) in everything)


def _classes(
    applicable: Mapping[str, list[Configuration]], tree: Tree, names: Mapping[Kind, AttributeName]
) -> CustomAttributes:
    wanted = {name: f"{name}CustomAttributes" for name in applicable}
    class_of = {name: ClassName(f"{each}_" if each in tree.bases else each) for name, each in wanted.items()}
    classes: list[CustomClass] = []
    for name in tree:
        if name in applicable:
            base = next((class_of[each] for each in tree.ancestors(name) if each in class_of), None)
            attributes = _attributes(applicable[name], names)
            classes.append(
                CustomClass(class_name=class_of[name], type_name=name, base=base, attributes=tuple(attributes))
            )
    return CustomAttributes(tuple(classes), class_of)


def _attributes(found: Iterable[Configuration], names: Mapping[Kind, AttributeName]) -> list[CustomAttribute]:
    """Return the custom attributes of one class; configurations of several projects are one attribute."""
    by_name: dict[AttributeName, list[Configuration]] = defaultdict(list)
    for configuration in found:
        by_name[names[configuration.key, configuration.hierarchical]].append(configuration)
    return [_attribute(name, alike) for name, alike in sorted(by_name.items())]


def _attribute(name: AttributeName, alike: list[Configuration]) -> CustomAttribute:
    first = min(alike, key=lambda each: each.project_id or "")
    return CustomAttribute(
        name=name,
        key=first.key,
        type_name=first.type_name,
        values=_values(alike),
        nullable=first.hierarchical or any(each.default is None for each in alike),
        hierarchical=first.hierarchical,
        computed=all(each.type_name in COMPUTED_TYPES for each in alike),
        doc=_doc(first),
    )


def _values(alike: list[Configuration]) -> tuple[Value, ...]:
    """Return the types that a value may have, each once; what several projects list to choose from is put together."""
    by_type: dict[str, list[Value]] = defaultdict(list)
    for configuration in alike:
        by_type[configuration.value.name].append(configuration.value)
    merged = []
    for name in sorted(by_type):
        values = by_type[name]
        listed = all(value.choices for value in values)
        choices = dict.fromkeys(choice for value in values for choice in value.choices) if listed else ()
        merged.append(attrs.evolve(values[0], choices=tuple(choices)))
    return tuple(merged)


def _doc(configuration: Configuration) -> str:
    facts = [configuration.type_name]
    if configuration.hierarchical:
        facts.append("hierarchical")
    if configuration.default not in (None, "", []):
        facts.append(f"default {_shown(configuration)}")
    return f"{configuration.label} ({', '.join(facts)})."


def _shown(configuration: Configuration) -> str:
    default: Any = configuration.default
    if configuration.type_name == "number" and isinstance(default, int):
        return str(float(default))
    if isinstance(default, list) and len(default) == 1:
        default = default[0]
    return default if isinstance(default, str) else json.dumps(default)
