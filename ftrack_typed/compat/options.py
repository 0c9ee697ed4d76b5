"""Owns what the sessions of old code are told by whoever switches the compatibility on, not by the code itself."""

from __future__ import annotations

import os
from typing import Final

import attrs

ENTITIES_VARIABLE: Final = "FTRACK_TYPED_COMPAT_ENTITIES"
ARROW_VARIABLE: Final = "FTRACK_TYPED_COMPAT_ARROW"

_NO: Final = ("", "0", "false", "no")


def _told_entities() -> str:
    return os.environ.get(ENTITIES_VARIABLE) or "ftrack_typed.entities"


def _told_arrow() -> bool:
    return os.environ.get(ARROW_VARIABLE, "").lower() not in _NO


@attrs.define
class Options:
    """What sessions of old code go by from now on.

    ``entities`` is the generated package whose classes they use, by default that of ``FTRACK_TYPED_COMPAT_ENTITIES``,
    else the standard one. ``arrow`` says whether ``entity["start_date"]`` gives an arrow object, as the official client
    does, or an aware datetime; by default as ``FTRACK_TYPED_COMPAT_ARROW`` says, else a datetime.
    """

    entities: str = attrs.field(factory=_told_entities)
    arrow: bool = attrs.field(factory=_told_arrow)

    def reset(self) -> None:
        """Go back to what the environment says."""
        self.entities, self.arrow = _told_entities(), _told_arrow()


current: Final = Options()
"""The options of this process; read when a session is opened."""
