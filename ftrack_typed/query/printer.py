"""Owns the text of queries: prints a syntax tree, and is the only place where a value is quoted."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timezone

from ..errors import QueryValueError
from .syntax import (
    Aggregate,
    And,
    Comparison,
    Criterion,
    Membership,
    Not,
    Or,
    Order,
    Path,
    Related,
    Statement,
    Value,
    Word,
)
from .text import check_text
from .tokens import quote


def print_statement(statement: Statement) -> str:
    """Return the text of *statement*, on one line, as servers read it (protocol section 4.1)."""
    projections = ", ".join(map(print_projection, statement.projections))
    pieces = [f"select {projections} from {statement.entity_type}" if projections else statement.entity_type]
    if statement.where is not None:
        pieces.append(f"where {print_criterion(statement.where)}")
    if statement.group_by:
        pieces.append(f"group by {_listed(map(print_path, statement.group_by))}")
    if statement.order_by:
        pieces.append(f"order by {_listed(map(print_order, statement.order_by))}")
    if statement.offset is not None:
        pieces.append(f"offset {statement.offset}")
    if statement.limit is not None:
        pieces.append(f"limit {statement.limit}")
    return " ".join(pieces)


def print_path(path: Path) -> str:
    """Return the text of *path*, such as ``parent[Shot].name``."""
    return ".".join(f"{step.name}[{step.cast}]" if step.cast else step.name for step in path.steps)


def print_projection(projection: Path | Aggregate) -> str:
    """Return the text of what is selected."""
    if isinstance(projection, Aggregate):
        return f"{projection.function}({print_path(projection.path)})"
    return print_path(projection)


def print_order(order: Order) -> str:
    """Return the text of a sort key."""
    return f"{print_path(order.path)} descending" if order.descending else print_path(order.path)


def print_criterion(criterion: Criterion) -> str:
    """Return the text of *criterion*, with brackets only where precedence needs them."""
    if isinstance(criterion, Comparison):
        return f"{print_path(criterion.path)} {criterion.comparator} {print_value(criterion.value)}"
    if isinstance(criterion, Membership):
        operator = "not_in" if criterion.negated else "in"
        return f"{print_path(criterion.path)} {operator} ({_members(criterion.values)})"
    if isinstance(criterion, Related):
        inner = print_criterion(criterion.criterion) if criterion.criterion is not None else ""
        return f"{print_path(criterion.path)} {criterion.quantifier} ({inner})"
    if isinstance(criterion, And):
        return " and ".join(_bracketed(part, Or, And) for part in criterion.criteria)
    if isinstance(criterion, Or):
        return " or ".join(_bracketed(part, Or) for part in criterion.criteria)
    if isinstance(criterion, Not):
        return f"not {_bracketed(criterion.criterion, Or, And, Not)}"
    raise TypeError(f"no criterion of the query language: {criterion!r}")


def _bracketed(criterion: Criterion, *kinds: type[Criterion]) -> str:
    text = print_criterion(criterion)
    return f"({text})" if isinstance(criterion, kinds) else text


def _members(values: tuple[Value, ...] | Statement) -> str:
    return print_statement(values) if isinstance(values, Statement) else _listed(map(print_value, values))


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(texts)


def print_value(value: Value) -> str:
    """Return *value* as a literal; text is always quoted, so it can never be read as anything else.

    Datetimes are written in UTC, without an offset, to the second; naive ones are taken as UTC (protocol section 3.1).
    Raise QueryValueError for anything that the language has no literal for.
    """
    if value is None:
        return "none"
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, str):
        check_text(value)
        return quote(value)
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float) and math.isfinite(value):
        from decimal import Decimal

        return format(Decimal(repr(float(value))), "f")
    if isinstance(value, datetime):
        utc = value if value.tzinfo is None else value.astimezone(timezone.utc).replace(tzinfo=None)
        return quote(utc.isoformat(timespec="seconds"))
    raise QueryValueError(f"the query language has no literal for {value!r}", {"value": value})
