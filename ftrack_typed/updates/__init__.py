"""What commits changed, as ``ftrack.update`` tells it: typed records, and who wants which (docs/events.md)."""

from __future__ import annotations

from .record import Action, Actor, Change, Update
from .subscription import ChangeSubscription

__all__ = ["Action", "Actor", "Change", "ChangeSubscription", "Update"]
