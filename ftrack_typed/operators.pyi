# mypy: disable-error-code="misc, overload-overlap, override"
# pyright: reportGeneralTypeIssues=false, reportIncompatibleMethodOverride=false
"""Owns what checkers see on an entity class that a path leads to, as in ``Task.status == status``; never imported.

At run time these operators are those of the path, ``query.expressions.ReferencePath``; entity classes have the
ordinary ``type`` for their class and compare by identity. The checks named above are off because they want ``cls`` of a
metaclass to be any class, where ``type[E]`` is what binds the other operand to the type of the entity.
"""

from __future__ import annotations

from abc import ABCMeta
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    from .entity import Entity
    from .query.expressions import ScalarPath, Values, WrongValueType
    from .query.syntax import Criterion

E = TypeVar("E", bound="Entity")
F = TypeVar("F", bound="Entity")

class EntityOperators(ABCMeta):
    """Operators on a reference of an entity class."""

    @overload
    def __eq__(cls: type[E], other: E | None) -> Criterion: ...
    @overload
    def __eq__(cls: type[E], other: object) -> WrongValueType[E]: ...
    def __eq__(cls, other: object) -> Any: ...
    @overload
    def __ne__(cls: type[E], other: E | None) -> Criterion: ...
    @overload
    def __ne__(cls: type[E], other: object) -> WrongValueType[E]: ...
    def __ne__(cls, other: object) -> Any: ...
    def __hash__(cls) -> int: ...
    def is_(cls, value: None) -> Criterion:
        """Match where nothing is referenced."""

    def is_not(cls, value: None) -> Criterion:
        """Match where something is referenced."""

    def in_(cls: type[E], values: Values[E] | tuple[E, ...]) -> Criterion:
        """Match a reference to any of the entities *values*."""

    def not_in(cls: type[E], values: Values[E] | tuple[E, ...]) -> Criterion:
        """Match a reference to none of the entities *values*."""

    def has(cls, *criteria: Criterion) -> Criterion:
        """Match where the referenced entity meets all *criteria*; without criteria, where there is one."""

    def as_(cls, entity_type: type[F]) -> type[F]:
        """Narrow the reference to a subtype, as ``parent[Shot]`` does, so that its attributes can follow."""

class CustomAttributeOperators(ABCMeta):
    """Operators on the custom attributes of an entity class."""

    def __getitem__(cls, key: str) -> ScalarPath[Any]:
        """Return the path to the custom attribute *key*, whatever its type."""
