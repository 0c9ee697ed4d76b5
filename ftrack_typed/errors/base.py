"""Owns the root of all errors, and the search for names that were meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType


class FtrackError(Exception):
    """Root of all errors here: a message for people, and the same facts as attributes for code."""

    def __init__(self, message: str, details: Mapping[str, object] | None = None) -> None:
        """Keep *message*, and *details* as a read-only mapping."""
        super().__init__(message)
        self.message = message
        self._details = dict(details or {})

    @property
    def details(self) -> Mapping[str, object]:
        """The facts of the error by name."""
        return MappingProxyType(self._details)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross processes; their constructors take facts, and args holds the finished message.
        return _restored, (type(self), self.args), vars(self)


def _restored(error_type: type[FtrackError], arguments: tuple[object, ...]) -> FtrackError:
    error = error_type.__new__(error_type, *arguments)
    error.args = arguments
    return error


def close_matches(name: object, known: Iterable[str]) -> tuple[str, ...]:
    """Return up to three of *known* that look like *name*, best first, whatever their case; none of what is no text."""
    import difflib

    if not isinstance(name, str):
        return ()
    by_fold = {candidate.casefold(): candidate for candidate in known}
    return tuple(by_fold[match] for match in difflib.get_close_matches(name.casefold(), by_fold, n=3, cutoff=0.6))


def did_you_mean(matches: Iterable[str]) -> str:
    """Return ``"; did you mean 'a' or 'b'?"``, or nothing where there is no match."""
    text = " or ".join(repr(match) for match in matches)
    return f"; did you mean {text}?" if text else ""
