"""Tests what an expression of a subscription or target matches (protocol section 7.6, session.md section 21)."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrack_typed.errors import ExpressionSyntaxError
from ftrack_typed.events.expression import (
    MAXIMUM_DEPTH,
    All,
    Condition,
    Either,
    Expression,
    Not,
    contains,
    parse,
    starts_with,
)

EVENT: Mapping[str, Any] = {
    "topic": "ftrack.action.launch",
    "data": {"actionIdentifier": "publish", "count": 5, "flag": True, "name": "Zoë", "items": ["a", "b"]},
    "source": {"user": {"username": "o'brien"}, "id": "b1"},
    "target": "",
}


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a=b", "<Condition a=b>"),
        ("a = b", "<Condition a=b>"),
        ("a='x y'", "<Condition a=x y>"),
        ('a=""', "<Condition a=>"),
        ("a=b and c=d and e=f", "<All [<Condition a=b> <Condition c=d> <Condition e=f>]>"),
        ("a=b or c=d and e=f", "<Any [<Condition a=b> <All [<Condition c=d> <Condition e=f>]>]>"),
        ("not a=b and c=d", "<All [<Not <Condition a=b>> <Condition c=d>]>"),
        ("NOT a=b OR c=d", "<Any [<Not <Condition a=b>> <Condition c=d>]>"),
        ("not not a=b", "<Not <Not <Condition a=b>>>"),
        ("(a=b)and(c=d)", "<All [<Condition a=b> <Condition c=d>]>"),
        ('a="x"and b=c', "<All [<Condition a=x> <Condition b=c>]>"),
        ("((a=b))", "<Condition a=b>"),
        ("not(a=b)", "<Not <Condition a=b>>"),
        ("a=b\nand c=d", "<All [<Condition a=b> <Condition c=d>]>"),
        (
            "a=b and ((c=d or e!=f) and not g.h > 10)",
            "<All [<Condition a=b> <All [<Any [<Condition c=d> <Condition e!=f>]> <Not <Condition g.h>10>>]>]>",
        ),
        ("a=and", "<Condition a=and>"),
        ("and=b", "<Condition and=b>"),
        ("not=b", "<Condition not=b>"),
        ("notb=a and orc=d", "<All [<Condition notb=a> <Condition orc=d>]>"),
        ("a=-x_,./*@+", "<Condition a=-x_,./*@+>"),
        (r'a="DOMAIN\jane"', r"<Condition a=DOMAIN\jane>"),
        (r'a="say \"hi\""', '<Condition a=say "hi">'),
        ("", "<Expression>"),
        (" \n", "<Expression>"),
    ],
)
def test_tree(text: str, tree: str) -> None:
    assert str(parse(text)) == tree


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("a", 1),
        ("a nor b", 2),
        ("a=b nor c=d", 4),
        ("a=", 2),
        ("=b", 0),
        ("a=b c=d", 4),
        ("a=b andc=d", 4),
        ("a=é", 2),
        ("a=b)", 3),
        ("(a=b", 4),
        ("a==b", 2),
        ("a=>b", 2),
        ("a.b-c=d", 3),
        ("a=x:y", 3),
        ('a="not closed', 2),
        ("a=b and", 7),
        ("()", 1),
        ("(" * 5000 + "a=b" + ")" * 5000, MAXIMUM_DEPTH + 1),
        ("not " * 5000 + "a=b", (MAXIMUM_DEPTH + 1) * 4),
    ],
)
def test_text_that_is_no_expression(text: str, position: int) -> None:
    with pytest.raises(ExpressionSyntaxError, match="Failed to parse: ") as caught:
        parse(text)
    assert caught.value.position == position
    assert caught.value.text == text
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("topic=ftrack.action.launch", True),
        ("topic=ftrack.action", False),
        ("topic!=ftrack.update", True),
        ("topic=ftrack.action.*", True),
        ("topic=*", True),
        ("data.actionIdentifier=publish and topic=ftrack.*", True),
        ('source.user.username="o\'brien"', True),
        ("data.name='Zoë'", True),
        ("missing=x", False),
        ("missing!=x", False),
        ("not missing=x", True),
        ("topic.deeper=x", False),
        ("data.items.0=a", False),
        ("data.count=5", False),
        ("data.count!=5", True),
        ("data.count>4", False),
        ("data.actionIdentifier>=publish", True),
        ("data.actionIdentifier<a", False),
        ("data.count=*", False),
        ("topic=x or source.id=b1", True),
        ("not (topic=x or source.id=b1)", False),
        ('topic!="ftrack.*"', True),
    ],
)
def test_match(text: str, matches: bool) -> None:
    assert parse(text).match(EVENT) is matches
    assert parse(text).match(EVENT, starts_with) is matches


def test_wildcard_is_read_differently_by_clients_and_servers() -> None:
    expression = parse("topic=action*")
    assert expression.match(EVENT) is True
    assert expression.match(EVENT, contains) is True
    assert expression.match(EVENT, starts_with) is False
    nested = Not(All([Either([expression])]))
    assert (nested.match(EVENT), nested.match(EVENT, starts_with)) == (False, True)


def test_trees_made_in_code() -> None:
    assert Condition("data.count", operator.gt, 4).match(EVENT) is True
    assert All().match(EVENT) is True
    assert Either().match(EVENT) is False
    assert Expression().match({}) is True
    assert All([Condition("a", operator.eq, 1)]) == All((Condition("a", operator.eq, 1),))


CANDIDATES: list[dict[str, Any]] = [{}, {"a": None}, {"a": 1, "b": "x"}, {"a": {"b": ["x"]}}, {"a": float("nan")}]


@given(
    st.lists(st.sampled_from(["a", "a.b", "and", "or", "not", "(", ")", "=", "!=", ">", "*", '"a"', "1", " "])),
    st.sampled_from(CANDIDATES),
)
def test_any_text_is_an_expression_or_an_error(pieces: list[str], candidate: dict[str, Any]) -> None:
    text = "".join(pieces)
    try:
        expression = parse(text)
    except ExpressionSyntaxError as error:
        position = error.position
    else:
        position = len(text)
        assert expression.match(candidate) in (True, False)
        assert expression.match(candidate, starts_with) in (True, False)
    assert 0 <= position <= len(text)
