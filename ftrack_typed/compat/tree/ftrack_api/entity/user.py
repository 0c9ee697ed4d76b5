"""People with accounts."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftrack_typed.entities import User
else:
    from ftrack_typed.compat.kinds import kind

    User = kind("User")

__all__ = ["User"]
