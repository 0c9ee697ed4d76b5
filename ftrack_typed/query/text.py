"""Owns the outline of a query written as text: its type, and the offset and limit that paging replaces.

The text is split by tokens, so what stands in a string or in brackets is never taken for a clause.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from ..errors import QuerySyntaxError, QueryValueError
from .tokens import Token, TokenKind, tokenise


class Outline(NamedTuple):
    """A query text without its offset and limit, and what they were."""

    text: str
    entity_type: str
    selects: bool
    offset: int | None = None
    limit: int | None = None


def outline(text: str) -> Outline:
    """Return the outline of the query *text*; raise QuerySyntaxError where it has none."""
    tokens = list(tokenise(text))
    if not tokens:
        raise QuerySyntaxError("a query starts with an entity type or with 'select'", text, 0)
    if _wants_operand(tokens[-1]):
        # The server would find fault with the offset and the limit of a page, which follow.
        raise QuerySyntaxError(f"the query ends where something has to follow {tokens[-1].text!r}", text, len(text))
    selects = _is(tokens[0], "select")
    windows = {name: _window(text, tokens, name) for name in ("offset", "limit")}
    cuts = sorted((start, end) for found in windows.values() if found is not None for _, start, end in [found])
    return Outline(
        text=_without(text, cuts),
        entity_type=_queried_type(text, tokens) if selects else tokens[0].text,
        selects=selects,
        offset=windows["offset"][0] if windows["offset"] else None,
        limit=windows["limit"][0] if windows["limit"] else None,
    )


def _is(token: Token, word: str) -> bool:
    return token.kind is TokenKind.WORD and token.text == word


def _queried_type(text: str, tokens: Sequence[Token]) -> str:
    for token, following in pairwise(tokens):
        if _is(token, "from") and following.kind is TokenKind.WORD:
            return following.text
    raise QuerySyntaxError("'select' needs 'from' and an entity type", text, len(text))


def _window(text: str, tokens: Sequence[Token], name: str) -> tuple[int, int, int] | None:
    """Return the number after the clause *name* and where both stand; None without such a clause outside brackets.

    A clause follows something complete, so an attribute or a value of that name, after an operator, is none.
    """
    depth = 0
    for place, token in enumerate(tokens):
        if token.kind is TokenKind.PUNCTUATION:
            depth += {"(": 1, ")": -1}.get(token.text, 0)
        elif depth == 0 and place and _is(token, name) and not _wants_operand(tokens[place - 1]):
            number = tokens[place + 1] if place + 1 < len(tokens) else None
            if number is not None and number.text.isdecimal():
                return int(number.text), token.start, number.end
            if number is None:
                raise QuerySyntaxError(f"{name!r} needs a whole number", text, token.end)
    return None


_BEFORE_OPERANDS: Final = frozenset({"select", "where", "and", "or", "not", "by", "has", "any", "in", "not_in"})
_COMPARATORS: Final = frozenset({"is", "is_not", "like", "not_like", "after", "before", "greater_than", "less_than"})


def _wants_operand(token: Token) -> bool:
    if token.kind is TokenKind.WORD:
        return token.text in _BEFORE_OPERANDS or token.text in _COMPARATORS
    return token.kind is TokenKind.COMPARISON or token.text == ","


def _without(text: str, cuts: Sequence[tuple[int, int]]) -> str:
    kept, position = [], 0
    for start, end in cuts:
        kept.append(text[position:start])
        position = end
    return " ".join(piece for piece in (part.strip() for part in (*kept, text[position:])) if piece)


def check_text(text: str) -> None:
    """Raise QueryValueError where *text* holds half a surrogate pair, which cannot be sent as UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise QueryValueError(
            f"half a surrogate pair, at place {error.start} of {text!r}, is no text", {"value": text}
        ) from None
