"""Owns the query texts in a Python file: finds them, and fills the holes of those that are put together."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import attrs

from ftrack_typed.query.tokens import is_open

HOLE: Final = "ftrack_gen_hole"
"""Stands for what is only known when the program runs; a path or a type with this name is not judged."""

_METHODS: Final = frozenset({"query"})

_PERCENT: Final = re.compile(r"%(?:\(\w+\))?[#0\- +]*\d*(?:\.\d+)?[srdif]|(%%)")

_NUMBER: Final = re.compile(r"\b(?:limit|offset)\s+$", re.IGNORECASE)

Part = str | None
"""A piece of a text, or None for a hole."""


@attrs.frozen
class QueryText:
    """One text that is given to ``session.query``."""

    line: int
    column: int
    """From 1, where the text begins."""

    text: str
    """With its holes filled: by a letter inside quotes, by a number behind ``limit``, else by `HOLE`."""

    of_session: bool
    """Whether it is given to something that is named like a session."""

    @property
    def whole(self) -> bool:
        """Whether nothing of the query's own words is left open."""
        return HOLE not in self.text


def query_texts(tree: ast.AST) -> Iterator[QueryText]:
    """Yield the query texts of a parsed file, in order; what cannot be read as a text is left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
            given = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "expression"), None)
            parts = None if given is None else _parts(given)
            if given is not None and parts is not None:
                of_session = "session" in _last_name(node.func.value).casefold()
                yield QueryText(given.lineno, given.col_offset + 1, _filled(parts), of_session)


def _last_name(node: ast.expr) -> str:
    """Return the name that an expression such as ``self.session`` ends in."""
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _parts(node: ast.expr) -> list[Part] | None:
    """Return the pieces and holes of an expression that makes a text, or None where it is none that can be read."""
    read = _READERS.get(type(node))
    return None if read is None else read(node)


def _constant(node: ast.expr) -> list[Part] | None:
    assert isinstance(node, ast.Constant)
    return [node.value] if isinstance(node.value, str) else None


def _joined(node: ast.expr) -> list[Part] | None:
    """Return the parts of an f-string."""
    assert isinstance(node, ast.JoinedStr)
    return [str(each.value) if isinstance(each, ast.Constant) else None for each in node.values]


def _operated(node: ast.expr) -> list[Part] | None:
    """Return the parts of ``a + b`` and of ``text % values``."""
    assert isinstance(node, ast.BinOp)
    left = _parts(node.left)
    if left is None:
        return None
    if isinstance(node.op, ast.Add):
        return [*left, *(_parts(node.right) or [None])]
    if isinstance(node.op, ast.Mod) and None not in left:
        return _percent("".join(each for each in left if each is not None))
    return None


def _percent(text: str) -> list[Part]:
    parts: list[Part] = []
    end = 0
    for match in _PERCENT.finditer(text):
        parts += [text[end : match.start()], "%" if match.group(1) else None]
        end = match.end()
    return [*parts, text[end:]]


def _formatted(node: ast.expr) -> list[Part] | None:
    """Return the parts of ``text.format(...)``."""
    assert isinstance(node, ast.Call)
    function = node.func
    if not (isinstance(function, ast.Attribute) and function.attr == "format"):
        return None
    template = _parts(function.value)
    if template is None or None in template:
        return None
    parts: list[Part] = []
    try:
        for literal, field, _, _ in string.Formatter().parse("".join(each for each in template if each is not None)):
            parts += [literal] if field is None else [literal, None]
    except ValueError:
        return None
    return parts


_READERS: Final[Mapping[type[ast.expr], Callable[[ast.expr], list[Part] | None]]] = {
    ast.Constant: _constant,
    ast.JoinedStr: _joined,
    ast.BinOp: _operated,
    ast.Call: _formatted,
}


def _filled(parts: list[Part]) -> str:
    text = ""
    for part in parts:
        text += part if part is not None else _filling(text)
    return text


def _filling(before: str) -> str:
    if is_open(before):
        return "x"
    return "1" if _NUMBER.search(before) else HOLE
