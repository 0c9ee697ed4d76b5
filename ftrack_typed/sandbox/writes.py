"""Owns the actions create, update and delete: the one road by which rows change (protocol sections 2.4 to 2.6)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy.exc import IntegrityError

from . import contents, custom_values, faults, hints, removal
from .batch import Batch, Values
from .drafts import Draft, Rules
from .encoding import encode
from .incoming import Decoder, Incoming, entity_key, stored_columns
from .model import EntityModel, Key
from .requirements import Mention
from .response import stub
from .rules import RULES
from .tables import unique_name

Operation = Mapping[str, object]

_GENERATED: Final = "{uid}"
"""Default that stands for a new id."""


def rules_of(entity: EntityModel) -> Iterator[Rules]:
    """Yield the rules of a type, those of its root first."""
    for name in reversed(entity.lineage):
        if name in RULES:
            yield RULES[name]


def create(batch: Batch, operation: Operation) -> dict[str, object]:
    """Add an entity and answer with what was sent and what the server set; raise Fault where it cannot be."""
    decoder = Decoder(batch.storage.model)
    sent_type = decoder.entity(operation.get("entity_type"))
    data = _data(operation)
    if sent_type.dense_owner is not None:
        return _answer(
            "create", custom_values.upsert(batch, sent_type, custom_values.key_of(sent_type, operation, data), data)
        )
    entity = _concrete(batch, sent_type, data)
    incoming = decoder.decode(entity, data, updating=False)
    _take_key(sent_type, operation, incoming)
    draft = Draft(batch, entity, dict(incoming.columns))
    insert(draft, incoming)
    return _answer("create", _created(sent_type, draft, incoming))


def update(batch: Batch, operation: Operation) -> dict[str, object]:
    """Change an entity and answer with every attribute that was sent; raise Fault where it cannot be changed so."""
    decoder = Decoder(batch.storage.model)
    sent_type = decoder.entity(operation.get("entity_type"))
    data = _data(operation)
    key = entity_key(sent_type, operation.get("entity_key"))
    if sent_type.dense_owner is not None:
        return _answer("update", custom_values.upsert(batch, sent_type, key, data))
    row = batch.row(sent_type, key)
    if row is None:
        raise faults.no_entity(sent_type.name, key)
    entity = batch.concrete(sent_type, row)
    incoming = decoder.decode(entity, data, updating=True)
    draft = Draft(batch, entity, dict(incoming.columns), dict(row), key)
    change(draft, incoming)
    return _answer("update", _updated(sent_type, draft, incoming))


def delete(batch: Batch, operation: Operation) -> dict[str, object]:
    """Remove an entity and what goes with it; what is gone already is no error (protocol section 10.10)."""
    entity = Decoder(batch.storage.model).entity(operation.get("entity_type"))
    key = entity_key(entity, operation.get("entity_key"))
    if entity.dense_owner is not None:
        entity = batch.entity(hints.VALUE_TABLE)
    row = batch.row(entity, key)
    if row is not None:
        removal.remove(batch, batch.concrete(entity, row), [row])
    return _answer("delete", True)


def insert(draft: Draft, incoming: Incoming) -> None:
    """Add the row of a draft, with the rules of its type; an automatic row that is there already is changed instead."""
    batch, entity = draft.batch, draft.entity
    _defaults(draft)
    for rules in rules_of(entity):
        for rule in rules.before_insert:
            rule(draft)
    _generic_defaults(draft)
    key = tuple(draft.values.get(name) for name in entity.key_columns)
    _check_key(draft, key)
    if entity.name in hints.UPSERTED and batch.row(entity, key) is not None:
        batch.update(entity, key, draft.values)
        draft.key = key
        return
    draft.key = _inserted(draft, key)
    _remember(draft, incoming)
    contents.replace_all(draft, incoming)
    for rules in rules_of(entity):
        for rule in rules.after_insert:
            rule(draft)


def change(draft: Draft, incoming: Incoming) -> None:
    """Change the row of a draft, with the rules of its type."""
    _check_immutable(draft, incoming)
    for rules in rules_of(draft.entity):
        for rule in rules.before_update:
            rule(draft)
    try:
        draft.batch.update(draft.entity, draft.key, draft.values)
    except IntegrityError as error:
        raise _violation(draft, draft.key, error) from error
    _remember(draft, incoming)
    contents.replace_all(draft, incoming)
    for rules in rules_of(draft.entity):
        for rule in rules.after_update:
            rule(draft)


def _answer(action: str, data: object) -> dict[str, object]:
    return {"action": action, "data": data}


def _data(operation: Operation) -> Mapping[str, object]:
    data = operation.get("entity_data")
    if not isinstance(data, Mapping):
        raise faults.validation(f"entity_data must be an object, got {faults.shown(data)}")
    return data


def _concrete(batch: Batch, entity: EntityModel, data: Mapping[str, object]) -> EntityModel:
    """Return the type that an entity created as a base is of, told by the discriminators that were sent."""
    if entity.name not in hints.ABSTRACT:
        return entity
    sent = Decoder(batch.storage.model).decode(entity, data, updating=False).columns
    for name in sorted(batch.storage.model.entities):
        candidate = batch.entity(name)
        if entity.name in candidate.lineage[1:] and _tells(candidate, sent):
            return candidate
    default = hints.ABSTRACT[entity.name]
    if default is None or not batch.has(default):
        raise faults.validation(f"{entity.name} is a base: create one of its subtypes")
    return batch.entity(default)


def _tells(candidate: EntityModel, sent: Values) -> bool:
    """Return whether what was sent has discriminators of a type, and none that differ."""
    own = {candidate.column(name): value for name, value in candidate.discriminators.items()}
    given = [sent[column] == value for column, value in own.items() if sent.get(column) is not None]
    return bool(given) and all(given)


def _take_key(entity: EntityModel, operation: Operation, incoming: Incoming) -> None:
    """Take the key that stands beside the data, where the data has none."""
    if operation.get("entity_key") is None:
        return
    for column, part in zip(entity.key_columns, entity_key(entity, operation["entity_key"]), strict=True):
        if incoming.columns.get(column) is None:
            incoming.columns[column] = part


def _defaults(draft: Draft) -> None:
    """Fill in the defaults of the schema, discriminators and a new id."""
    for name, default in draft.entity.defaults.items():
        attribute = draft.entity.attributes[name]
        if default is None or attribute.column in draft.values:
            continue
        if default == _GENERATED:
            draft.values[attribute.column] = str(uuid.uuid4())
        else:
            draft.values |= stored_columns(draft.entity, attribute, default)
    for name, value in draft.entity.discriminators.items():
        draft.default(draft.entity.column(name), value)
    for name in draft.entity.key_columns:
        if name == "id" and draft.values.get(name) is None and name in draft.entity.attributes:
            draft.values[name] = _new_id(draft)


def _new_id(draft: Draft) -> object:
    column = draft.batch.table(draft.entity).c["id"]
    if not isinstance(column.type, sql.BigInteger):
        return str(uuid.uuid4())
    (highest,) = draft.batch.fetch(sql.select(sql.func.coalesce(sql.func.max(column), 0)))
    return int(highest[0]) + 1


def _generic_defaults(draft: Draft) -> None:
    """Fill in what means the same on every type: who and when, and zero for what must be a number or a flag."""
    if "created_at" in draft.entity.attributes:
        draft.default(draft.entity.column("created_at"), draft.batch.now)
    if "created_by_id" in draft.entity.attributes and draft.entity.column("created_by_id") not in draft.values:
        draft.default(draft.entity.column("created_by_id"), draft.batch.caller.user_id or None)
    for attribute in draft.entity.attributes.values():
        if attribute.name in draft.entity.required and attribute.kind.value in _ZEROS:
            draft.default(attribute.column, _ZEROS[attribute.kind.value])


_ZEROS: Final[Mapping[str, object]] = {"boolean": False, "number": 0.0, "integer": 0}


def _check_key(draft: Draft, key: Key) -> None:
    missing = [name for name, part in zip(draft.entity.key, key, strict=True) if part is None]
    if missing:
        raise faults.validation(f"{draft.entity.name} needs {', '.join(missing)}: it is identified by them")


def _inserted(draft: Draft, key: Key) -> Key:
    try:
        return draft.batch.insert(draft.entity, draft.values)
    except IntegrityError as error:
        raise _violation(draft, key, error) from error


def _violation(draft: Draft, key: Key, error: IntegrityError) -> faults.Fault:
    """Return the error for a row that the database refuses: its key or its name is taken."""
    entity = draft.entity
    rule = draft.batch.storage.model.unique.get(entity.table)
    dialect = draft.batch.dialect
    if rule is not None and dialect.breaks(error, unique_name(entity.table, rule[0]), rule[0]):
        shown = " and ".join(f"{name} {draft.get(name)!r}" for name in reversed(rule[0]))
        return faults.integrity(
            f"there is another {entity.lineage[-1].lower()} with {shown}: {entity.name} must differ"
        )
    return faults.integrity(f"there is already a {entity.name} {', '.join(map(str, key))}")


def _remember(draft: Draft, incoming: Incoming) -> None:
    draft.batch.requirements.written(draft.entity, draft.key)
    for attribute, target, entity_id in incoming.references:
        mention = Mention(draft.entity, draft.key, attribute, _column(draft.entity, attribute))
        draft.batch.requirements.named(mention, target, entity_id)
    root = draft.entity.lineage[-1]
    anchor = hints.COLLECTION_KEYS[root] if root in hints.ANCHORED else None
    if anchor in draft.values and draft.values[anchor] is not None:
        mention = Mention(draft.entity, draft.key, anchor, anchor)
        draft.batch.requirements.anchored(mention, str(draft.values[anchor]))


def _column(entity: EntityModel, attribute: str) -> str:
    """Return the column of a foreign key, or of the one that a reference stands for."""
    return (
        entity.attributes[attribute].column if attribute in entity.attributes else entity.relations[attribute].local[0]
    )


def _check_immutable(draft: Draft, incoming: Incoming) -> None:
    before = draft.before or {}
    for name in incoming.echo:
        if name not in draft.entity.immutable:
            continue
        attribute, relation = draft.entity.attributes.get(name), draft.entity.relations.get(name)
        columns = (attribute.column,) if attribute is not None else relation.local if relation is not None else ()
        for column in columns:
            if before.get(column) is not None and before[column] != draft.values.get(column):
                raise faults.validation(f"{draft.entity.name}.{name} is immutable and cannot be set again")


def _created(sent_type: EntityModel, draft: Draft, incoming: Incoming) -> dict[str, object]:
    """Return what was sent and what the server set; an attribute that nobody set is absent (protocol section 10.1)."""
    row = draft.batch.row(draft.entity, draft.key) or draft.values
    answer = stub(sent_type, sent_type.name, draft.key)
    for name, attribute in draft.entity.attributes.items():
        value = row.get(attribute.column)
        if value is not None and name[0] != "_":
            answer[name] = encode(attribute.kind, value)
    answer.update(incoming.echo)
    answer.update(_collections(incoming))
    return answer


def _updated(sent_type: EntityModel, draft: Draft, incoming: Incoming) -> dict[str, object]:
    """Return key, extras and every attribute that was sent, references beside their keys (protocol section 2.5)."""
    row: Values = draft.batch.row(draft.entity, draft.key) or {}
    answer = stub(sent_type, sent_type.name, draft.key)
    for name in draft.entity.extras:
        attribute = draft.entity.attributes[name]
        answer[name] = encode(attribute.kind, row.get(attribute.column))
    twins: dict[str, object] = {}
    for name in incoming.echo:
        twins.update(_twins(draft, row, name))
    answer.update(twins)
    answer.update(incoming.echo)
    answer.update(_collections(incoming))
    return answer


def _twins(draft: Draft, row: Values, name: str) -> Iterator[tuple[str, Any]]:
    """Yield the foreign keys beside a reference that was sent, and the references beside a foreign key."""
    entity = draft.entity
    relation = entity.relations.get(name)
    if relation is not None:
        keys = [each for each in entity.attributes.values() if each.column in relation.local]
        yield from ((each.name, encode(each.kind, row.get(each.column))) for each in keys)
        return
    column = entity.attributes[name].column
    for each in entity.relations.values():
        if not each.many and each.local == (column,) and each.writable:
            yield each.name, _named(draft.batch, each.target, row.get(column))


def _named(batch: Batch, target_name: str, entity_id: object) -> dict[str, object] | None:
    """Return the entity that an id names, with its concrete type."""
    if entity_id is None:
        return None
    target = batch.entity(target_name)
    row = batch.row(target, (entity_id,)) if len(target.key) == 1 else None
    return stub(target, target.name if row is None else batch.concrete(target, row).name, (entity_id,))


def _collections(incoming: Incoming) -> Iterator[tuple[str, list[dict[str, object]]]]:
    for name, (_, items) in incoming.collections.items():
        yield name, [item.stub() for item in items]
