"""Owns the expressions that databases write in different ways: sort keys, aggregates, long lists, the time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from .texts import Folded, FoldedText, FoldedValue, folded

Element = sql.ColumnElement[Any]

_ELEMENT: Final = sql.sql.visitors.InternalTraversal.dp_clauseelement
_TEXT: Final = sql.sql.visitors.InternalTraversal.dp_string
_BOOLEAN: Final = sql.Boolean()
_FLAG: Final = sql.sql.visitors.InternalTraversal.dp_boolean


class Unindexed(sql.ColumnElement[Any]):
    """A column that the planner must not choose an index for: the type of a row says less than any criterion.

    PostgreSQL knows that by its statistics; SQLite is told.
    """

    inherit_cache = True
    _traverse_internals = [("column", _ELEMENT)]

    def __init__(self, column: Element) -> None:
        self.column = column
        self.type = column.type


@compiles(Unindexed)
def _plain(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.column, **options)


@compiles(Unindexed, "sqlite")
def _without_index(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return "+" + compiler.process(element.column, **options)


class Bracketed(sql.ColumnElement[Any]):
    """A condition in brackets of its own, which SQLAlchemy would leave out within conditions of the same sort."""

    inherit_cache = True
    _traverse_internals = [("inner", _ELEMENT)]

    def __init__(self, inner: Element) -> None:
        self.inner = inner
        self.type = _BOOLEAN


@compiles(Bracketed)
def _bracketed(element: Bracketed, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.inner, **options)})"


class SortKey(sql.ColumnElement[Any]):
    """A sort key: nulls are smaller than any value."""

    inherit_cache = True
    _traverse_internals = [("value", _ELEMENT), ("descending", _FLAG)]

    def __init__(self, value: Element, *, descending: bool = False) -> None:
        self.value = value
        self.descending = descending
        self.type = value.type


@compiles(SortKey)
def _nulls_first(element: SortKey, compiler: SQLCompiler, **options: Any) -> str:
    direction = "DESC NULLS LAST" if element.descending else "ASC NULLS FIRST"
    return f"{compiler.process(element.value, **options)} {direction}"


@compiles(SortKey, "sqlite")
def _nulls_first_already(element: SortKey, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.process(element.value, **options)} {'DESC' if element.descending else 'ASC'}"


class IndexKey(sql.ColumnElement[Any]):
    """A column of an index, so that the index serves comparisons and sort keys."""

    inherit_cache = True
    _traverse_internals = [("column", _ELEMENT)]

    def __init__(self, column: sql.Column[Any]) -> None:
        self.column = Folded(column) if isinstance(column.type, FoldedText) else column
        self.nullable = bool(column.nullable)
        self.type = column.type


@compiles(IndexKey)
def _sorted_like_queries(element: IndexKey, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.column, **options) + (" NULLS FIRST" if element.nullable else "")


@compiles(IndexKey, "sqlite")
def _sorted_so_already(element: IndexKey, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.column, **options)


class Aggregated(sql.ColumnElement[Any]):
    """The count, sum, avg, min or max of a value over the rows of a group; texts are smaller whatever their case."""

    inherit_cache = True
    _traverse_internals = [("value", _ELEMENT), ("function", _TEXT), ("is_folded", _FLAG)]

    def __init__(self, function: str, value: Element, *, is_folded: bool = False) -> None:
        self.function = function
        self.value = value
        self.is_folded = is_folded
        results: dict[str, sql.types.TypeEngine[Any]] = {"count": sql.BigInteger(), "avg": sql.Float()}
        self.type = results.get(function, value.type)


@compiles(Aggregated)
def _aggregated(element: Aggregated, compiler: SQLCompiler, **options: Any) -> str:
    value = Folded(element.value) if element.is_folded and element.function in _EXTREMES else element.value
    return f"{element.function}({compiler.process(value, **options)})"


_EXTREMES: Final = {"min": "ASC", "max": "DESC"}
_OF_FLAGS: Final = {"min": "bool_and", "max": "bool_or"}


@compiles(Aggregated, "postgresql")
def _aggregated_by_postgresql(element: Aggregated, compiler: SQLCompiler, **options: Any) -> str:
    """Write what PostgreSQL has no aggregate for, and the types that its aggregates of whole numbers lose."""
    value = compiler.process(element.value, **options)
    if isinstance(element.value.type, sql.Boolean) and element.function in _OF_FLAGS:
        return f"{_OF_FLAGS[element.function]}({value})"
    if element.is_folded and element.function in _EXTREMES:
        direction = _EXTREMES[element.function]
        key = compiler.process(Folded(element.value), **options)
        return f"(array_agg({value} ORDER BY {key} {direction}) FILTER (WHERE {value} IS NOT NULL))[1]"
    found = f"{element.function}({value})"
    if element.function == "avg":
        return f"CAST({found} AS DOUBLE PRECISION)"
    is_whole = isinstance(element.value.type, sql.Integer) and element.function == "sum"
    return f"CAST({found} AS BIGINT)" if is_whole else found


class Now(sql.ColumnElement[str]):
    """The present moment, as dates are stored."""

    inherit_cache = True
    _traverse_internals = []

    def __init__(self) -> None:
        self.type = sql.Text()


@compiles(Now, "sqlite")
def _now_of_sqlite(_element: Now, _compiler: SQLCompiler, **_options: Any) -> str:
    return "strftime('%Y-%m-%dT%H:%M:%S', 'now')"


@compiles(Now, "postgresql")
def _now_of_postgresql(_element: Now, _compiler: SQLCompiler, **_options: Any) -> str:
    return """to_char(timezone('UTC', statement_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS')"""


class _Values(sql.types.TypeDecorator[Sequence[Any]]):
    """Many values in one parameter: JSON for SQLite, an array for PostgreSQL."""

    impl = sql.Text
    cache_ok = True

    def __init__(self, item: sql.types.TypeEngine[Any], is_folded: bool) -> None:
        super().__init__()
        self.item = item
        self.is_folded = is_folded

    def load_dialect_impl(self, dialect: Dialect) -> sql.types.TypeEngine[Any]:
        """Return the type of the parameter."""
        kind: sql.types.TypeEngine[Any] = ARRAY(self.item) if dialect.name == "postgresql" else sql.Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return the parameter."""
        if dialect.name != "postgresql":
            return json.dumps(list(value))
        if isinstance(self.item, sql.Float):
            return [float(each) for each in value]  # an array has numbers of one sort
        return [folded(each) if self.is_folded else each for each in value]


class AmongMany(sql.ColumnElement[bool]):
    """The condition that a value is one of thousands: databases limit the number of parameters."""

    inherit_cache = True
    _traverse_internals = [("value", _ELEMENT), ("values", _ELEMENT)]

    def __init__(self, value: Element, values: Sequence[Any], item: sql.types.TypeEngine[Any]) -> None:
        is_folded = isinstance(value.type, FoldedText | FoldedValue)
        self.value = Folded(value) if isinstance(value.type, FoldedText) else value
        self.values = sql.bindparam(None, list(values), type_=_Values(item, is_folded), unique=True)
        self.type = _BOOLEAN


@compiles(AmongMany, "sqlite")
def _among_json(element: AmongMany, compiler: SQLCompiler, **options: Any) -> str:
    value, values = (compiler.process(each, **options) for each in (element.value, element.values))
    return f"({value} IN (SELECT value FROM json_each({values})))"


@compiles(AmongMany, "postgresql")
def _among_array(element: AmongMany, compiler: SQLCompiler, **options: Any) -> str:
    value, values = (compiler.process(each, **options) for each in (element.value, element.values))
    return f"({value} = ANY ({values}))"
