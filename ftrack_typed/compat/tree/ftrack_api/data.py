"""Wrappers of files and text."""

from ftrack_typed.data import Data, File, FileWrapper, String

__all__ = ["Data", "File", "FileWrapper", "String"]
