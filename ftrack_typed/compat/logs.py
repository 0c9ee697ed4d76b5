"""Owns the two names of the official client's logging: a message that is built when it is shown, and a decorator."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class LazyLogMessage:
    """A message with its arguments, formatted when a log shows it."""

    def __init__(self, message: str, *arguments: Any, **named: Any) -> None:
        """Keep *message*, which `str.format` gets the arguments for."""
        self.message = message
        self.arguments = arguments
        self.named = named

    def __str__(self) -> str:
        return self.message.format(*self.arguments, **self.named)


def deprecation_warning(message: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a function give the PendingDeprecationWarning *message* when it is called."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def warned(*arguments: P.args, **named: P.kwargs) -> T:
            warnings.warn(message, PendingDeprecationWarning, stacklevel=2)
            return function(*arguments, **named)

        return warned

    return decorate
