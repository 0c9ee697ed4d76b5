"""Reads the custom attribute configurations of a workspace, each of them by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from ftrack_gen.model import Shape, Value
from ftrack_gen.problems import Problems
from ftrack_gen.workspace import Row

TYPE_IDS: Final[Mapping[str, str]] = {
    "6268aef0-381c-11e0-acff-0019bb49847a": "text",
    "92009b00-381c-11e0-acff-0019bb49847a": "number",
    "ad1034d8-15e2-11e1-b21a-0019bb4983d8": "boolean",
    "79968e9e-381c-11e0-acff-0019bb49847a": "date",
    "6ff9c812-ead3-11e2-846c-f23c91dfaa16": "enumerator",
    "882e4aee-fae6-11e3-b623-20c9d0831e59": "dynamic enumerator",
    "d2e6a530-357f-11e2-bd73-0019bb4985b8": "expression",
    "ec616dcd-56e2-4147-99f8-7e4a4f040cf9": "url",
}
"""The types of custom attributes, which have the same ids on every server (protocol 5.3)."""

VALUE_TYPES: Final[Mapping[str, str]] = {
    "text": "str",
    "url": "str",
    "number": "float",
    "boolean": "bool",
    "date": "datetime",
    "enumerator": "list[str]",
    "dynamic enumerator": "list[str]",
    "expression": "str",
}
"""What the value of each type of custom attribute is in Python."""

COMPUTED_TYPES: Final = frozenset({"expression"})
"""Types whose value the server works out."""


@attrs.frozen(kw_only=True)
class Configuration:
    """One custom attribute of one kind of entity, perhaps of one project only."""

    key: str
    label: str
    type_name: str
    value: Value
    entity_type: str
    object_type_id: str | None
    project_id: str | None
    hierarchical: bool
    default: Any


def read_configurations(rows: tuple[Row, ...], problems: Problems) -> tuple[Configuration, ...]:
    """Return what *rows* say, in an order that does not depend on theirs."""
    found = [_configuration(row, f"[{index}]", problems) for index, row in enumerate(rows)]
    return tuple(sorted((each for each in found if each is not None), key=_order))


def _order(configuration: Configuration) -> tuple[str, ...]:
    parts = (configuration.key, configuration.entity_type, configuration.object_type_id, configuration.project_id)
    rest = json.dumps([configuration.type_name, configuration.default, configuration.label])
    return (*(part or "" for part in parts), rest)


def _configuration(row: Row, place: str, problems: Problems) -> Configuration | None:
    key, entity_type = row.get("key"), row.get("entity_type")
    if not isinstance(key, str) or not key or not isinstance(entity_type, str):
        problems.warning(place, "a custom attribute without key or entity_type; left out")
        return None
    place = f"{place} {key}"
    type_name = _type_name(row)
    if type_name not in VALUE_TYPES:
        known = ", ".join(sorted(VALUE_TYPES))
        problems.warning(place, f"type {type_name!r} is unknown (known: {known}); its value is taken for any JSON")
    return Configuration(
        key=key,
        label=str(row.get("label") or key),
        type_name=type_name,
        value=_value(type_name, row, place, problems),
        entity_type=entity_type,
        object_type_id=_identity(row, "object_type"),
        project_id=_identity(row, "project"),
        hierarchical=row.get("is_hierarchical") is True,
        default=row.get("default"),
    )


def _identity(row: Row, name: str) -> str | None:
    """Return the id of what a row refers to, given as a reference or as its key."""
    nested = row.get(name)
    identity = nested.get("id") if isinstance(nested, Mapping) else row.get(f"{name}_id")
    return identity if isinstance(identity, str) and identity else None


def _type_name(row: Row) -> str:
    nested = row.get("type")
    name = nested.get("name") if isinstance(nested, Mapping) else nested
    return name if isinstance(name, str) else TYPE_IDS.get(_identity(row, "type") or "", "unknown")


def _value(type_name: str, row: Row, place: str, problems: Problems) -> Value:
    choices = tuple(_choices(row.get("config"), place, problems)) if type_name == "enumerator" else ()
    return Value(shape=Shape.SCALAR, name=VALUE_TYPES.get(type_name, "JsonValue"), choices=choices)


def _choices(config: object, place: str, problems: Problems) -> Iterator[str]:
    """Yield the values that an enumerator lists: JSON, in which ``data`` may be JSON text once more."""
    if config in (None, ""):
        return
    try:
        read: Any = json.loads(config) if isinstance(config, str) else config
        items = read.get("data") or []
        items = json.loads(items) if isinstance(items, str) else items
        values = [item["value"] for item in items]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        problems.warning(f"{place}.config", "the values of the enumerator cannot be read; any text is taken")
        return
    if not all(isinstance(value, str) for value in values):
        problems.warning(f"{place}.config", "the enumerator has values that are no text; any text is taken")
        return
    yield from dict.fromkeys(values)
