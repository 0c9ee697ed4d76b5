"""Owns the locations that every server has, and how each session uses them (protocol sections 5.3 and 8.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from ..symbols import (
    ORIGIN_LOCATION_ID,
    REVIEW_LOCATION_ID,
    SERVER_LOCATION_ID,
    UNMANAGED_LOCATION_ID,
)
from .disk import DiskAccessor
from .server_accessor import ServerAccessor
from .storage import Storage
from .structure import EntityIdStructure, OriginStructure

if TYPE_CHECKING:
    from ..state import SessionState


@attrs.frozen
class BuiltIn:
    """A location that is set up without asking the server for its row."""

    id: str
    name: str
    storage: Storage


REVIEWABLE: Final = frozenset({"ftrackreview-mp4", "ftrackreview-webm", "ftrackreview-image"})
"""Names of components that belong into the review location (protocol section 8.3)."""


def built_in_locations(state: SessionState) -> list[BuiltIn]:
    """Return the locations that a session starts with; the one of ftrack Connect is left to Connect."""
    return [
        BuiltIn(
            ORIGIN_LOCATION_ID,
            "ftrack.origin",
            Storage(DiskAccessor(), OriginStructure(), priority=100, moves_data=False, remembered={}),
        ),
        BuiltIn(
            UNMANAGED_LOCATION_ID,
            "ftrack.unmanaged",
            Storage(DiskAccessor(), OriginStructure(), priority=90, moves_data=False),
        ),
        BuiltIn(
            REVIEW_LOCATION_ID,
            "ftrack.review",
            Storage(DiskAccessor(), OriginStructure(), priority=110, moves_data=False),
        ),
        BuiltIn(
            SERVER_LOCATION_ID,
            "ftrack.server",
            Storage(ServerAccessor(state.session), EntityIdStructure(), priority=150),
        ),
    ]
