"""Actions: what users start from a menu on what they have selected, with forms of a type (docs/actions.md)."""

from __future__ import annotations

from .action import Action, ActionError, Reply
from .folder import ActionFolder
from .form import item
from .selection import Selection

__all__ = ["Action", "ActionError", "ActionFolder", "Reply", "Selection", "item"]
