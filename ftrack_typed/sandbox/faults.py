"""Owns the errors that the server answers with: their names, texts and statuses (protocol section 1.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..errors import close_matches, did_you_mean

_STATUSES: Final[Mapping[str, int]] = {
    "InvalidCredentialsError": 401,
    "PermissionError": 403,
    "FTAuthenticationError": 403,
    "ParseError": 422,
    "ValidationError": 422,
    # Not 5xx: clients repeat those, and these would fail again.
    "IntegrityError": 409,
    "DuplicateEntryError": 409,
    "Exception": 400,
}


class Fault(Exception):  # noqa: N818 - the word of this package for an answer, not for a defect of ours
    """An error of the server, which clients see as ``exception`` and ``content``."""

    def __init__(self, exception: str, content: str, error_code: str | None = None, status: int | None = None) -> None:
        """Name the error as clients match it; *status* is the HTTP status in strict mode, else told by the name."""
        content = content.encode("utf-8", "backslashreplace").decode("utf-8")  # so that it can be sent in any case
        super().__init__(f"{exception}: {content}")
        self.exception = exception
        self.content = content
        self.error_code = error_code
        self.status = _STATUSES.get(exception, 500) if status is None else status
        self.operation: int | None = None
        """Position in the batch of the operation that failed, from 0, where one did."""


def unknown_action(action: object) -> Fault:
    """Return the error whose text tells old clients that the server lacks an action."""
    return Fault("Exception", f"Invalid action u'{action}'")


_REPEATED: Final = 2_000
"""Characters of an expression that an error repeats: all of what somebody wrote by hand."""


def unparsed(expression: str, message: str) -> Fault:
    """Return the error for a query that cannot be run, with why (protocol section 1.4)."""
    repeated = expression if len(expression) <= _REPEATED else f"{expression[:_REPEATED]}..."
    return Fault("ParseError", f"Failed to parse: {repeated}\n{message}")


def validation(content: str) -> Fault:
    """Return the error for a value that cannot be taken."""
    return Fault("ValidationError", content)


def wrong_type(entity_type: str, attribute: str, expected: str, value: object) -> Fault:
    """Return the error for a value of another type than *expected*."""
    return validation(f"{entity_type}.{attribute} must be {expected}, got {shown(value)}")


def integrity(content: str) -> Fault:
    """Return the error for rows that would not fit together."""
    return Fault("IntegrityError", content)


def duplicate(content: str) -> Fault:
    """Return the error for a second row where there can be one only."""
    return Fault("DuplicateEntryError", content)


def no_entity(entity_type: str, key: Iterable[object]) -> Fault:
    """Return the error for an entity that is not, or no longer, there."""
    return integrity(f"there is no {entity_type} {', '.join(map(str, key))}: it was deleted, or never made")


def unknown_type(entity_type: object, known: Iterable[str]) -> Fault:
    """Return the error for an operation on an entity type that the schema lacks."""
    hint = did_you_mean(close_matches(entity_type, known)) if isinstance(entity_type, str) else ""
    return validation(f"there is no entity type {shown(entity_type)}{hint}")


def shown(value: object) -> str:
    """Return *value* as messages show it: with its type, and at most 60 characters of it."""
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"
