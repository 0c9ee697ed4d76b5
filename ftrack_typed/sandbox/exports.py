"""Owns exports: the operations that make of a new database what another one holds, the same text each time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

from ..errors import FtrackError
from .caller import Caller
from .encoding import encode
from .faults import Fault
from .model import EntityModel, Key
from .store import Operation, Store
from .tables import TYPE

Identity: TypeAlias = tuple[str, Key]
"""Table and primary key of a row."""

Rows: TypeAlias = Mapping[Identity, Mapping[str, Any]]

_HISTORY: Final = "status_change"
"""Table that comes first: what has a history gets no first entry of its own then."""

_NOBODY: Final = Caller("ffffffff-ffff-4fff-bfff-ffffffffffff", "nobody")
_NEVER: Final = "0001-01-01T00:00:00"
"""Who and when of the trial, so that whatever the server fills in by itself differs from what is stored."""


_KEPT_NULL: Final = frozenset({"user_id", "created_by_id"})
"""Attributes whose null is written out: left out, they would become the administrator."""


class ExportError(FtrackError):
    """What is stored cannot be written as a seed."""


@attrs.frozen
class Export:
    """Operations that make a new database like another one, and the rows that they cannot make so, if any."""

    operations: Sequence[Operation]
    left: Sequence[str]

    def text(self) -> str:
        """Return a file for ``--seed``, one operation in a line."""
        lines = [json.dumps(operation, ensure_ascii=False, sort_keys=True) for operation in self.operations]
        return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def export(store: Store, trial: Store) -> Export:
    """Return the export of *store*; *trial* is a new store in memory, of the same workspace, on which it is tried out.

    Raises:
        ExportError: what is stored cannot be made anew by operations.
    """
    wanted, before = _rows(store), _rows(trial)
    trial.clock = lambda: _NEVER
    links = list(_link_changes(store, trial))
    _try(trial, [*_gone_users(store, wanted), *_creations(store, wanted, before), *links])
    made = _rows(trial)
    added = {each: row for each, row in made.items() if each not in before and each not in wanted}
    wanted = {**wanted, **added}
    corrections = [
        _update(store, each, wanted[each], names)
        for each in _ordered(store, wanted)
        if (names := _differences(store, each, wanted[each], made.get(each)))
    ]
    _try(trial, corrections)
    made = _rows(trial)
    left = [each for each in wanted if each in added or _differences(store, each, wanted[each], made.get(each))]
    operations = [*_creations(store, wanted, before), *links, *corrections]
    return Export(operations, [f"{table} {', '.join(map(str, key))}" for table, key in sorted(left, key=str)])


def _ordered(store: Store, rows: Rows) -> list[Identity]:
    ranks = _ranks(store)
    return sorted(rows, key=lambda each: (ranks[each[0]], _depth(rows, each), str(each)))


def _creations(store: Store, rows: Rows, before: Rows) -> list[Operation]:
    return [_creation(store, each, rows[each]) for each in _ordered(store, rows) if each not in before]


def _gone_users(store: Store, rows: Rows) -> Iterator[Operation]:
    """Yield the creation of users who are gone and still named, such as the author of a note; they are not active."""
    users = store.storage.model.entities.get("User")
    kept = [each for each in store.storage.model.references if each.action == "keep" and users is not None]
    named = {
        row[each.column]
        for (table, _), row in rows.items()
        for each in kept
        if users is not None and (each.table, each.target_table) == (table, users.table) and row.get(each.column)
    }
    for user_id in sorted(named):
        if users is not None and (users.table, (user_id,)) not in rows:
            yield {
                "action": "create",
                "entity_type": "User",
                "entity_data": {"id": user_id, "username": f"gone-{user_id}"},
            }


def _try(trial: Store, operations: Sequence[Operation]) -> None:
    try:
        trial.execute(operations, _NOBODY)
    except Fault as fault:
        shown = "" if fault.operation is None else f" by {json.dumps(operations[fault.operation], sort_keys=True)}"
        raise ExportError(f"what is stored cannot be made anew{shown}: {fault.content}") from fault


def _stored_types(store: Store) -> dict[str, EntityModel]:
    """Return the widest entity type of each table."""
    found: dict[str, EntityModel] = {}
    for entity in sorted(store.storage.model.entities.values(), key=lambda each: (len(each.lineage), each.name)):
        if entity.dense_owner is None:
            found.setdefault(entity.table, entity)
    return found


def _rows(store: Store) -> Rows:
    found: dict[Identity, Mapping[str, Any]] = {}
    with store.database.transaction(writing=False) as connection:
        for table, entity in _stored_types(store).items():
            for row in connection.execute(store.storage.tables[table].select()).mappings():
                found[table, tuple(row[name] for name in entity.key_columns)] = dict(row)
    return found


def _entity(store: Store, identity: Identity, row: Mapping[str, Any]) -> EntityModel:
    wide = _stored_types(store)[identity[0]]
    return store.storage.entity(row[TYPE]) if wide.typed else wide


def _ranks(store: Store) -> dict[str, int]:
    """Return the place of each table: behind those that its rows cannot be without."""
    ranks: dict[str, int] = {_HISTORY: 0}
    needs: dict[str, list[str]] = {}
    for each in store.storage.model.references:
        if each.action in ("cascade", "refuse"):
            needs.setdefault(each.table, []).append(each.target_table)

    def visit(table: str, above: tuple[str, ...]) -> None:
        if table not in ranks and table not in above:
            for other in sorted(needs.get(table, [])):
                visit(other, (*above, table))
            ranks.setdefault(table, len(ranks))

    for table in sorted(_stored_types(store)):
        visit(table, ())
    return ranks


_ABOVE: Final = ("parent_id", "container_id", "in_reply_to_id")
"""Columns by which rows of a table hang below others of it."""


def _depth(rows: Rows, identity: Identity) -> int:
    depth, seen = 0, {identity}
    row: Mapping[str, Any] | None = rows[identity]
    while row is not None:
        above = next(((identity[0], (row[name],)) for name in _ABOVE if row.get(name) is not None), None)
        if above is None or above in seen:
            return depth
        seen.add(above)
        row, depth = rows.get(above), depth + 1
    return depth


def _values(entity: EntityModel, row: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield what a row holds, as clients would send it: one name for each column, references where no key shows."""
    seen: set[str] = set()
    for name in sorted(entity.attributes, key=lambda each: (each != entity.attributes[each].column, each)):
        attribute = entity.attributes[name]
        if attribute.column not in seen and name not in entity.server_computed:
            seen.add(attribute.column)
            yield name, encode(attribute.kind, row.get(attribute.column))
    for name, relation in sorted(entity.relations.items()):
        if relation.many or not relation.writable or len(relation.local) != 1 or relation.local[0] in seen:
            continue
        seen.add(relation.local[0])
        value = row.get(relation.local[0])
        yield name, None if value is None else {"__entity_type__": relation.target, relation.remote[0]: value}


def _creation(store: Store, identity: Identity, row: Mapping[str, Any]) -> Operation:
    entity = _entity(store, identity, row)
    data = {name: value for name, value in _values(entity, row) if value is not None or name in _KEPT_NULL}
    return {"action": "create", "entity_type": entity.name, "entity_data": {"__entity_type__": entity.name, **data}}


def _update(store: Store, identity: Identity, row: Mapping[str, Any], names: Sequence[str]) -> Operation:
    entity = _entity(store, identity, row)
    values = dict(_values(entity, row))
    data = {"__entity_type__": entity.name, **{name: values[name] for name in names}}
    return {"action": "update", "entity_type": entity.name, "entity_key": list(identity[1]), "entity_data": data}


def _differences(
    store: Store, identity: Identity, row: Mapping[str, Any], other: Mapping[str, Any] | None
) -> list[str]:
    """Return the attributes in which two rows differ."""
    entity = _entity(store, identity, row)
    found = dict(_values(entity, other or {}))
    return [name for name, value in _values(entity, row) if found[name] != value]


def _link_changes(store: Store, trial: Store) -> Iterator[Operation]:
    """Yield the updates of collections whose links no entity type shows."""
    for table in sorted(store.storage.model.links):
        wanted, before = _links(store, table), _links(trial, table)
        for near in sorted({*wanted, *before}):
            if wanted.get(near) == before.get(near):
                continue
            owner = _owner(store, table, near)
            if owner is not None:
                entity, name = owner
                target = entity.relations[name].target
                items = [{"__entity_type__": target, "id": far} for far in sorted(wanted.get(near, set()))]
                data = {"__entity_type__": entity.name, name: items}
                yield {"action": "update", "entity_type": entity.name, "entity_key": [near], "entity_data": data}


def _links(store: Store, name: str) -> dict[str, set[str]]:
    table, link = store.storage.tables[name], store.storage.model.links[name]
    found: dict[str, set[str]] = {}
    with store.database.transaction(writing=False) as connection:
        for row in connection.execute(table.select()).mappings():
            found.setdefault(row[link.near], set()).add(row[link.far])
    return found


def _owner(store: Store, table: str, entity_id: str) -> tuple[EntityModel, str] | None:
    """Return the type of the entity that has links in a table, and the collection that they are."""
    for entity in _stored_types(store).values():
        rows = store.storage.tables[entity.table]
        members = [each for each in store.storage.model.entities.values() if each.table == entity.table]
        names = {r.name for each in members for r in each.relations.values() if r.link and r.link.table == table}
        near = {r.link.near for each in members for r in each.relations.values() if r.link and r.link.table == table}
        if not names or "id" not in rows.c or near != {store.storage.model.links[table].near}:
            continue
        with store.database.transaction(writing=False) as connection:
            row = connection.execute(rows.select().where(rows.c.id == entity_id)).mappings().first()
        if row is not None:
            concrete = store.storage.entity(row[TYPE]) if entity.typed else entity
            present = sorted(names & concrete.relations.keys())
            return (concrete, present[0]) if present else None
    return None
