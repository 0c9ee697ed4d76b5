"""Owns the classes that old code knows entities by, ``ftrack_api.entity.user.User``: real types, for ``isinstance``.

Each generated package has classes of its own, and a session one more for each of these; what they share is the name of
the type that they stand for.
"""

from __future__ import annotations

from typing import Any

from ..entity import Entity


class _Kind(type):
    """Takes every entity class that stands for the type of that name, or derives from one that does, as a subclass."""

    _ftrack_name: str

    def __subclasscheck__(cls, subclass: type) -> bool:
        return super().__subclasscheck__(subclass) or any(
            issubclass(base, Entity) and vars(base).get("entity_type") == cls._ftrack_name for base in subclass.__mro__
        )

    def __instancecheck__(cls, instance: object) -> bool:
        return cls.__subclasscheck__(type(instance))


def kind(name: str) -> Any:
    """Return the class that stands for the entity type *name* of every package."""
    return _Kind(name, (), {"_ftrack_name": name, "__doc__": f"The entity type {name} of every generated package."})
