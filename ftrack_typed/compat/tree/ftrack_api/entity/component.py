"""Components, and what has a thumbnail."""

from typing import TYPE_CHECKING

from ftrack_typed.behaviours.thumbnails import CreatesThumbnails as CreateThumbnailMixin

if TYPE_CHECKING:
    from ftrack_typed.entities import Component
else:
    from ftrack_typed.compat.kinds import kind

    Component = kind("Component")

__all__ = ["Component", "CreateThumbnailMixin"]
