"""Owns a mistake that no type checker sees: criteria that ``and`` and ``or`` join in place of ``&`` and ``|``.

Python then takes one of the criteria and drops the other; at run time that is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import Final

_OPERATORS: Final[Mapping[type[ast.boolop], tuple[str, str]]] = {ast.And: ("and", "&"), ast.Or: ("or", "|")}


def conditions(tree: ast.AST, entity_types: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Yield line, column and message for every criterion on one of *entity_types* that is taken for true or false."""
    classes = _imported(tree) & set(entity_types)
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp):
            wrong, right = _OPERATORS[type(node.op)]
            # The last one is what comes out, and is not asked whether it is true.
            first = next((each for each in node.values[:-1] if _is_criterion(each, classes)), None)
            if first is not None:
                message = f"{wrong!r} between criteria drops one of them: write {right}, with brackets around each"
                yield first.lineno, first.col_offset + 1, message
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and _is_criterion(node.operand, classes):
            yield node.lineno, node.col_offset + 1, "'not' before a criterion: write ~, with brackets around it"
        elif isinstance(node, (ast.If, ast.While, ast.IfExp)) and _is_criterion(node.test, classes):
            shown = ast.unparse(node.test)
            message = f"a criterion is neither true nor false: {shown} is about the class, not about an entity"
            yield node.test.lineno, node.test.col_offset + 1, message


def _imported(tree: ast.AST) -> set[str]:
    """Return the names that the file imports from packages."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name for node in imports for alias in node.names}


def _is_criterion(node: ast.expr, classes: Collection[str]) -> bool:
    """Tell whether *node* compares an attribute of one of *classes*, as in ``Task.name == "comp"``."""
    if not isinstance(node, ast.Compare):
        return False
    root: ast.expr = node.left
    while isinstance(root, ast.Attribute):
        root = root.value
    return root is not node.left and isinstance(root, ast.Name) and root.id in classes
