"""Versions of assets."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftrack_typed.entities import AssetVersion
else:
    from ftrack_typed.compat.kinds import kind

    AssetVersion = kind("AssetVersion")

__all__ = ["AssetVersion"]
