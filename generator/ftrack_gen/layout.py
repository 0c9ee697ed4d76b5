"""Lays out Python source as ruff does: on one line where it fits, else one item per line with a trailing comma."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

WIDTH: Final = 88
INDENT: Final = 4
SKIP: Final = "  # fmt: skip"

_NAMED_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


@attrs.frozen
class Bracket:
    """Items between a head such as ``attribute(`` and a tail such as ``)``."""

    head: str
    items: tuple[str | Bracket, ...]
    tail: str
    lone_comma: bool = False
    """Whether one item alone needs a comma, as in a tuple."""

    subscript: bool = False
    """Whether the brackets are those of a subscript, where a comma behind one item alone would mean something."""

    @property
    def breaks(self) -> bool:
        """Whether the formatter keeps the items on lines of their own."""
        return len(self.items) > 1 or not (self.lone_comma or self.subscript)

    @property
    def flat(self) -> str:
        """The source on one line."""
        comma = "," if self.lone_comma and len(self.items) == 1 else ""
        return f"{self.head}{', '.join(_flat(item) for item in self.items)}{comma}{self.tail}"


def _flat(item: str | Bracket) -> str:
    return item if isinstance(item, str) else item.flat


def width(text: str) -> int:
    """Return how wide *text* may be at most; a character beyond ASCII is taken for a wide one."""
    return len(text) + sum(character > "\x7f" for character in text)


def fits(text: str, indent: int = 0) -> bool:
    """Tell whether *text* fits on a line."""
    return indent + width(text) <= WIDTH


def lay_out(source: str | Bracket, indent: int = 0, *, after: int = 0) -> str:
    """Return *source* as lines, the first of them without indentation.

    *indent* is the indentation of the statement, *after* the room that must stay free behind it.
    """
    flat = _flat(source)
    if isinstance(source, str) or not source.items or fits(flat, indent + after):
        return flat
    if not source.breaks:
        return flat + SKIP
    inner = indent + INDENT
    lines = [f"{' ' * inner}{lay_out(item, inner, after=1)}," for item in source.items]
    return "\n".join((source.head, *lines, f"{' ' * indent}{source.tail}"))


def assignment(name: str, annotation: str, value: Bracket, indent: int) -> str:
    """Return ``name: annotation = value``; where no break helps, the formatter is told to leave the line."""
    whole = attrs.evolve(value, head=f"{name}: {annotation} = {value.head}")
    if fits(whole.flat, indent):
        return whole.flat
    if whole.items and fits(whole.head, indent):
        return lay_out(whole, indent)
    return whole.flat + SKIP


def import_line(module: str, names: Iterable[str], indent: int = 0) -> str:
    """Return ``from module import names``."""
    names = tuple(names)
    flat = f"from {module} import {', '.join(names)}"
    if fits(flat, indent):
        return flat
    return lay_out(Bracket(f"from {module} import (", names, ")"), indent)


def literal(value: object) -> str:
    """Return *value*, which came from JSON, as source: text in the quotes that ruff prefers."""
    if isinstance(value, str):
        quote = "'" if value.count('"') > value.count("'") else '"'
        return f"{quote}{_escaped(value, quote)}{quote}"
    return repr(value)


def docstring(text: str) -> str:
    """Return *text* as a docstring of one line that ends in a full stop, whatever it holds."""
    line = " ".join(text.split())
    if not line.endswith((".", "!", "?")):
        line = line.rstrip(":;,") + "."
    line = _escaped(line, "").replace('"""', r"\"\"\"")
    return f'"""\\{line}"""' if line.startswith('"') else f'"""{line}"""'


def _escaped(text: str, quote: str) -> str:
    """Return *text* with backslashes, *quote* and everything that cannot be printed escaped."""
    return "".join(_escape(character, quote) for character in text)


def _escape(character: str, quote: str) -> str:
    if character == "\\" or (quote and character == quote):
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return _NAMED_ESCAPES.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
