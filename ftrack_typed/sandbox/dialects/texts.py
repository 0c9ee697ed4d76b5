"""Owns texts that compare and sort whatever their case, for the letters of ASCII, and those that are exact.

SQLite's NOCASE does that by itself. PostgreSQL has no such collation: there the lower-case form under the collation "C"
is compared, which knows no other letters and sorts by code points, as SQLite does; indexes are on that form.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any, Final, cast

import sqlalchemy as sql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import Null

Element = sql.ColumnElement[Any]

_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)

_COMPARISONS: Final = frozenset(
    {
        operators.eq,
        operators.ne,
        operators.lt,
        operators.le,
        operators.gt,
        operators.ge,
        operators.like_op,
        operators.not_like_op,
        operators.in_op,
        operators.not_in_op,
    }
)


def folded(text: str) -> str:
    """Return a text with the letters A to Z in lower case."""
    return text.translate(_LOWER)


class FoldedValue(sql.types.TypeDecorator[str]):
    """A value that folded texts are compared with."""

    impl = sql.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Fold it where the database does not."""
        return folded(value) if dialect.name == "postgresql" and isinstance(value, str) else value


_FOLDED_VALUE: Final = FoldedValue()
_TEXT: Final = sql.Text()


class Folded(sql.ColumnElement[Any]):
    """A text in comparisons and as a sort key, whatever its case."""

    inherit_cache = True
    _traverse_internals = [("text", sql.sql.visitors.InternalTraversal.dp_clauseelement)]

    def __init__(self, text: Element) -> None:
        self.text = text
        self.type = _FOLDED_VALUE


@compiles(Folded, "sqlite")
def _by_collation(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(element.text, **options)
    # A column has its collation from its table, and keeps its index only without another one.
    return text if isinstance(element.text, sql.Column | sql.BindParameter) else f"({text}) COLLATE NOCASE"


@compiles(Folded, "postgresql")
def _by_function(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(element.text, **options)
    has_collation = isinstance(element.text, sql.Column) and isinstance(element.text.type, FoldedText)
    return f"lower({text})" if has_collation else f'lower(({text}) COLLATE "C")'


class _Comparator(sql.types.TypeDecorator.Comparator[str]):
    """Compares folded texts, whatever writes the comparison."""

    def operate(self, op: Callable[..., Any], *other: Any, **kwargs: Any) -> Element:
        if op in _COMPARISONS and other[0] is not None and not isinstance(other[0], Null):
            found: Element = op(Folded(self.expr), *(_other(each) for each in other), **kwargs)
            return found
        return super().operate(op, *other, **kwargs)


def _other(value: Any) -> Any:
    is_folded = isinstance(value, sql.ColumnElement) and isinstance(value.type, FoldedValue)
    return Folded(value) if isinstance(value, sql.ColumnElement) and not is_folded else value


class FoldedText(sql.types.TypeDecorator[str]):
    """The type of a column of texts that compare whatever their case."""

    impl = sql.Text
    cache_ok = True
    comparator_factory = cast("Any", _Comparator)  # declared as a property, which nothing else can stand for

    def load_dialect_impl(self, dialect: Dialect) -> sql.types.TypeEngine[Any]:
        """Return the type of the column."""
        collation = {"sqlite": "NOCASE", "postgresql": "C"}.get(dialect.name)
        return sql.Text(collation=collation)


FOLDED: Final = FoldedText()
"""Text that compares and sorts whatever its case, so that an index serves both (protocol section 4.1)."""

EXACT: Final = sql.Text().with_variant(sql.Text(collation="C"), "postgresql")
EXACT_STRING: Final = sql.String().with_variant(sql.Text(collation="C"), "postgresql")
"""Texts that compare and sort by their code points, with either name that SQLite's files have for them."""


class Bytewise(sql.ColumnElement[Any]):
    """A text in a comparison that heeds everything: what stands behind a NUL too, which NOCASE does not look at."""

    inherit_cache = True
    _traverse_internals = [("text", sql.sql.visitors.InternalTraversal.dp_clauseelement)]

    def __init__(self, text: Element) -> None:
        self.text = text
        self.type = _TEXT


@compiles(Bytewise)
def _bytewise(element: Bytewise, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.text, **options)


@compiles(Bytewise, "sqlite")
def _binary(element: Bytewise, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.process(element.text, **options)} COLLATE BINARY"
