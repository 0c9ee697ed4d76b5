"""Locations."""

from typing import TYPE_CHECKING

from ftrack_typed.compat.mixing import UnmanagedLocationMixin

if TYPE_CHECKING:
    from ftrack_typed.entities import Location
else:
    from ftrack_typed.compat.kinds import kind

    Location = kind("Location")

__all__ = ["Location", "UnmanagedLocationMixin"]
