"""Owns what follows an acknowledged batch: entities say what the server answered, and forget what may be stale."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..answers import MERGING_ERRORS
from ..changes import Changes, touched_references
from ..collection import bury
from ..entity import Entity
from ..errors import UnrecognisedEntityTypeError
from ..facts import AttributeKind
from ..wire import ENTITY_TYPE
from .batch import PlannedOperation

if TYPE_CHECKING:
    from ..state import SessionState

_LOGGER: Final = logging.getLogger(__name__)


def apply(
    state: SessionState, taken: Sequence[Changes], planned: Sequence[PlannedOperation], results: Sequence[Any]
) -> None:
    """Make entities say what the server answered."""
    state.freshness.begin_settling()
    if state.freshness.is_needed:
        # A question that comes from now on is asked after all this.
        for changes in taken:
            state.freshness.settle(changes)
    for each, result in zip(planned, results, strict=True):
        if each.entity is not None:
            _merge_answer(state, each.entity, result)
        elif each.pushed:
            _apply_pushed(state, each.operation, result)
    stale: dict[tuple[int, type[Entity]], Entity] = {}
    for changes in taken:
        if changes.deleted is not None:
            _bury(state, changes.entity)
        stale.update({(id(other), type(changes.entity)): other for other in touched_references(changes)})
    for (_, item_type), other in stale.items():
        forget_collections(state, other, item_type)


def _merge_answer(state: SessionState, entity: Entity, result: Any) -> None:
    """Make *entity* say what the server answered to its creation or update; what it does not mention stays.

    So does all of it where the answer cannot be read: the server has done what it was asked for.
    """
    data = result.get("data") if isinstance(result, dict) else None
    if not isinstance(data, dict) or ENTITY_TYPE not in data:
        return
    if any(name not in data for name in entity.primary_key_attributes):
        return
    try:
        state.identity.merge_row(data, vars(entity)["_ftrack_page"])
    except MERGING_ERRORS as error:
        _LOGGER.warning("the answer to the commit of %r cannot be read (%s): it stays as it was sent", entity, error)


def _apply_pushed(state: SessionState, operation: Mapping[str, Any], result: Any) -> None:
    """Make the entity that a pushed operation was about, where it is known here, say what the server answered."""
    try:
        entity_type = state.entity_type(operation["entity_type"])
    except UnrecognisedEntityTypeError:
        return
    key = tuple(operation["entity_key"])
    entity = state.identity.find(entity_type, key)
    gone = entity if operation["action"] == "delete" else None
    written = set(operation.get("entity_data", ())).difference((ENTITY_TYPE, *entity_type.primary_key_attributes))
    state.freshness.note(entity_type, key, written, gone)
    if entity is None:
        return
    if operation["action"] == "delete":
        _bury(state, entity)
    else:
        _merge_answer(state, entity, result)


def _bury(state: SessionState, entity: Entity) -> None:
    state.identity.remove(entity)
    bury(entity, True)


def forget_collections(state: SessionState, entity: Entity, item_type: type[Entity]) -> None:
    """Drop the loaded collections of *entity* that may hold an *item_type*; they load again when read.

    Those with changes that wait for the next commit stay. Answers that are on their way do not bring any back.
    """
    content = vars(entity)
    kept = state.unit.written(entity)
    dropped: list[str] = []
    for facts in entity._ftrack_kinds[AttributeKind.COLLECTION]:
        if (facts.name in content or state.freshness.is_needed) and facts.name not in kept:
            target = entity._ftrack_type(facts.target or "")
            if issubclass(item_type, target) or issubclass(target, item_type):
                dropped.append(facts.name)
                content.pop(facts.name, None)
    state.freshness.forget(entity, dropped)
