"""Owns the search for characters in a batch that the database cannot hold, before anything of it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .faults import Fault


def check_texts(operations: Sequence[Mapping[str, object]], unstorable: str) -> None:
    """Refuse a batch with a text that has one of the characters *unstorable*.

    Raises:
        Fault: the first such text, by its operation and its place in it: a ``ParseError`` in a query, else a
            ``ValidationError``.
    """
    for character in unstorable:
        for position, operation in enumerate(operations):
            place = _place(operation, character)
            if place is not None:
                raise _fault(operation, place, character, position)


def _place(value: object, character: str) -> str | None:
    """Return where a JSON value has a character, as ``.name`` and ``[0]`` one after another; None where it has none."""
    if isinstance(value, str):
        return "" if character in value else None
    inner: Sequence[tuple[str, object]] = ()
    if isinstance(value, Mapping):
        if any(isinstance(key, str) and character in key for key in value):
            return ""
        inner = [(f".{key}", each) for key, each in value.items()]
    elif isinstance(value, list | tuple):
        inner = [(f"[{index}]", each) for index, each in enumerate(value)]
    for step, each in inner:
        found = _place(each, character)
        if found is not None:
            return step + found
    return None


def _fault(operation: Mapping[str, object], place: str, character: str, position: int) -> Fault:
    is_query = operation.get("action") in {"query", "search"}
    where = f"{operation.get('entity_type') or operation.get('action')}{place.removeprefix('.entity_data')}"
    reason = f"has the character U+{ord(character):04X}, which the database cannot hold"
    fault = Fault("ParseError" if is_query else "ValidationError", f"{where} {reason}: leave it out")
    fault.operation = position
    return fault
