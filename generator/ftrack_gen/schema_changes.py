"""Owns what a new fetch says that an old one did not: entity types and attributes that came, went or changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ftrack_typed.errors import SchemaError
from ftrack_typed.schema import Property, Schema, structure_schemas

_MARKS = ("required", "immutable", "computed")


def schema_changes(old: object, new: object) -> list[str]:
    """Return a line for each difference between two answers to ``query_schemas``; none where one cannot be read.

    ``+`` came, ``-`` went, ``~`` changed. What a type has from its base is told of the base alone.
    """
    try:
        before, after = (_by_name(structure_schemas(each)) for each in (old, new))
    except SchemaError:
        return []
    return sorted(_lines(before, after), key=lambda line: (line[2:].casefold(), line))


def _by_name(schemas: tuple[Schema, ...]) -> dict[str, Schema]:
    return {schema.id: schema for schema in schemas}


def _lines(before: Mapping[str, Schema], after: Mapping[str, Schema]) -> Iterator[str]:
    yield from (f"- {name}" for name in before.keys() - after.keys())
    yield from (f"+ {name}" for name in after.keys() - before.keys())
    changed = {name: _attributes(before[name], after[name]) for name in before.keys() & after.keys()}
    for name, changes in changed.items():
        inherited = changed.get(after[name].mixin or "", {})
        for attribute, (sign, text) in changes.items():
            if inherited.get(attribute) != (sign, text):
                yield f"{sign} {name}.{attribute}: {text}"


def _attributes(before: Schema, after: Schema) -> dict[str, tuple[str, str]]:
    """Return sign and text for each attribute of a type that is not as it was."""
    changes: dict[str, tuple[str, str]] = {}
    for name in {**before.properties, **after.properties}:
        old, new = _described(before, name), _described(after, name)
        if old != new:
            sign = "+" if not old else "-" if not new else "~"
            changes[name] = (sign, " -> ".join(text for text in (old, new) if text))
    return changes


def _described(schema: Schema, name: str) -> str:
    """Return what an attribute is, such as ``reference to Status, required``; nothing where there is none."""
    found = schema.properties.get(name)
    if found is None:
        return ""
    marks = [mark for mark in _MARKS if name in getattr(schema, mark)]
    return ", ".join([_kind(found), *marks])


def _kind(found: Property) -> str:
    kind = found.kind.value.replace("_", " ")
    if found.reference is not None:
        return f"reference to {found.reference}"
    return f"{kind} of {found.items}" if found.items is not None else kind
