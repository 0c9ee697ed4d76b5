"""Owns how values get into query texts that are written by hand: as literals, whatever is in them."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, cast, runtime_checkable

from ..errors import QueryError
from .printer import print_value
from .syntax import Value
from .tokens import is_open


@runtime_checkable
class Identified(Protocol):
    """An entity: what stands for it in a text is the first part of its primary key."""

    def _ftrack_first_key(self) -> str: ...


def quoted(template: str, values: Sequence[object], named: Mapping[str, object]) -> str:
    """Return *template* with each ``{}`` replaced by the literal of a value; see `Session.q`."""
    if not isinstance(template, str):
        raise TypeError(f"q() takes a text with {{}} for each value, not {template!r}")
    return _Quoting(template).vformat(template, values, named)


class _Quoting(string.Formatter):
    """Formats as ``str.format`` does, with literals of the query language in place of texts."""

    def __init__(self, template: str) -> None:
        self._template = template

    def parse(self, format_string: str) -> Iterable[tuple[Any, Any, Any, Any]]:
        """Split the template; raise QueryError for braces that do not match and for a value inside quotes."""
        before = ""
        try:
            pieces = list(super().parse(format_string))
        except ValueError as error:
            raise self._error(f"{error}: write {{{{ and }}}} for braces") from error
        for literal, field, spec, conversion in pieces:
            before += literal
            if field is not None and is_open(before):
                raise self._error("the quotes are written by q(): leave out those around {}")
            if spec or conversion:
                raise self._error("a value has no format of its own: format it before")
        return pieces

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return the value that a field names; raise QueryError where there is none."""
        try:
            return super().get_value(key, args, kwargs)
        except (IndexError, KeyError):
            raise self._error(f"there is no value for {{{key}}}") from None

    def check_unused_args(
        self, used_args: Collection[int | str], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        """Raise QueryError for a value that has no place in the template."""
        unused = [repr(value) for place, value in [*enumerate(args), *kwargs.items()] if place not in used_args]
        if unused:
            raise self._error(f"there is no {{}} for {unused[0]}")

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return the literal of *value*, or the literals of a list, tuple or set, with commas between them."""
        if isinstance(value, (list, tuple, set, frozenset)):
            return ", ".join(self.format_field(each, format_spec) for each in cast("Iterable[object]", value))
        return print_value(value._ftrack_first_key() if isinstance(value, Identified) else cast("Value", value))

    def _error(self, message: str) -> QueryError:
        return QueryError(f"q({self._template!r}): {message}")
