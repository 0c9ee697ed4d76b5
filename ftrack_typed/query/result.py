"""Owns `QueryResult`: what a query finds, as a lazy sequence."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from ..entity import Entity

E = TypeVar("E", bound="Entity")


class QueryResult(Sequence[E]):
    """What a query finds: a sequence that asks the server for pages as they are needed."""

    @abstractmethod
    def all(self) -> list[E]:
        """Return everything found."""

    @abstractmethod
    def one(self) -> E:
        """Return the only entity found."""

    @abstractmethod
    def first(self) -> E | None:
        """Return the first entity found, or None."""
