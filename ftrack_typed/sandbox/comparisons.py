"""Owns the comparison of one column with one value of a query: what a literal stands for, by the column's kind."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sql

from ..query.syntax import Value, Word
from ..schema import PropertyKind
from .datetimes import day_after, is_date_only, stored_moment
from .dialects.texts import Bytewise, Folded, FoldedText, folded
from .model import Attribute
from .sources import NUMERIC, Element, Source
from .tables import NUMBER_COMPANION, TEXT_COMPANION

_SIGNS: Final[Mapping[str, Callable[[Any, Any], Element]]] = {
    "is": lambda left, right: left == right,
    "is_not": lambda left, right: left != right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
}

_UP_TO_WILDCARD: Final = re.compile(r"(?:\\[%_\\]|[^%_])*", re.DOTALL)

_BACKSLASH: Final = re.compile(r"\\(.?)", re.DOTALL)

_TRUTH: Final = {"true": True, "false": False, "1": True, "0": False}


_WHOLE: Final = sql.BigInteger()
_DECIMAL: Final = sql.Float()


class LiteralError(Exception):
    """A value of a query does not fit its attribute."""


def compare(source: Source, attribute: Attribute, comparator: str, value: Value) -> Element:
    """Return the condition; raise LiteralError where the value cannot stand for one of the attribute's kind."""
    column = source.column(attribute.column)
    if value is None:
        # A value of a custom attribute that was set to nothing is stored as JSON; its text is null.
        is_json = attribute.kind is PropertyKind.VARIABLE
        return _null(source.rows.c[attribute.column + TEXT_COMPANION] if is_json else column, comparator)
    if comparator in ("like", "not_like"):
        return _like(source, attribute, comparator, value)
    if attribute.kind is PropertyKind.VARIABLE:
        return _variable(source, attribute, comparator, value)
    if attribute.kind is PropertyKind.DATETIME:
        return _moment(column, comparator, value)
    if attribute.kind in NUMERIC:
        return _SIGNS[comparator](column, _literal(number(value)))
    if attribute.kind is PropertyKind.BOOLEAN:
        return _SIGNS[comparator](column, sql.literal(_truth(value), sql.Boolean()))
    return _text(column, comparator, text_of(value))


def member_values(attribute: Attribute, values: tuple[Value, ...]) -> list[object]:
    """Return the values of ``in (...)`` as they are stored; raise LiteralError as `compare` does."""
    if attribute.kind is PropertyKind.DATETIME:
        return [_stored(value) for value in values]
    if attribute.kind in NUMERIC:
        return [number(value) for value in values]
    if attribute.kind is PropertyKind.BOOLEAN:
        return [_truth(value) for value in values]
    return [text_of(value) for value in values]


def text_of(value: Value) -> str:
    """Return a literal as text."""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, datetime):
        moment = value if value.tzinfo is None else value.astimezone(timezone.utc).replace(tzinfo=None)
        return moment.isoformat(timespec="seconds")
    return str(value)


def number(value: Value) -> float | int:
    """Return a literal as a number that the database can hold."""
    try:
        exact = Decimal(text_of(value))
        found: float | int = int(exact) if exact == exact.to_integral_value() and abs(exact) < 2**63 else float(exact)
    except (ArithmeticError, ValueError):
        raise LiteralError(f"a number, not {text_of(value)!r}") from None
    if not math.isfinite(found):
        raise LiteralError(f"a number, not {text_of(value)!r}")
    return found


def numeric_type(*values: float | int) -> sql.types.TypeEngine[Any]:
    """Return the type that holds every one of some numbers."""
    return _WHOLE if all(isinstance(each, int) for each in values) else _DECIMAL


def _literal(value: float | int) -> Element:
    return sql.literal(value, numeric_type(value))


def _truth(value: Value) -> bool:
    truth = _TRUTH.get(text_of(value).lower())
    if truth is None:
        raise LiteralError(f"True or False, not {text_of(value)!r}")
    return truth


def _stored(value: Value) -> str:
    stored = stored_moment(text_of(value))
    if stored is None:
        raise LiteralError(f'a date such as 2024-01-31 or "2024-01-31T12:00:00", not {text_of(value)!r}')
    return stored


def _null(column: Element, comparator: str) -> Element:
    if comparator == "is":
        return column.is_(None)
    if comparator == "is_not":
        return column.is_not(None)
    raise LiteralError("compared with none by 'is' or 'is_not' only")


def _moment(column: Element, comparator: str, value: Value) -> Element:
    """Compare whole seconds in UTC; a day is equal to all of its moments."""
    stored = _stored(value)
    if comparator in ("is", "is_not") and is_date_only(text_of(value)):
        within = sql.and_(column >= stored, column < day_after(stored))
        return within if comparator == "is" else sql.not_(within)
    return _SIGNS[comparator](column, stored)


def _text(column: Element, comparator: str, text: str) -> Element:
    condition = _SIGNS[comparator](column, text)
    if "\0" in text and comparator in ("is", "is_not"):
        # SQLite's NOCASE looks no further than the first NUL.
        exact = _SIGNS[comparator](Bytewise(column), text)
        return sql.and_(condition, exact) if comparator == "is" else sql.or_(condition, exact)
    return condition


def _like(source: Source, attribute: Attribute, comparator: str, value: Value) -> Element:
    if attribute.kind in NUMERIC or attribute.kind is PropertyKind.BOOLEAN:
        raise LiteralError(f"compared by 'is' and the like: it is no text, as {comparator!r} needs")
    column = source.column(attribute.column)
    if attribute.kind is PropertyKind.VARIABLE:
        column = source.rows.c[attribute.column + TEXT_COMPANION]
    pattern = _pattern(text_of(value))
    if comparator == "not_like":
        return Folded(column).not_like(pattern, escape="\\")
    condition = Folded(column).like(pattern, escape="\\")
    is_indexed = isinstance(column.type, FoldedText)
    return sql.and_(*_range(column, _beginning(text_of(value))), condition) if is_indexed else condition


def _range(column: Element, beginning: str) -> Iterator[Element]:
    """Yield conditions that hold for every text that begins so, whatever its case; they let an index find it.

    ``like`` alone reads every row: SQLite uses no index where there is an ``ESCAPE``.
    """
    first = folded(beginning)
    if not first or "\0" in first:  # NOCASE looks no further than the first NUL
        return
    yield column >= first
    following = ord(first[-1]) + 1
    if following < sys.maxunicode and not 0xD800 <= following <= 0xDFFF:
        yield column < first[:-1] + chr(following)


def _beginning(text: str) -> str:
    """Return what every text has to begin with that a query's pattern matches."""
    found = _UP_TO_WILDCARD.match(text)
    return "" if found is None else re.sub(r"\\([%_\\])", r"\1", found[0])


def _pattern(text: str) -> str:
    r"""Return the SQL pattern of a query's: ``\%``, ``\_`` and ``\\`` are literal, any other backslash is itself."""
    return _BACKSLASH.sub(lambda found: found[0] if found[1] and found[1] in "%_\\" else "\\\\" + found[1], text)


def _variable(source: Source, attribute: Attribute, comparator: str, value: Value) -> Element:
    """Compare a value of any JSON type: numbers as numbers, everything else as text (protocol section 3.5)."""
    texts = source.rows.c[attribute.column + TEXT_COMPANION]
    numbers = source.rows.c[attribute.column + NUMBER_COMPANION]
    sign = _SIGNS[comparator]
    text = text_of(value)
    in_text = sign(texts, text)
    if isinstance(value, str) and not isinstance(value, Word):
        moment = stored_moment(text)
        in_text = in_text if moment is None else sign(texts, moment)
    try:
        as_number = number(value)
    except LiteralError:
        return in_text
    return sql.case((numbers.is_not(None), sign(numbers, _literal(as_number))), else_=in_text)
