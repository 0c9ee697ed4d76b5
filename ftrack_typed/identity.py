"""Owns the identity map: one object for each row of the server, and the merging of rows from answers into it.

A decoded row becomes the ``__dict__`` of its entity as it is; only dates, references and collections in it are
replaced. What has to be replaced is worked out once for each entity type and set of keys.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, Protocol

from .collection import Collection
from .entity import Entity
from .errors import NotUniqueError
from .facts import AttributeFacts, AttributeKind
from .mappings import Conversion, Row, custom, drop_absent, mapped
from .wire import ENTITY_TYPE, decoded, parsed_datetime

if TYPE_CHECKING:
    from .page import Page

_MISSING: Final = object()

_JSON: Final = frozenset({"JsonValue", "JsonObject"})
"""Value types of attributes that may hold any JSON."""

# The writer of entities records changes and knows attributes only; this goes around it.
_set: Final = object.__setattr__
_new: Final = object.__new__


class PendingChanges(Protocol):
    """What the identity map must know of the unit of work: which loaded values a row must not replace."""

    @property
    def shielding(self) -> bool:
        """Whether there is any such value."""
        ...

    def refresh(self, entity: Entity, content: Row) -> None:
        """Take from *content* what was changed here, and keep it as the value to go back to."""
        ...


class IdentityMap:
    """Entities by type and primary key, and the only place where rows turn into entities."""

    def __init__(self, entity_type: Callable[[str], type[Entity]], pending: PendingChanges) -> None:
        """Find classes with *entity_type*; leave alone what *pending* says was changed."""
        self._entity_type = entity_type
        self._pending = pending
        self._known: dict[str, dict[Any, Entity]] = {}
        self.types: dict[str, _TypeMerger] = {}
        self.keeps = False
        """Whether entities keep what they hold where a row says the same: not while changes wait, with old values."""

    def __len__(self) -> int:
        return sum(len(known) for known in self._known.values())

    def __iter__(self) -> Iterator[Entity]:
        for known in self._known.values():
            yield from known.values()

    def merge(self, rows: Iterable[Row], page: Page) -> list[Entity]:
        """Return the entities that *rows* describe, with what the rows say; the rows are used up."""
        merge_row = self.merge_row
        self.keeps = not self._pending.shielding
        try:
            return [merge_row(row, page) for row in rows]
        finally:
            self.keeps = False

    def merge_row(self, row: Row, page: Page) -> Entity:
        """Return the entity that *row* describes, with what the row says; the row is used up.

        An entity that is known already stays the same object: its loaded values are replaced, changes that are not
        committed stay.
        """
        merger = self.types.get(row[ENTITY_TYPE]) or self.merger(row[ENTITY_TYPE])
        wires = tuple(row)
        plan = merger.plans.get(wires) or merger.plan(wires)
        key = row[merger.key] if merger.key is not None else tuple(row[name] for name in merger.keys)
        entity = merger.known.get(key)
        if entity is not None:
            self._update(entity, row, plan, page, merger.entity_type)
            return entity
        entity = _new(merger.entity_type)
        merger.known[key] = entity
        _set(entity, "__dict__", row)
        row["_ftrack_page"] = page
        page.entities.append(entity)
        try:
            plan.convert(row, entity, page)
        except BaseException:
            self._drop(entity, merger, key, page)
            raise
        return entity

    @staticmethod
    def _drop(entity: Entity, merger: _TypeMerger, key: Any, page: Page) -> None:
        """Forget *entity*, whose row cannot be read: neither the map nor a sibling may come upon a part of it."""
        del merger.known[key]
        page.entities[:] = [each for each in page.entities if each is not entity]
        content = vars(entity)
        kept = {wire: content[wire] for wire in merger.keys if wire in content}
        content.clear()
        content.update(zip(merger.names, kept.values(), strict=True), _ftrack_page=page)

    def _update(self, entity: Entity, row: Row, plan: _Plan, page: Page, entity_type: type[Entity]) -> None:
        content: Row = vars(entity)
        if content.get("_ftrack_page") is not page:
            content["_ftrack_page"] = page
            page.entities.append(entity)
        if type(entity) is not entity_type and issubclass(entity_type, type(entity)):
            _set(entity, "__class__", entity_type)
        plan.convert(row, entity, page)
        if self._pending.shielding:
            self._pending.refresh(entity, row)
        for reference, foreign_key, absent in plan.twins:
            if absent in content:
                forget_stale_twin(content, row, reference, foreign_key)
        # What is the same stays: the new values go as they came, in one piece, and leave the memory as it was. Replaced
        # one by one, they would leave holes all over it, and parsing and merging get slower with every answer.
        if not row.items() <= content.items():
            content.update(row)
        else:
            for name in plan.loose:
                if name in row:
                    content[name] = row[name]

    def merger(self, name: str) -> _TypeMerger:
        """Return what merging must know of the entity type *name*."""
        entity_type = self._entity_type(name)
        known = self._known.setdefault(entity_type._ftrack_root_type, {})
        found = self.types[name] = _TypeMerger(entity_type, known, self)
        return found

    def _merger_of(self, entity: Entity) -> _TypeMerger:
        return self.types.get(entity.entity_type) or self.merger(entity.entity_type)

    def add(self, entity: Entity) -> None:
        """Make *entity*, a new one, the object for its key; raise NotUniqueError where there is another."""
        merger = self._merger_of(entity)
        key = merger.key_of(vars(entity))
        if merger.known.setdefault(key, entity) is not entity:
            raise NotUniqueError(
                f"{merger.known[key]!r} is there already: {entity.entity_type} with its key cannot be new"
            )

    def find(self, entity_type: type[Entity], key: tuple[str, ...]) -> Entity | None:
        """Return the entity with that key, if it is known and an *entity_type*."""
        known = self._known.get(entity_type._ftrack_root_type)
        if known is None:
            return None
        entity = known.get(key[0] if len(key) == 1 else key)
        return entity if isinstance(entity, entity_type) else None

    def remove(self, entity: Entity) -> None:
        """Forget *entity*; its key may then stand for another object."""
        merger = self._merger_of(entity)
        key = merger.key_of(vars(entity))
        if merger.known.get(key) is entity:
            del merger.known[key]

    @contextlib.contextmanager
    def recalled(self, deleted: Iterable[Entity]) -> Generator[None]:
        """Let *deleted* stand for their keys while the block merges rows from before: no row gets a second object."""
        recalled: list[Entity] = []
        for each in deleted:
            merger = self._merger_of(each)
            if merger.known.setdefault(merger.key_of(vars(each)), each) is each:
                recalled.append(each)
        try:
            yield
        finally:
            for each in recalled:
                self.remove(each)

    def empty(self, entity: Entity, facts: AttributeFacts) -> Any:
        """Return the empty collection or mapping that the attribute *facts* of *entity*, a new one, starts with."""
        convert = self._merger_of(entity).conversion(facts)
        return None if convert is None else convert((), entity, vars(entity)["_ftrack_page"])

    def clear(self) -> None:
        """Forget everything."""
        for known in self._known.values():
            known.clear()


class _Plan:
    """What has to be done to rows with one set of keys.

    ``conversions`` say how to make values of what the row has, ``renames`` which keys have another name in Python, and
    ``twins`` which references and foreign keys are here without the other, and which of both is absent; ``mappings``
    are the mapped collections, and ``loose`` the attributes, by their names in Python, where what is equal need not be
    the same: any JSON, entities and collections.
    """

    __slots__ = ("conversions", "loose", "mappings", "renames", "twins")

    def __init__(
        self,
        conversions: list[tuple[str, Conversion]],
        renames: list[tuple[str, str]],
        twins: list[tuple[str, str, str]],
        mappings: list[str],
        loose: list[str],
    ) -> None:
        self.conversions = conversions
        self.loose = loose
        self.mappings = mappings
        self.renames = renames
        self.twins = twins

    def convert(self, row: Row, entity: Entity, page: Page) -> None:
        """Make of *row*, that of *entity*, what an entity holds: values under their names in Python."""
        for wire, convert in self.conversions:
            value = row[wire]
            if value is not None:
                row[wire] = convert(value, entity, page)
        if self.mappings:
            drop_absent(row, self.mappings, entity, page)
        if self.renames:
            rename(row, self.renames)


class _TypeMerger:
    """What merging must know of one entity type."""

    __slots__ = ("entity_type", "identity_map", "key", "keys", "known", "names", "plans")

    def __init__(self, entity_type: type[Entity], known: dict[Any, Entity], identity_map: IdentityMap) -> None:
        self.entity_type = entity_type
        self.known = known
        self.identity_map = identity_map
        self.keys = entity_type.primary_key_attributes
        self.key = self.keys[0] if len(self.keys) == 1 else None
        self.names = [entity_type._ftrack_names.get(wire, wire) for wire in self.keys]
        self.plans: dict[tuple[str, ...], _Plan] = {}

    def key_of(self, content: Row) -> Any:
        names = self.names
        return content[names[0]] if len(names) == 1 else tuple([content[name] for name in names])

    def plan(self, wires: tuple[str, ...]) -> _Plan:
        """Work out what has to be done to rows that have *wires* for keys, and remember it."""
        facts_by_name, names = self.entity_type._ftrack_facts, self.entity_type._ftrack_names
        conversions: list[tuple[str, Conversion]] = []
        renames: list[tuple[str, str]] = []
        for wire in wires:
            facts = facts_by_name.get(names.get(wire, ""))
            convert = self._unknown(wire) if facts is None else self.conversion(facts)
            if convert is not None and wire != ENTITY_TYPE:
                conversions.append((wire, convert))
            if facts is not None and facts.name != wire:
                renames.append((wire, facts.name))
        twins: list[tuple[str, str, str]] = []
        for facts in facts_by_name.values():
            if facts.foreign_key is not None and (facts.wire in wires) != (facts.foreign_key in wires):
                foreign_key = names.get(facts.foreign_key, facts.foreign_key)
                twins.append((facts.name, foreign_key, foreign_key if facts.wire in wires else facts.name))
        kinds = {wire: facts_by_name[names[wire]].kind for wire in wires if names.get(wire) in facts_by_name}
        mappings = [wire for wire, kind in kinds.items() if kind in (AttributeKind.MAPPED, AttributeKind.CUSTOM)]
        known = {wire: facts_by_name.get(names.get(wire, "")) for wire in wires if wire != ENTITY_TYPE}
        loose = [wire if facts is None else facts.name for wire, facts in known.items() if _is_loose(facts)]
        plan = self.plans[wires] = _Plan(conversions, renames, twins, mappings, loose)
        return plan

    def conversion(self, facts: AttributeFacts) -> Conversion | None:
        """Return what makes a value of the attribute *facts* of what a row has; None where it is one already."""
        if facts.kind is AttributeKind.SCALAR:
            if facts.value_type == "datetime":
                return _datetime
            return _plain if facts.value_type in _JSON else None
        if facts.kind is AttributeKind.REFERENCE:
            return self._reference(facts.name)
        if facts.kind is AttributeKind.MAPPED:
            return mapped(facts, self.identity_map)
        if facts.kind is AttributeKind.CUSTOM:
            return custom(facts, self.entity_type._ftrack_custom_type(), self.identity_map)
        return self._collection(facts)

    def _reference(self, name: str) -> Conversion:
        merge_row, types = self.identity_map.merge_row, self.identity_map.types

        def convert(value: Any, entity: Entity, page: Page) -> Any:
            if len(value) == 2:
                # All but the first mention of an entity in an answer are its key alone (protocol section 3.2).
                merger = types.get(value[ENTITY_TYPE])
                found = None if merger is None else merger.known.get(value.get(merger.key))
                if found is not None:
                    return found
            return merge_row(value, page.children.get(name) or page.child(name))

        return convert

    def _unknown(self, name: str) -> Conversion:
        """Return what makes a value of something that the code does not know: the rows say themselves what they are."""
        merge_row = self.identity_map.merge_row

        def convert(value: Any, entity: Entity, page: Page) -> Any:
            if type(value) is dict and ENTITY_TYPE in value:
                return merge_row(value, page.child(name))
            if type(value) is list and value and type(value[0]) is dict and ENTITY_TYPE in value[0]:
                return [merge_row(row, page.child(name)) for row in value]
            return decoded(value)

        return convert

    def _collection(self, facts: AttributeFacts) -> Conversion:
        merge_row, identity_map = self.identity_map.merge_row, self.identity_map
        name, mutable = facts.name, facts.mutable

        def convert(value: Any, entity: Entity, page: Page) -> Any:
            child = page.children.get(name) or page.child(name)
            items = [merge_row(row, child) for row in value]
            held: Any = vars(entity).get(name) if identity_map.keeps else None
            if type(held) is Collection and held._items == items:
                return held
            return Collection(entity, facts, items, mutable=mutable)

        return convert


def _is_loose(facts: AttributeFacts | None) -> bool:
    return facts is None or facts.kind is not AttributeKind.SCALAR or facts.value_type in _JSON


def rename(row: Row, renames: Iterable[tuple[str, str]]) -> None:
    """Give values the names that they have in Python."""
    for wire, name in renames:
        row[name] = row.pop(wire)


def _plain(value: Any, entity: Entity, page: Page) -> Any:
    return decoded(value)


def _datetime(value: Any, entity: Entity, page: Page) -> Any:
    return parsed_datetime(value["value"]) if type(value) is dict else value


def forget_stale_twin(content: Row, row: Row, reference: str, foreign_key: str) -> None:
    """Drop from *content* a reference or its key that the other one, new in *row*, contradicts."""
    if foreign_key in row and reference not in row:
        loaded = content.get(reference, _MISSING)
        if loaded is not _MISSING and key_value(loaded) != row[foreign_key]:
            del content[reference]
    elif reference in row and foreign_key not in row and foreign_key in content:
        content[foreign_key] = key_value(row[reference])


def key_value(referenced: Any) -> str | None:
    """Return what the foreign key of a reference to *referenced*, an entity or None, holds."""
    return None if referenced is None else referenced._ftrack_first_key()
