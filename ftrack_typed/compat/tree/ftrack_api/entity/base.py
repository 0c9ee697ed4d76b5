"""The base class of all entities."""

from ftrack_typed.entity import Entity

__all__ = ["Entity"]
