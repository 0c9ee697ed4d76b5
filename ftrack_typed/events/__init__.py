"""Events: what happens on a server and in this process, who is told of it, and how (docs/events.md)."""

from __future__ import annotations

from .event import Event
from .expression import quote
from .hub import EventHub
from .subscriber import Subscriber
from .subscription import Subscription

__all__ = ["Event", "EventHub", "Subscriber", "Subscription", "quote"]
