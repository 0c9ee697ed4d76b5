"""Owns the expressions of subscriptions and targets: their text, their tree, and what they match (protocol 7.6).

``topic=ftrack.update and (source.user.username="jane" or not data.flag=1)``: a field, a comparison and a value, under
``not``, ``and`` and ``or`` in that order of binding. Values stay texts, and a field is compared as it is, so a number
equals no text. A trailing ``*`` after ``=`` is read in two ways: clients look for the text before it anywhere in the
value (`contains`), servers at the start (`starts_with`).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

import attrs

from ..errors import ExpressionSyntaxError

Comparison: TypeAlias = Callable[[Any, Any], Any]
"""Says whether a field's value stands in a relation to that of a condition."""

Wildcard: TypeAlias = Callable[[object, str], bool]
"""Says whether a field's value fits the text before a trailing ``*``."""

COMPARISONS: Final[Mapping[str, Comparison]] = {
    "=": operator.eq, "!=": operator.ne, ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
"""By sign."""

_SIGNS: Final[Mapping[Comparison, str]] = {comparison: sign for sign, comparison in COMPARISONS.items()}

MAXIMUM_DEPTH: Final = 60
"""Brackets and ``not``s within each other; more are no expression of a person, and would exhaust the stack."""


def contains(value: object, part: str) -> bool:
    """Return whether *part* is in *value*, a text or a list; how clients read ``*``."""
    return isinstance(value, str | list | tuple) and part in value


def starts_with(value: object, part: str) -> bool:
    """Return whether *value* is a text that starts with *part*; how servers read ``*``."""
    return isinstance(value, str) and value.startswith(part)


class Expression:
    """Matches every candidate, as does an empty text; the root of the other kinds."""

    def match(self, candidate: Mapping[str, Any], wildcard: Wildcard = contains) -> bool:
        """Return whether *candidate*, an event or a subscriber's metadata, fits; never raise because of its values."""
        return True

    def __str__(self) -> str:
        return f"<{type(self).__name__}>"


def _parts(expressions: Iterable[Expression]) -> tuple[Expression, ...]:
    return tuple(expressions)


@attrs.frozen(repr=False)
class All(Expression):
    """Matches where each of *expressions* does, so always where there are none."""

    expressions: tuple[Expression, ...] = attrs.field(default=(), converter=_parts)

    def match(self, candidate: Mapping[str, Any], wildcard: Wildcard = contains) -> bool:
        """Return whether all parts match."""
        for expression in self.expressions:  # noqa: SIM110 (costs less than all(), and every event comes here)
            if not expression.match(candidate, wildcard):
                return False
        return True

    def __str__(self) -> str:
        return f"<All [{' '.join(map(str, self.expressions))}]>"


@attrs.frozen(repr=False)
class Either(Expression):
    """Matches where one of *expressions* does, so never where there are none."""

    expressions: tuple[Expression, ...] = attrs.field(default=(), converter=_parts)

    def match(self, candidate: Mapping[str, Any], wildcard: Wildcard = contains) -> bool:
        """Return whether a part matches."""
        for expression in self.expressions:  # noqa: SIM110 (as above)
            if expression.match(candidate, wildcard):
                return True
        return False

    def __str__(self) -> str:
        return f"<Any [{' '.join(map(str, self.expressions))}]>"


@attrs.frozen(repr=False)
class Not(Expression):
    """Matches where *expression* does not."""

    expression: Expression

    def match(self, candidate: Mapping[str, Any], wildcard: Wildcard = contains) -> bool:
        """Return whether the part does not match."""
        return not self.expression.match(candidate, wildcard)

    def __str__(self) -> str:
        return f"<Not {self.expression}>"


@attrs.frozen(repr=False)
class Condition(Expression):
    """Matches where the value at the dotted *key* stands in the relation *comparison* to *value*.

    A candidate without the key never matches, not even ``!=``; nor does a value that cannot be compared.
    """

    key: str
    comparison: Comparison
    value: Any
    _names: tuple[str, ...] = attrs.field(
        init=False, eq=False, default=attrs.Factory(lambda self: tuple(self.key.split(".")), takes_self=True)
    )
    _beginning: str | None = attrs.field(
        init=False, eq=False, default=attrs.Factory(lambda self: _before_star(self), takes_self=True)
    )
    """What stands before a trailing ``*``."""

    def match(self, candidate: Mapping[str, Any], wildcard: Wildcard = contains) -> bool:
        """Return whether the candidate's value fits."""
        found: Any = candidate
        try:
            for name in self._names:
                found = found[name]
            if self._beginning is not None:
                return wildcard(found, self._beginning)
            return bool(self.comparison(found, self.value))
        except (KeyError, TypeError):  # it is not there, is nothing that has names, or cannot be compared
            return False

    def __str__(self) -> str:
        return f"<Condition {self.key}{_SIGNS.get(self.comparison, self.comparison)}{self.value}>"


def _before_star(condition: Condition) -> str | None:
    value = condition.value
    starred = condition.comparison is operator.eq and isinstance(value, str) and value.endswith("*")
    return value[:-1] if starred else None


def parse(text: str) -> Expression:
    """Return the expression of a *text*; one of nothing but blanks matches everything.

    Raises:
        ExpressionSyntaxError: the text is none, with the position.
        TypeError: it is no text at all.
    """
    if not isinstance(text, str):
        raise TypeError(f"an expression is a text such as topic=ftrack.update, not {text!r}")
    reader = _Reader(text)
    if reader.at_end():
        return Expression()
    expression = reader.alternatives(0)
    if not reader.at_end():
        raise reader.error("expected 'and', 'or' or the end")
    return expression


def quote(value: str) -> str:
    """Return *value* as a text in quotes that stands for it in an expression, whatever is in it."""
    return '"' + _ESCAPE.sub(r"\\\1", value) + '"'


_BLANK: Final = re.compile(r"\s*")
_FIELD: Final = re.compile(r"[A-Za-z0-9_.]+")
_SIGN: Final = re.compile(r"!=|>=|<=|=|>|<")
_WORD: Final = re.compile(r"[A-Za-z0-9\-_,./*@+]+")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\([\\\"'])")
_ESCAPE: Final = re.compile(r"([\\\"])")
_AND: Final = re.compile(r"and(?![A-Za-z0-9_.])", re.IGNORECASE)
_OR: Final = re.compile(r"or(?![A-Za-z0-9_.])", re.IGNORECASE)
_NOT: Final = re.compile(r"not(?![A-Za-z0-9_.])(?!\s*(?:!=|[=<>]))", re.IGNORECASE)
"""Followed by a comparison, ``not`` is a field."""


class _Reader:
    """Reads a text from left to right, one method for each level of binding."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def at_end(self) -> bool:
        self._take(_BLANK)
        return self.position == len(self.text)

    def alternatives(self, depth: int) -> Expression:
        parts = [self._conjunction(depth)]
        while self._take(_OR):
            parts.append(self._conjunction(depth))
        return parts[0] if len(parts) == 1 else Either(parts)

    def _conjunction(self, depth: int) -> Expression:
        parts = [self._test(depth)]
        while self._take(_AND):
            parts.append(self._test(depth))
        return parts[0] if len(parts) == 1 else All(parts)

    def _test(self, depth: int) -> Expression:
        if depth > MAXIMUM_DEPTH:
            raise self.error(f"more than {MAXIMUM_DEPTH} brackets within each other")
        if self._take(_NOT):
            return Not(self._test(depth + 1))
        if not self._sees("("):
            return self._condition()
        self.position += 1
        inner = self.alternatives(depth + 1)
        if not self._sees(")"):
            raise self.error("expected 'and', 'or' or ')'")
        self.position += 1
        return inner

    def _condition(self) -> Condition:
        field = self._take(_FIELD)
        if field is None:
            raise self.error("expected a field")
        sign = self._take(_SIGN)
        if sign is None:
            raise self.error("expected one of = != >= <= > <")
        return Condition(field.group(), COMPARISONS[sign.group()], self._value())

    def _value(self) -> str:
        quoted = self._take(_QUOTED)
        if quoted is not None:
            # Before anything else a backslash stands for itself: users have names such as DOMAIN\jane.
            return _ESCAPED.sub(r"\1", quoted.group(1) if quoted.group(1) is not None else quoted.group(2))
        word = self._take(_WORD)
        if word is None:
            raise self.error("expected a value: letters, digits and any of -_,./*@+, or a text in quotes")
        return word.group()

    def _sees(self, character: str) -> bool:
        self._skip()
        return self.text.startswith(character, self.position)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return what *pattern* finds next, after blanks, and go behind it."""
        self._skip()
        found = pattern.match(self.text, self.position)
        if found is not None:
            self.position = found.end()
        return found

    def _skip(self) -> None:
        blank = _BLANK.match(self.text, self.position)
        self.position = blank.end() if blank is not None else self.position

    def error(self, expected: str) -> ExpressionSyntaxError:
        self._skip()
        return ExpressionSyntaxError(expected, self.text, self.position)
