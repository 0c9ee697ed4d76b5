"""Owns the hubs that are measured: the classes of either client, which have the same names.

It imports nothing that the official client's environment lacks.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from ..sandbox_process import API_KEY, API_USER

_MODULES: Final = {
    "ours": ("ftrack_typed.events", "ftrack_typed.events"),
    "official": ("ftrack_api.event.hub", "ftrack_api.event.base"),
}


class Maker:
    """Makes hubs and events of one client."""

    def __init__(self, client: str, url: str) -> None:
        """Make those of *client*, for the server at *url*."""
        hub, event = _MODULES[client]
        self._hub_type: Any = import_module(hub).EventHub
        self.event: Any = import_module(event).Event
        self._url = url

    def hub(self) -> Any:
        """Return a new hub, which is not connected."""
        return self._hub_type(self._url, API_USER, API_KEY)
