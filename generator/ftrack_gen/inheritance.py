"""Finds which entity type each entity type derives from: as the server says, else as its schema shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ftrack_gen.problems import Problems, did_you_mean
from ftrack_typed.schema import Schema

KNOWN_BASES: Final[Mapping[str, tuple[str, ...]]] = {
    # type: the first of these that the server has
    "TypedContext": ("Context",),  # protocol 4.2: Context holds the project and all typed contexts
    "Project": ("Context",),
    "FileComponent": ("Component",),  # protocol 4.2: the components
    "ContainerComponent": ("Component",),
    "SequenceComponent": ("ContainerComponent", "Component"),  # has members, as a container has
    "BaseUser": ("Resource",),  # protocol 4.2: resources are users and groups
    "Group": ("Resource",),
    "User": ("BaseUser", "Resource"),  # servers before BaseUser have the resource only
    "Collaborator": ("BaseUser", "Resource"),
    "NoteCategory": ("NoteLabel",),  # protocol 5.1: one table
    "NoteAnnotationComponent": ("NoteComponent",),  # a note's component that shows an annotation
    "CustomAttributeConfiguration": ("CustomConfigurationBase",),  # both configure one table of attributes
    "CustomAttributeLinkConfiguration": ("CustomConfigurationBase",),
}
"""Bases that nothing in a schema shows."""

FAMILIES: Final[tuple[str, ...]] = (
    "StatusChange",  # protocol 4.2: TypedContextStatusChange, AssetVersionStatusChange
    "StatusRuleGroup",  # the same pair of owners
    "CustomAttributeLinkFrom",  # Appendix A: one type for each kind of entity at the other end
    "CustomAttributeLink",
)
"""Types from which every type derives whose name ends in theirs."""


def find_bases(schemas: Mapping[str, Schema], problems: Problems) -> dict[str, str | None]:
    """Return the base of each type, or None; a base that is missing or that leads back is a problem."""
    bases: dict[str, str | None] = {}
    for name, schema in sorted(schemas.items()):
        if schema.mixin is None:
            bases[name] = _inferred_base(schema, schemas)
        elif schema.mixin in schemas:
            bases[name] = schema.mixin
        else:
            bases[name] = None
            hint = did_you_mean(schema.mixin, schemas)
            problems.error(f"{name}.$mixin", f"no entity type {schema.mixin!r} in this file; {hint}".rstrip("; "))
    _report_circles(bases, problems)
    return bases


def _inferred_base(schema: Schema, schemas: Mapping[str, Schema]) -> str | None:
    """Return what a schema without ``$mixin`` derives from."""
    if schema.classifiers:
        return _shared_model(schema, schemas)
    for base in KNOWN_BASES.get(schema.id, ()):
        if base in schemas:
            return base
    for base in FAMILIES:
        if schema.id != base and schema.id.endswith(base) and base in schemas:
            return base
    return None


def _shared_model(schema: Schema, schemas: Mapping[str, Schema]) -> str | None:
    """Return the type that stands for the whole model of which the classifiers of *schema* take a part."""
    for name, other in sorted(schemas.items()):
        if other.alias_for == schema.alias_for and not other.classifiers:
            return name
    return schema.alias_for if schema.alias_for in schemas and schema.alias_for != schema.id else None


def _report_circles(bases: dict[str, str | None], problems: Problems) -> None:
    """Report and cut the bases that lead back to where they started."""
    for name in sorted(bases):
        seen = [name]
        base = bases[name]
        while base is not None and base not in seen:
            seen.append(base)
            base = bases[base]
        if base == name:
            problems.error(f"{name}.$mixin", f"derives from itself: {' < '.join([*seen, name])}")
            bases[name] = None


class Tree:
    """The inheritance of all entity types, each with one base or none."""

    def __init__(self, bases: Mapping[str, str | None]) -> None:
        """Keep the base of each type."""
        self.bases = dict(bases)

    def ancestors(self, name: str) -> Iterator[str]:
        """Yield the base of *name*, the base of that, and so on."""
        base = self.bases[name]
        while base is not None:
            yield base
            base = self.bases[base]

    def lineage(self, name: str) -> Iterator[str]:
        """Yield *name* and then its ancestors."""
        yield name
        yield from self.ancestors(name)

    def children(self, name: str) -> list[str]:
        """Return the types that derive from *name* directly."""
        return sorted(child for child, base in self.bases.items() if base == name)

    def descendants(self, name: str) -> Iterator[str]:
        """Yield all types below *name*, bases first."""
        for child in self.children(name):
            yield child
            yield from self.descendants(child)

    def __iter__(self) -> Iterator[str]:
        """Yield all types, bases before what derives from them."""
        for name in sorted(name for name, base in self.bases.items() if base is None):
            yield name
            yield from self.descendants(name)
