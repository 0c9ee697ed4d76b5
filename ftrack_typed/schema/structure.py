"""Turns the JSON of a server's schemas into the model, and names everything in it that does not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from ftrack_typed.errors import SchemaError
from ftrack_typed.schema.conversion import WIRE_NAMES, converter, shown
from ftrack_typed.schema.model import Schema


def structure_schemas(raw: object) -> tuple[Schema, ...]:
    """Return the model of *raw*, the list of schemas that a server answers ``query_schemas`` with.

    Keys that are unknown are kept in ``extra``, and a null stands for an absent key everywhere but in ``default``.

    Raises:
        SchemaError: some of *raw* does not fit; ``problems`` lists all of it, each with a path such as
            ``Task.properties.parent.type``.
    """
    if not isinstance(raw, list | tuple):
        raise SchemaError("the schemas cannot be read:", [f"expected a list of schemas, got {shown(raw)}"])
    structured: list[Schema] = []
    problems: list[str] = []
    for position, wire in enumerate(raw):
        try:
            structured.append(converter().structure(wire, Schema))
        except Exception as error:  # cattrs raises what a value's own function raised, and groups of such
            problems.extend(_problems(error, _label(wire, position)))
    problems.extend(_repeated(schema.id for schema in structured))
    if problems:
        raise SchemaError(f"the schemas cannot be read, for {len(problems)} reasons:", problems)
    return tuple(structured)


def _label(wire: object, position: int) -> str:
    """Return the first part of the path to a schema: its name, or its place where it has none."""
    name = wire.get("id") if isinstance(wire, Mapping) else None
    return name if isinstance(name, str) else f"[{position}]"


def _repeated(names: Iterable[str]) -> list[str]:
    return [f"{name}: defined {count} times" for name, count in Counter(names).items() if count > 1]


def _problems(error: BaseException, path: str) -> Iterator[str]:
    """Yield one line for each error in *error*, which is one, or a tree of cattrs' exception groups."""
    from cattrs import ClassValidationError, IterableValidationError

    if isinstance(error, ClassValidationError):
        in_fields, _ = error.group_exceptions()
        for cause, field in in_fields:
            yield from _problems(cause, f"{path}.{WIRE_NAMES.get(field.name, field.name)}")
    elif isinstance(error, IterableValidationError):
        in_elements, _ = error.group_exceptions()
        for cause, element in in_elements:
            yield from _problems(cause, f"{path}.{element.index}")
    else:
        yield f"{path}: {'missing' if isinstance(error, KeyError) else error}"
