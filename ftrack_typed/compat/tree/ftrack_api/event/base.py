"""What is published."""

from ftrack_typed.events import Event

__all__ = ["Event"]
