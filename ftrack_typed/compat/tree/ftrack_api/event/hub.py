"""What publishes events and calls those who subscribe to them."""

from ftrack_typed.events import EventHub
from ftrack_typed.events.address import ServerDetails

__all__ = ["EventHub", "ServerDetails"]
