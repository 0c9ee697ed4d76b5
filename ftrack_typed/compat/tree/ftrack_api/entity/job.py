"""Jobs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftrack_typed.entities import Job
else:
    from ftrack_typed.compat.kinds import kind

    Job = kind("Job")

__all__ = ["Job"]
