"""Owns the making of mapped collections, metadata and custom attributes, of the rows that an answer has for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from .collection import MappedCollection
from .custom_attributes import CustomAttributes
from .entity import Entity
from .facts import AttributeFacts
from .wire import ENTITY_TYPE

if TYPE_CHECKING:
    from .page import Page

Row: TypeAlias = "dict[str, Any]"
Conversion: TypeAlias = "Callable[[Any, Entity, Page], Any]"

_ABSENT: Final = object()
"""Stands in a row for a mapped collection whose values the server did not send."""

_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
"""Types whose values a mapping holds as the row has them."""


class Keeping(Protocol):
    """What says whether an entity keeps what it holds where a row says the same."""

    keeps: bool


def mapped(facts: AttributeFacts, keeping: Keeping) -> Conversion:
    """Return what makes a mapping of the rows that the attribute *facts* has."""
    name = facts.name

    def convert(value: Any, entity: Entity, page: Page) -> Any:
        try:
            values = {row["key"]: row["value"] for row in value}
        except KeyError:
            return _ABSENT
        held: Any = vars(entity).get(name) if keeping.keeps else None
        if type(held) is MappedCollection and _is_same(held._values, values):
            return held
        return MappedCollection(entity, facts, values)

    return convert


def custom(facts: AttributeFacts, custom_attributes: type[CustomAttributes], keeping: Keeping) -> Conversion:
    """Return what makes *custom_attributes* of the rows that the attribute *facts* has."""
    name = facts.name

    def convert(value: Any, entity: Entity, page: Page) -> Any:
        try:
            held: Any = vars(entity).get(name) if keeping.keeps else None
            if type(held) is custom_attributes and _says(value, held._values, held._sources):
                return held
            return custom_attributes(entity, facts, None, value)
        except KeyError:
            return _ABSENT

    return convert


def _is_same(held: dict[str, Any], said: dict[str, Any]) -> bool:
    """Say whether two mappings have the same keys in one order, and values that are equal and of the same types."""
    return (
        held == said and list(held) == list(said) and list(map(type, held.values())) == list(map(type, said.values()))
    )


def _says(rows: Sequence[Row], held: dict[str, Any], sources: dict[str, tuple[str, str]]) -> bool:
    """Say whether *rows* have plain values alone, those of *held*, in its order and from the same *sources*."""
    if len(rows) != len(held):
        return False
    for row, (key, value) in zip(rows, held.items(), strict=True):
        said = row["value"]
        if row["key"] != key or type(said) is not type(value) or type(said) not in _PLAIN or said != value:
            return False
        if sources.get(key) != (row[ENTITY_TYPE], row["configuration_id"]):
            return False
    return True


def drop_absent(row: Row, mappings: Iterable[str], entity: Entity, page: Page) -> None:
    """Take mapped collections out of *row* whose values the server did not send: they are loaded when they are read.

    What *entity* holds of them may be out of date, unless it waits for a commit.
    """
    for wire in mappings:
        if row[wire] is _ABSENT:
            del row[wire]
            name = entity._ftrack_names.get(wire, wire)
            content = vars(entity)
            if name in content and name not in page.state.unit.written(entity):
                del content[name]
