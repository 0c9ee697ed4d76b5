"""Owns the path that ends in the custom attributes of an entity type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .query.expressions import MappedPath

if TYPE_CHECKING:
    from .custom_attributes import CustomAttributes
    from .facts import AttributeFacts
    from .query.syntax import Path


class CustomPath(MappedPath[Any]):
    """A path that ends in the custom attributes of an entity type; each of them follows a dot, or a key in brackets."""

    __slots__ = ("_ftrack_class",)

    def __init__(self, path: Path, facts: AttributeFacts, custom_attributes: type[CustomAttributes]) -> None:
        """Keep the class that names the custom attributes."""
        super().__init__(path, facts)
        self._ftrack_class = custom_attributes

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            if name.startswith(("__", "_ftrack_")):
                raise AttributeError(name)  # asked for by what copies a path, which has nothing yet
            return self._ftrack_class._ftrack_descriptor(name).path_from(self._ftrack_path)
