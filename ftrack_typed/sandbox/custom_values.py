"""Owns the values of custom attributes: their types, and the upsert of the dense ones (protocol section 3.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import sqlalchemy as sql

from . import faults, hints
from .batch import Batch, Row, Values
from .choices import check_choices
from .datetimes import stored_moment
from .drafts import Draft
from .encoding import encode
from .incoming import entity_key, stored_columns
from .model import EntityModel, Key
from .sources import applies

Operation = Mapping[str, object]


def key_of(entity: EntityModel, operation: Operation, data: Mapping[str, object]) -> Key:
    """Return the key of a dense value: beside the data, or in it."""
    given = operation.get("entity_key")
    return entity_key(entity, [data.get(name) for name in entity.key] if given is None else given)


def upsert(batch: Batch, entity: EntityModel, key: Key, data: Mapping[str, object]) -> dict[str, object]:
    """Set the value of one configuration on one entity and return what the answer shows of it.

    Raises:
        Fault: the configuration does not exist or is not for that entity, or the value is not one that it takes.
    """
    named = dict(zip(entity.key, key, strict=True))
    configuration_id, owner_id = str(named["configuration_id"]), str(named["entity_id"])
    configuration = _configuration(batch, configuration_id)
    _check_applies(batch, entity, configuration, owner_id)
    value = data.get("value")
    stored_type = batch.entity(hints.VALUE_TABLE)
    if "value" in data:
        value = checked_value(batch, configuration, value)
        _store(batch, stored_type, configuration_id, owner_id, _kept(value))
    else:
        value = _current(batch, entity, key)
    return {"__entity_type__": entity.name, **named, "key": configuration["key"], "value": value}


def _current(batch: Batch, entity: EntityModel, key: Key) -> object:
    source = batch.storage.source(entity)
    conditions = (column == part for column, part in zip(source.key(), key, strict=True))
    for row in batch.fetch(sql.select(source.rows.c.value).where(*conditions)):
        return encode(entity.attributes["value"].kind, row[0])
    return None


def _store(batch: Batch, entity: EntityModel, configuration_id: str, owner_id: str, value: object) -> None:
    columns = stored_columns(entity, entity.attributes["value"], value)
    if value is None:
        columns["value"] = "null"  # set to nothing, which is not the same as not set: the default does not show
    key_values = {"configuration_id": configuration_id, "entity_id": owner_id}
    key = tuple(key_values[name] for name in entity.key)
    if batch.row(entity, key) is None:
        batch.insert(entity, {**key_values, **columns})
    else:
        batch.update(entity, key, columns)


def _configuration(batch: Batch, configuration_id: str) -> Values:
    row = batch.row(batch.entity("CustomAttributeConfiguration"), (configuration_id,))
    if row is None:
        raise faults.integrity(f"there is no CustomAttributeConfiguration {configuration_id!r}")
    return row


def _check_applies(batch: Batch, entity: EntityModel, configuration: Values, owner_id: str) -> None:
    owner = batch.storage.source(batch.entity(entity.dense_owner or ""))
    configurations = batch.storage.source(batch.entity("CustomAttributeConfiguration"))
    statement = (
        sql.select(1)
        .select_from(owner.rows)
        .join(configurations.rows, configurations.rows.c.id == configuration["id"])
        .where(owner.rows.c.id == owner_id, applies(configurations, owner))
    )
    if not list(batch.fetch(statement)):
        raise faults.integrity(
            f"there is no {entity.dense_owner} {owner_id!r} that the custom attribute {configuration['key']!r} is for"
        )


def checked_value(batch: Batch, configuration: Row, value: object) -> object:
    """Return *value* as the answer shows it: a date that was sent as a text becomes one.

    Raises:
        Fault: it is not of the type that a configuration has (protocol section 1.4), or none of its choices.
    """
    kind = _type_name(batch, configuration)
    if value is None:
        return None
    if kind in _TESTS and not _TESTS[kind](value):
        raise faults.validation(
            f'Custom attribute value for "{configuration["key"]}" must be of type {kind}. '
            f"Got {value!r} of type {type(value).__name__}"
        )
    if kind == "enumerator":
        check_choices(configuration, value)
    return {"__type__": "datetime", "value": value} if kind == "date" and isinstance(value, str) else value


def _kept(value: object) -> object:
    """Return a value as it is kept: a date in UTC and whole seconds (protocol section 9.11), all else as it is."""
    moment = value.get("value") if isinstance(value, Mapping) and "__type__" in value else None
    stored = stored_moment(moment) if isinstance(moment, str) else None
    if stored is None or not isinstance(value, Mapping):
        return value
    return {"__type__": value["__type__"], "value": stored[:10] if value["__type__"] == "date" else stored}


def _type_name(batch: Batch, configuration: Row) -> str:
    row = batch.find("CustomAttributeType", configuration.get("type_id"))
    return "" if row is None else str(row.get("name") or "").lower()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str) or _is_moment(value)


def _is_moment(value: object) -> bool:
    text = value.get("value") if isinstance(value, Mapping) and "__type__" in value else value
    return isinstance(text, str) and stored_moment(text) is not None


def _is_choice(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


_TESTS: Final[Mapping[str, Callable[[object], bool]]] = {
    "text": _is_text,
    "url": _is_text,
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "date": _is_moment,
    "enumerator": _is_choice,
    "dynamic enumerator": _is_choice,
}


def check_sparse(draft: Draft) -> None:
    """Check a row of the plain CustomAttributeValue, and keep its value as dense ones are kept; a rule."""
    configuration_id = draft.get("configuration_id")
    if configuration_id is not None and "value" in draft.values:
        attribute = draft.entity.attributes["value"]
        configuration = _configuration(draft.batch, str(configuration_id))
        value = checked_value(draft.batch, configuration, encode(attribute.kind, draft.values["value"]))
        draft.values |= stored_columns(draft.entity, attribute, _kept(value))
