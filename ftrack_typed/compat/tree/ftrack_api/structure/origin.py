"""Data where it is."""

from ftrack_typed.files import OriginStructure

__all__ = ["OriginStructure"]
