"""Owns what queries read from: an alias of a table, or the rows that are worked out, under one set of columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import attrs
import sqlalchemy as sql

from ..schema import PropertyKind
from .dialects.expressions import Now, SortKey, Unindexed
from .dialects.texts import Folded
from .model import EntityModel, Relation, StorageModel
from .tables import NUMBER_COMPANION, TEXT_COMPANION, TYPE, Tables

Element: TypeAlias = "sql.ColumnElement[Any]"
Selection: TypeAlias = "sql.Select[Any]"
Formula: TypeAlias = "Callable[[Storage, Source], Element]"


@attrs.frozen(eq=False)
class Storage:
    """The storage model of a workspace and its tables."""

    model: StorageModel
    tables: Tables

    def entity(self, name: str) -> EntityModel:
        """Return how an entity type is stored."""
        return self.model.entities[name]

    def source(self, entity: EntityModel, owner: Source | None = None) -> Source:
        """Return a fresh alias of what holds an entity type's rows; *owner* ties dense rows to one entity."""
        if entity.dense_owner is not None:
            return Source(self, entity, _dense(self, entity, owner))
        return Source(self, entity, self.tables[entity.table].alias())


@attrs.frozen(eq=False)
class Source:
    """An alias of the rows of one entity type."""

    storage: Storage
    entity: EntityModel
    rows: sql.FromClause

    def column(self, name: str) -> Element:
        """Return a column, or what stands for one: ``computed:NAME``, or the expression of a computed attribute."""
        name = name.removeprefix("computed:")
        formula = self.formula(name)
        return self.rows.c[name] if formula is None else formula(self.storage, self)

    def formula(self, name: str) -> Formula | None:
        """Return what works out a column, where it is not stored."""
        for ancestor in self.entity.lineage:
            formula = FORMULAS.get((ancestor, name))
            if formula is not None:
                return formula
        return None

    def type_condition(self, *, indexed: bool = True) -> Element | None:
        """Return the condition that the rows are of the entity type, or None where all are."""
        if not self.entity.covers:
            return None
        column: Element = self.rows.c[TYPE]
        column = column if indexed else Unindexed(column)
        names = sorted(self.entity.covers)
        return column == names[0] if len(names) == 1 else column.in_(names)

    def cast(self, entity: EntityModel) -> Source:
        """Return the same rows as those of another type of the family."""
        return Source(self.storage, entity, self.rows)

    def key(self) -> tuple[Element, ...]:
        """Return the columns of the primary key."""
        return tuple(self.rows.c[name] for name in self.entity.key_columns)


def joined(source: Source, relation: Relation, target: Source) -> Element:
    """Return the condition that a row of *target* is what *relation* of *source* names; not for links and walks."""
    pairs = zip(relation.local, relation.remote, strict=True)
    return sql.and_(
        *(target.column(remote) == source.column(local) for local, remote in pairs),
        *(target.column(name) == value for name, value in relation.fixed.items()),
    )


# Dense custom attribute values: one row for each entity and each configuration that applies to it.

OWNER_KINDS: Final[Mapping[str, str]] = {
    # The older names by which configurations say whom they are for; contexts go by their own column.
    "Asset": "asset",
    "AssetVersion": "assetversion",
    "User": "user",
    "List": "list",
    "ListObject": "listobject",
    "Group": "group",
}

HIERARCHICAL_KINDS: Final = ("asset", "assetversion", "show", "task")


def _dense(storage: Storage, entity: EntityModel, owner: Source | None) -> sql.FromClause:
    """Return the rows of a dense type; those of one entity where *owner* is given, else joined with all owners."""
    owner_model = storage.entity(entity.dense_owner or "")
    owners = owner or storage.source(owner_model)
    configurations = storage.source(storage.entity("CustomAttributeConfiguration"))
    stored = storage.tables[entity.table].alias()
    c, entity_id = configurations.rows.c, owners.column("id")
    mine = sql.and_(stored.c.configuration_id == c.id, stored.c.entity_id == entity_id)

    def value(suffix: str) -> Element:
        raw = sql.select(stored.c["value" + suffix]).where(mine).correlate_except(stored).scalar_subquery()
        present = sql.exists(sql.select(1).select_from(stored).where(mine).correlate_except(stored))
        fallback = sql.case((c.is_hierarchical.is_(True), sql.null()), else_=c["default" + suffix])
        found = sql.case((present, raw), else_=fallback)
        return Folded(found) if suffix == TEXT_COMPANION else found

    columns = [
        c.id.label("configuration_id"),
        entity_id.label("entity_id"),
        c.key.label("key"),
        owner_project(owners).label("project_id"),
        *(value(suffix).label("value" + suffix) for suffix in ("", TEXT_COMPANION, NUMBER_COMPANION)),
    ]
    kinds = (
        [configurations.type_condition()]
        if owner is not None
        else [configurations.type_condition(), owners.type_condition(indexed=False)]
    )
    selected = sql.select(*columns).where(applies(configurations, owners))
    selected = selected.where(*(kind for kind in kinds if kind is not None))
    return selected.subquery() if owner is None else selected.correlate(owner.rows).subquery()


def owner_project(owner: Source) -> Element:
    """Return the project of an entity that has custom attributes, or null."""
    storage, names = owner.storage, owner.entity.lineage
    columns = owner.rows.c
    if "project_id" in columns:
        is_project = owner.entity.lineage[-1] == "Context"
        return sql.func.coalesce(columns.project_id, columns.id) if is_project else columns.project_id
    contexts = storage.tables[storage.entity("Context").table].alias()
    project = sql.select(sql.func.coalesce(contexts.c.project_id, contexts.c.id))
    if "Asset" in names:
        return project.where(contexts.c.id == columns.context_id).correlate_except(contexts).scalar_subquery()
    if "AssetVersion" in names:
        assets = storage.tables[storage.entity("Asset").table].alias()
        found = project.where(contexts.c.id == assets.c.context_id, assets.c.id == columns.asset_id)
        return found.correlate_except(contexts, assets).scalar_subquery()
    return sql.literal(None, sql.String())


def applies(configurations: Source, owner: Source) -> Element:
    """Return the condition that a configuration is for an entity (protocol section 3.5)."""
    c, columns = configurations.rows.c, owner.rows.c
    project = owner_project(owner)
    if owner.entity.lineage[-1] == "Context":
        kind: Element = columns.context_type
        right_type = sql.or_(c.object_type_id.is_(None), c.object_type_id == columns.object_type_id)
        hierarchical: Element = c.is_hierarchical.is_(True)
    else:
        name = next(
            (OWNER_KINDS[each] for each in owner.entity.lineage if each in OWNER_KINDS), owner.entity.name.lower()
        )
        kind, right_type = sql.literal(name), sql.true()
        hierarchical = c.is_hierarchical.is_(True) if name in HIERARCHICAL_KINDS else sql.false()
    own = sql.and_(sql.func.coalesce(c.is_hierarchical, sql.false()).is_(False), c.entity_type == kind, right_type)
    in_project = sql.or_(c.project_id.is_(None), c.project_id == project)
    other = configurations.storage.tables[configurations.entity.table].alias()
    hidden = sql.exists(
        sql.select(1)
        .select_from(other)
        .where(
            other.c.key == c.key,
            other.c.entity_type == c.entity_type,
            sql.func.coalesce(other.c.object_type_id, "") == sql.func.coalesce(c.object_type_id, ""),
            other.c.project_id == project,
        )
        .correlate_except(other)
    )
    return sql.and_(sql.or_(own, hierarchical), in_project, sql.or_(c.project_id.is_not(None), sql.not_(hidden)))


# Columns that are worked out by the database, so that they can be selected, compared and sorted by.


def _time_logged(storage: Storage, context: Source) -> Element:
    logs = storage.tables[storage.entity("Timelog").table].alias()
    total = sql.select(sql.func.coalesce(sql.func.sum(logs.c.duration), 0.0))
    return total.where(logs.c.context_id == context.rows.c.id).correlate_except(logs).scalar_subquery()


def _time_left(storage: Storage, context: Source) -> Element:
    return sql.func.coalesce(context.rows.c.bid, 0.0) - _time_logged(storage, context)


def _latest_version_id(storage: Storage, asset: Source) -> Element:
    return _newest(storage, asset.rows.c.id)


def _newest(storage: Storage, asset_id: Element) -> Element:
    versions = storage.tables[storage.entity("AssetVersion").table].alias()
    newest = sql.select(versions.c.id).where(versions.c.asset_id == asset_id)
    newest = newest.order_by(SortKey(versions.c.version, descending=True), versions.c.id).limit(1)
    return newest.correlate_except(versions).scalar_subquery()


def _is_latest_version(storage: Storage, version: Source) -> Element:
    newest = _newest(storage, version.rows.c.asset_id)
    return sql.func.coalesce(version.rows.c.id == newest, sql.false(), type_=sql.Boolean())


def _is_open(_storage: Storage, review: Source) -> Element:
    c = review.rows.c
    return sql.func.coalesce(sql.and_(c.start_date <= Now(), c.end_date >= Now()), sql.false(), type_=sql.Boolean())


FORMULAS: Final[Mapping[tuple[str, str], Formula]] = {
    ("TypedContext", "time_logged"): _time_logged,
    ("TypedContext", "bid_time_logged_difference"): _time_left,
    ("Asset", "latest_version_id"): _latest_version_id,
    ("AssetVersion", "is_latest_version"): _is_latest_version,
    ("ReviewSession", "is_open"): _is_open,
}

NUMERIC: Final = frozenset({PropertyKind.INTEGER, PropertyKind.NUMBER})
