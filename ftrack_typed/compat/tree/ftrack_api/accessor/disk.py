"""Data on disk."""

from ftrack_typed.files import DiskAccessor

__all__ = ["DiskAccessor"]
