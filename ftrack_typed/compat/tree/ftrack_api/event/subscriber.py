"""Those who subscribe to events."""

from ftrack_typed.events import Subscriber

__all__ = ["Subscriber"]
