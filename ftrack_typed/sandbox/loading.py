"""Owns the reading of entities: one query for a page, and one more for each relation that the page asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import sqlalchemy as sql

from .encoding import ENCODERS, Encoder
from .model import EntityModel, Key, Relation
from .page_values import PAGE_VALUES, Links
from .projections import Selected
from .response import Node, Nodes
from .sources import Element, Selection, Source, Storage
from .tables import TYPE
from .walks import CHUNK, above
from .walks import below as below_all

Row = Sequence[Any]


@attrs.frozen(eq=False)
class Loader:
    """Reads the entities of one operation."""

    storage: Storage
    connection: sql.Connection
    links: Links
    nodes: Nodes = attrs.field(factory=Nodes)

    def load(self, selected: Selected, source: Source, statement: Selection) -> list[Node]:
        """Return the nodes of the rows of *statement*, which selects from *source*; columns are added here."""
        plan = _Plan(self.storage, selected, source)
        rows = self.connection.execute(statement.add_columns(*plan.columns)).all()
        return self._nodes(plan, rows, 0)

    def _nodes(self, plan: _Plan, rows: Sequence[Row], offset: int) -> list[Node]:
        """Return one node for each row; the columns of the plan start at *offset*."""
        nodes = plan.nodes(self.nodes, rows, offset)
        for selected in plan.selected.all():
            chosen = plan.chosen(selected, rows, nodes, offset)
            for relation, below in selected.relations.values():
                self._relate(plan, relation, below, chosen, offset)
            for name in selected.computed:
                self._compute(selected.entity, name, chosen)
        return nodes

    def _compute(self, entity: EntityModel, name: str, chosen: list[tuple[Row, Node]]) -> None:
        values = PAGE_VALUES[name](
            self.storage, self.connection, self.links, entity, [n.identity[1] for _, n in chosen]
        )
        for _, node in chosen:
            node.values[name] = values.get(node.identity[1])

    def _relate(
        self, plan: _Plan, relation: Relation, below: Selected, chosen: list[tuple[Row, Node]], offset: int
    ) -> None:
        """Load what a relation of the *chosen* rows holds, and attach it."""
        positions = [offset + plan.position(name) for name in relation.local]
        local = [tuple(row[position] for position in positions) for row, _ in chosen]
        wanted = list(dict.fromkeys(key for key in local if None not in key))
        found: dict[Key, list[Node]] = {}
        for key, node in self._targets(relation, below, wanted):
            found.setdefault(key, []).append(node)
        for key, (_, node) in zip(local, chosen, strict=True):
            targets = found.get(key, [])
            node.relations[relation.name] = targets if relation.many else (targets[0] if targets else None)

    def _targets(self, relation: Relation, below: Selected, wanted: list[Key]) -> Iterable[tuple[Key, Node]]:
        if relation.walk is not None:
            yield from self._walked(relation, below, wanted)
            return
        for start in range(0, len(wanted), CHUNK):
            yield from self._some_targets(relation, below, wanted[start : start + CHUNK])

    def _some_targets(self, relation: Relation, below: Selected, wanted: list[Key]) -> Iterable[tuple[Key, Node]]:
        source = self.storage.source(below.entity)
        plan = _Plan(self.storage, below, source)
        found: list[Element]
        statement: Selection
        if relation.link is not None:
            link = self.storage.tables[relation.link.table].alias()
            found = [link.c[relation.link.near]]
            statement = sql.select().add_columns(*found, *plan.columns).select_from(link, source.rows)
            statement = statement.where(link.c[relation.link.far] == source.column(relation.remote[0]))
        else:
            found = [source.column(name) for name in relation.remote]
            statement = sql.select().add_columns(*found, *plan.columns)
            statement = statement.where(*(source.column(name) == value for name, value in relation.fixed.items()))
        condition = source.type_condition(indexed=False)
        statement = statement if condition is None else statement.where(condition)
        rows = self.connection.execute(_among(statement, found, wanted).order_by(*source.key())).all()
        nodes = self._nodes(plan, rows, len(found))
        return ((tuple(row[: len(found)]), node) for row, node in zip(rows, nodes, strict=True))

    def _walked(self, relation: Relation, below: Selected, wanted: list[Key]) -> Iterable[tuple[Key, Node]]:
        """Yield what is above or below of each start, nearest first, and load it once for all."""
        starts = [str(key[0]) for key in wanted]
        if relation.walk == "up":
            found = above(self.storage, self.connection, starts, including_start=relation.local[0] != "id")
        else:
            found = below_all(self.storage, self.connection, starts)
        ids = list(dict.fromkeys(each for each_found in found.values() for each in each_found))
        by_id = Relation(relation.name, relation.target, False, ("id",), ("id",))
        nodes = {str(key[0]): node for key, node in self._targets(by_id, below, [(each,) for each in ids])}
        for start, reached in found.items():
            for each in reached:
                if each in nodes:
                    yield (start,), nodes[each]


def _among(statement: Selection, columns: list[Element], wanted: list[Key]) -> Selection:
    if len(columns) == 1:
        return statement.where(columns[0].in_([key[0] for key in wanted]))
    return statement.where(sql.tuple_(*columns).in_(wanted))


class _Plan:
    """Which columns are read for what is selected, and how a row of them becomes a node."""

    def __init__(self, storage: Storage, selected: Selected, source: Source) -> None:
        self.selected = selected
        self.entity = selected.entity
        self._storage = storage
        self._positions: dict[str, int] = {}
        self.columns: list[Element] = []
        self._source = source
        for name in self._needed():
            self._add(name)
        self._type_position = self.position(TYPE) if self.entity.typed else None
        self._key_positions = [self.position(name) for name in self.entity.key_columns]

    def _needed(self) -> Iterable[str]:
        """Yield the columns: key, type, what every concrete type carries, and what is asked for."""
        yield from self.entity.key_columns
        if self.entity.typed:
            yield TYPE
        for name in self.entity.covers or self._family():
            concrete = self._storage.entity(name)
            yield from (concrete.column(attribute) for attribute in concrete.extras)
        for selected in self.selected.all():
            yield from (attribute.column for attribute in selected.attributes.values())
            for relation, _ in selected.relations.values():
                yield from relation.local

    def _family(self) -> Iterable[str]:
        """Return the concrete types of a root; of a type without others, itself."""
        if not self.entity.typed:
            return (self.entity.name,)
        entities = self._storage.model.entities
        return [name for name, each in entities.items() if self.entity.name in each.lineage and not each.dense_owner]

    def _add(self, name: str) -> None:
        if name in self._positions:
            return
        entities = [selected.entity for selected in self.selected.all()]
        owner = next(
            (each for each in entities if self._source.cast(each).formula(name.removeprefix("computed:"))), None
        )
        source = self._source if owner is None else self._source.cast(owner)
        self._positions[name] = len(self.columns)
        self.columns.append(source.column(name))

    def position(self, name: str) -> int:
        """Return the place of a column among `columns`."""
        return self._positions[name]

    def chosen(self, selected: Selected, rows: Sequence[Row], nodes: list[Node], offset: int) -> list[tuple[Row, Node]]:
        """Return the rows and nodes that *selected* is asked of: of the narrower type, where it is behind a cast."""
        pairs = zip(rows, nodes, strict=True)
        if selected is self.selected or self._type_position is None or not selected.entity.covers:
            return list(pairs)
        position = offset + self._type_position
        return [(row, node) for row, node in pairs if row[position] in selected.entity.covers]

    def nodes(self, nodes: Nodes, rows: Sequence[Row], offset: int) -> list[Node]:
        """Return one node for each row, with the values that were asked for."""
        fields_by_type: dict[str, list[tuple[str, int, Encoder | None]]] = {}
        type_position = None if self._type_position is None else offset + self._type_position
        keys = [offset + position for position in self._key_positions]
        single = keys[0] if len(keys) == 1 else None
        found: list[Node] = []
        for row in rows:
            entity_type = self.entity.name if type_position is None else row[type_position]
            fields = fields_by_type.get(entity_type)
            if fields is None:
                fields = fields_by_type[entity_type] = self._fields(entity_type, offset)
            key = (row[single],) if single is not None else tuple(row[position] for position in keys)
            node = nodes.node(self.entity, entity_type, key)
            values = node.values
            for name, position, encoder in fields:
                value = row[position]
                values[name] = value if encoder is None or value is None else encoder(value)
            found.append(node)
        return found

    def _fields(self, entity_type: str, offset: int) -> list[tuple[str, int, Encoder | None]]:
        """Return what a row of a concrete type shows: name, place and encoder of each value."""
        concrete = self._storage.entity(entity_type)
        shown = {name: concrete.attributes[name] for name in concrete.extras}
        for selected in self.selected.all():
            if selected is self.selected or entity_type in selected.entity.covers:
                shown |= selected.attributes
        return [(name, offset + self.position(each.column), ENCODERS.get(each.kind)) for name, each in shown.items()]
