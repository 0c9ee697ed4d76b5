"""Owns `Subscription`: which events a subscriber wants, as an expression."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping
from typing import Any, Final

from .event import Event
from .expression import All, Condition, Expression, parse


class Subscription:
    """An expression on events, such as ``topic=ftrack.update``."""

    def __init__(self, subscription: str) -> None:
        """Read the expression *subscription*; raise ExpressionSyntaxError where it is none."""
        self.text: Final = subscription
        self.expression: Final = parsed(subscription)
        self.topic: Final = _required_topic(self.expression)
        """The topic that every event of the subscription has, or None where several can be meant."""
        self.topic_alone: Final = self.topic is not None and isinstance(self.expression, Condition)
        """Whether every event of the topic is wanted, so that nothing else need be looked at."""

    def includes(self, event: Mapping[str, Any]) -> bool:
        """Return whether *event* is wanted."""
        return self.expression.match(event._values if isinstance(event, Event) else event)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"


@functools.lru_cache(maxsize=1024)
def parsed(text: str) -> Expression:
    """Return the tree of the expression *text*, which is read once; raise ExpressionSyntaxError where it is none."""
    return parse(text)


def _required_topic(expression: Expression) -> str | None:
    parts = expression.expressions if isinstance(expression, All) else (expression,)
    for part in parts:
        if isinstance(part, Condition) and part.key == "topic" and part.comparison is operator.eq:
            topic = str(part.value)
            if not topic.endswith("*"):
                return topic
    return None
