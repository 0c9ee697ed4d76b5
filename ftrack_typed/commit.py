"""Owns the commit: sends the planned batch and makes entities say what the server answered.

Cost follows the number of changes. Nothing is changed here before the server has accepted the whole batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .collection import Collection
from .entity import Entity
from .facts import AttributeKind
from .symbols import DELETED
from .wire import ENTITY_TYPE

if TYPE_CHECKING:
    from .session import Session


def send(session: Session) -> None:
    """Send all changes of *session* as one batch, then forget them; where that fails they stay as they are."""
    with session._lock:
        planned = session._unit.plan()
    results: list[Any] = session.call([each.operation for each in planned]) if planned else []
    with session._lock:
        stale = list(session._unit.affected())
        changed = [(entity, state) for entity, state in session._unit.entities()]
        session._unit.clear()
        for each, result in zip(planned, results, strict=True):
            if each.entity is not None:
                _merge_answer(session, each.entity, result)
        for entity, state in changed:
            if state is DELETED:
                _bury(session, entity)
        for entity, other in stale:
            forget_collections(other, type(entity))


def _merge_answer(session: Session, entity: Entity, result: Any) -> None:
    """Make *entity* say what the server answered to its creation or update; what it does not mention stays."""
    data = result.get("data") if isinstance(result, dict) else None
    if not isinstance(data, dict) or ENTITY_TYPE not in data:
        return
    if any(name not in data for name in entity.primary_key_attributes):
        return
    session._identity.merge_row(data, vars(entity)["_ftrack_page"])


def _bury(session: Session, entity: Entity) -> None:
    session._identity.remove(entity)
    vars(entity)["_ftrack_deleted"] = True


def forget_collections(entity: Entity, item_type: type[Entity]) -> None:
    """Drop the loaded collections of *entity* that may hold entities of *item_type*; they load again when read."""
    content = vars(entity)
    for name, facts in type(entity)._ftrack_facts.items():
        value = content.get(name)
        if facts.kind is AttributeKind.COLLECTION and isinstance(value, Collection):
            target = entity._ftrack_type(facts.target or "")
            if issubclass(item_type, target) or issubclass(target, item_type):
                del content[name]
