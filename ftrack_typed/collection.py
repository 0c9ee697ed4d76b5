"""Owns what attributes with many values hold: collections of entities, mappings, and custom attributes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, KeysView, Mapping, MutableMapping, MutableSequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast, overload

from .errors import (
    AttributeValueError,
    DuplicateItemInCollectionError,
    ImmutableCollectionError,
)
from .values import checked_value

if TYPE_CHECKING:
    from .entity import Entity
    from .facts import AttributeFacts

E = TypeVar("E", bound="Entity")
V = TypeVar("V")

_set: Final = object.__setattr__


class Collection(MutableSequence[E]):
    """The entities behind an attribute, each at most once, in the order they came in.

    Changes are recorded on the entity that the collection belongs to. Two collections are equal where they hold the
    same entities, in any order. Raise ImmutableCollectionError where the attribute cannot change, and
    DuplicateItemInCollectionError for an entity that is in already.
    """

    __slots__ = ("_entity", "_facts", "_items", "_seen", "mutable")

    _burials: ClassVar[int] = 0
    """How many entities were found to be deleted so far, in any session."""

    def __init__(self, entity: Entity, facts: AttributeFacts, items: list[E], *, mutable: bool = True) -> None:
        """Hold *items*, no two of them equal, for the attribute *facts* of *entity*; nothing is recorded by this."""
        self._entity = entity
        self._facts = facts
        self._items = items
        self._seen = Collection._burials
        self.mutable = mutable

    def _live(self) -> list[E]:
        """Return the items, without those that were deleted since they came in."""
        if self._seen != Collection._burials:
            self._seen = Collection._burials
            if any(vars(item).get("_ftrack_deleted") for item in self._items):
                self._items = [item for item in self._items if not vars(item).get("_ftrack_deleted")]
        return self._items

    def _show(self, item: E) -> None:
        """Hold *item* too, which names the owner itself: there is nothing to send for that."""
        before = Collection(self._entity, self._facts, self._items)
        self._entity.session._ftrack_collection_shows(self, before)
        self._items = [*self._live(), item]

    def _replace(self, items: list[E]) -> None:
        """Hold *items* instead, and record that; leave everything as it was where they are refused."""
        if not self.mutable:
            raise ImmutableCollectionError(self)
        self._check(items)
        before = Collection(self._entity, self._facts, self._items)
        self._entity.session._ftrack_collection_changed(self, before)
        self._items = items

    def _check(self, items: list[E]) -> None:
        known = set(self._items)
        seen: set[E] = set()
        for item in items:
            if not _is_entity(item) or item not in known:
                self._entity._ftrack_check_item(self._facts, item)
            if item in seen:
                raise DuplicateItemInCollectionError(item, self)
            seen.add(item)

    def _change(self, change: Callable[[list[E]], object]) -> None:
        """Do *change* to a copy of the items, and hold that; no other thread comes in between."""
        with changing(self):
            items = list(self._live())
            change(items)
            self._replace(items)

    def _take_over(self, held: object) -> None:
        if isinstance(held, Collection):
            self._items = cast("list[E]", held._items)

    def _restore_to(self, collection: Collection[E]) -> None:
        """Make *collection* hold what is here, and record nothing."""
        collection._items = self._items
        collection._seen = -1

    @property
    def entity(self) -> Entity:
        """The entity that the collection belongs to."""
        return self._entity

    def __len__(self) -> int:
        return len(self._live())

    def __iter__(self) -> Iterator[E]:
        return iter(self._live())

    def __contains__(self, item: object) -> bool:
        return item in self._live()

    @overload
    def __getitem__(self, index: int) -> E: ...
    @overload
    def __getitem__(self, index: slice) -> list[E]: ...
    def __getitem__(self, index: int | slice) -> E | list[E]:
        return self._live()[index]

    @overload
    def __setitem__(self, index: int, value: E) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: Iterable[E]) -> None: ...
    def __setitem__(self, index: int | slice, value: Any) -> None:
        given: Any = list(value) if isinstance(index, slice) else value
        self._change(lambda items: items.__setitem__(cast("Any", index), given))

    def __delitem__(self, index: int | slice) -> None:
        self._change(lambda items: items.__delitem__(index))

    def insert(self, index: int, value: E) -> None:
        """Put *value* before position *index*."""
        self._change(lambda items: items.insert(index, value))

    def extend(self, values: Iterable[E]) -> None:
        """Add *values* at the end, all of them or, where one is refused, none."""
        added = list(values)
        self._change(lambda items: items.extend(added))

    def remove(self, value: E) -> None:
        """Take *value* out; raise ValueError where it is not in."""

        def take_out(items: list[E]) -> None:
            if value not in items:
                raise ValueError(f"{value!r} is not in {self!r}")
            items.remove(value)

        self._change(take_out)

    def clear(self) -> None:
        """Take everything out."""
        self._change(list.clear)

    def __eq__(self, other: object) -> bool:
        return set(self._live()) == set(other._live()) if isinstance(other, Collection) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Collection {self._entity.entity_type}.{self._facts.name} of {len(self._live())}>"


class MappedCollection(MutableMapping[str, V]):
    """Values by key, such as metadata. Changes are recorded on the entity that the mapping belongs to."""

    __slots__ = ("_entity", "_facts", "_values")
    _entity: Entity
    _facts: AttributeFacts
    _values: dict[str, V]

    def __init__(self, entity: Entity, facts: AttributeFacts, values: Mapping[str, V] | None = None) -> None:
        """Hold *values* for the attribute *facts* of *entity*; nothing is recorded by this."""
        # Around __setattr__ of the subclass, which knows custom attributes only and is slow.
        _set(self, "_entity", entity)
        _set(self, "_facts", facts)
        _set(self, "_values", values if type(values) is dict else dict(values or {}))

    def _replace(self, values: dict[str, V]) -> None:
        self._entity.session._ftrack_collection_changed(self, dict(self._values))
        self._values = values

    def _take_over(self, held: object) -> None:
        if isinstance(held, MappedCollection):
            self._values = cast("dict[str, V]", held._values)

    def _restore(self, before: dict[str, V]) -> None:
        """Hold what *before* holds, and record nothing."""
        self._values = dict(before)

    @property
    def entity(self) -> Entity:
        """The entity that the mapping belongs to."""
        return self._entity

    def __getitem__(self, key: str) -> V:
        return self._values[key]

    def __setitem__(self, key: str, value: V) -> None:
        self.update({key: value})

    def _checked(self, key: str, value: Any) -> Any:
        """Return *value* as it is held under *key*; raise AttributeValueError where either has the wrong type."""
        name = f"{self._facts.name}[{key!r}]"
        if not isinstance(key, str):
            raise AttributeValueError(self._entity.entity_type, name, "text for a key", key)
        return checked_value(self._entity.entity_type, name, self._facts.value_type, value)

    def update(self, *given: Any, **named: Any) -> None:
        """Set several values, as one change: all of them or, where one is refused, none."""
        values = {key: self._checked(key, value) for key, value in dict(*given, **named).items()}
        with changing(self):
            self._replace({**self._values, **values})

    def __delitem__(self, key: str) -> None:
        with changing(self):
            if key not in self._values:
                raise KeyError(key)
            self._replace({name: value for name, value in self._values.items() if name != key})

    def clear(self) -> None:
        """Remove every key."""
        with changing(self):
            self._replace({})

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> KeysView[str]:
        """Return the keys, as a list (session.md section 13)."""
        return cast("KeysView[str]", list(self._values))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._entity.entity_type}.{self._facts.name} {self._values!r}>"


def rebased(values: Mapping[str, V], before: Mapping[str, V], read: Mapping[str, V]) -> dict[str, V]:
    """Return *read* with the changes that made *values* of *before*."""
    changed = {key: value for key, value in values.items() if key not in before or before[key] != value}
    kept = {key: value for key, value in read.items() if key in values or key not in before}
    return {**kept, **changed}


@contextlib.contextmanager
def changing(values: Collection[Any] | MappedCollection[Any]) -> Generator[None]:
    """Let the block change *values* under the lock of their session.

    Where an answer has put another object in their place, they take over what that holds, and their place: a change is
    never made to what nobody looks at. Where a commit has let go of them, they are loaded first, under no lock.
    """
    entity, name = values._entity, values._facts.name
    content = vars(entity)
    while True:
        if name not in content:
            getattr(entity, name)
        with entity._ftrack_lock():
            if name not in content:
                continue
            if content[name] is not values:
                values._take_over(content[name])
                content[name] = values
            yield
            return


def _is_entity(item: object) -> bool:
    return hasattr(type(item), "_ftrack_facts")


def bury(entity: Entity, reason: str | bool) -> None:
    """Remember that *entity* is no more, for a *reason* that its errors give; collections no longer show it."""
    vars(entity)["_ftrack_deleted"] = reason
    Collection._burials += 1
