"""Owns the errors of the event hub and of plugins."""

from __future__ import annotations

from .base import FtrackError


class EventHubError(FtrackError):
    """The event hub cannot do that."""


class EventHubConnectionError(EventHubError, ConnectionError):
    """The event hub is not connected, is connected already, or cannot connect."""


class EventHubPacketError(EventHubError):
    """What came over the connection of the event hub makes no sense."""


class EventQueueFullError(EventHubError):
    """As many events wait to be sent as may wait."""


class PluginError(FtrackError):
    """A plugin cannot be loaded or registered; ``__cause__`` is what it raised."""

    def __init__(self, path: str, what: str) -> None:
        """Name the file of the plugin and what is wrong."""
        self.path = path
        super().__init__(f"The plugin {path} {what}", {"path": path})
