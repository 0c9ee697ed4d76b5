"""Owns the making of thumbnails, on what has one (session.md section 15)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from ..entity import Entity

C = TypeVar("C", bound="Entity")
"""The studio's components."""


class CreatesThumbnails(Generic[C]):
    """What has a thumbnail."""

    __slots__ = ()

    def create_thumbnail(self, path: str | os.PathLike[str], data: Mapping[str, Any] | None = None) -> C:
        """Upload the picture at *path*, make it the thumbnail of this entity, commit, and return its component.

        *data* are values of the component. Raise LocationError where it cannot be uploaded; nothing has changed then.
        """
        entity = cast("Entity", self)
        return cast("C", entity.session._files.create_thumbnail(entity, path, data or {}))
