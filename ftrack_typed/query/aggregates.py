"""Owns what a query asks of groups of rows instead of rows: counts, sums and the like, typed as tuples.

``session.query(Task).group_by(Task.status.name).aggregate(Task.id.count(), Task.bid.sum())`` gives a tuple for each
group: what it is grouped by, then the aggregates (protocol section 4.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, cast, overload

import attrs

from ..errors import MultipleResultsFoundError, NoResultFoundError, QueryError
from ..wire import decoded, parsed_datetime
from .checks import check_root
from .printer import print_path, print_projection, print_statement
from .syntax import Aggregate, AggregateFunction, Path, Statement

if TYPE_CHECKING:
    from typing_extensions import TypeVarTuple, Unpack

    from .paths import TypedPath

    Keys = TypeVarTuple("Keys")

    class _Grouping(Generic[Unpack[Keys]]):
        pass

else:

    class _Grouping:
        def __class_getitem__(cls, _keys):
            return cls


T_co = TypeVar("T_co", covariant=True)
R_co = TypeVar("R_co", covariant=True, bound="tuple[Any, ...]")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")

_NUMBERS: Final = frozenset({"float", "int"})
_ORDERED: Final = _NUMBERS | {"str", "datetime"}
_FITTING: Final[Mapping[AggregateFunction, frozenset[str]]] = {
    "sum": _NUMBERS,
    "avg": _NUMBERS,
    "min": _ORDERED,
    "max": _ORDERED,
}
"""The types of values that a function takes; one that is not listed takes all."""


class RowSource(Protocol):
    """What fetches plain rows: a session."""

    def _ftrack_rows(self, statement: Statement) -> list[dict[str, Any]]:
        """Return the rows, which are no entities, that *statement* finds."""
        ...


@attrs.frozen(repr=False)
class Aggregated(Generic[T_co]):
    """A function of an attribute over the rows of a group, whose value is a ``T_co``."""

    syntax: Aggregate
    value_type: str

    def __repr__(self) -> str:
        return f"<Aggregated {print_projection(self.syntax)}>"


def aggregated(path: TypedPath, function: AggregateFunction) -> Aggregated[Any]:
    """Return *function* of what *path* ends in; raise QueryError where it takes no such values."""
    held = path._ftrack_facts.value_type
    fitting = _FITTING.get(function)
    if fitting is not None and held not in fitting and not (held.startswith("Literal[") and "str" in fitting):
        takes = "numbers" if fitting is _NUMBERS else "numbers, text and dates"
        raise QueryError(f"{path!r}.{function}() needs {takes}, and the attribute holds {held}")
    value_type = "int" if function == "count" else held
    return Aggregated(Aggregate(function, path._ftrack_path), value_type)


@attrs.frozen(eq=False, repr=False)
class AggregateQuery(Generic[R_co]):
    """A query for a tuple of each group of rows. Iterating it, `all` and `one` run it, as one request."""

    statement: Statement
    value_types: tuple[str, ...]
    """What each place of a tuple holds, as annotations have it."""
    source: RowSource | None = None

    def __str__(self) -> str:
        """Return the text of the query, as servers read it."""
        return print_statement(self.statement)

    def __repr__(self) -> str:
        return f"<AggregateQuery {self}>"

    def __iter__(self) -> Iterator[R_co]:
        return iter(self.all())

    def all(self) -> list[R_co]:
        """Return a tuple for each group: what it is grouped by, then the aggregates.

        What is grouped by is None where there is no value, or nothing behind a reference on the way to it. Raise
        QueryError where the server leaves out what was asked for.
        """
        if self.source is None:
            raise QueryError(f"{self!r} belongs to no session: make it with session.query(...)")
        names = [_column(each) for each in (*self.statement.group_by, *self.statement.projections)]
        text = str(self)
        columns = list(zip(names, self.value_types, strict=True))
        rows = self.source._ftrack_rows(self.statement)
        return [cast("R_co", tuple(_value(row, name, held, text) for name, held in columns)) for row in rows]

    def one(self) -> R_co:
        """Return the only group, as there is without ``group_by``.

        Raise NoResultFoundError where there is none and MultipleResultsFoundError where there are several.
        """
        found = self.all()
        if not found:
            raise NoResultFoundError("no group found", str(self))
        if len(found) > 1:
            raise MultipleResultsFoundError("more than one group found", str(self))
        return found[0]

    if not TYPE_CHECKING:

        def __bool__(self) -> bool:
            raise TypeError("a query is neither true nor false before it ran: call all()")


def _column(projection: Path | Aggregate) -> str:
    """Return the name that the server's rows have for what is asked for: ``count_id`` for ``count(id)``."""
    if isinstance(projection, Aggregate):
        return f"{projection.function}_{print_path(projection.path)}"
    return print_path(projection)


def _value(row: Mapping[str, Any], name: str, value_type: str, text: str) -> Any:
    if name not in row:
        raise QueryError(f"the server's answer to {text!r} has no {name!r}, but {', '.join(row) or 'nothing'}")
    value = row[name]
    return parsed_datetime(value) if value_type == "datetime" and isinstance(value, str) else decoded(value)


@attrs.frozen(eq=False, repr=False)
class GroupedQuery(_Grouping["Unpack[Keys]"]):
    """A query whose rows are in groups; `aggregate` says what to ask of each group."""

    entity_type: type[object]
    statement: Statement
    value_types: tuple[str, ...]
    source: RowSource | None = None

    def __repr__(self) -> str:
        return f"<GroupedQuery {print_statement(self.statement)}>"

    if TYPE_CHECKING:

        @overload
        def aggregate(self, first: Aggregated[A], /) -> AggregateQuery[tuple[Unpack[Keys], A]]: ...
        @overload
        def aggregate(
            self, first: Aggregated[A], second: Aggregated[B], /
        ) -> AggregateQuery[tuple[Unpack[Keys], A, B]]: ...
        @overload
        def aggregate(
            self, first: Aggregated[A], second: Aggregated[B], third: Aggregated[C], /
        ) -> AggregateQuery[tuple[Unpack[Keys], A, B, C]]: ...
        @overload
        def aggregate(
            self, first: Aggregated[A], second: Aggregated[B], third: Aggregated[C], fourth: Aggregated[D], /
        ) -> AggregateQuery[tuple[Unpack[Keys], A, B, C, D]]: ...
        @overload
        def aggregate(self, *aggregates: Aggregated[Any]) -> AggregateQuery[tuple[Any, ...]]: ...

    def aggregate(self, *aggregates: Aggregated[Any]) -> AggregateQuery[Any]:
        """Ask for these of each group, such as ``Task.id.count()`` and ``Task.bid.sum()``.

        Raise QueryError for none, or for an aggregate of another class.
        """
        where = f"aggregate() of a query of {self.entity_type.__name__}"
        if not aggregates:
            raise QueryError(f"{where} takes aggregates such as {self.entity_type.__name__}.id.count()")
        for each in aggregates:
            if not isinstance(each, Aggregated):
                raise QueryError(f"{where} takes aggregates such as Task.id.count() or Task.bid.sum(), not {each!r}")
            check_root(each.syntax.path, self.entity_type, where)
        projections = tuple(each.syntax for each in aggregates)
        value_types = (*self.value_types, *(each.value_type for each in aggregates))
        return AggregateQuery(attrs.evolve(self.statement, projections=projections), value_types, self.source)


def grouped(
    entity_type: type[object], statement: Statement, source: RowSource | None, paths: Sequence[TypedPath]
) -> GroupedQuery[Unpack[tuple[Any, ...]]]:
    """Return the query of *statement* with its rows in groups of what *paths* end in; without paths, in one group.

    Raise QueryError where the query selects attributes, or sorts by something that a group does not have.
    """
    name = entity_type.__name__
    keys = tuple(path._ftrack_path for path in paths)
    if statement.projections:
        raise QueryError(f"select() and aggregates of {name} do not go together: group by what is to be shown")
    for order in statement.order_by:
        if order.path not in keys:
            path = print_path(order.path)
            raise QueryError(f"groups of {name} are sorted by what they have: group by {path} as well")
    value_types = tuple(path._ftrack_facts.value_type for path in paths)
    return GroupedQuery(entity_type, attrs.evolve(statement, group_by=keys), value_types, source)
