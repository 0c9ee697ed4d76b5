"""Owns the content of collections: makes it what a client sent, by foreign keys or link rows (protocol 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sql

from . import faults, hints, removal
from .batch import Row
from .drafts import Draft
from .incoming import Incoming, Sent
from .model import EntityModel, Key, LinkTable, Relation
from .requirements import Mention


def replace_all(draft: Draft, incoming: Incoming) -> None:
    """Give every collection that was sent its new content."""
    for relation, items in incoming.collections.values():
        _replace(draft, relation, items)


def _replace(draft: Draft, relation: Relation, items: list[Sent]) -> None:
    target = draft.batch.entity(relation.target)
    if target.dense_owner is not None:
        return  # these rows are always there; their values are written one by one (protocol section 3.5)
    if relation.link is not None:
        _replace_links(draft, relation, relation.link, items)
    else:
        _replace_items(draft, relation, target, items)


def _replace_items(draft: Draft, relation: Relation, target: EntityModel, items: list[Sent]) -> None:
    """Make the items name their owner; those that no longer belong to it are set free, or go where they cannot be."""
    batch, column = draft.batch, relation.remote[0]
    owner_id = draft.get(relation.local[0])
    current = {
        tuple(row[name] for name in target.key_columns): row
        for row in batch.rows(target, **{column: owner_id}, **relation.fixed)
    }
    items.extend(_kept(draft, relation, target, current, {item.key for item in items}))
    wanted = {item.key for item in items}
    left = [row for key, row in current.items() if key not in wanted]
    if left and _is_bound(target, column):
        removal.remove(batch, target, left)
    else:
        for row in left:
            _write(draft, target, tuple(row[name] for name in target.key_columns), {column: None})
    for item in items:
        if item.key not in current:
            _adopt(draft, relation, item, owner_id)


def _kept(
    draft: Draft, relation: Relation, target: EntityModel, current: Mapping[Key, Row], wanted: set[Key]
) -> list[Sent]:
    """Return the items that stay although they were not sent."""
    rule = hints.KEPT.get((draft.entity.name, relation.name))
    if rule is None:
        return []
    own = draft.get(rule[1])
    return [Sent(target, key) for key, row in current.items() if key not in wanted and row[rule[0]] == own]


def _is_bound(target: EntityModel, column: str) -> bool:
    """Return whether items cannot be without an owner: it is required, or part of what identifies them."""
    return column in target.required or column in target.key_columns


def _adopt(draft: Draft, relation: Relation, item: Sent, owner_id: Any) -> None:
    batch, column = draft.batch, relation.remote[0]
    row = batch.row(item.entity, item.key)
    if row is None:
        raise faults.integrity(
            f"{draft.entity.name}.{relation.name} names {item.entity.name} {', '.join(map(str, item.key))}, "
            "which does not exist"
        )
    if column in item.entity.key_columns and row[column] != owner_id:
        raise faults.validation(f"{item.entity.name}.{column} is immutable: it cannot move to another entity")
    values: dict[str, Any] = {column: owner_id, **relation.fixed}
    if column == "parent_id" and "parent_type" in row:
        values["parent_type"] = draft.entity.name
    _write(draft, batch.concrete(item.entity, row), item.key, values)


def _write(draft: Draft, entity: EntityModel, key: Key, values: dict[str, Any]) -> None:
    """Change an item as an update of it would."""
    from .writes import change

    row = draft.batch.row(entity, key)
    if row is not None:
        concrete = draft.batch.concrete(entity, row)
        change(Draft(draft.batch, concrete, values, dict(row), key), Incoming())


def _replace_links(draft: Draft, relation: Relation, link: LinkTable, items: list[Sent]) -> None:
    batch = draft.batch
    table = batch.storage.tables[link.table]
    owner_id = draft.get(relation.local[0])
    statement = sql.select(table.c[link.far]).where(table.c[link.near] == owner_id)
    current = {row[0] for row in batch.fetch(statement)}
    wanted = dict.fromkeys(item.key[0] for item in items)
    _unlink(draft, link, owner_id, [far for far in current if far not in wanted])
    for far in wanted:
        if far not in current:
            _link(draft, link, owner_id, far)
    for item in items:
        mention = Mention(draft.entity, draft.key, relation.name, column=None)
        batch.requirements.named(mention, item.entity, str(item.key[0]))


def _unlink(draft: Draft, link: LinkTable, owner_id: Any, gone: list[Any]) -> None:
    batch = draft.batch
    if link.entity_type is not None:
        entity = batch.entity(link.entity_type)
        for far in gone:
            removal.remove(batch, entity, batch.rows(entity, **{link.near: owner_id, link.far: far}))
        return
    table = batch.storage.tables[link.table]
    for far in gone:
        batch.connection.execute(table.delete().where(table.c[link.near] == owner_id, table.c[link.far] == far))


def _link(draft: Draft, link: LinkTable, owner_id: Any, far: Any) -> None:
    batch = draft.batch
    if link.entity_type is not None:
        from .writes import insert

        insert(Draft(batch, batch.entity(link.entity_type), {link.near: owner_id, link.far: far}), Incoming())
        return
    batch.connection.execute(batch.storage.tables[link.table].insert(), {link.near: owner_id, link.far: far})
