"""Owns the attributes that are worked out for a page of rows: paths through the tree, and addresses of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias

import sqlalchemy as sql

from .caller import Caller
from .model import EntityModel, Key
from .sources import Storage
from .tables import TYPE
from .walks import chunks, parents_of


class Links(Protocol):
    """Where files can be fetched; the application knows its own address."""

    def component(self, component_id: str) -> str | None:
        """Return the address of a component's file, or None where it cannot be fetched."""
        ...

    def thumbnail(self, component_id: str) -> str | None:
        """Return the address of a component's preview, or None where there is none."""
        ...


class NoLinks:
    """Knows no address, for a store without an application around it."""

    def component(self, component_id: str) -> str | None:
        """Return None."""
        return None

    def thumbnail(self, component_id: str) -> str | None:
        """Return None."""
        return None


def no_links(_caller: Caller) -> Links:
    """Return the addresses that a store without an application around it knows: none."""
    return NoLinks()


PageValue: TypeAlias = "Callable[[Storage, sql.Connection, Links, EntityModel, Sequence[Key]], dict[Key, object]]"


def _link(
    storage: Storage, connection: sql.Connection, _links: Links, entity: EntityModel, keys: Sequence[Key]
) -> dict[Key, object]:
    """Return the path of each row: from the project down to itself, without the asset of a version (10.8)."""
    paths = _PATHS.get(entity.lineage[-1])
    return {} if paths is None else paths(storage, connection, keys)


def _context_paths(storage: Storage, connection: sql.Connection, keys: Sequence[Key]) -> dict[Key, object]:
    found = context_paths(storage, connection, [str(key[0]) for key in keys])
    return {key: found[str(key[0])] for key in keys if str(key[0]) in found}


def context_paths(storage: Storage, connection: sql.Connection, ids: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """Return the path of each context as id, name and type, root first."""
    parents = parents_of(storage, connection, ids)
    contexts = storage.tables[storage.entity("Context").table]
    items: dict[str, dict[str, str]] = {}
    for chunk in chunks(sorted({*ids, *parents, *parents.values()})):
        statement = sql.select(contexts.c.id, contexts.c.name, contexts.c[TYPE]).where(contexts.c.id.in_(chunk))
        for context_id, name, entity_type in connection.execute(statement):
            kind = "Project" if entity_type == "Project" else "TypedContext"
            items[context_id] = {"id": context_id, "name": name, "type": kind}
    return {each: _path(each, parents, items) for each in ids if each in items}


def _path(start: str, parents: Mapping[str, str], items: Mapping[str, dict[str, str]]) -> list[dict[str, str]]:
    path: list[dict[str, str]] = []
    seen: set[str] = set()
    current: str | None = start
    while current is not None and current in items and current not in seen:
        seen.add(current)
        path.append(items[current])
        current = parents.get(current)
    return path[::-1]


def _version_paths(storage: Storage, connection: sql.Connection, keys: Sequence[Key]) -> dict[Key, object]:
    versions = storage.tables[storage.entity("AssetVersion").table]
    assets = storage.tables[storage.entity("Asset").table]
    joined = versions.join(assets, assets.c.id == versions.c.asset_id)
    rows: list[Sequence[Any]] = []
    for chunk in chunks([key[0] for key in keys]):
        columns = (versions.c.id, versions.c.version, assets.c.name, assets.c.context_id)
        rows += connection.execute(sql.select(*columns).select_from(joined).where(versions.c.id.in_(chunk))).all()
    contexts = context_paths(storage, connection, list({row[3] for row in rows if row[3]}))
    own = ((row, {"id": row[0], "name": f"{row[2]} v{row[1] or 0}", "type": "AssetVersion"}) for row in rows)
    return {(row[0],): [*contexts.get(row[3], []), item] for row, item in own}


def _group_paths(storage: Storage, connection: sql.Connection, keys: Sequence[Key]) -> dict[Key, object]:
    resources = storage.tables[storage.entity("Group").table]
    columns = (resources.c.id, resources.c.name, resources.c.parent_id)
    rows = connection.execute(sql.select(*columns).where(resources.c[TYPE] == "Group")).all()
    parents = {row[0]: row[2] for row in rows if row[2]}
    items = {row[0]: {"id": row[0], "name": row[1], "type": "Group"} for row in rows}
    return {key: _path(str(key[0]), parents, items) for key in keys}


_PATHS: Final[Mapping[str, Callable[[Storage, sql.Connection, Sequence[Key]], dict[Key, object]]]] = {
    "Context": _context_paths,
    "AssetVersion": _version_paths,
    "Resource": _group_paths,
}


def _column_of(
    storage: Storage, connection: sql.Connection, entity: EntityModel, keys: Sequence[Key], column: str
) -> dict[Key, str]:
    """Return a column by the key of its row, where it is set."""
    table = storage.tables[entity.table]
    if column not in table.c:
        return {}
    columns = [table.c[name] for name in entity.key_columns]
    found: dict[Key, str] = {}
    for chunk in chunks(keys):
        statement = sql.select(table.c[column], *columns).where(columns[0].in_([key[0] for key in chunk]))
        found.update({tuple(row[1:]): row[0] for row in connection.execute(statement) if row[0] is not None})
    return found


def _thumbnail_url(
    storage: Storage, connection: sql.Connection, links: Links, entity: EntityModel, keys: Sequence[Key]
) -> dict[Key, object]:
    column = "thumbnail_id" if "thumbnail_id" in entity.attributes else "component_id"
    found = _column_of(storage, connection, entity, keys, column)
    return {key: _address(links.thumbnail(component_id)) for key, component_id in found.items()}


def _url(
    storage: Storage, connection: sql.Connection, links: Links, entity: EntityModel, keys: Sequence[Key]
) -> dict[Key, object]:
    found = _column_of(storage, connection, entity, keys, "component_id")
    return {key: _address(links.component(component_id)) for key, component_id in found.items()}


def _address(url: str | None) -> dict[str, str] | None:
    return None if url is None else {"url": url}


def _nothing(
    _storage: Storage, _connection: sql.Connection, _links: Links, _entity: EntityModel, _keys: Sequence[Key]
) -> dict[Key, object]:
    return {}


PAGE_VALUES: Final[Mapping[str, PageValue]] = {
    "link": _link,
    "_link": _link,
    "thumbnail_url": _thumbnail_url,
    "url": _url,
    "thumbnail_source_id": _nothing,  # previews are not inherited here
}
"""By name: the same names mean the same on every type."""
