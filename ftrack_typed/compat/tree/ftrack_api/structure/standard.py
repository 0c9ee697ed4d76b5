"""Data in folders that people can read."""

from ftrack_typed.files import StandardStructure

__all__ = ["StandardStructure"]
