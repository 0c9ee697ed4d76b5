"""Tests forms: the items that an attrs class gives (protocol section 7.8), and the answers as an object of it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime, timezone
from typing import Any, Literal, cast

import attrs
import pytest

from ftrack_typed.actions import Selection, item
from ftrack_typed.actions.form import AnswersError, Form

NOBODY = cast(Selection, None)


class Priority(enum.Enum):
    URGENT = "1"
    LATER = "2"


def fruit(selection: Selection) -> Iterable[tuple[str, str]]:
    return [("a", "Apple"), ("b", "Banana")]


@attrs.frozen
class Everything:
    name: str
    frames: int
    scale: float = 1.5
    public: bool = True
    quality: Literal["draft", "final"] = "draft"
    priority: Priority = Priority.LATER
    due: date | None = None
    at: datetime | None = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
    comment: str = attrs.field(default="", metadata=item(label="Remarks", multiline=True, hint="anything"))
    token: str = attrs.field(default="t", metadata=item(hidden=True))
    fruit: str = attrs.field(default="a", metadata=item(choices=fruit))
    made: list[int] = attrs.field(factory=list, init=False)


FORM = Form(Everything)


def test_items() -> None:
    def shown(kind: str, name: str, label: str, value: object, **more: object) -> dict[str, object]:
        return {"type": kind, "name": name, "label": label, "value": value, **more}

    assert FORM.items(NOBODY, {"name": "comp"}) == [
        shown("text", "name", "Name", "comp"),
        shown("number", "frames", "Frames", None),
        shown("number", "scale", "Scale", 1.5),
        shown("boolean", "public", "Public", True),
        shown(
            "enumerator",
            "quality",
            "Quality",
            "draft",
            data=[{"value": "draft", "label": "Draft"}, {"value": "final", "label": "Final"}],
        ),
        shown(
            "enumerator",
            "priority",
            "Priority",
            "2",
            data=[{"value": "1", "label": "Urgent"}, {"value": "2", "label": "Later"}],
        ),
        shown("date", "due", "Due", None),
        shown("date", "at", "At", "2026-03-01T12:00:00"),
        shown("textarea", "comment", "Remarks", "", empty_text="anything"),
        shown("hidden", "token", "Token", "t"),
        shown(
            "enumerator",
            "fruit",
            "Fruit",
            "a",
            data=[{"value": "a", "label": "Apple"}, {"value": "b", "label": "Banana"}],
        ),
    ]


def test_answers() -> None:
    answers = {
        "name": "comp",
        "frames": "24",
        "scale": "0.5",
        "public": "false",
        "quality": "final",
        "priority": "1",
        "due": "2026-03-01T00:00:00",
        "at": "2026-03-02",
        "comment": "é",
        "token": "x",
        "fruit": "b",
        "unknown": 1,
    }
    expected: dict[str, Any] = {**answers, "frames": 24, "scale": 0.5, "public": False, "priority": Priority.URGENT}
    del expected["unknown"]
    expected |= {"due": date(2026, 3, 1), "at": datetime(2026, 3, 2, tzinfo=timezone.utc)}
    assert FORM.read(answers) == Everything(**expected)


def test_what_is_left_empty_is_the_default_or_none() -> None:
    empty = {"frames": 3.0, "name": "x", "scale": "", "due": "", "at": None, "quality": "", "priority": None}
    assert FORM.read(empty) == Everything("x", 3, public=False, at=None)


@pytest.mark.parametrize(
    ("answers", "problems"),
    [
        ({}, {"Name": "is needed", "Frames": "is needed"}),
        ({"name": "x", "frames": "many"}, {"Frames": "'many' is no whole number"}),
        ({"name": "x", "frames": 1.5}, {"Frames": "1.5 is no whole number"}),
        ({"name": "x", "frames": float("inf")}, {"Frames": "inf is no whole number"}),
        ({"name": "x", "frames": 1, "scale": []}, {"Scale": "[] is no number"}),
        ({"name": "x", "frames": 1, "quality": "best"}, {"Quality": "'best' cannot be chosen"}),
        ({"name": "x", "frames": 1, "due": "soon"}, {"Due": "'soon' is no date"}),
    ],
)
def test_all_that_is_wrong_is_said(answers: dict[str, Any], problems: dict[str, str]) -> None:
    with pytest.raises(AnswersError) as caught:
        FORM.read(answers)
    assert caught.value.problems == problems


@pytest.mark.parametrize("answer", [9007199254740993, "9007199254740993"], ids=repr)
def test_whole_numbers_are_exact(answer: object) -> None:
    assert FORM.read({"name": "x", "frames": answer}).frames == 9007199254740993


def test_what_a_validator_refuses() -> None:
    @attrs.frozen
    class Positive:
        number: int = attrs.field(validator=attrs.validators.gt(0))

    with pytest.raises(AnswersError, match="must be > 0"):
        Form(Positive).read({"number": -1})


def test_what_no_item_can_show_is_refused() -> None:
    @attrs.frozen
    class Nested:
        numbers: list[int]

    with pytest.raises(TypeError, match="numbers of a form cannot be a list"):
        Form(Nested)
    with pytest.raises(TypeError, match="field numbers of a form has no type"):
        Form(attrs.make_class("Untyped", ["numbers"]))
    with pytest.raises(TypeError, match="attrs class"):
        Form(int)
