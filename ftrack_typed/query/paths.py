"""Owns the base of typed paths: what each is, and how it refuses to be used as the value that it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from .printer import print_path
from .syntax import Path


class PathFacts(Protocol):
    """What a path must know of the attribute that it ends in."""

    @property
    def name(self) -> str:
        """Name in Python."""
        ...

    @property
    def value_type(self) -> str:
        """Type of the value as the annotation has it, without ``None``."""
        ...

    @property
    def foreign_key(self) -> str | None:
        """Wire name of the attribute that holds the reference's key, where there is one."""
        ...


class _Description:
    """The ``__doc__`` of a class of paths; that of a path is the description of the attribute that it ends in."""

    __slots__ = ("_text",)

    def __init__(self, text: str | None) -> None:
        """Say *text* of the class."""
        self._text = text

    def __get__(self, path: TypedPath | None, owner: type[TypedPath]) -> str | None:
        if path is None:
            return self._text
        root: Any = path._ftrack_path.root
        return None if root is None else root._ftrack_description(path._ftrack_path, path._ftrack_facts.name)


class TypedPath:
    """Base of all paths. Its own names have a prefix, because those of attributes follow a dot."""

    __slots__ = ("_ftrack_facts", "_ftrack_path")

    if not TYPE_CHECKING:

        def __init_subclass__(cls, **options: object) -> None:
            super().__init_subclass__(**options)
            cls.__doc__ = _Description(cls.__dict__.get("__doc__"))

    def __init__(self, path: Path, facts: PathFacts) -> None:
        """Keep the syntax of the path and the *facts* of the attribute it ends in."""
        self._ftrack_path = path
        self._ftrack_facts = facts

    def __repr__(self) -> str:
        root = self._ftrack_path.root
        prefix = f"{root.__name__}." if root is not None else ""
        return f"<{type(self).__name__} {prefix}{print_path(self._ftrack_path)}>"

    __hash__ = object.__hash__

    if not TYPE_CHECKING:

        def __bool__(self) -> NoReturn:
            raise TypeError(
                f"{self!r} is a path, neither true nor false: compare it with a value, or write is_not(None)"
            )

        def __contains__(self, item: object) -> NoReturn:
            raise TypeError(f"{self!r} is a path and holds nothing: write any(...) of a collection, or like() of text")

        def __iter__(self) -> NoReturn:
            raise TypeError(f"{self!r} is a path of the class and cannot be iterated: read it from an entity")
