"""Owns what follows an acknowledged batch: entities say what the server answered, and forget what may be stale."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..answers import MERGING_ERRORS
from ..changes import Changes, Reread
from ..collection import MappedCollection, bury, rebased
from ..entity import Entity
from ..errors import UnrecognisedEntityTypeError
from ..facts import AttributeKind
from ..wire import ENTITY_TYPE
from .batch import PlannedOperation
from .relations import forget_relations

if TYPE_CHECKING:
    from ..state import SessionState

_LOGGER: Final = logging.getLogger(__name__)

_PLACE: Final = frozenset({"name", "parent", "parent_id", "asset", "asset_id"})
"""What says where an entity is, and what it is called there."""

_OF_PLACE: Final = ("link", "_link", "ancestors")
"""What servers make of the above, by the names on the wire: they take it for no computed value."""


def apply(
    state: SessionState, taken: Sequence[Changes], planned: Sequence[PlannedOperation], results: Sequence[Any]
) -> None:
    """Make entities say what the server answered."""
    state.freshness.begin_settling()
    if state.freshness.is_needed:
        # A question that comes from now on is asked after all this.
        for changes in taken:
            state.freshness.settle(changes)
    for changes in taken:
        if changes.deleted is None:
            _forget_derived(state, changes)
            _show_reread(state, changes)
    for each, result in zip(planned, results, strict=True):
        if each.entity is not None:
            _merge_answer(state, each.entity, result)
        elif each.pushed:
            _apply_pushed(state, each.operation, result)
    for changes in taken:
        if changes.deleted is not None:
            _bury(state, changes.entity)
    forget_relations(state, taken)


def _forget_derived(state: SessionState, changes: Changes) -> None:
    """Drop what the server makes of the values that were sent, and may not answer; it loads again when read."""
    entity, content = changes.entity, vars(changes.entity)
    if changes.created is not None:
        # Custom attributes that a new entity was not given have defaults now.
        custom = [facts.name for facts in entity._ftrack_kinds[AttributeKind.CUSTOM] if facts.name in content]
        names = [name for name in custom if name not in state.unit.written(entity)]
    else:
        names = [name for name in _computed(type(entity)) if name in content or state.freshness.is_needed]
        if not _PLACE.isdisjoint(changes.sent):
            names += [entity._ftrack_names[wire] for wire in _OF_PLACE if wire in entity._ftrack_names]
    for name in names:
        content.pop(name, None)
    if names:
        state.freshness.forget(entity, names)


def _show_reread(state: SessionState, changes: Changes) -> None:
    """Make mappings say what others wrote to them while the changes waited that are sent now."""
    for name, before in changes.old.items():
        if not isinstance(before, Reread) or name in state.unit.written(changes.entity):
            continue
        held = vars(changes.entity).get(name)
        if isinstance(held, MappedCollection):
            held._restore(rebased(held._values, before, before.read))


@functools.cache
def _computed(entity_type: type[Entity]) -> tuple[str, ...]:
    """Return the names of the plain values of *entity_type* that the server computes."""
    return tuple(facts.name for facts in entity_type._ftrack_kinds[AttributeKind.SCALAR] if facts.computed)


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
