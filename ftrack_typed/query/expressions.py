# mypy: disable-error-code="overload-overlap"
"""Owns the typed paths that attributes give on an entity class, and the criteria they make.

``Task.status.name == "Ready"`` is a `Criterion`; ``Task.name`` alone can be selected or sorted by. A path remembers the
class that it was started from, so that a query of another type can refuse it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, NoReturn, Protocol, TypeVar, cast, overload

from ..errors import QueryError, QueryValueError
from .checks import Subquery, check_none, checked_value, combined, listed, members, not_none, pattern_text
from .paths import PathFacts, TypedPath
from .syntax import (
    AggregateFunction,
    And,
    Comparator,
    Comparison,
    Criterion,
    Membership,
    Or,
    Order,
    Path,
    Related,
    Step,
    Value,
)

if TYPE_CHECKING:
    from .aggregates import Aggregated

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
E = TypeVar("E")


class WrongValueType(Generic[T]):
    """What checkers see where an attribute of type ``T`` is compared with a value of another type."""


class NeedsNumbers(Generic[T]):
    """What checkers see where values of type ``T`` are added up, which are no numbers."""


class Values(Protocol[T_co]):
    """A list, set or frozen set of values: what can be iterated and copied, as text cannot."""

    def __iter__(self) -> Iterator[T_co]: ...

    def copy(self) -> object:
        """Return a copy."""
        ...


class ScalarPath(TypedPath, Generic[T]):
    """A path that ends in a plain value of type ``T``."""

    __slots__ = ()
    __hash__ = TypedPath.__hash__

    if TYPE_CHECKING:

        @overload  # type: ignore[override]
        def __eq__(self, other: T | None) -> Criterion: ...
        @overload
        def __eq__(self, other: object) -> WrongValueType[T]: ...
        def __eq__(self, other: object) -> Any: ...

        @overload  # type: ignore[override]
        def __ne__(self, other: T | None) -> Criterion: ...
        @overload
        def __ne__(self, other: object) -> WrongValueType[T]: ...
        def __ne__(self, other: object) -> Any: ...

        @overload
        def __lt__(self, other: T) -> Criterion: ...
        @overload
        def __lt__(self, other: object) -> WrongValueType[T]: ...
        def __lt__(self, other: object) -> Any: ...

        @overload
        def __le__(self, other: T) -> Criterion: ...
        @overload
        def __le__(self, other: object) -> WrongValueType[T]: ...
        def __le__(self, other: object) -> Any: ...

        @overload
        def __gt__(self, other: T) -> Criterion: ...
        @overload
        def __gt__(self, other: object) -> WrongValueType[T]: ...
        def __gt__(self, other: object) -> Any: ...

        @overload
        def __ge__(self, other: T) -> Criterion: ...
        @overload
        def __ge__(self, other: object) -> WrongValueType[T]: ...
        def __ge__(self, other: object) -> Any: ...

        @overload
        def like(self: ScalarPath[str], pattern: str) -> Criterion: ...
        @overload
        def like(self: ScalarPath[str | None], pattern: str) -> Criterion: ...
        @overload
        def like(self, pattern: object) -> WrongValueType[T]: ...
        def like(self, pattern: object) -> Any:
            r"""Match text against *pattern*: ``%`` stands for any run of characters, ``\%`` for a percent sign."""

        @overload
        def not_like(self: ScalarPath[str], pattern: str) -> Criterion: ...
        @overload
        def not_like(self: ScalarPath[str | None], pattern: str) -> Criterion: ...
        @overload
        def not_like(self, pattern: object) -> WrongValueType[T]: ...
        def not_like(self, pattern: object) -> Any:
            """Be the opposite of `like`."""

        @overload
        def sum(self: ScalarPath[int] | ScalarPath[int | None]) -> Aggregated[int | None]: ...
        @overload
        def sum(self: ScalarPath[float] | ScalarPath[float | None]) -> Aggregated[float | None]: ...
        @overload
        def sum(self) -> NeedsNumbers[T]: ...
        def sum(self) -> Any:
            """Add up the values of each group; None where there are none."""

        @overload
        def avg(self: ScalarPath[int] | ScalarPath[int | None]) -> Aggregated[float | None]: ...
        @overload
        def avg(self: ScalarPath[float] | ScalarPath[float | None]) -> Aggregated[float | None]: ...
        @overload
        def avg(self) -> NeedsNumbers[T]: ...
        def avg(self) -> Any:
            """Take the mean of the values of each group; None where there are none."""

    else:

        def __eq__(self, other):
            return self._ftrack_compare("is", other)

        def __ne__(self, other):
            return self._ftrack_compare("is_not", other)

        def __lt__(self, other):
            return self._ftrack_compare("<", not_none(self, other))

        def __le__(self, other):
            return self._ftrack_compare("<=", not_none(self, other))

        def __gt__(self, other):
            return self._ftrack_compare(">", not_none(self, other))

        def __ge__(self, other):
            return self._ftrack_compare(">=", not_none(self, other))

        def like(self, pattern):
            r"""Match text against *pattern*: ``%`` stands for any run of characters, ``\%`` for a percent sign."""
            return self._ftrack_compare("like", pattern_text(self, pattern))

        def not_like(self, pattern):
            """Be the opposite of `like`."""
            return self._ftrack_compare("not_like", pattern_text(self, pattern))

        def sum(self):
            """Add up the values of each group; None where there are none."""
            return self._ftrack_aggregate("sum")

        def avg(self):
            """Take the mean of the values of each group; None where there are none."""
            return self._ftrack_aggregate("avg")

    def count(self) -> Aggregated[int]:
        """Count the rows of each group that have a value; of a primary key, all rows."""
        return self._ftrack_aggregate("count")

    def min(self) -> Aggregated[T | None]:
        """Take the smallest value of each group; None where there are none."""
        return self._ftrack_aggregate("min")

    def max(self) -> Aggregated[T | None]:
        """Take the largest value of each group; None where there are none."""
        return self._ftrack_aggregate("max")

    def _ftrack_aggregate(self, function: AggregateFunction) -> Aggregated[Any]:
        # Imported where it is needed: few programs ask for groups.
        from .aggregates import aggregated

        return aggregated(self, function)

    def in_(self, values: Values[T] | tuple[T, ...] | Subquery) -> Criterion:
        """Match any of *values*, or any that a query with one selected attribute finds; nothing matches no values."""
        return self._ftrack_among(values, negated=False)

    def not_in(self, values: Values[T] | tuple[T, ...] | Subquery) -> Criterion:
        """Match anything but *values*."""
        return self._ftrack_among(values, negated=True)

    def is_(self, value: None) -> Criterion:
        """Match where there is no value."""
        check_none(self, "is_", value)
        return self._ftrack_compare("is", None)

    def is_not(self, value: None) -> Criterion:
        """Match where there is a value."""
        check_none(self, "is_not", value)
        return self._ftrack_compare("is_not", None)

    def asc(self) -> Order:
        """Sort by this, smallest first."""
        return Order(self._ftrack_path)

    def desc(self) -> Order:
        """Sort by this, largest first."""
        return Order(self._ftrack_path, descending=True)

    def _ftrack_compare(self, comparator: Comparator, value: object) -> Criterion:
        return Comparison(self._ftrack_path, comparator, checked_value(self, value))

    def _ftrack_among(self, values: Iterable[object] | Subquery, *, negated: bool) -> Criterion:
        return Membership(self._ftrack_path, members(self, values), negated)


class KeyedPath(ScalarPath[T]):
    """The value under one key of a mapped collection; compared, it is ``metadata any (key is ... and value ...)``."""

    __slots__ = ("_ftrack_key",)
    __hash__ = TypedPath.__hash__

    def __init__(self, path: Path, facts: PathFacts, key: str) -> None:
        """Take the *path* of the collection and the *key* in it."""
        super().__init__(path, facts)
        self._ftrack_key = key

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}[{self._ftrack_key!r}]>"

    def _ftrack_compare(self, comparator: Comparator, value: object) -> Criterion:
        return self._ftrack_any(Comparison(_VALUE, comparator, checked_value(self, value)))

    def _ftrack_among(self, values: Iterable[object] | Subquery, *, negated: bool) -> Criterion:
        return self._ftrack_any(Membership(_VALUE, members(self, values), negated))

    def _ftrack_aggregate(self, function: AggregateFunction) -> NoReturn:
        raise QueryError(f"{self!r} has no {function}(): the query language aggregates attributes alone")

    def _ftrack_any(self, criterion: Criterion) -> Criterion:
        return Related(self._ftrack_path, "any", Comparison(_KEY, "is", self._ftrack_key) & criterion)

    def asc(self) -> NoReturn:
        """Refuse: the server sorts by attributes only."""
        raise QueryError(f"{self!r} cannot be sorted by: the query language has no order by a key of a collection")

    def desc(self) -> NoReturn:
        """Refuse: the server sorts by attributes only."""
        self.asc()


_KEY: Final = Path((Step("key"),))
_VALUE: Final = Path((Step("value"),))


class MappedPath(TypedPath, Generic[T]):
    """A path that ends in a mapped collection: ``Task.metadata["department"] == "fx"``."""

    __slots__ = ()

    def __getitem__(self, key: str) -> ScalarPath[T]:
        """Return the path to the value under *key*."""
        return KeyedPath(self._ftrack_path, self._ftrack_facts, key)


class CollectionPath(TypedPath, Generic[E]):
    """A path that ends in a collection of ``E``."""

    __slots__ = ("_ftrack_target",)

    def __init__(self, path: Path, facts: PathFacts, target: type[E]) -> None:
        """Keep the class of the collection's items."""
        super().__init__(path, facts)
        self._ftrack_target = target

    def any(self, *criteria: Criterion) -> Criterion:
        """Match where one item meets all *criteria*; without criteria, where there is an item."""
        return Related(self._ftrack_path, "any", combined(criteria, self._ftrack_target, f"{self!r}.any()"))

    @property
    def each(self) -> type[E]:
        """The items, to select attributes of all of them: ``select(Task.notes.each.content)``."""
        return cast("type[E]", ReferencePath(self._ftrack_path, self._ftrack_facts, self._ftrack_target))


class ReferencePath(TypedPath):
    """A path that ends in an entity. Checkers see the class of that entity, with the operators of `EntityOperators`."""

    __slots__ = ("_ftrack_target",)
    __hash__ = TypedPath.__hash__

    def __init__(self, path: Path, facts: PathFacts, target: type[object]) -> None:
        """Keep the class that the path leads to."""
        super().__init__(path, facts)
        self._ftrack_target = target

    if not TYPE_CHECKING:
        # Attributes of the target and comparisons: typed by the metaclass of entities, where checkers look for them.
        def __getattr__(self, name):
            if name.startswith(("__", "_ftrack_")):
                raise AttributeError(name)  # asked for by what copies a path, which has nothing yet
            return self._ftrack_target._ftrack_path_to(name, self._ftrack_path)

        def __eq__(self, other):
            return self._ftrack_compare("is", other)

        def __ne__(self, other):
            return self._ftrack_compare("is_not", other)

        def __call__(self, *arguments, **values):
            """Refuse: only ``session.create`` makes entities."""
            raise TypeError(f"{self!r} is a path and makes no entity: give session.create the class itself")

    def is_(self, value: None) -> Criterion:
        """Match where nothing is referenced."""
        check_none(self, "is_", value)
        return Comparison(self._ftrack_path, "is", None)

    def is_not(self, value: None) -> Criterion:
        """Match where something is referenced."""
        check_none(self, "is_not", value)
        return Comparison(self._ftrack_path, "is_not", None)

    def in_(self, values: Iterable[object]) -> Criterion:
        """Match a reference to any of the entities *values*."""
        return self._ftrack_among(values, negated=False)

    def not_in(self, values: Iterable[object]) -> Criterion:
        """Match a reference to none of the entities *values*."""
        return self._ftrack_among(values, negated=True)

    def has(self, *criteria: Criterion) -> Criterion:
        """Match where the referenced entity meets all *criteria*; without criteria, where there is one."""
        return Related(self._ftrack_path, "has", combined(criteria, self._ftrack_target, f"{self!r}.has()"))

    def as_(self, entity_type: type[E]) -> type[E]:
        """Narrow the reference to a subtype, as ``parent[Shot]`` does, so that its attributes can follow."""
        if not isinstance(entity_type, type) or not issubclass(entity_type, self._ftrack_target):
            raise QueryError(f"{self!r}.as_() takes a subtype of {self._ftrack_target.__name__}, not {entity_type!r}")
        *steps, last = self._ftrack_path.steps
        path = Path((*steps, Step(last.name, entity_type.__name__)), self._ftrack_path.root)
        return cast("type[E]", ReferencePath(path, self._ftrack_facts, entity_type))

    def _ftrack_compare(self, comparator: Literal["is", "is_not"], other: object) -> Criterion:
        if other is None:
            return Comparison(self._ftrack_path, comparator, None)
        parts = [Comparison(path, comparator, value) for path, value in self._ftrack_keys(other)]
        if len(parts) == 1:
            return parts[0]
        return And(tuple(parts)) if comparator == "is" else Or(tuple(parts))

    def _ftrack_among(self, values: Iterable[object], *, negated: bool) -> Criterion:
        keys = [self._ftrack_keys(value) for value in listed(self, values)]
        if any(len(key) > 1 for key in keys):
            raise QueryError(f"{self!r}.in_() needs a key of one attribute: compare with == and join with |")
        path = keys[0][0][0] if keys else self._ftrack_path
        return Membership(path, tuple(value for ((_, value),) in keys), negated)

    def _ftrack_keys(self, other: object) -> list[tuple[Path, Value]]:
        """Return the paths to compare and the values of *other*'s key: the foreign key where the type has one."""
        if not isinstance(other, self._ftrack_target):
            target = self._ftrack_target.__name__
            raise QueryValueError(f"{self!r} is compared with {other!r}: give a {target} or None", {"value": other})
        key = cast("Keyed", other)._ftrack_key()
        root = self._ftrack_path.root
        foreign_key = self._ftrack_facts.foreign_key
        if foreign_key is not None and len(key) == 1 and self._ftrack_path.steps[-1].cast is None:
            path = Path((*self._ftrack_path.steps[:-1], Step(foreign_key)), root)
            return [(path, next(iter(key.values())))]
        return [(Path((*self._ftrack_path.steps, Step(name)), root), value) for name, value in key.items()]


class Keyed(Protocol):
    """An entity, as far as a path needs it."""

    @abstractmethod
    def _ftrack_key(self) -> dict[str, str]:
        """Return the primary key: wire name to value."""
