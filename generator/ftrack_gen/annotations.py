"""Writes the types of attributes as annotations, and names the choices that are too long for one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import attrs

from ftrack_gen.imports import Imports, is_imported
from ftrack_gen.layout import WIDTH, Bracket, lay_out, literal, width
from ftrack_gen.model import Attribute, CustomAttribute, EntityClass, Facts, Shape, Value
from ftrack_gen.names import ClassName, PythonName, is_safe

LONGEST_CHOICES: Final = WIDTH // 2
"""How wide a Literal or Union may be to stand in an annotation; a wider one gets a name."""

_DESCRIPTORS: Final[Mapping[Shape, Mapping[tuple[bool, bool], str]]] = {
    # shape: {(mutable, nullable): descriptor}
    Shape.REFERENCE: {
        (True, False): "Ref",
        (True, True): "OptionalRef",
        (False, False): "FixedRef",
        (False, True): "OptionalFixedRef",
    },
    Shape.COLLECTION: {
        (True, False): "Many",
        (True, True): "Many",
        (False, False): "FixedMany",
        (False, True): "FixedMany",
    },
}


class Annotations:
    """Writes the annotations of one module."""

    def __init__(self, imports: Imports, entities: Mapping[str, EntityClass], taken: Collection[str]) -> None:
        """Import through *imports*; no name of a choice is one of *taken*."""
        self.imports = imports
        self.entities = entities
        self.taken = set(taken)
        self.aliases: dict[str, Bracket] = {}

    def of_attribute(self, owner: ClassName, attribute: Attribute) -> str:
        """Return the annotation of an attribute of an entity class."""
        facts, value = attribute.facts, attribute.value
        if value.shape is Shape.CUSTOM:
            return self.imports.name("Custom")
        content = [self._content(f"{owner}_{attribute.wire}", value)]
        descriptor = _descriptor(value.shape, facts)
        if attribute.narrowed_to:
            descriptor = "NarrowedRef" if value.shape is Shape.REFERENCE else "Narrowed"
            content.append(self._union(f"{owner}_{attribute.wire}_owner", attribute.narrowed_to))
        elif value.shape is Shape.SCALAR and facts.nullable and value.name != "JsonValue":
            content = [f"{content[0]} | None"]
        return f"{self.imports.name(descriptor)}[{', '.join(content)}]"

    def of_custom(self, owner: ClassName, attribute: CustomAttribute) -> str:
        """Return the annotation of a custom attribute."""
        content = [self._content(f"{owner}_{attribute.name}", value) for value in attribute.values]
        if attribute.nullable and not attribute.computed and "JsonValue" not in content:
            content.append("None")
        head = self.imports.name("ComputedCustomAttr" if attribute.computed else "CustomAttr")
        return f"{head}[{' | '.join(content)}]"

    def alias_lines(self) -> list[str]:
        """Return the statements that define the names of choices."""
        if not self.aliases:
            return []
        marker = self.imports.name("TypeAlias", in_class=False)
        return [
            lay_out(attrs.evolve(choices, head=f"{name}: {marker} = {choices.head}"))
            for name, choices in sorted(self.aliases.items())
        ]

    def _content(self, name: str, value: Value) -> str:
        if value.target is not None:
            return self._entity(value.target)
        if not value.choices:
            return self._type(value.name)
        choices = tuple(literal(choice) for choice in value.choices)
        chosen = self._named(name, Bracket(f"{self.imports.name('Literal')}[", choices, "]", subscript=True))
        return f"{self.imports.name('list')}[{chosen}]" if value.name.startswith("list[") else chosen

    def _type(self, name: str) -> str:
        outer, bracket, inner = name.partition("[")
        local = self.imports.name(outer)
        return f"{local}[{self.imports.name(inner[:-1])}]" if bracket else local

    def _entity(self, type_name: str) -> str:
        entity = self.entities[type_name]
        return self.imports.entity(entity.class_name, entity.module)

    def _union(self, name: str, type_names: tuple[str, ...]) -> str:
        members = tuple(self._entity(each) for each in type_names)
        flat = " | ".join(members)
        if len(flat) <= LONGEST_CHOICES:
            return flat
        return self._named(
            name, Bracket(f"{self.imports.name('Union')}[", members, "]", subscript=True), for_types=True
        )

    def _named(self, name: str, choices: Bracket, *, for_types: bool = False) -> str:
        """Return *choices* as they are where they are short, else a name for them."""
        if width(choices.flat) <= LONGEST_CHOICES and not for_types:
            return choices.flat
        alias = "".join(part[:1].upper() + part[1:] for part in name.split("_")) + "Choice"
        alias = alias if is_safe(alias) else "Choice"
        while alias in self.taken or alias in self.aliases or is_imported(alias):
            alias += "_"
        self.aliases[PythonName(alias)] = choices
        return alias


def _descriptor(shape: Shape, facts: Facts) -> str:
    """Return the name of the descriptor that an attribute is declared with."""
    if shape in _DESCRIPTORS:
        return _DESCRIPTORS[shape][facts.mutable, facts.nullable]
    if shape is not Shape.SCALAR:
        return str(shape.value)
    return "Computed" if facts.computed else "Attr" if facts.mutable else "Fixed"
