"""Data on the server."""

from ftrack_typed.files.server_accessor import ServerAccessor as _ServerAccessor
from ftrack_typed.files.server_accessor import ServerFile

__all__ = ["ServerFile", "_ServerAccessor"]
