"""Owns the lexer of the query language: the one place that says where a string, word or operator ends.

Grammar: protocol section 4.1. A word is a run of anything that is no blank, quote, bracket, comma or comparison sign,
so uuids, numbers, dotted paths and dates stay whole; the parser looks into them.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ..errors import QuerySyntaxError


class TokenKind(enum.Enum):
    """What a token is."""

    WORD = "word"
    STRING = "string"
    COMPARISON = "comparison"
    PUNCTUATION = "punctuation"


class Token(NamedTuple):
    """A piece of query text: as written, what it stands for, and where it starts and ends."""

    kind: TokenKind
    text: str
    value: str
    start: int
    end: int


_SCANNER: Final = re.compile(
    r"""\s+
    | (?P<string> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
    | (?P<comparison> != | >= | <= | = | > | < )
    | (?P<punctuation> [()\[\],] )
    | (?P<word> [^\s"'()\[\],=<>!]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\([\\\"'])")
_ESCAPE: Final = re.compile(r"([\\\"])")


def tokenise(text: str) -> Iterator[Token]:
    """Yield the tokens of *text*.

    Raise QuerySyntaxError, with the position, where a string is not closed or a character starts no token.
    """
    position = 0
    while position < len(text):
        match = _SCANNER.match(text, position)
        if match is None:
            raise QuerySyntaxError(_complaint(text[position]), text, position)
        if match.lastgroup is not None:
            kind = TokenKind(match.lastgroup)
            piece = match.group()
            value = unquote(piece) if kind is TokenKind.STRING else piece
            yield Token(kind, piece, value, position, match.end())
        position = match.end()


def _complaint(character: str) -> str:
    if character in "\"'":
        return f"the string that starts with {character} is not closed"
    return f"unexpected {character!r}"


def is_open(text: str) -> bool:
    """Tell whether a string that begins in *text* does not end in it."""
    quote = ""
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif quote and character == "\\":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
    return bool(quote)


def quote(value: str) -> str:
    """Return *value* as a string literal: in double quotes, with quotes and backslashes escaped."""
    return '"' + _ESCAPE.sub(r"\\\1", value) + '"'


def unquote(literal: str) -> str:
    r"""Return what the string *literal* stands for.

    A backslash escapes a quote or a backslash. Before anything else it stands for itself, because other clients do not
    escape backslashes and because ``like`` reads ``\%`` as a percent sign (protocol section 4.1).
    """
    return _ESCAPED.sub(r"\1", literal[1:-1])
