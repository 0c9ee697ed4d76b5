"""Owns the documented records of what is to be done to single entities, and the list that they can be put on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from .payload import OperationPayload

__all__ = [
    "CreateEntityOperation",
    "DeleteEntityOperation",
    "Operation",
    "OperationPayload",
    "Operations",
    "UpdateEntityOperation",
]


@attrs.frozen
class Operation:
    """Something to be done to the entity of type *entity_type* whose primary key is *entity_key*, name to value.

    Names are the server's.
    """

    entity_type: str
    entity_key: Mapping[str, Any]


@attrs.frozen
class CreateEntityOperation(Operation):
    """A new entity, which starts with the values *entity_data*; values that are NOT_SET are left out."""

    entity_data: Mapping[str, Any]


@attrs.frozen
class UpdateEntityOperation(Operation):
    """An attribute that changes from *old_value*, which may be NOT_SET, to *new_value*."""

    attribute_name: str
    old_value: Any
    new_value: Any


@attrs.frozen
class DeleteEntityOperation(Operation):
    """An entity that is to be deleted."""


class Operations:
    """Operations in order; the last one that was pushed is the first that `pop` returns."""

    def __init__(self, operations: Iterable[Operation] = ()) -> None:
        """Hold *operations*."""
        self._operations = list(operations)

    def push(self, operation: Operation) -> None:
        """Add *operation* at the end."""
        self._operations.append(operation)

    def pop(self) -> Operation:
        """Take out and return the last operation; raise IndexError where there is none."""
        return self._operations.pop()

    def clear(self) -> None:
        """Take out all operations."""
        self._operations.clear()

    def __len__(self) -> int:
        return len(self._operations)

    def __iter__(self) -> Iterator[Operation]:
        return iter(tuple(self._operations))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)}>"
