"""Owns `QueryResult`: what a query finds, as a lazy sequence that asks the server for pages when they are needed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast, overload

from ..errors import MultipleResultsFoundError, NoResultFoundError, QueryError

if TYPE_CHECKING:
    from ..entity import Entity
    from .text import Outline

E = TypeVar("E", bound="Entity")


class PageSource(Protocol):
    """What fetches pages: a session."""

    def _ftrack_page(self, text: str) -> tuple[list[Entity], int | None]:
        """Return the entities that the query *text* finds, and the offset of the next page, if there is one."""
        ...


def check_page_size(page_size: object) -> None:
    """Raise TypeError where *page_size* is no whole number, and QueryError where it is below 1."""
    if not isinstance(page_size, int) or isinstance(page_size, bool):
        raise TypeError(f"page_size is a whole number of rows, not {page_size!r}")
    if page_size < 1:
        raise QueryError(f"a page has at least one row, not {page_size}")


class QueryResult(Sequence[E], Generic[E]):
    """What a query finds. Nothing is sent before something is read; what was read is kept."""

    def __init__(self, source: PageSource, query: Outline, page_size: int = 500) -> None:
        """Fetch *query* from *source* in pages of *page_size* rows, or fewer where the query's limit is smaller."""
        check_page_size(page_size)
        self._source = source
        self._query = query
        self._page_size = min(page_size, query.limit) if query.limit else page_size
        self._found: list[E] = []
        self._next: int | None = query.offset or 0
        # Several threads may read one result: each page is fetched once. Nothing else waits for this lock.
        self._fetching = threading.RLock()
        if query.limit == 0:
            self._next = None

    def __repr__(self) -> str:
        return f"<QueryResult {self._query.text!r} with {len(self._found)} rows loaded>"

    def _fetch_next(self) -> None:
        """Fetch one more page."""
        limit = self._query.limit
        text = f"{self._query.text} offset {self._next} limit {self._page_size}"
        found, following = self._source._ftrack_page(text)
        self._found.extend(cast("list[E]", found))
        self._next = following
        if limit is not None and len(self._found) >= limit:
            del self._found[limit:]
            self._next = None

    def _fetch_until(self, count: int | None) -> None:
        """Fetch until *count* rows are there, or all; None means all."""
        while self._next is not None and (count is None or len(self._found) < count):
            with self._fetching:
                if self._next is not None and (count is None or len(self._found) < count):
                    self._fetch_next()

    @overload
    def __getitem__(self, index: int) -> E: ...
    @overload
    def __getitem__(self, index: slice) -> list[E]: ...
    def __getitem__(self, index: int | slice) -> E | list[E]:
        if isinstance(index, slice):
            bounds = (index.start, index.stop)
            from_end = index.stop is None or any(bound is not None and bound < 0 for bound in bounds)
            self._fetch_until(None if from_end or (index.step or 1) < 0 else index.stop)
        elif not isinstance(index, int):
            raise TypeError(f"a row is told by a whole number, or rows by a slice, not by {index!r}")
        else:
            self._fetch_until(None if index < 0 else index + 1)
        return self._found[index]

    def __len__(self) -> int:
        self._fetch_until(None)
        return len(self._found)

    def __iter__(self) -> Iterator[E]:
        place = 0
        while True:
            self._fetch_until(place + 1)
            if place >= len(self._found):
                return
            yield self._found[place]
            place += 1

    def all(self) -> list[E]:
        """Return everything found, as a list of its own."""
        self._fetch_until(None)
        return list(self._found)

    def one(self) -> E:
        """Return the only entity found; always asks the server.

        Raise NoResultFoundError where there is none, MultipleResultsFoundError where there are several, and QueryError
        where the query has an offset or a limit, which could hide others.
        """
        if self._query.limit is not None or self._query.offset is not None:
            raise QueryError(f"one() needs a query without offset and limit: {self._query.text}")
        found, _ = self._source._ftrack_page(f"{self._query.text} limit 2")
        if not found:
            raise NoResultFoundError("no row found", self._query.text)
        if len(found) > 1:
            raise MultipleResultsFoundError("more than one row found", self._query.text)
        return cast("E", found[0])

    def first(self) -> E | None:
        """Return the first entity found, or None; always asks the server. Raise QueryError where there is a limit."""
        if self._query.limit is not None:
            raise QueryError(f"first() needs a query without a limit: {self._query.text}")
        offset = "" if self._query.offset is None else f" offset {self._query.offset}"
        found, _ = self._source._ftrack_page(f"{self._query.text}{offset} limit 1")
        return cast("E", found[0]) if found else None
