"""Every node of the syntax tree has one text, and every value one literal."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrack_typed.errors import QueryValueError
from ftrack_typed.query.printer import print_criterion, print_path, print_projection, print_statement, print_value
from ftrack_typed.query.syntax import (
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
    Word,
)
from ftrack_typed.query.tokens import TokenKind, tokenise

from .test_tokens import HOSTILE


def path(text: str) -> Path:
    return Path(tuple(Step(name) for name in text.split(".")))


A: Criterion = Comparison(path("a"), "is", 1)
B: Criterion = Comparison(path("b"), "is", 2)
C: Criterion = Comparison(path("c"), "is", 3)


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "none"),
        (True, "True"),
        (False, "False"),
        (0, "0"),
        (-7, "-7"),
        (10**30, "1" + "0" * 30),
        (1.5, "1.5"),
        (-0.25, "-0.25"),
        (1e300, "1" + "0" * 300),
        (1e-7, "0.0000001"),
        (0.1, "0.1"),
        ("comp", '"comp"'),
        ("", '""'),
        ('say "hi"', r'"say \"hi\""'),
        ("it's", '"it\'s"'),
        ("C:\\new", r'"C:\\new"'),
        ("100%", '"100%"'),
        ("none", '"none"'),
        ("5", '"5"'),
        (Word("none"), "none"),
        (Word("2026-05-04"), "2026-05-04"),
        (datetime(2026, 5, 4), '"2026-05-04T00:00:00"'),
        (datetime(2026, 5, 4, 10, 11, 12, 999999), '"2026-05-04T10:11:12"'),
        (datetime(2026, 5, 4, 10, 11, 12, tzinfo=timezone.utc), '"2026-05-04T10:11:12"'),
        (datetime(2026, 5, 4, 1, tzinfo=timezone(timedelta(hours=9))), '"2026-05-03T16:00:00"'),
        (datetime(2026, 5, 4, 22, tzinfo=timezone(timedelta(hours=-3, minutes=-30))), '"2026-05-05T01:30:00"'),
    ],
)
def test_value_has_one_literal(value: Value, literal: str) -> None:
    assert print_value(value) == literal


class LoudText(str):
    def __str__(self) -> str:
        return "another text"


class LoudNumber(int):
    def __str__(self) -> str:
        return "1 or 1 is 1"


class LoudFloat(float):
    def __repr__(self) -> str:
        return "1 or 1 is 1"


@pytest.mark.parametrize(
    ("value", "literal"), [(LoudText("comp"), '"comp"'), (LoudNumber(7), "7"), (LoudFloat(1.5), "1.5")]
)
def test_subclass_of_a_value_has_the_literal_of_the_value(value: Value, literal: str) -> None:
    assert print_value(value) == literal


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, b"bytes", ["list"], {"a": 1}, object(), 1j, datetime(2026, 5, 4).date()]
)
def test_value_without_a_literal_is_refused(value: Any) -> None:
    with pytest.raises(QueryValueError) as caught:
        print_value(value)
    assert caught.value.message == f"the query language has no literal for {value!r}"


@pytest.mark.parametrize("value", ["\ud800", "a\udfffb", LoudText("\ud800")])
def test_half_a_surrogate_pair_is_refused(value: str) -> None:
    with pytest.raises(QueryValueError, match="half a surrogate pair"):
        print_value(value)


@pytest.mark.parametrize("value", HOSTILE)
def test_text_stays_a_value(value: str) -> None:
    (token,) = tokenise(print_value(value))
    assert (token.kind, token.value) == (TokenKind.STRING, value)


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_number_is_one_word_of_that_number(value: float) -> None:
    (token,) = tokenise(print_value(value))
    assert token.kind is TokenKind.WORD
    assert float(token.text) == float(value)
    assert "e" not in token.text


@given(st.datetimes(timezones=st.sampled_from([timezone.utc, timezone(timedelta(hours=5, minutes=45))])))
def test_moment_is_the_same_in_utc(value: datetime) -> None:
    try:
        expected = value.astimezone(timezone.utc).replace(microsecond=0)
    except OverflowError:
        return
    (token,) = tokenise(print_value(value))
    assert datetime.fromisoformat(token.value).replace(tzinfo=timezone.utc) == expected


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ((Step("name"),), "name"),
        ((Step("status"), Step("name")), "status.name"),
        ((Step("parent", "Shot"), Step("status"), Step("name")), "parent[Shot].status.name"),
        ((Step("parent", "Shot"),), "parent[Shot]"),
    ],
)
def test_path(steps: tuple[Step, ...], text: str) -> None:
    assert print_path(Path(steps)) == text


def test_aggregate() -> None:
    assert print_projection(Aggregate("count", path("id"))) == "count(id)"
    assert print_projection(path("status.name")) == "status.name"


@pytest.mark.parametrize("comparator", ["is", "is_not", ">", "<", ">=", "<=", "like", "not_like"])
def test_comparison(comparator: Any) -> None:
    assert print_criterion(Comparison(path("a.b"), comparator, "x")) == f'a.b {comparator} "x"'


@pytest.mark.parametrize(
    ("criterion", "text"),
    [
        (Comparison(path("a"), "is", None), "a is none"),
        (Membership(path("a"), (1, "b", None)), 'a in (1, "b", none)'),
        (Membership(path("a"), ("b",), negated=True), 'a not_in ("b")'),
        (Membership(path("a"), ()), "a in ()"),
        (Membership(path("a"), Statement("T", (path("id"),))), "a in (select id from T)"),
        (Related(path("a"), "has"), "a has ()"),
        (Related(path("a"), "any", B), "a any (b is 2)"),
        (Related(path("a"), "has", Or((B, C))), "a has (b is 2 or c is 3)"),
        (And((A, B, C)), "a is 1 and b is 2 and c is 3"),
        (Or((A, B, C)), "a is 1 or b is 2 or c is 3"),
        (And((A, Or((B, C)))), "a is 1 and (b is 2 or c is 3)"),
        (Or((A, And((B, C)))), "a is 1 or b is 2 and c is 3"),
        (And((A, And((B, C)))), "a is 1 and (b is 2 and c is 3)"),
        (Or((A, Or((B, C)))), "a is 1 or (b is 2 or c is 3)"),
        (Not(A), "not a is 1"),
        (Not(And((A, B))), "not (a is 1 and b is 2)"),
        (Not(Or((A, B))), "not (a is 1 or b is 2)"),
        (Not(Not(A)), "not (not a is 1)"),
        (And((Not(A), B)), "not a is 1 and b is 2"),
        (Or((And((A, Not(Or((B, C))))), C)), "a is 1 and not (b is 2 or c is 3) or c is 3"),
        ((A | B) & C, "(a is 1 or b is 2) and c is 3"),
        (A & B & C, "a is 1 and b is 2 and c is 3"),
        (A | B | C, "a is 1 or b is 2 or c is 3"),
        (~(A & B), "not (a is 1 and b is 2)"),
    ],
)
def test_criterion(criterion: Criterion, text: str) -> None:
    assert print_criterion(criterion) == text


def test_what_is_no_criterion_of_the_language_is_refused() -> None:
    with pytest.raises(TypeError, match="no criterion of the query language"):
        print_criterion(Criterion())


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (Statement("Task"), "Task"),
        (Statement("Task", (path("name"), path("status.name"))), "select name, status.name from Task"),
        (Statement("Task", where=A), "Task where a is 1"),
        (Statement("Task", order_by=(Order(path("a")), Order(path("b"), True))), "Task order by a, b descending"),
        (Statement("Task", offset=0, limit=0), "Task offset 0 limit 0"),
        (
            Statement("Task", (Aggregate("sum", path("bid")),), group_by=(path("a"),)),
            "select sum(bid) from Task group by a",
        ),
        (
            Statement("Task", (path("n"),), A, (path("g"),), (Order(path("o")),), 3, 2),
            "select n from Task where a is 1 group by g order by o offset 3 limit 2",
        ),
    ],
)
def test_statement(statement: Statement, text: str) -> None:
    assert print_statement(statement) == text
