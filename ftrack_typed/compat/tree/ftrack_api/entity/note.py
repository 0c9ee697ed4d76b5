"""Notes, and what has them."""

from typing import TYPE_CHECKING

from ftrack_typed.behaviours.notes import CreatesNotes as CreateNoteMixin

if TYPE_CHECKING:
    from ftrack_typed.entities import Note
else:
    from ftrack_typed.compat.kinds import kind

    Note = kind("Note")

__all__ = ["CreateNoteMixin", "Note"]
