"""Owns forms: the fields of an attrs class as items that clients show, and their answers as an object of that class.

Items and their types: protocol section 7.8.
"""

from __future__ import annotations

import contextlib
import enum
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar, cast

import attrs

from ..wire import aware, parsed_datetime

if TYPE_CHECKING:
    from .selection import Selection

F = TypeVar("F")

Choices = Callable[["Selection"], Iterable[tuple[str, str]]]
"""Returns what can be chosen: value and label of each."""

_KEY: Final = "ftrack_item"

_SIMPLE: Final[Mapping[type, str]] = {
    str: "text",
    bool: "boolean",
    int: "number",
    float: "number",
    datetime: "date",
    date: "date",
}


@attrs.frozen(kw_only=True)
class _Shown:
    label: str | None = None
    multiline: bool = False
    hidden: bool = False
    hint: str | None = None
    choices: Choices | None = None


def item(
    *,
    label: str | None = None,
    multiline: bool = False,
    hidden: bool = False,
    hint: str | None = None,
    choices: Choices | None = None,
) -> dict[str, object]:
    """Return the metadata of an attrs field that says how it is shown: ``attrs.field(metadata=item(label="..."))``.

    *label* is made of the field's name where there is none; *hint* stands in an empty field; *choices* returns value
    and label of what can be chosen, for a field of type ``str``.
    """
    return {_KEY: _Shown(label=label, multiline=multiline, hidden=hidden, hint=hint, choices=choices)}


class AnswersError(ValueError):
    """Answers do not fit a form; ``problems`` has what is wrong, by label."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        """Say what is wrong of each."""
        self.problems = dict(problems)
        super().__init__("; ".join(f"{label}: {problem}" for label, problem in problems.items()))


@attrs.frozen
class Field:
    """One field of a form."""

    name: str
    kind: str
    """Type of the item."""

    value_type: Any
    optional: bool
    default: Any
    """``attrs.NOTHING`` where an answer is needed."""

    shown: _Shown

    @property
    def label(self) -> str:
        """What stands beside the field."""
        return self.shown.label or self.name.replace("_", " ").capitalize()

    def item(self, selection: Selection, value: Any) -> dict[str, Any]:
        """Return the item that shows *value*."""
        made: dict[str, Any] = {"type": self.kind, "name": self.name, "label": self.label, "value": _shown(value)}
        if self.shown.hint:
            made["empty_text"] = self.shown.hint
        if self.kind == "enumerator":
            made["data"] = [{"value": value, "label": label} for value, label in self._choices(selection)]
        return made

    def _choices(self, selection: Selection) -> Iterable[tuple[str, str]]:
        if self.shown.choices is not None:
            return self.shown.choices(selection)
        return [(_shown(value), _label(value)) for value in _members(self.value_type)]

    def read(self, answers: Mapping[str, Any]) -> Any:
        """Return the value in *answers*; raise ValueError where there is none that fits."""
        answer = answers.get(self.name)
        if answer not in (None, ""):
            return self._converted(answer)
        if self.optional:
            return None
        if self.kind == "boolean":
            return False
        if self.default is attrs.NOTHING:
            raise ValueError("is needed")
        return answer if answer == "" and self.kind in ("text", "textarea") else _default(self)

    def _converted(self, answer: Any) -> Any:
        if self.kind == "enumerator" and self.shown.choices is None:
            for member in _members(self.value_type):
                if _shown(member) == answer:
                    return member
            raise ValueError(f"{answer!r} cannot be chosen")
        if self.value_type is bool:
            return answer.lower() not in ("", "0", "false", "no") if isinstance(answer, str) else bool(answer)
        if self.value_type in (datetime, date):
            try:
                moment = parsed_datetime(str(answer))
            except ValueError:
                raise ValueError(f"{answer!r} is no date") from None
            return moment if self.value_type is datetime else moment.date()
        try:
            return _number(answer) if self.value_type is int else self.value_type(answer)
        except (TypeError, ValueError):
            raise ValueError(f"{answer!r} is no {'whole ' if self.value_type is int else ''}number") from None


class Form(Generic[F]):
    """The fields of an attrs class, as items and back."""

    def __init__(self, answers_type: type[F]) -> None:
        """Take the fields of *answers_type*; raise TypeError for one that no item can show."""
        if not attrs.has(answers_type):
            raise TypeError(f"the form of an action is an attrs class, not {answers_type!r}")
        self._type: Callable[..., Any] = answers_type
        hints = typing.get_type_hints(answers_type)
        fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(answers_type)
        self.fields = [_field(each, hints.get(each.name)) for each in fields if each.init]

    def items(self, selection: Selection, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the items; *values* are what they show, else the defaults."""
        return [each.item(selection, values.get(each.name, _default(each))) for each in self.fields]

    def read(self, answers: Mapping[str, Any]) -> F:
        """Return *answers* as an object of the class; raise AnswersError with all that is wrong."""
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for each in self.fields:
            try:
                values[each.name.lstrip("_")] = each.read(answers)
            except ValueError as error:
                problems[each.label] = str(error)
        if problems:
            raise AnswersError(problems)
        try:
            return cast("F", self._type(**values))
        except ValueError as error:
            # What a validator of the class refused.
            raise AnswersError({"The form": str(error)}) from error


def _field(attribute: attrs.Attribute[Any], hint: Any) -> Field:
    shown = cast("_Shown", attribute.metadata.get(_KEY, _Shown()))
    if hint is None:
        raise TypeError(f"the field {attribute.name} of a form has no type: write {attribute.name}: str, or another")
    arguments = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    (value_type, *others) = [each for each in arguments if each is not type(None)]
    kind = "" if others else _kind(value_type, shown)
    if not kind:
        raise TypeError(
            f"the field {attribute.name} of a form cannot be a {hint}: it is text, a number, a bool, a date, or one of "
            "a Literal or Enum"
        )
    default = attribute.default
    return Field(attribute.name, kind, value_type, type(None) in arguments, default, shown)


def _kind(value_type: Any, shown: _Shown) -> str:
    if shown.hidden:
        return "hidden" if value_type in _SIMPLE else ""
    if _members(value_type) or (shown.choices is not None and value_type is str):
        return "enumerator"
    kind = _SIMPLE.get(value_type, "") if isinstance(value_type, type) else ""
    return "textarea" if kind == "text" and shown.multiline else kind


def _members(value_type: Any) -> tuple[Any, ...]:
    """Return what a Literal or an Enum can be; nothing for other types."""
    if typing.get_origin(value_type) is Literal:
        return typing.get_args(value_type)
    return tuple(value_type) if isinstance(value_type, type) and issubclass(value_type, enum.Enum) else ()


def _default(field: Field) -> Any:
    factory = field.default
    if factory is attrs.NOTHING:
        return None
    is_factory = isinstance(factory, attrs.Factory)  # type: ignore[arg-type]
    return factory.factory() if is_factory else factory


def _shown(value: Any) -> Any:
    """Return *value* as an item has it: dates as text, members of an Enum as their values."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime):
        return aware(value).replace(tzinfo=None).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _label(value: Any) -> str:
    text = value.name.lower() if isinstance(value, enum.Enum) else str(value)
    return text.replace("_", " ").capitalize()


def _number(answer: Any) -> int:
    if isinstance(answer, int):
        return int(answer)
    with contextlib.suppress(ValueError):
        return int(str(answer))
    number = float(answer)
    if not number.is_integer():
        raise ValueError
    return int(number)
