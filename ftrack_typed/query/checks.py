"""Owns what criteria refuse: values of the wrong type, paths of another class, and what is no criterion at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol, cast

from ..errors import QueryError, QueryValueError
from .printer import print_path
from .syntax import And, Criterion, Path, Statement, Value

if TYPE_CHECKING:
    from .paths import TypedPath

_VALUE_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "str": (str,),
    "float": (int, float),
    "int": (int,),
    "bool": (bool,),
    "datetime": (datetime,),
}


class Subquery(Protocol):
    """A query that may stand in ``in_``."""

    @property
    def statement(self) -> Statement:
        """The syntax tree of the query."""
        ...


def combined(criteria: Sequence[object], entity_type: type[object], where: str) -> Criterion | None:
    """Return *criteria* joined by "and", or None for none.

    Raise QueryError where one is no criterion, or starts at a class that *entity_type* does not derive from.
    """
    for criterion in criteria:
        if not isinstance(criterion, Criterion):
            raise QueryError(f"{where} takes criteria such as Task.name == 'comp', not {criterion!r}")
        for path in criterion.paths():
            check_root(path, entity_type, where)
    parts = cast("tuple[Criterion, ...]", tuple(criteria))
    if len(parts) > 1:
        flat = (part.criteria if isinstance(part, And) else (part,) for part in parts)
        return And(tuple(piece for pieces in flat for piece in pieces))
    return parts[0] if parts else None


def check_root(path: Path, entity_type: type[object], where: str) -> None:
    """Raise QueryError where *path* was written with a class whose attributes *entity_type* does not have."""
    if path.root is not None and not issubclass(entity_type, path.root):
        found, wanted = path.root.__name__, entity_type.__name__
        hint = _rooted_at(path, entity_type)
        advice = f": write {wanted}.{hint}" if hint else ""
        raise QueryError(f"{where} is about {wanted}, but {found}.{print_path(path)} starts at {found}{advice}")


def _rooted_at(path: Path, entity_type: type[object]) -> str:
    """Return the part of *path* that begins with an attribute of *entity_type*, or nothing."""
    names: object = getattr(entity_type, "_ftrack_names", None)
    known = names if isinstance(names, Mapping) else {}
    ends = (path.steps[start:] for start in range(len(path.steps)))
    return next((print_path(Path(end)) for end in ends if end[0].name in known), "")


def checked_value(path: TypedPath, value: object) -> Value:
    """Return *value* if it fits the attribute that *path* ends in; raise QueryValueError otherwise."""
    expected = path._ftrack_facts.value_type
    accepted = _VALUE_TYPES.get("str" if expected.startswith("Literal[") else expected)
    fits = value is None or accepted is None or isinstance(value, accepted)
    if fits and isinstance(value, bool) and accepted is not None and bool not in accepted:
        fits = False
    if fits and (value is None or isinstance(value, (str, int, float, datetime))):
        return value
    raise QueryValueError(f"{path!r} holds {expected} and is compared with {value!r}", {"value": value})


def listed(path: TypedPath, values: object) -> list[object]:
    """Return *values* as a list; raise QueryValueError where it is no list, tuple or set, text above all."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise QueryValueError(f"{path!r} takes a list, tuple or set of values for in_(), not {values!r}")
    return list(values)


def members(path: TypedPath, values: Iterable[object] | Subquery) -> tuple[Value, ...] | Statement:
    """Return what ``in_`` compares *path* with: checked values, or the statement of a query that selects one thing."""
    statement = getattr(values, "statement", None)
    if isinstance(statement, Statement):
        if len(statement.projections) != 1:
            raise QueryError(
                f"{path!r} is compared with a query of {statement.entity_type}: select one attribute of it"
            )
        return statement
    return tuple(checked_value(path, value) for value in listed(path, values))


def not_none(path: TypedPath, value: object) -> object:
    """Return *value*; raise QueryValueError for None, which nothing is larger or smaller than."""
    if value is None:
        raise QueryValueError(f"{path!r} cannot be larger or smaller than None: write is_(None) or is_not(None)")
    return value


def check_none(path: TypedPath, method: str, value: object) -> None:
    """Raise QueryValueError where *value*, the argument of *method*, is anything but None."""
    if value is not None:
        operator = "==" if method == "is_" else "!="
        raise QueryValueError(f"{path!r}.{method}() takes None only: write {operator} {value!r}")


def pattern_text(path: TypedPath, pattern: object) -> object:
    """Return *pattern*; raise QueryValueError where it is no text."""
    if not isinstance(pattern, str):
        raise QueryValueError(f"{path!r}.like() takes text, not {pattern!r}")
    return pattern
