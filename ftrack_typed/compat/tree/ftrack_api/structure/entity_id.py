"""Data under the identifier of its component."""

from ftrack_typed.files import EntityIdStructure

__all__ = ["EntityIdStructure"]
