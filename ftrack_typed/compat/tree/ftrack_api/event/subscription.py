"""What subscribers subscribe to."""

from ftrack_typed.events import Subscription

__all__ = ["Subscription"]
