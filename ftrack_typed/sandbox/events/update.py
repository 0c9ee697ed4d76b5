"""Owns ``ftrack.update``: the event that tells what a committed batch changed (protocol section 7.7)."""

from __future__ import annotations

from collections.abc import Sequence

from ..batch import Change
from ..caller import Caller
from ..store import Store
from .packets import Event

TOPIC = "ftrack.update"


class Updates:
    """Makes the events of one store."""

    def __init__(self, store: Store) -> None:
        """Read from *store* what a batch itself does not know."""
        self._store = store

    def event(self, changes: Sequence[Change], caller: Caller) -> Event | None:
        """Return the event for the *changes* of a batch, or None where none of them is told."""
        return None
