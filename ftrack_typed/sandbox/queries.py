"""Owns the action ``query``: from the text of an expression to a page of entities (protocol section 2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs
import sqlalchemy as sql

from ..errors import QuerySyntaxError
from ..query.parser import parse
from ..query.syntax import Aggregate, Path, Statement, Step
from ..schema import PropertyKind
from . import faults
from .criteria import Criteria, Members
from .dialects.expressions import Aggregated, SortKey
from .encoding import encode
from .loading import Loader
from .model import Attribute
from .page_values import Links
from .paths import Reader, ordered
from .projections import select, select_defaults
from .response import Response
from .sources import NUMERIC, Element, Selection, Source, Storage

Groups: TypeAlias = Mapping[str, "tuple[Element, Attribute]"]
"""What is grouped by: the value and the attribute of each, by the name that it has in rows."""

_MAXIMUM: int = 2**62
"""Offsets and limits beyond what a database can count are cut to it."""


@attrs.frozen(eq=False)
class Queries:
    """Runs query expressions on one connection and writes their entities to one response."""

    storage: Storage
    connection: sql.Connection
    response: Response
    links: Links

    def run(self, expression: object) -> dict[str, object]:
        """Return the result of the action; raise Fault for an expression that is none, or does not fit the schema."""
        statement = parsed(expression)
        return self.execute(str(expression), statement)

    def execute(self, expression: str, statement: Statement) -> dict[str, object]:
        """Return the result for a statement; *expression* is the text that errors show."""
        compiler = Compiler(Reader(self.storage, expression))
        if statement.group_by or any(isinstance(each, Aggregate) for each in statement.projections):
            return self._grouped(compiler, statement)
        return self._entities(compiler, statement)

    def _entities(self, compiler: Compiler, statement: Statement) -> dict[str, object]:
        reader = compiler.reader
        entity = reader.entity(statement.entity_type)
        paths = [each for each in statement.projections if isinstance(each, Path)]
        selected = select(reader, entity, paths) if paths else select_defaults(reader, entity)
        source = self.storage.source(entity)
        rows = compiler.rows(source, statement, sql.select().select_from(source.rows))
        nodes = Loader(self.storage, self.connection, self.links).load(selected, source, _paged(rows, statement))
        page, following = _page(nodes, statement)
        return _result(self.response.write(page), following)

    def _grouped(self, compiler: Compiler, statement: Statement) -> dict[str, object]:
        source = self.storage.source(compiler.reader.entity(statement.entity_type))
        keys = compiler.group_keys(source, statement)
        columns = compiler.grouped_columns(source, statement, keys)
        groups = [ordered(value, attribute) for value, attribute in keys.values()]
        labelled = [element.label(name) for name, (element, _) in columns.items()]
        rows: Selection = sql.select(*labelled).select_from(source.rows)
        rows = compiler.filtered(source, statement, rows)
        if groups:
            sorting = compiler.group_sorting(source, statement, keys)
            rows = rows.group_by(*groups).order_by(*sorting, *map(SortKey, groups))
        found = [
            {name: encode(columns[name][1], value) for name, value in row.items()}
            for row in self.connection.execute(_paged(rows, statement)).mappings()
        ]
        page, following = _page(found, statement)
        return _result(page, following)


def parsed(expression: object) -> Statement:
    """Return the syntax tree of an expression; raise Fault for one that is none (protocol section 1.4)."""
    if not isinstance(expression, str):
        raise faults.unparsed(faults.shown(expression), "a query is a text")
    try:
        expression.encode("utf-8")
        return parse(expression)
    except QuerySyntaxError as error:
        raise faults.unparsed(expression, error.message) from None
    except UnicodeEncodeError as error:
        raise faults.unparsed(expression, f"half a surrogate pair is no text: {error}") from None


def _result(data: object, following: int | None) -> dict[str, object]:
    return {"action": "query", "data": data, "metadata": {"next": {"offset": following}}}


def _paged(rows: Selection, statement: Statement) -> Selection:
    """Return the rows of the page and one more, which tells whether a page follows."""
    if statement.offset:
        rows = rows.offset(min(statement.offset, _MAXIMUM))
    if statement.limit is not None:
        rows = rows.limit(min(statement.limit, _MAXIMUM) + 1)
    return rows


def _page(found: list[Any], statement: Statement) -> tuple[list[Any], int | None]:
    """Return the rows of the page, and the offset of the next one or None at the end."""
    if statement.limit is None or len(found) <= statement.limit:
        return found, None
    return found[: statement.limit], (statement.offset or 0) + statement.limit


@attrs.frozen(eq=False)
class Compiler:
    """Compiles the statements of one expression, subqueries included."""

    reader: Reader

    def rows(self, source: Source, statement: Statement, rows: Selection) -> Selection:
        """Return *rows* with the criteria of a statement and its order, which the key makes the same on every page."""
        return self.filtered(source, statement, rows).order_by(*self.sorting(source, statement), *source.key())

    def filtered(self, source: Source, statement: Statement, rows: Selection) -> Selection:
        """Return *rows* with the type and the criteria of a statement."""
        condition = source.type_condition(indexed=statement.where is None and not statement.order_by)
        rows = rows if condition is None else rows.where(condition)
        if statement.where is None:
            return rows
        return rows.where(Criteria(self.reader, self.subquery).condition(source, statement.where))

    def sorting(self, source: Source, statement: Statement) -> list[Element]:
        """Return the sort keys that a statement gives."""
        keys: list[Element] = []
        for order in statement.order_by:
            value, attribute = self.reader.scalar(source, order.path)
            keys.append(SortKey(ordered(value, attribute), descending=order.descending))
        return keys

    def group_sorting(self, source: Source, statement: Statement, groups: Groups) -> list[Element]:
        """Return the sort keys of groups; what is not grouped by sorts by its smallest value."""
        keys: list[Element] = []
        for order in statement.order_by:
            value, attribute = groups.get(_name(order.path)) or self.reader.scalar(source, order.path)
            is_key = _name(order.path) in groups
            key = ordered(value, attribute) if is_key else _smallest(value, attribute)
            keys.append(SortKey(key, descending=order.descending))
        return keys

    def subquery(self, statement: Statement) -> Members:
        """Return the one column that the query of an ``in`` finds, without nulls."""
        source = self.reader.storage.source(self.reader.entity(statement.entity_type))
        first = statement.projections[0] if statement.projections else None
        if isinstance(first, Aggregate) or statement.group_by:
            raise self.reader.fault("the query of an 'in' selects one attribute, no aggregate", statement.entity_type)
        path = first or Path((Step(source.entity.key[0]),))
        value, attribute = self.reader.scalar(source, path)

        def compiled(element: Element) -> Selection:
            return self._members(source, statement, sql.select(element).where(value.is_not(None)))

        return Members(value, attribute, compiled)

    def _members(self, source: Source, statement: Statement, rows: Selection) -> Selection:
        rows = self.filtered(source, statement, rows)
        if statement.limit is not None or statement.offset:
            rows = rows.order_by(*self.sorting(source, statement), *source.key())
            rows = rows.limit(min(statement.limit if statement.limit is not None else _MAXIMUM, _MAXIMUM))
            rows = rows.offset(min(statement.offset or 0, _MAXIMUM))
        return rows.correlate(None)

    def group_keys(self, source: Source, statement: Statement) -> Groups:
        """Return the value of every attribute that is grouped by, and the attribute, by name."""
        return {_name(path): self.reader.scalar(source, path) for path in statement.group_by}

    def grouped_columns(
        self, source: Source, statement: Statement, groups: Groups
    ) -> dict[str, tuple[Element, PropertyKind]]:
        """Return what each row of a grouped query shows: ``count_id`` for ``count(id)``, and what is grouped by."""
        columns: dict[str, tuple[Element, PropertyKind]] = {}
        for projection in statement.projections:
            if isinstance(projection, Aggregate):
                value, attribute = self.reader.scalar(source, projection.path)
                name = f"{projection.function}_{_name(projection.path)}"
                kind = PropertyKind.INTEGER if projection.function == "count" else attribute.kind
                columns[name] = (self._aggregate(projection, value, attribute), kind)
            elif _name(projection) not in groups:
                raise self.reader.fault(f"{_name(projection)} is selected beside an aggregate: add it to 'group by'")
        # Texts that differ in case are one group, which shows one of them.
        keys = {name: value if each.exact else _smallest(value, each) for name, (value, each) in groups.items()}
        return columns | {name: (element, groups[name][1].kind) for name, element in keys.items()}

    def _aggregate(self, projection: Aggregate, value: Element, attribute: Attribute) -> Element:
        if projection.function in ("sum", "avg") and attribute.kind not in NUMERIC:
            message = f"{projection.function} needs a number, {attribute.name} is none"
            raise self.reader.fault(message, projection.path.steps[-1].name)
        return Aggregated(projection.function, value, is_folded=not attribute.exact)


def _smallest(value: Element, attribute: Attribute) -> Element:
    return Aggregated("min", value, is_folded=not attribute.exact)


def _name(path: Path) -> str:
    return ".".join(step.name for step in path.steps)
