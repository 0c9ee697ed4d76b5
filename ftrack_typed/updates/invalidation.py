"""Owns the forgetting of what a commit of somebody else made out of date: loaded values, collections, and caches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from ..collection import bury
from ..entity import Entity
from ..errors import SchemaDriftError, UnrecognisedEntityTypeError
from ..facts import AttributeKind
from ..symbols import NOT_SET

if TYPE_CHECKING:
    from ..events import Event
    from ..state import SessionState
    from .columns import Columns
    from .record import Told

Place = tuple[str, tuple[str, ...]]
"""Name of an entity's type, and its primary key."""

PRIORITY: Final = -10_000
"""Of the subscriber: values are forgotten before handlers of the same event read them."""

_KEPT_KINDS: Final = frozenset({AttributeKind.SCALAR, AttributeKind.REFERENCE})


class Invalidation:
    """Makes one session forget what updates tell to be out of date; changes that wait for a commit stay."""

    def __init__(self, state: SessionState, told: Callable[[Event], Iterator[Told]], columns: Columns) -> None:
        """Forget in *state* what *told* finds in an event."""
        self._state = state
        self._told = told
        self._columns = columns

    def __call__(self, event: Event) -> None:
        """Handle *event*, an ``ftrack.update``."""
        outdated: dict[Place, None] = {}
        with self._state.lock:
            for told in self._told(event):
                if told.key is not None:
                    outdated[told.entity_type.entity_type, told.key] = None
                self._forget(told)
                for place in self._related(told):
                    outdated[place] = None
                    self._forget_relations(place)
        cache = self._state.cache
        if cache is not None:
            cache.drop([cache.key(name, key) for name, key in outdated])

    def _forget(self, told: Told) -> None:
        entity, state = told.known(), self._state
        if entity is None or state.unit.is_new(entity):
            return
        if told.action == "remove":
            if state.unit.state(entity) is NOT_SET:
                state.identity.remove(entity)
                bury(entity, "it was deleted on the server")
            return
        pending = state.unit.old_values(entity)
        kept = {*pending, *(entity._ftrack_names[wire] for wire in entity.primary_key_attributes)}
        content = vars(entity)
        for name in [name for name in content if name not in kept and not name.startswith("_ftrack_")]:
            del content[name]
        facts = entity._ftrack_facts
        state.unit.outdate(entity, [name for name in pending if name in facts and facts[name].kind in _KEPT_KINDS])

    def _related(self, told: Told) -> Iterator[Place]:
        """Yield what the entity hangs on, and what its changed references lead to, now and before."""
        parents = told.raw.get("parents")
        for parent in parents[1:2] if isinstance(parents, list) else ():
            if isinstance(parent, Mapping) and parent.get("entity_type") and parent.get("entityId"):
                yield str(parent["entity_type"]), (str(parent["entityId"]),)
        for facts, names in self._columns.references(told.entity_type):
            change: Any = next((told.changes[name] for name in names if name in told.changes), None)
            for value in (change.get("old"), change.get("new")) if isinstance(change, Mapping) else ():
                if value and facts.target:
                    yield facts.target, (str(value),)

    def _forget_relations(self, place: Place) -> None:
        """Drop the collections of an entity, which may hold what changed, and what the server computes of them."""
        entity = self._find(place)
        if entity is None or self._state.unit.is_new(entity):
            return
        content, kept = vars(entity), self._state.unit.old_values(entity)
        for facts in entity._ftrack_facts.values():
            relation = facts.computed or facts.kind not in _KEPT_KINDS
            if relation and facts.name in content and facts.name not in kept:
                del content[facts.name]

    def _find(self, place: Place) -> Entity | None:
        name, key = place
        try:
            return self._state.identity.find(self._state.entity_type(name), key)
        except (UnrecognisedEntityTypeError, SchemaDriftError):
            return None
