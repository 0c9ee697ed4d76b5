"""Owns the errors of schemas, queries and the texts that are parsed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .base import FtrackError


class SchemaError(FtrackError):
    """A server's schema cannot be used."""

    def __init__(self, message: str, problems: Iterable[str] = ()) -> None:
        """List every problem, each with its path such as ``Task.properties.parent``."""
        self.problems = tuple(problems)
        super().__init__("\n".join((message, *self.problems)), {"problems": self.problems})


class QueryError(FtrackError, ValueError):
    """A query cannot be built or understood."""


class QuerySyntaxError(QueryError):
    """A text is no query; ``position`` counts characters of ``text`` from 0."""

    def __init__(self, message: str, text: str, position: int) -> None:
        """Say what is wrong at *position* of *text*; the message shows the place."""
        self.text = text
        self.position = position
        super().__init__(
            f"{message} at position {position}\n{_place(text, position)}", {"text": text, "position": position}
        )


_AROUND: Final = 500
"""Characters before and after a place that are shown: all of a line that somebody wrote by hand."""


def _place(text: str, position: int) -> str:
    """Return the line of *text* that has *position*, or what is around it in a long one, and a mark below."""
    line_start = text.rfind("\n", 0, position) + 1
    line = text[line_start:].split("\n", 1)[0]
    at = position - line_start
    start = max(0, at - _AROUND)
    before = "..." if start else ""
    after = "..." if len(line) > at + _AROUND else ""
    marker = " " * (len(before) + at - start) + "^"
    return f"  {before}{line[start : at + _AROUND]}{after}\n  {marker}"


class QueryValueError(QueryError, TypeError):
    """A value does not fit the attribute or operator that it is used with."""


class IncorrectResultError(QueryError):
    """A query found another number of rows than was said; ``query`` is its text."""

    def __init__(self, message: str, query: str) -> None:
        """Keep the text of the *query*."""
        self.query = query
        super().__init__(f"{message}: {query}", {"query": query})


class NoResultFoundError(IncorrectResultError):
    """A query found nothing where one row was wanted."""


class MultipleResultsFoundError(IncorrectResultError):
    """A query found several rows where one was wanted."""


class ExpressionSyntaxError(FtrackError, ValueError):
    """A text is no expression of a subscription or target; ``position`` counts characters of ``text`` from 0."""

    def __init__(self, message: str, text: str, position: int) -> None:
        """Say what is wrong at *position* of *text*; the message shows at most 200 characters of it."""
        self.text = text
        self.position = position
        shown = text if len(text) <= 200 else f"{text[:197]}..."
        super().__init__(
            f"Failed to parse: {shown}: {message} at position {position}", {"text": text, "position": position}
        )
