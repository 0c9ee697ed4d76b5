"""Data in folders made of the identifier."""

from ftrack_typed.files import IdStructure

__all__ = ["IdStructure"]
