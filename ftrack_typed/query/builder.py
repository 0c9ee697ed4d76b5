"""Owns `Query`: typed, immutable, built step by step, and run by the session that made it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, overload

import attrs

from ..errors import QueryError
from .checks import check_root, combined
from .expressions import CollectionPath, KeyedPath, MappedPath, ReferencePath, ScalarPath
from .paths import TypedPath
from .printer import print_statement
from .syntax import And, Criterion, Order, Path, Statement, Step

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..custom_attributes import CustomAttributes
    from ..entity import Entity
    from .aggregates import Aggregated, AggregateQuery, GroupedQuery
    from .result import QueryResult

E = TypeVar("E", bound="Entity")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


class QueryRunner(Protocol):
    """What runs queries: a session."""

    def _ftrack_result(self, query: Query[E]) -> QueryResult[E]:
        """Return the lazy result of *query*."""
        ...

    def _ftrack_count(self, query: Query[E]) -> int:
        """Return how many rows *query* finds."""
        ...

    def _ftrack_rows(self, statement: Statement) -> list[dict[str, Any]]:
        """Return the rows, which are no entities, that *statement* finds."""
        ...


@attrs.frozen(eq=False, repr=False)
class Query(Generic[E]):
    """A query for entities of one type. Every method returns a new query; iterating one runs it.

    Without `select`, the default projections of the type are asked for. Nothing is sent before the query is iterated or
    `all`, `one`, `first`, `count` or `exists` is called.

    Iterating fetches page after page, each by its offset: a loop that commits changes to what the query filters or
    sorts on makes rows move between pages, and passes over some. Loop over `all` then.
    """

    entity_type: type[E]
    statement: Statement
    runner: QueryRunner | None = None
    page_size: int = 500

    def where(self, *criteria: Criterion) -> Query[E]:
        """Keep only rows that meet all *criteria*, those given before included."""
        added = combined(criteria, self.entity_type, f"where() of a query of {self.entity_type.__name__}")
        if added is None:
            return self
        before = self.statement.where
        if before is None:
            return self._changed(where=added)
        parts = (part for whole in (before, added) for part in (whole.criteria if isinstance(whole, And) else (whole,)))
        return self._changed(where=And(tuple(parts)))

    def select(
        self,
        *projections: ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity] | type[CustomAttributes],
    ) -> Query[E]:
        """Ask for these attributes as well: paths such as ``Task.name`` or ``Task.status.name``."""
        paths = tuple(path for projection in projections for path in self._selected(projection))
        return self._changed(projections=tuple(dict.fromkeys((*self.statement.projections, *paths))))

    def order_by(self, *orders: ScalarPath[Any] | Order) -> Query[E]:
        """Sort by these, the first one first; a path alone sorts upwards, ``Task.sort.desc()`` downwards."""
        added = tuple(order if isinstance(order, Order) else self._upwards(order) for order in orders)
        for order in added:
            check_root(order.path, self.entity_type, self._where("order_by"))
        return self._changed(order_by=(*self.statement.order_by, *added))

    if TYPE_CHECKING:

        @overload
        def group_by(self, first: ScalarPath[A], /) -> GroupedQuery[A]: ...
        @overload
        def group_by(self, first: ScalarPath[A], second: ScalarPath[B], /) -> GroupedQuery[A, B]: ...
        @overload
        def group_by(
            self, first: ScalarPath[A], second: ScalarPath[B], third: ScalarPath[C], /
        ) -> GroupedQuery[A, B, C]: ...
        @overload
        def group_by(
            self, first: ScalarPath[A], second: ScalarPath[B], third: ScalarPath[C], fourth: ScalarPath[D], /
        ) -> GroupedQuery[A, B, C, D]: ...
        @overload
        def group_by(self, *paths: ScalarPath[Any]) -> GroupedQuery[Unpack[tuple[Any, ...]]]: ...

    def group_by(self, *paths: ScalarPath[Any]) -> GroupedQuery[Unpack[tuple[Any, ...]]]:
        """Put the rows into groups that have these values, paths such as ``Task.status.name``, in common.

        What to ask of each group follows: ``group_by(Task.status.name).aggregate(Task.id.count(), Task.bid.sum())``.
        Raise QueryError where the query has a `select`, or an `order_by` that is not grouped by.
        """
        from .aggregates import grouped

        found = [self._grouped_by(path) for path in paths]
        if not found:
            raise QueryError(f"{self._where('group_by')} takes paths; aggregate() alone takes all rows as one group")
        return grouped(self.entity_type, self.statement, self.runner, found)

    if TYPE_CHECKING:

        @overload
        def aggregate(self, first: Aggregated[A], /) -> AggregateQuery[tuple[A]]: ...
        @overload
        def aggregate(self, first: Aggregated[A], second: Aggregated[B], /) -> AggregateQuery[tuple[A, B]]: ...
        @overload
        def aggregate(
            self, first: Aggregated[A], second: Aggregated[B], third: Aggregated[C], /
        ) -> AggregateQuery[tuple[A, B, C]]: ...
        @overload
        def aggregate(
            self, first: Aggregated[A], second: Aggregated[B], third: Aggregated[C], fourth: Aggregated[D], /
        ) -> AggregateQuery[tuple[A, B, C, D]]: ...
        @overload
        def aggregate(self, *aggregates: Aggregated[Any]) -> AggregateQuery[tuple[Any, ...]]: ...

    def aggregate(self, *aggregates: Aggregated[Any]) -> AggregateQuery[Any]:
        """Ask for aggregates of all rows that the query finds: ``query.aggregate(Task.bid.sum()).one()``."""
        from .aggregates import grouped

        return grouped(self.entity_type, self.statement, self.runner, ()).aggregate(*aggregates)

    def limit(self, limit: int | None) -> Query[E]:
        """Return at most *limit* rows; None takes a limit back."""
        return self._changed(limit=_count("limit", limit))

    def offset(self, offset: int | None) -> Query[E]:
        """Skip the first *offset* rows; None takes an offset back."""
        return self._changed(offset=_count("offset", offset))

    def __str__(self) -> str:
        """Return the text of the query, as servers read it."""
        return print_statement(self.statement)

    def __repr__(self) -> str:
        return f"<Query {self}>"

    def result(self) -> QueryResult[E]:
        """Return the lazy sequence of what the query finds."""
        return self._runner()._ftrack_result(self)

    def __iter__(self) -> Iterator[E]:
        return iter(self.result())

    def all(self) -> list[E]:
        """Return everything that the query finds."""
        return self.result().all()

    def one(self) -> E:
        """Return the only entity found.

        Raise NoResultFoundError where there is none and MultipleResultsFoundError where there are several.
        """
        return self.result().one()

    def first(self) -> E | None:
        """Return the first entity found, or None."""
        return self.result().first()

    def count(self) -> int:
        """Return how many entities the query finds, without loading them."""
        return self._runner()._ftrack_count(self)

    def exists(self) -> bool:
        """Say whether the query finds anything."""
        return self.statement.limit != 0 and self._runner()._ftrack_count(self.limit(1)) > 0

    def _runner(self) -> QueryRunner:
        if self.runner is None:
            raise QueryError(f"{self!r} belongs to no session: make it with session.query({self.entity_type.__name__})")
        return self.runner

    def _where(self, method: str) -> str:
        return f"{method}() of a query of {self.entity_type.__name__}"

    def _selected(self, projection: object) -> tuple[Path, ...]:
        """Return what to select for *projection*: of a mapping its keys and values, which come only when named."""
        path = self._path(projection, "select")
        if isinstance(projection, (MappedPath, KeyedPath)):
            return tuple(Path((*path.steps, Step(name)), path.root) for name in ("key", "value"))
        return (path,)

    def _path(self, projection: object, method: str) -> Path:
        where = self._where(method)
        if not isinstance(projection, TypedPath):
            example = f"{self.entity_type.__name__}.name"
            hint = f": write {projection!r} as a path" if isinstance(projection, str) else ""
            raise QueryError(f"{where} takes paths such as {example}, not {projection!r}{hint}")
        check_root(projection._ftrack_path, self.entity_type, where)
        return projection._ftrack_path

    def _upwards(self, path: ScalarPath[Any]) -> Order:
        if isinstance(path, KeyedPath):
            path.asc()  # raises
        return Order(self._path(path, "order_by"))

    def _grouped_by(self, path: object) -> TypedPath:
        """Return *path*; raise QueryError where it is none that ends in a value."""
        if isinstance(path, ReferencePath):
            raise QueryError(f"{self._where('group_by')} takes values: write {path!r} with .id or .name")
        self._path(path, "group_by")
        if not isinstance(path, ScalarPath) or isinstance(path, KeyedPath):
            raise QueryError(f"{self._where('group_by')} takes values of attributes, not {path!r}")
        return path

    def _changed(self, **changes: Any) -> Query[E]:
        return attrs.evolve(self, statement=attrs.evolve(self.statement, **changes))

    if not TYPE_CHECKING:

        def __bool__(self) -> bool:
            raise TypeError("a query is neither true nor false before it ran: write query.exists()")


def _count(what: str, number: int | None) -> int | None:
    if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 0):
        raise QueryError(f"{what}() takes a whole number from 0 on, or None, not {number!r}")
    return number
