"""Owns the deleting of entities: what may be deleted, and what is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .entity import Entity
from .errors import DeletedEntityError

if TYPE_CHECKING:
    from .state import SessionState


def delete(state: SessionState, entity: Entity) -> None:
    """Record that *entity* is to be deleted.

    Raise DeletedEntityError where it is deleted already, and TypeError where it is no entity of this session.
    """
    if not isinstance(entity, Entity):
        raise TypeError(f"delete takes an entity, not {entity!r}")
    content = vars(entity)
    if content.get("_ftrack_deleted"):
        raise DeletedEntityError(entity, "it cannot be deleted again")
    page = content.get("_ftrack_page")
    if page is None or page.state is not state:
        raise TypeError(f"{entity!r} belongs to {'no' if page is None else 'another'} session: get it from this one")
    if state.record_operations:
        with state.lock:
            state.unit.record_delete(entity)
