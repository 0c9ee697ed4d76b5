"""What is a string, a word or an operator in a text, whatever stands in it."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrack_typed.errors import QuerySyntaxError
from ftrack_typed.query.tokens import Token, TokenKind, quote, tokenise, unquote

HOSTILE: Final = (
    "",
    " ",
    '"',
    "'",
    "\\",
    '\\"',
    "\\\\",
    'a" or name is "b',
    "a' or name is 'b",
    "ends with a backslash\\",
    "100%",
    r"100\%",
    "two\nlines",
    "tab\tand\x00nul",
    "limit 5",
    "offset 3 limit 2",
    ") limit 1 (",
    "日本語",
    "\u202ebidi",
    "🎬",
    "{0} {name} %s",
)
"""Texts that an artist, or a script of another, may put into a name."""


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind.value, token.value) for token in tokenise(text)]


def test_every_kind_of_token() -> None:
    assert kinds("""select a.b[C].d from T where x is "y" and (z >= 1.5, w != 'v')""") == [
        *[("word", "select"), ("word", "a.b"), ("punctuation", "["), ("word", "C"), ("punctuation", "]")],
        *[("word", ".d"), ("word", "from"), ("word", "T"), ("word", "where"), ("word", "x"), ("word", "is")],
        *[("string", "y"), ("word", "and"), ("punctuation", "("), ("word", "z"), ("comparison", ">=")],
        *[("word", "1.5"), ("punctuation", ","), ("word", "w"), ("comparison", "!="), ("string", "v")],
        ("punctuation", ")"),
    ]


@pytest.mark.parametrize("operator", ["=", "!=", ">", "<", ">=", "<="])
@pytest.mark.parametrize("blank", ["", " ", "\n\t "])
def test_comparison_needs_no_blanks(operator: str, blank: str) -> None:
    text = f"bid{blank}{operator}{blank}5"
    assert kinds(text) == [("word", "bid"), ("comparison", operator), ("word", "5")]


@pytest.mark.parametrize("word", ["2026-05-04T10:11:12", "a.b.c", "-1.5", "0b9c1d5e-1", "is_not", "日本", "a%b", "%"])
def test_word_stays_whole(word: str) -> None:
    assert kinds(word) == [("word", word)]


def test_tokens_say_where_they_stand() -> None:
    text = '  name is  "a b" '
    tokens = list(tokenise(text))
    assert [(token.start, token.end) for token in tokens] == [(2, 6), (7, 9), (11, 16)]
    assert [text[token.start : token.end] for token in tokens] == [token.text for token in tokens]


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_nothing_has_no_tokens(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('"a"', "a"),
        ("'a'", "a"),
        (r'"a\"b"', 'a"b'),
        (r"'a\'b'", "a'b"),
        ('"it\'s"', "it's"),
        (r'"a\\b"', r"a\b"),
        (r'"100\%"', r"100\%"),
        (r'"C:\new"', r"C:\new"),
        ('"two\nlines"', "two\nlines"),
        ('""', ""),
    ],
)
def test_string_stands_for_its_value(literal: str, value: str) -> None:
    assert unquote(literal) == value
    assert kinds(literal) == [("string", value)]


@pytest.mark.parametrize("value", [*HOSTILE, "\ud800"])
def test_quoted_text_is_one_token_of_that_value(value: str) -> None:
    assert kinds(quote(value)) == [("string", value)]


@given(st.text())
def test_any_quoted_text_is_one_token_of_that_value(value: str) -> None:
    assert kinds(quote(value)) == [("string", value)]
    assert unquote(quote(value)) == value


@given(st.lists(st.text(), max_size=4))
def test_quoted_texts_side_by_side_stay_apart(values: list[str]) -> None:
    text = ", ".join(map(quote, values))
    assert [token.value for token in tokenise(text) if token.kind is TokenKind.STRING] == values
    assert sum(token.kind is not TokenKind.STRING for token in tokenise(text)) == max(0, len(values) - 1)


@given(st.text())
def test_any_text_has_tokens_or_an_error_with_its_place(text: str) -> None:
    tokens: list[Token] = []
    position = None
    try:
        tokens.extend(tokenise(text))
    except QuerySyntaxError as error:
        position = error.position
    assert position is None or 0 <= position < len(text)
    assert [text[token.start : token.end] for token in tokens] == [token.text for token in tokens]
    gaps = text
    for token in reversed(tokens):
        gaps = gaps[: token.start] + gaps[token.end :]
    assert gaps[:position].strip() == "" or position is not None


@pytest.mark.parametrize(
    ("text", "position", "complaint"),
    [
        ('name is "comp', 8, 'the string that starts with " is not closed'),
        ("name is 'comp", 8, "the string that starts with ' is not closed"),
        (r'name is "comp\"', 8, 'the string that starts with " is not closed'),
        ("name ! 5", 5, "unexpected '!'"),
    ],
)
def test_broken_text_is_refused_with_the_place(text: str, position: int, complaint: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        list(tokenise(text))
    assert (caught.value.position, caught.value.text) == (position, text)
    assert str(caught.value) == f"{complaint} at position {position}\n  {text}\n  {' ' * position}^"


def test_place_in_a_text_of_several_lines_is_shown_in_its_line() -> None:
    text = "Task\nwhere name ! 5\nlimit 5"
    with pytest.raises(QuerySyntaxError) as caught:
        list(tokenise(text))
    assert str(caught.value) == "unexpected '!' at position 16\n  where name ! 5\n             ^"
