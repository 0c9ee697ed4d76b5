"""Owns what a client sends of an entity: checks each value against the schema and gives its stored form (3.1, 3.3)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from ..schema import PropertyKind
from . import faults
from .datetimes import stored_moment
from .model import Attribute, EntityModel, Key, Relation, StorageModel
from .tables import NUMBER_COMPANION, TEXT_COMPANION

_INTEGER_LIMIT: Final = 2**63


@attrs.frozen(eq=False)
class Sent:
    """An entity that a client names: the type that it gave, and the key."""

    entity: EntityModel
    key: Key

    def stub(self) -> dict[str, object]:
        """Return it as it was sent, without anything beyond type and key."""
        return {"__entity_type__": self.entity.name, **dict(zip(self.entity.key, self.key, strict=True))}


@attrs.define(eq=False)
class Incoming:
    """The data of a create or update operation."""

    columns: dict[str, object] = attrs.field(factory=dict)
    """Stored values by column."""

    echo: dict[str, object] = attrs.field(factory=dict)
    """Attributes as they were sent, references as type and key."""

    collections: dict[str, tuple[Relation, list[Sent]]] = attrs.field(factory=dict)
    references: list[tuple[str, EntityModel, str]] = attrs.field(factory=list)
    """Ids that must exist when the batch ends: attribute, entity type, id."""


class Decoder:
    """Decodes the data of entities of one workspace."""

    def __init__(self, model: StorageModel) -> None:
        """Know the entity types of *model*."""
        self._model = model

    def entity(self, name: object) -> EntityModel:
        """Return an entity type by its name on the wire."""
        found = self._model.entities.get(name) if isinstance(name, str) else None
        if found is None:
            raise faults.unknown_type(name, self._model.entities)
        return found

    def decode(self, entity: EntityModel, data: Mapping[str, object], *, updating: bool) -> Incoming:
        """Return *data*, checked, without names that the type lacks; on creation also without what is worked out.

        Raises:
            Fault: a value does not fit its attribute.
        """
        incoming = Incoming()
        for name, value in data.items():
            if name == "__entity_type__":
                continue
            if updating and name in entity.server_computed and name in entity.names:
                raise faults.validation(f"{entity.name}.{name} is computed by the server and cannot be set")
            if name in entity.attributes and name not in entity.server_computed:
                self._scalar(incoming, entity, entity.attributes[name], value)
            elif name in entity.relations:
                self._relation(incoming, entity, entity.relations[name], value, updating=updating)
        return incoming

    def _scalar(self, incoming: Incoming, entity: EntityModel, attribute: Attribute, value: object) -> None:
        columns = stored_columns(entity, attribute, value)
        column = attribute.column
        if column in incoming.columns and incoming.columns[column] not in (None, columns[column]):
            if columns[column] is not None:
                raise _disagreement(entity, attribute.name)
        else:
            incoming.columns |= columns
        incoming.echo[attribute.name] = _echoed(attribute, value)
        relation = entity.reference_by_column.get(column)
        if relation is not None and isinstance(value, str):
            incoming.references.append((attribute.name, self._model.entities[relation.target], value))

    def _relation(
        self, incoming: Incoming, entity: EntityModel, relation: Relation, value: object, *, updating: bool
    ) -> None:
        if not relation.writable:
            if updating:
                raise faults.validation(f"{entity.name}.{relation.name} is worked out by the server and cannot be set")
            return
        if relation.many:
            incoming.collections[relation.name] = (relation, self._items(entity, relation, value))
            return
        sent = None if value is None else self._sent(entity, relation, value)
        key: Key = (None,) * len(relation.local) if sent is None else sent.key
        for column, part in zip(relation.local, key, strict=True):
            if incoming.columns.get(column) is not None and part is not None and incoming.columns[column] != part:
                raise _disagreement(entity, relation.name)
            if part is not None or column not in incoming.columns:
                incoming.columns[column] = part
        incoming.echo[relation.name] = None if sent is None else sent.stub()
        if sent is not None and len(sent.key) == 1:
            incoming.references.append((relation.name, self._model.entities[relation.target], str(sent.key[0])))

    def _items(self, entity: EntityModel, relation: Relation, value: object) -> list[Sent]:
        if value is None:
            return []
        if not isinstance(value, list):
            raise faults.wrong_type(entity.name, relation.name, "a list of entities", value)
        found = {item.key: item for item in (self._sent(entity, relation, each) for each in value)}
        return list(found.values())

    def _sent(self, entity: EntityModel, relation: Relation, value: object) -> Sent:
        """Return the entity that *value* names; raise Fault for none, or one of another family."""
        target = self._model.entities[relation.target]
        if not isinstance(value, Mapping):
            raise faults.wrong_type(entity.name, relation.name, f"an entity such as a {target.name}", value)
        sent = self.entity(value.get("__entity_type__", target.name))
        if sent.table != target.table:
            raise faults.wrong_type(entity.name, relation.name, f"a {target.name}", value)
        return Sent(sent, entity_key(sent, [value.get(name) for name in sent.key]))


def _echoed(attribute: Attribute, value: object) -> object:
    """Return a scalar as answers repeat it: as it was sent, but a date always as one (protocol section 3.1)."""
    if attribute.kind is not PropertyKind.DATETIME or value is None:
        return value
    return {"__type__": "datetime", "value": value.get("value") if isinstance(value, Mapping) else value}


def entity_key(entity: EntityModel, parts: object) -> Key:
    """Return a primary key from the wire: a list in the order of the schema, or a bare text for a key of one part.

    Raises:
        Fault: parts are missing, too many or no texts.
    """
    if isinstance(parts, str | int) and not isinstance(parts, bool):
        parts = [parts]
    if not isinstance(parts, list) or len(parts) != len(entity.key):
        raise faults.validation(f"the key of {entity.name} is {', '.join(entity.key)}, got {faults.shown(parts)}")
    return tuple(
        stored_scalar(entity.name, entity.attributes[name], part, required=True)
        for name, part in zip(entity.key, parts, strict=True)
    )


def stored_columns(entity: EntityModel, attribute: Attribute, value: object) -> dict[str, object]:
    """Return the columns that a value of an attribute fills."""
    stored = stored_scalar(entity.name, attribute, value)
    if attribute.kind is not PropertyKind.VARIABLE:
        return {attribute.column: stored}
    text, number = comparable(value)
    return {
        attribute.column: stored,
        attribute.column + TEXT_COMPANION: text,
        attribute.column + NUMBER_COMPANION: number,
    }


def comparable(value: object) -> tuple[str | None, float | None]:
    """Return a JSON value as the text and the number that criteria compare it by."""
    if value is None:
        return None, None
    if isinstance(value, bool):
        return str(value), float(value)
    if isinstance(value, int | float):
        return (str(int(value)) if float(value).is_integer() else str(value)), float(value)
    if isinstance(value, list):
        return ", ".join(text for text in (comparable(each)[0] for each in value) if text is not None), None
    if isinstance(value, Mapping):
        moment = value.get("value") if "__type__" in value else None
        return (stored_moment(moment) if isinstance(moment, str) else None) or json.dumps(value), None
    return str(value), None


def stored_scalar(owner: str, attribute: Attribute, value: object, *, required: bool = False) -> object:
    """Return the stored form of a scalar; raise Fault with the attribute, what it must be, and *value*."""
    if value is None:
        if required:
            raise faults.wrong_type(owner, attribute.name, "given", value)
        return None
    expected, convert = _CONVERSIONS.get(attribute.kind, _CONVERSIONS[PropertyKind.STRING])
    stored = convert(value)
    if stored is None:
        raise faults.wrong_type(owner, attribute.name, expected, value)
    if attribute.wire.enum and stored not in attribute.wire.enum:
        raise faults.wrong_type(owner, attribute.name, f"one of {', '.join(attribute.wire.enum)}", value)
    return stored


def _text(value: object) -> str | None:
    if isinstance(value, Mapping) and value.get("__type__") in ("datetime", "date"):
        # The JavaScript client sends every text that looks like a moment as one (protocol section 3.1).
        value = value.get("value")
    return value if isinstance(value, str) and _is_encodable(value) else None


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _moment(value: object) -> str | None:
    if isinstance(value, Mapping) and value.get("__type__") in ("datetime", "date"):
        value = value.get("value")
    return stored_moment(value) if isinstance(value, str) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        return None
    return float(value)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _integer(value: object) -> int | None:
    number = _number(value)
    if number is None or not number.is_integer() or abs(number) >= _INTEGER_LIMIT:
        return None
    return int(value)  # type: ignore[call-overload,no-any-return] # _number took it, so it is an int or a float


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _json(value: object) -> str | None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
        return json.dumps(value, allow_nan=False)
    except ValueError:  # no JSON, as NaN is none, or half a surrogate pair
        return None


def _variable(value: object) -> str | None:
    return _json(value) if _has_usual_numbers(value) else None


def _has_usual_numbers(value: object) -> bool:
    """Return whether all numbers in a JSON value can be compared, and read by any client: 64 bits at most."""
    if isinstance(value, Mapping):
        return all(map(_has_usual_numbers, value.values()))
    if isinstance(value, list):
        return all(map(_has_usual_numbers, value))
    if isinstance(value, int):
        return -_INTEGER_LIMIT <= value < _INTEGER_LIMIT
    return not isinstance(value, float) or math.isfinite(value)


def _json_text(value: object) -> str | None:
    return _text(value)


_CONVERSIONS: Final[Mapping[PropertyKind, tuple[str, Callable[[Any], object]]]] = {
    PropertyKind.STRING: ("a text", _text),
    PropertyKind.FOREIGN_KEY: ("an id, as a text", _text),
    PropertyKind.JSON: ("JSON as a text", _json_text),
    PropertyKind.DATETIME: ('a date, as {"__type__": "datetime", "value": "2024-01-31T12:00:00"}', _moment),
    PropertyKind.NUMBER: ("a number", _number),
    PropertyKind.INTEGER: ("a whole number", _integer),
    PropertyKind.BOOLEAN: ("true or false", _boolean),
    PropertyKind.OBJECT: ("JSON, with numbers of 64 bits at most", _variable),
    PropertyKind.VARIABLE: ("JSON, with numbers of 64 bits at most", _variable),
}


def _disagreement(entity: EntityModel, name: str) -> faults.Fault:
    return faults.validation(f"{entity.name}.{name} and its twin are both given, and name different entities")
