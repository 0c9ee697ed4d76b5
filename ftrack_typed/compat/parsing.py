"""Owns the parser of event expressions as old code makes one."""

from __future__ import annotations

from ..events.expression import Expression, parse


class Parser:
    """Reads the expressions of subscriptions and targets."""

    def parse(self, expression: str) -> Expression:
        """Return what *expression* says; raise ExpressionSyntaxError where it is none."""
        return parse(expression)
