"""Owns `Page`: the entities that one answer showed in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .entity import Entity
    from .state import SessionState


class Page:
    """The entities that one answer showed in one place: siblings, which load together what one of them is asked for."""

    __slots__ = ("children", "entities", "state")

    def __init__(self, state: SessionState) -> None:
        """Start an empty page of the session that has *state*."""
        self.state = state
        self.entities: list[Entity] = []
        self.children: dict[str, Page] = {}

    def child(self, name: str) -> Page:
        """Return the page of what the attribute *name* of the entities here leads to."""
        found = self.children.get(name)
        if found is None:
            found = self.children[name] = Page(self.state)
        return found
