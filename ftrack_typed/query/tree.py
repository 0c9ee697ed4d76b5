"""Owns the way from lark's parse tree to the syntax tree."""

from __future__ import annotations

from typing import Any, TypeAlias

from ..errors import QuerySyntaxError
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
    Step,
    Value,
)

Tree: TypeAlias = Any
"""A tree or token of lark, which has no types for what a grammar gives."""


def build(tree: Tree, text: str) -> Statement:
    """Return the statement of a parse *tree* of *text*; raise QuerySyntaxError where a clause stands twice."""
    return _statement(tree.children[0], text)


def _statement(tree: Tree, text: str) -> Statement:
    children = list(tree.children)
    projections: tuple[Path | Aggregate, ...] = ()
    if tree.data == "selecting":
        projections = tuple(_projection(child) for child in children[1].children)
        children = children[3:]
    entity_type = children[0]
    if "." in entity_type:
        raise QuerySyntaxError(f"{str(entity_type)!r} is no entity type", text, entity_type.start_pos)
    return Statement(str(entity_type), projections, **_clauses(children[1:], text))


def _clauses(clauses: list[Tree], text: str) -> dict[str, Any]:
    """Return the arguments of a statement that follow its type."""
    found: dict[str, Any] = {}
    for clause in clauses:
        keyword = clause.children[0]
        name = {"group": "group_by", "order": "order_by"}.get(clause.data, str(clause.data))
        if name in found:
            raise QuerySyntaxError(f"a second {str(keyword).lower()!r}", text, keyword.start_pos)
        if name == "where" and found:
            raise QuerySyntaxError("'where' comes before everything but the entity type", text, keyword.start_pos)
        found[name] = _clause(name, clause.children, text)
    return found


def _clause(name: str, children: list[Tree], text: str) -> Any:
    if name == "where":
        return _criterion(children[1], text)
    if name in ("offset", "limit"):
        return int(children[1])
    if name == "group_by":
        return tuple(_path(child) for child in children[2:])
    return tuple(_order(child) for child in children[2:])


def _order(tree: Tree) -> Order:
    direction = tree.children[1]
    return Order(_path(tree.children[0]), direction is not None and direction.type == "DESCENDING")


def _projection(tree: Tree) -> Path | Aggregate:
    if tree.data == "aggregate":
        function: Any = str(tree.children[0]).lower()
        return Aggregate(function, _path(tree.children[1]))
    return _path(tree)


def _path(tree: Tree) -> Path:
    steps: list[Step] = []
    for child in tree.children:
        if child is None:
            continue
        if getattr(child, "data", None) == "cast":
            steps[-1] = Step(steps[-1].name, str(child.children[0]))
        else:
            steps.extend(Step(name) for name in str(child).strip(".").split("."))
    return Path(tuple(steps))


def _criterion(tree: Tree, text: str) -> Criterion:
    children = [child for child in tree.children if getattr(child, "type", None) not in ("AND", "OR", "NOT")]
    if tree.data == "or_test":
        return Or(tuple(part for child in children for part in _flat(_criterion(child, text), Or)))
    if tree.data == "and_test":
        return And(tuple(part for child in children for part in _flat(_criterion(child, text), And)))
    if tree.data == "negation":
        return Not(_criterion(children[0], text))
    return _test(tree, text)


def _flat(criterion: Criterion, kind: type[And] | type[Or]) -> tuple[Criterion, ...]:
    """Return the parts of a criterion in brackets that need none: ``a and (b and c)`` is one row of three."""
    return criterion.criteria if isinstance(criterion, kind) else (criterion,)


def _test(tree: Tree, text: str) -> Criterion:
    from .parser import comparator, literal

    path, operator, operand = _path(tree.children[0]), str(tree.children[1]).lower(), tree.children[2]
    if tree.data == "comparison":
        sign: Any = comparator(operator)
        return Comparison(path, sign, literal(operand.children[0].type, str(operand.children[0])))
    if tree.data == "related":
        quantifier: Any = operator
        return Related(path, quantifier, None if operand is None else _criterion(operand, text))
    values: tuple[Value, ...] | Statement = ()
    if operand is not None and operand.data == "members":
        values = tuple(literal(each.children[0].type, str(each.children[0])) for each in operand.children)
    elif operand is not None:
        values = _statement(operand, text)
    return Membership(path, values, negated=operator == "not_in")
