"""Owns the way from a query text to its syntax tree: a lark grammar over the tokens of `tokens`.

lark is an extra dependency (``gen``, ``sandbox``) and imported with the first text. A word is a keyword only where the
grammar expects that keyword, so attributes and values may be called ``from``, ``limit`` or ``any``; keywords may be
written in any case. Grammar: protocol section 4.1.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from ..errors import QuerySyntaxError
from .syntax import Statement, Value, Word
from .tokens import Token, TokenKind, tokenise

if TYPE_CHECKING:
    from lark import Lark

_GRAMMAR: Final = r"""
start: query
?query: selecting | bare
selecting: SELECT projections FROM NAME clause*
bare: NAME clause*
projections: projection ("," projection)*
?projection: path | aggregate
aggregate: FUNCTION "(" path ")"

?clause: where | group | order | offset | limit
where: WHERE _criteria
group: GROUP BY path ("," path)*
order: ORDER BY sort ("," sort)*
sort: path [ASCENDING | DESCENDING]
offset: OFFSET INTEGER
limit: LIMIT INTEGER

_criteria: or_test
?or_test: and_test (OR and_test)*
?and_test: not_test (AND not_test)*
?not_test: NOT test -> negation
    | test
?test: "(" or_test ")"
    | path HAS "(" [or_test] ")" -> related
    | path COMPARATOR value -> comparison
    | path IN "(" [members] ")" -> membership
    | path IN "(" subquery ")" -> membership
members: value ("," value)*
?subquery: selecting
    | NAME clause+ -> bare

path: NAME cast? (TAIL cast?)*
cast: "[" NAME "]"
value: STRING | NAME | INTEGER | WORD | TAIL

%declare NAME TAIL INTEGER WORD STRING FUNCTION COMPARATOR HAS IN
%declare SELECT FROM WHERE GROUP ORDER BY OFFSET LIMIT OR AND NOT ASCENDING DESCENDING
"""

_COMPARATORS: Final = {
    "=": "is", "is": "is", "!=": "is_not", "is_not": "is_not",
    ">": ">", "after": ">", "greater_than": ">", "<": "<", "before": "<", "less_than": "<", ">=": ">=", "<=": "<=",
    "like": "like", "not_like": "not_like",
}  # fmt: skip

_KEYWORDS: Final = {
    **{word: word.upper() for word in ("select", "from", "where", "group", "order", "by", "offset", "limit")},
    **{word: word.upper() for word in ("or", "and", "not")},
    **dict.fromkeys(("asc", "ascending"), "ASCENDING"),
    **dict.fromkeys(("desc", "descending"), "DESCENDING"),
    **dict.fromkeys(_COMPARATORS, "COMPARATOR"),
    **dict.fromkeys(("has", "any"), "HAS"),
    **dict.fromkeys(("in", "not_in"), "IN"),
    **dict.fromkeys(("count", "sum", "avg", "min", "max"), "FUNCTION"),
}

_NAME: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_TAIL: Final = re.compile(r"(\.[A-Za-z_]\w*)+", re.ASCII)
_INTEGER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_PUNCTUATION: Final = {"(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", ",": "COMMA"}
_NULLS: Final = frozenset({"None", "none", "null"})

_MAXIMUM_DEPTH: Final = 60
"""Brackets within brackets; more are no query of a person, and would exhaust the stack of what reads the tree."""

_EXPECTED: Final = {
    "NAME": "a name", "TAIL": "a name after the dot", "INTEGER": "a whole number", "STRING": "a value",
    "COMPARATOR": "an operator such as 'is'", "LPAR": "'('", "RPAR": "')'", "LSQB": "'['", "RSQB": "']'",
    "COMMA": "','", "HAS": "'has' or 'any'", "IN": "'in'", "ASCENDING": "'ascending'", "DESCENDING": "'descending'",
    "FUNCTION": "'count('", "$END": "the end",
}  # fmt: skip


def parse(text: str) -> Statement:
    """Return the syntax tree of the query *text*.

    Unquoted values are `Word`s, whose meaning their attribute's type decides; ``none`` and ``null`` are None.
    Raise QuerySyntaxError with the position, and with what was expected there.
    """
    from lark.exceptions import UnexpectedInput

    from .tree import build

    try:
        tree = _lark().parse(text)
    except UnexpectedInput as error:
        raise _syntax_error(error, text) from None
    return build(tree, text)


@functools.cache
def _lark() -> Lark:
    from lark import Lark
    from lark.lexer import Lexer

    class Words(Lexer):
        """Gives lark the tokens of `tokenise`."""

        __future_interface__ = True

        def __init__(self, _configuration: Any) -> None: ...

        def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:
            return _lex(_text(lexer_state), parser_state)

    return Lark(_GRAMMAR, parser="lalr", lexer=Words, maybe_placeholders=True)


def _text(lexer_state: Any) -> str:
    """Return the whole text, whatever release of lark wraps it how."""
    text = lexer_state.text
    return text if isinstance(text, str) else str(text.text)


def _lex(text: str, parser_state: Any) -> Iterator[Any]:
    """Yield lark's tokens; the state of the parser says which keywords can stand here."""
    from lark import Token as LarkToken

    depth = 0
    tokens = list(tokenise(text))
    for position, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth > _MAXIMUM_DEPTH:
            raise QuerySyntaxError(f"more than {_MAXIMUM_DEPTH} brackets within each other", text, token.start)
        following = tokens[position + 1].text if position + 1 < len(tokens) else ""
        accepted = parser_state.parse_conf.parse_table.states[parser_state.position]
        kind = _kind(token, following, accepted)
        yield LarkToken(kind, token.value, start_pos=token.start, end_pos=token.end)


def _kind(token: Token, following: str, accepted: Any) -> str:
    """Return the terminal that a token is, where the terminals *accepted* can stand."""
    if token.kind is TokenKind.STRING:
        return "STRING"
    if token.kind is TokenKind.COMPARISON:
        return "COMPARATOR"
    if token.kind is TokenKind.PUNCTUATION:
        return _PUNCTUATION[token.text]
    keyword = _KEYWORDS.get(token.text.lower())
    if keyword is not None and keyword in accepted and (keyword != "FUNCTION" or following == "("):
        return keyword
    if _NAME.fullmatch(token.text):
        return "NAME"
    if _INTEGER.fullmatch(token.text):
        return "INTEGER"
    return "TAIL" if _TAIL.fullmatch(token.text) else "WORD"


def comparator(text: str) -> str:
    """Return the operator of the syntax tree for one of the texts it can have."""
    return _COMPARATORS[text.lower()]


def literal(kind: str, text: str) -> Value:
    """Return the value that a token of a value stands for."""
    if kind == "STRING":
        return text
    return None if text in _NULLS else Word(text)


def _syntax_error(error: Any, text: str) -> QuerySyntaxError:
    token = getattr(error, "token", None)
    expected = getattr(error, "accepts", None) or getattr(error, "expected", None) or set()
    if token is None or token.type == "$END":
        return QuerySyntaxError(f"the query ends too early: expected {_listed(expected)}", text, len(text))
    start = token.start_pos
    shown = text[start : token.end_pos]
    return QuerySyntaxError(_advice(text, start) or f"unexpected {shown!r}: expected {_listed(expected)}", text, start)


_ADVICE: Final = (
    (re.compile(r"\bis\s+not\s+$", re.IGNORECASE), re.compile(""), "write is_not for 'is not'"),
    (re.compile(""), re.compile(r"not\s+in\b", re.IGNORECASE), "write not_in for 'not in'"),
    (re.compile(""), re.compile(r"not\s+like\b", re.IGNORECASE), "write not_like for 'not like'"),
    (re.compile(r"=\s*$"), re.compile("="), "write = or is to compare"),
)
"""What the texts before and from an unexpected token mean where they are a common slip."""


def _advice(text: str, position: int) -> str | None:
    before, following = text[:position], text[position:]
    return next((advice for start, end, advice in _ADVICE if start.search(before) and end.match(following)), None)


def _listed(terminals: Any) -> str:
    texts = {_EXPECTED.get(name, f"'{name.lower()}'") for name in terminals if name not in {"WORD", "TAIL", "INTEGER"}}
    if {"STRING"} & set(terminals):
        texts -= {"a name"}
    return " or ".join(sorted(texts)) or "a whole number"
