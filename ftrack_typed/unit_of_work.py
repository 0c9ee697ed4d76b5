"""Owns the changes that wait for a commit: records them, plans the batch that sends them, and undoes them.

Each changed attribute keeps its first old value; the new one is what the entity holds. Cost follows the number of
changes, never the number of entities that are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

import attrs

from .collection import Collection, CustomAttributes, MappedCollection
from .entity import Entity
from .facts import AttributeFacts, AttributeKind
from .symbols import CREATED, DELETED, MODIFIED, NOT_SET, Symbol
from .wire import ENTITY_TYPE, encoded, reference

Operation = dict[str, Any]

_CREATE: Final = "create"
_DELETE: Final = "delete"


@attrs.define(eq=False)
class _Changes:
    """What is pending for one entity: old values by name, and which of the names are sent."""

    old: dict[str, Any] = attrs.field(factory=dict)
    sent: dict[str, None] = attrs.field(factory=dict)
    created: bool = False
    deleted: bool = False

    @property
    def state(self) -> Symbol:
        if self.deleted:
            return DELETED
        if self.created:
            return CREATED
        return MODIFIED if self.sent else NOT_SET


@attrs.frozen
class PlannedOperation:
    """One operation of a batch, and the entity that its answer is about."""

    entity: Entity | None
    operation: Operation


class UnitOfWork:
    """The changes of one session that are not committed."""

    def __init__(self) -> None:
        """Start without changes."""
        # Entities are keyed by identity of the object: two objects are never the same row within one session.
        self._changes: dict[int, _Changes] = {}
        self._entities: dict[int, Entity] = {}
        # Places in the batch: (entity, attribute name, or what is done to the whole entity), the last write last.
        self._order: dict[tuple[int, str], None] = {}
        # What a commit is sending at this moment, in another thread perhaps.
        self._sending: UnitOfWork | None = None

    def __bool__(self) -> bool:
        return bool(self._order)

    def __len__(self) -> int:
        """Return how many changes wait."""
        return len(self._order)

    def entities(self) -> Iterator[tuple[Entity, Symbol]]:
        """Yield every entity with pending changes, and its state."""
        for number, changes in self._changes.items():
            if changes.state is not NOT_SET:
                yield self._entities[number], changes.state

    def state(self, entity: Entity) -> Symbol:
        """Return CREATED, MODIFIED or DELETED, or NOT_SET for an entity without pending changes."""
        changes = self._changes.get(id(entity))
        found = NOT_SET if changes is None else changes.state
        return self._sending.state(entity) if found is NOT_SET and self._sending is not None else found

    def shields(self, entity: Entity) -> bool:
        """Say whether *entity* has values that a row must not replace."""
        return id(entity) in self._changes or (self._sending is not None and self._sending.shields(entity))

    def refresh(self, entity: Entity, content: dict[str, Any]) -> None:
        """Take changed attributes out of *content*, a row, and keep them as the values to go back to."""
        changes = self._changes.get(id(entity))
        if changes is not None:
            for name in [name for name in content if name in changes.old]:
                changes.old[name] = content.pop(name)
        if self._sending is not None and self._sending.shields(entity):
            self._sending.refresh(entity, content)

    def take(self) -> UnitOfWork:
        """Return all changes, to be sent; until `settle` or `give_back` they still shield the values of entities."""
        taken = UnitOfWork()
        taken._changes, taken._entities, taken._order = self._changes, self._entities, self._order
        self._changes, self._entities, self._order = {}, {}, {}
        self._sending = taken
        return taken

    def settle(self) -> None:
        """Forget what `take` returned: it is sent."""
        self._sending = None

    def give_back(self, taken: UnitOfWork) -> None:
        """Put the changes *taken* back, before those that were recorded since: they were not sent."""
        self._sending = None
        newer = (self._changes, self._entities, self._order)
        self._changes, self._entities, self._order = taken._changes, taken._entities, taken._order
        for number, changes in newer[0].items():
            self._entities[number] = newer[1][number]
            before = self._changes.setdefault(number, changes)
            if before is not changes:
                before.old = {**changes.old, **before.old}
                before.sent.update(changes.sent)
                before.created |= changes.created
                before.deleted |= changes.deleted
        for place in newer[2]:
            self._order.pop(place, None)
            self._order[place] = None

    def record_create(self, entity: Entity) -> None:
        """Remember that *entity* is new."""
        self._of(entity).created = True
        self._order[id(entity), _CREATE] = None

    def record_delete(self, entity: Entity) -> None:
        """Remember that *entity* is to be deleted."""
        self._of(entity).deleted = True
        self._order[id(entity), _DELETE] = None

    def record_write(
        self, entity: Entity, facts: AttributeFacts, old: Any, twins: Iterable[tuple[str, Any]] = ()
    ) -> None:
        """Remember that the attribute *facts* of *entity* changed from *old*.

        *twins* are names and old values of the references or the key that change with it; they are not sent.
        """
        changes = self._changes.get(id(entity)) or self._of(entity)
        name = facts.name
        changes.old.setdefault(name, old)
        changes.sent[name] = None
        place = (id(entity), name)
        self._order.pop(place, None)
        self._order[place] = None
        for twin, old_twin in twins:
            changes.old.setdefault(twin, old_twin)
            changes.sent.pop(twin, None)
            self._order.pop((id(entity), twin), None)

    def revert(self, entity: Entity, names: tuple[str, ...]) -> None:
        """Take back what was written to the attributes *names* of *entity*."""
        changes = self._changes.get(id(entity))
        if changes is None:
            return
        for name in names:
            if name in changes.old:
                restore(entity, name, changes.old.pop(name))
            changes.sent.pop(name, None)
            self._order.pop((id(entity), name), None)
        if not (changes.old or changes.created or changes.deleted):
            self.forget(entity)

    def _of(self, entity: Entity) -> _Changes:
        found = self._changes.get(id(entity))
        if found is None:
            found = self._changes[id(entity)] = _Changes()
            self._entities[id(entity)] = entity
        return found

    def forget(self, entity: Entity) -> None:
        """Forget all changes of *entity*; its values stay."""
        changes = self._changes.get(id(entity))
        if changes is None:
            return
        for what in (*changes.sent, _CREATE, _DELETE):
            self._order.pop((id(entity), what), None)
        del self._changes[id(entity)], self._entities[id(entity)]

    def clear(self) -> None:
        """Forget all changes; the entities keep their values."""
        self._changes.clear()
        self._entities.clear()
        self._order.clear()

    def roll_back(self) -> list[Entity]:
        """Give every changed attribute its old value, forget all changes, and return the entities that never were."""
        created = []
        for number, changes in self._changes.items():
            entity = self._entities[number]
            for name, old in changes.old.items():
                restore(entity, name, old)
            if changes.created:
                created.append(entity)
        self.clear()
        return created

    def affected(self) -> Iterator[tuple[Entity, Entity]]:
        """Yield pairs of a changed entity and one that it refers to, or referred to before the change.

        Collections of the latter may hold the former, or no longer do.
        """
        for number, changes in self._changes.items():
            entity = self._entities[number]
            content = vars(entity)
            whole = changes.created or changes.deleted
            for facts in entity._ftrack_facts.values():
                if facts.kind is not AttributeKind.REFERENCE or not (whole or facts.name in changes.old):
                    continue
                for value in (content.get(facts.name), changes.old.get(facts.name)):
                    if isinstance(value, Entity):
                        yield entity, value

    def plan(self) -> list[PlannedOperation]:
        """Return the operations that send all changes, in order.

        An entity that was created and deleted is left out. Writes to a new entity go into its creation, unless they
        refer to something created later; neighbouring updates of one entity become one (session.md section 7).
        """
        return list(_Planner(self).operations())

    def places(self) -> Iterator[tuple[Entity, str, _Changes]]:
        """Yield the places of the batch in order: the entity, the attribute or action, and all its changes."""
        for number, what in self._order:
            yield self._entities[number], what, self._changes[number]


def restore(entity: Entity, name: str, old: Any) -> None:
    """Give the attribute *name* of *entity* the value *old* again; NOT_SET means that it was not loaded."""
    content = vars(entity)
    current = content.get(name)
    if isinstance(old, Collection):
        old._restore_to(cast("Collection[Entity]", current))
    elif isinstance(current, MappedCollection) and isinstance(old, dict):
        current._restore(old)
    elif old is NOT_SET:
        content.pop(name, None)
    else:
        content[name] = old


class _Planner:
    """Turns recorded changes into operations."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit
        self._folded: set[tuple[int, str]] = set()
        creations = [id(entity) for entity, what, changes in unit.places() if what == _CREATE and not changes.deleted]
        self._creation_order = {number: place for place, number in enumerate(creations)}

    def operations(self) -> Iterator[PlannedOperation]:
        """Yield the operations in order."""
        updated: Entity | None = None
        data: dict[str, Any] = {}
        for entity, what, changes in self._unit.places():
            if changes.created and changes.deleted:
                continue
            if updated is not None and (entity is not updated or what in (_CREATE, _DELETE)):
                yield from _update(updated, data)
                updated, data = None, {}
            if what == _CREATE:
                yield from self._create(entity, changes)
            elif what == _DELETE:
                yield PlannedOperation(None, _operation("delete", entity))
            elif (id(entity), what) not in self._folded and what in changes.sent and not changes.deleted:
                facts = entity._ftrack_facts[what]
                if facts.kind in (AttributeKind.MAPPED, AttributeKind.CUSTOM):
                    yield from self._mapped(entity, facts, changes.old[what])
                else:
                    updated = entity
                    data[facts.wire] = self._value(facts, vars(entity)[what])
        if updated is not None:
            yield from _update(updated, data)

    def _create(self, entity: Entity, changes: _Changes) -> Iterator[PlannedOperation]:
        place = self._creation_order[id(entity)]
        data: dict[str, Any] = dict(entity._ftrack_key())
        content = vars(entity)
        for name in changes.sent:
            facts = entity._ftrack_facts[name]
            value = content[name]
            if facts.kind in (AttributeKind.MAPPED, AttributeKind.CUSTOM) or self._is_later(value, place):
                continue
            self._folded.add((id(entity), name))
            if facts.kind is not AttributeKind.COLLECTION or value:
                data[facts.wire] = self._value(facts, value)
        yield PlannedOperation(entity, _operation("create", entity, data))

    def _is_later(self, value: Any, place: int) -> bool:
        values = value if isinstance(value, Collection) else (value,)
        return any(isinstance(item, Entity) and self._creation_order.get(id(item), -1) > place for item in values)

    def _value(self, facts: AttributeFacts, value: Any) -> Any:
        if isinstance(value, Entity):
            return reference(value.entity_type, value._ftrack_key())
        if isinstance(value, Collection):
            return [reference(item.entity_type, item._ftrack_key()) for item in value]
        return encoded(value)

    def _mapped(self, entity: Entity, facts: AttributeFacts, old: Any) -> Iterator[PlannedOperation]:
        before: Mapping[str, Any] = old if isinstance(old, dict) else {}
        now = vars(entity)[facts.name]
        changed = {key: value for key, value in now.items() if key not in before or before[key] != value}
        if isinstance(now, CustomAttributes):
            yield from self._custom(entity, now, changed)
            return
        parent_id = next(iter(entity._ftrack_key().values()))
        for key in before:
            if key not in now:
                yield PlannedOperation(None, _raw("delete", "Metadata", [parent_id, key]))
        for key, value in changed.items():
            if key in before:
                yield PlannedOperation(None, _raw("update", "Metadata", [parent_id, key], {"value": value}))
            else:
                row = {"key": key, "value": value, "parent_id": parent_id, "parent_type": entity.entity_type}
                yield PlannedOperation(None, _raw("create", "Metadata", [parent_id, key], row))

    def _custom(self, entity: Entity, now: CustomAttributes, changed: Mapping[str, Any]) -> Iterator[PlannedOperation]:
        entity_id = next(iter(entity._ftrack_key().values()))
        for key, value in changed.items():
            value_type, configuration_id = now._ftrack_source(key)
            data = {"value": encoded(value)}
            yield PlannedOperation(None, _raw("update", value_type, [configuration_id, entity_id], data))


def _update(entity: Entity, data: dict[str, Any]) -> Iterator[PlannedOperation]:
    if data:
        yield PlannedOperation(entity, _operation("update", entity, data))


def _operation(action: str, entity: Entity, data: dict[str, Any] | None = None) -> Operation:
    return _raw(action, entity.entity_type, list(entity._ftrack_key().values()), data)


def _raw(action: str, entity_type: str, key: list[str], data: dict[str, Any] | None = None) -> Operation:
    operation: Operation = {"action": action, "entity_type": entity_type, "entity_key": key}
    if data is not None:
        operation["entity_data"] = {ENTITY_TYPE: entity_type, **data}
    return operation
