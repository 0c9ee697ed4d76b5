"""Owns the rows of an imaginary production: the same in every run, different from row to row, shaped by a schema.

Scalars follow from the kind of their property, so that there are texts, numbers, dates and nulls; hardly two rows have
a value in common. References lead to few statuses, types and projects, and to one shot for eight tasks, as in a
production.
"""

from __future__ import annotations

import functools
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

TASKS_PER_SHOT: Final = 8
METADATA_KEYS: Final = ("episode", "camera", "vendor", "reel")
CUSTOM_KEYS: Final = ("handles", "lens", "colour_space", "is_hero", "delivered")
MOST_NOTES: Final = 5

_WORDS: Final = (
    "edges",
    "roto",
    "plate",
    "grain",
    "lens",
    "dust",
    "glow",
    "wires",
    "fur",
    "sky",
    "crowd",
    "smoke",
    "rain",
)
_EPOCH: Final = datetime(2021, 3, 1, 8, 30)

Json: TypeAlias = Any


@attrs.frozen
class Reference:
    """The row of an entity type with a number."""

    entity_type: str
    index: int


def number(*parts: object) -> int:
    """Return a large number that looks random and is always the same for *parts*."""
    return int.from_bytes(hashlib.blake2b(repr(parts).encode(), digest_size=8).digest(), "big")


def wire_datetime(seconds: int) -> dict[str, str]:
    """Return, as the wire has it, the moment *seconds* after a fixed one."""
    return {"__type__": "datetime", "value": (_EPOCH + timedelta(seconds=seconds)).isoformat()}


class Production:
    """The rows of all entity types in *schemas*, with as many tasks as told."""

    def __init__(self, schemas: Mapping[str, Mapping[str, Json]], tasks: int) -> None:
        """Count out what *tasks* tasks need."""
        self.schemas = schemas
        shots = -(-tasks // TASKS_PER_SHOT)
        self.sizes: Mapping[str, int] = {
            "Task": tasks,
            "Shot": shots,
            "Project": 5,
            "User": 40,
            "Status": 12,
            "State": 4,
            "Type": 20,
            "Priority": 5,
            "ObjectType": 9,
            "CustomAttributeConfiguration": len(CUSTOM_KEYS),
            "Note": tasks * MOST_NOTES,
            "Metadata": tasks * len(METADATA_KEYS),
            "ContextCustomAttributeValue": tasks * len(CUSTOM_KEYS),
        }
        self.descriptions: dict[int, str | None] = {}
        """Descriptions of tasks that somebody changed, by the number of the task."""

    def identifier(self, entity_type: str, index: int) -> str:
        """Return the id of a row."""
        return str(
            uuid.UUID(bytes=hashlib.blake2b(f"{entity_type}/{index}".encode(), digest_size=16).digest(), version=4)
        )

    @functools.cached_property
    def _by_identifier(self) -> dict[str, Reference]:
        counted = ((name, size) for name, size in self.sizes.items() if "id" in self.schemas[name]["primary_key"])
        return {self.identifier(name, index): Reference(name, index) for name, size in counted for index in range(size)}

    def find(self, identifiers: Sequence[str]) -> list[Reference]:
        """Return the rows with these ids, those that exist."""
        return [self._by_identifier[each] for each in identifiers if each in self._by_identifier]

    def value(self, row: Reference, name: str) -> Json | Reference | list[Reference]:
        """Return the attribute *name* of *row*: JSON, the row referred to, or the rows of a collection."""
        stated = _STATED.get((row.entity_type, name))
        if stated is not None:
            return stated(self, row.index)
        definition = self.schemas[row.entity_type]["properties"][name]
        if name in self.schemas[row.entity_type]["primary_key"]:
            return self.identifier(row.entity_type, row.index)
        if "$ref" in definition:
            return self._target(row, name, definition["$ref"])
        if name.endswith("_id") and definition.get("format") == "foreign_key":
            return self._key_of(row, name.removesuffix("_id"))
        if definition.get("type") in ("array", "mapped_array"):
            return []
        return _scalar(row, name, definition, required=name in self.schemas[row.entity_type]["required"])

    def _target(self, row: Reference, name: str, target: str) -> Reference | None:
        size = self.sizes.get(target)
        return None if size is None else Reference(target, number(row.entity_type, row.index, name) % size)

    def _key_of(self, row: Reference, reference: str) -> str | None:
        if reference not in self.schemas[row.entity_type]["properties"] and (row.entity_type, reference) not in _STATED:
            return None
        target = self.value(row, reference)
        return self.identifier(target.entity_type, target.index) if isinstance(target, Reference) else None


def _scalar(row: Reference, name: str, definition: Mapping[str, Json], *, required: bool) -> Json:
    """Return what looks like a value of the property *definition*; every eighth that may be missing is null."""
    drawn = number(row.entity_type, name, row.index)
    if name == "name":
        return f"{row.entity_type.lower()}_{row.index:06d}"
    if not required and drawn % 8 == 0:
        return None
    kind = definition.get("type")
    if definition.get("format") == "date-time":
        return wire_datetime(drawn % 100_000_000)
    if kind in ("number", "integer"):
        return drawn % 10_000_000 / 4 if kind == "number" else drawn % 10_000
    if kind == "boolean":
        return bool(drawn & 1)
    if kind == "string":
        words = (_WORDS[drawn >> shift & 7] for shift in (3, 6, 9, 12, 15))
        return f"{name} {row.index}: {' '.join(words)} {drawn % 100_000}"
    return None


def _project_of_shot(shot: int) -> Reference:
    return Reference("Project", shot % 5)


def _notes(production: Production, task: int) -> list[Reference]:
    return [Reference("Note", task * MOST_NOTES + place) for place in range(1 + number("notes", task) % MOST_NOTES)]


def _parts(entity_type: str, count: int) -> Any:
    """Return what gives the *count* rows of *entity_type* that belong to a task."""
    return lambda _, task: [Reference(entity_type, task * count + place) for place in range(count)]


def _custom_value(_: Production, index: int) -> Json:
    task, place = divmod(index, len(CUSTOM_KEYS))
    drawn = number("custom", index)
    return (drawn % 5_000, drawn % 9_999 / 8, f"space {task} {drawn % 997}", bool(drawn & 1), None)[place]


_CUSTOM = "ContextCustomAttributeValue"

_STATED: Final[Mapping[tuple[str, str], Any]] = {
    ("Task", "context_type"): lambda _, index: "task",
    ("Task", "parent"): lambda _, index: Reference("Shot", index // TASKS_PER_SHOT),
    ("Task", "project"): lambda _, index: _project_of_shot(index // TASKS_PER_SHOT),
    ("Task", "object_type"): lambda _, index: Reference("ObjectType", 0),
    ("Task", "description"): lambda production, index: (
        production.descriptions.get(index)
        or _scalar(Reference("Task", index), "description", {"type": "string"}, required=False)
    ),
    ("Task", "notes"): _notes,
    ("Task", "metadata"): _parts("Metadata", len(METADATA_KEYS)),
    ("Task", "custom_attributes"): _parts(_CUSTOM, len(CUSTOM_KEYS)),
    ("Shot", "context_type"): lambda _, index: "task",
    ("Shot", "parent"): lambda _, index: _project_of_shot(index),
    ("Shot", "project"): lambda _, index: _project_of_shot(index),
    ("Shot", "object_type"): lambda _, index: Reference("ObjectType", 1),
    ("Project", "context_type"): lambda _, index: "show",
    ("Note", "parent_id"): lambda production, index: production.identifier("Task", index // MOST_NOTES),
    ("Note", "parent_type"): lambda _, index: "Task",
    ("Note", "user_id"): lambda production, index: production.identifier("User", number("note", index) % 40),
    ("Metadata", "parent_id"): lambda production, index: production.identifier("Task", index // len(METADATA_KEYS)),
    ("Metadata", "parent_type"): lambda _, index: "Task",
    ("Metadata", "key"): lambda _, index: METADATA_KEYS[index % len(METADATA_KEYS)],
    ("Metadata", "value"): lambda _, index: f"{_WORDS[index % 13]} {number('metadata', index) % 100_000}",
    (_CUSTOM, "entity_id"): lambda production, index: production.identifier("Task", index // len(CUSTOM_KEYS)),
    (_CUSTOM, "configuration_id"): lambda production, index: production.identifier(
        "CustomAttributeConfiguration", index % len(CUSTOM_KEYS)
    ),
    (_CUSTOM, "key"): lambda _, index: CUSTOM_KEYS[index % len(CUSTOM_KEYS)],
    (_CUSTOM, "value"): _custom_value,
    ("CustomAttributeConfiguration", "key"): lambda _, index: CUSTOM_KEYS[index],
    ("CustomAttributeConfiguration", "entity_type"): lambda _, index: "task",
    ("CustomAttributeConfiguration", "project_id"): lambda _, index: None,
    ("CustomAttributeConfiguration", "is_hierarchical"): lambda _, index: False,
    ("CustomAttributeConfiguration", "object_type_id"): lambda production, index: production.identifier(
        "ObjectType", 0
    ),
}
"""Attributes whose values follow from the place of a row in the production, not from their kind."""
