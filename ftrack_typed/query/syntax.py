"""Owns the syntax tree of the query language, which builder and parser make and printer and sandbox read.

Every node is a frozen record; two queries are equal where their trees are. Grammar: protocol section 4.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, NoReturn, TypeAlias, final

import attrs

# mypy takes a name MYPY for true, which is how code tells it from other checkers.
MYPY: Final = False

Comparator: TypeAlias = Literal["is", "is_not", ">", "<", ">=", "<=", "like", "not_like"]
AggregateFunction: TypeAlias = Literal["count", "sum", "avg", "min", "max"]


class Word(str):
    """A value that a text has without quotes: its attribute's type decides what it stands for."""

    __slots__ = ()


@final
class WriteAndOrNotAsOperators:
    """What checkers name where a criterion is used as a boolean: ``&``, ``|`` and ``~`` combine; never made."""


Value: TypeAlias = "str | int | float | bool | datetime | None"


@attrs.frozen
class Step:
    """One name of a path, and the entity type that its target is narrowed to, as in ``parent[Shot]``."""

    name: str
    cast: str | None = None


@attrs.frozen
class Path:
    """Attribute names from the queried type on; ``root`` is the class that it was written with, if any."""

    steps: tuple[Step, ...]
    root: type[object] | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen
class Criterion:
    """A condition on rows. Combine with ``&``, ``|`` and ``~``."""

    def __and__(self, other: Criterion) -> Criterion:
        """Return the condition that holds where both do."""
        return And((*_parts(self, And), *_parts(other, And))) if isinstance(other, Criterion) else NotImplemented

    def __or__(self, other: Criterion) -> Criterion:
        """Return the condition that holds where at least one does."""
        return Or((*_parts(self, Or), *_parts(other, Or))) if isinstance(other, Criterion) else NotImplemented

    def __invert__(self) -> Criterion:
        """Return the condition that holds where this one does not."""
        return Not(self)

    if TYPE_CHECKING and not MYPY:
        # pyright says so where a criterion is a condition; mypy has an error of its own for it, truthy-bool, which a
        # method would silence.
        def __bool__(self) -> WriteAndOrNotAsOperators: ...

    if not TYPE_CHECKING:

        def __bool__(self) -> NoReturn:
            raise TypeError(
                "a criterion is neither true nor false: write & for 'and', | for 'or', ~ for 'not', in_() for 'in', "
                "with brackets around each comparison"
            )

    def paths(self) -> Iterator[Path]:
        """Yield the paths that start at the queried type, not those inside ``has`` and ``any``."""
        yield from ()


@attrs.frozen
class Comparison(Criterion):
    """A path compared with one value."""

    path: Path
    comparator: Comparator
    value: Value

    def paths(self) -> Iterator[Path]:
        """Yield the compared path."""
        yield self.path


@attrs.frozen
class Membership(Criterion):
    """A path whose value is, or is not, among the values given or found by a query."""

    path: Path
    values: tuple[Value, ...] | Statement
    negated: bool = False

    def paths(self) -> Iterator[Path]:
        """Yield the compared path."""
        yield self.path


@attrs.frozen
class Related(Criterion):
    """A test of the entity (``has``) or of some entity (``any``) behind a path; without a criterion, of existence."""

    path: Path
    quantifier: Literal["has", "any"]
    criterion: Criterion | None = None

    def paths(self) -> Iterator[Path]:
        """Yield the path to what is tested."""
        yield self.path


@attrs.frozen
class And(Criterion):
    """Every one of several criteria."""

    criteria: tuple[Criterion, ...]

    def paths(self) -> Iterator[Path]:
        """Yield the paths of all parts."""
        for criterion in self.criteria:
            yield from criterion.paths()


@attrs.frozen
class Or(Criterion):
    """At least one of several criteria."""

    criteria: tuple[Criterion, ...]

    def paths(self) -> Iterator[Path]:
        """Yield the paths of all parts."""
        for criterion in self.criteria:
            yield from criterion.paths()


@attrs.frozen
class Not(Criterion):
    """The opposite of a criterion."""

    criterion: Criterion

    def paths(self) -> Iterator[Path]:
        """Yield the paths of the criterion."""
        yield from self.criterion.paths()


def _parts(criterion: Criterion, kind: type[And] | type[Or]) -> tuple[Criterion, ...]:
    return criterion.criteria if isinstance(criterion, kind) else (criterion,)


@attrs.frozen
class Aggregate:
    """A function of an attribute over the rows of a group, as in ``count(id)``."""

    function: AggregateFunction
    path: Path


@attrs.frozen
class Order:
    """A path to sort by, and which way."""

    path: Path
    descending: bool = False


@attrs.frozen
class Statement:
    """A whole query. Empty ``projections`` stand for the default ones of the type."""

    entity_type: str
    projections: tuple[Path | Aggregate, ...] = ()
    where: Criterion | None = None
    group_by: tuple[Path, ...] = ()
    order_by: tuple[Order, ...] = ()
    offset: int | None = None
    limit: int | None = None
