"""What projects are made after."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftrack_typed.entities import ProjectSchema
else:
    from ftrack_typed.compat.kinds import kind

    ProjectSchema = kind("ProjectSchema")

__all__ = ["ProjectSchema"]
