"""Owns the encoding of media for the web, in versions (session.md section 15)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

if TYPE_CHECKING:
    from ..entity import Entity
    from .components import HasAvailability

J = TypeVar("J", bound="Entity")
"""The studio's jobs."""


class EncodesMedia(Generic[J]):
    """A version, which can be looked at in the web."""

    __slots__ = ()

    def encode_media(
        self, media: str | os.PathLike[str] | HasAvailability[Any], keep_original: bool | Literal["auto"] = "auto"
    ) -> J:
        """Make the server encode *media* for this version; see `Session.encode_media`."""
        version = cast("Entity", self)
        return cast("J", version.session.encode_media(media, version._ftrack_first_key(), keep_original))
