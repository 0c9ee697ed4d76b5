"""Owns the cache of a session: its identity map as the nearest layer, and the caches of its user below.

What lies below holds values that the server sent, never changes that wait for a commit, and belongs to no session.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from .cache import Cache, KeyMaker, LayeredCache, SerialisedCache, StringKeyMaker, TextCache
from .changes import Changes
from .commit.relations import related
from .encoding import encodable, encode, json_text
from .entity import Entity
from .errors import UnrecognisedEntityTypeError
from .reconstruction import decode, decoded_content, merge, row_of
from .wire import ENTITY_TYPE

if TYPE_CHECKING:
    from .commit.batch import PlannedOperation
    from .mappings import Row
    from .state import SessionState

Shown = list[tuple[str, "Row"]]

_BARE: Final = 2
"""How many values a row has that only points at an entity: its type and its key (protocol section 3.2)."""


class EntityCache(LayeredCache[Any, Any]):
    """Entities by key: those that the session knows, and below what its user's caches keep of earlier ones.

    ``caches`` is the list of layers; a cache that is added at its end is used from then on.
    """

    def __init__(self, state: SessionState, key_maker: KeyMaker[Any] | None = None) -> None:
        """Start with the entities that the session of *state* knows; *key_maker* makes a key of ``(type, [key])``."""
        self.key_maker: KeyMaker[Any] = StringKeyMaker() if key_maker is None else key_maker
        self._state = state
        self._writing = threading.RLock()
        self.drops = 0
        """How often something was dropped: an answer to what was asked before that may be out of date."""
        super().__init__([KnownEntities(state, self)])

    def add(self, cache: Cache[Any, Any]) -> None:
        """Use *cache* as the farthest layer; entities go as JSON into one that holds text."""
        if isinstance(cache, TextCache):
            self.caches.append(_EntitiesAsText(cache, self._state))
        else:
            self.caches.append(cache)

    def key_of(self, entity: Entity) -> Any:
        """Return the key of *entity*."""
        return self.key(entity.entity_type, entity._ftrack_key().values())

    def key(self, entity_type: str, parts: Iterable[object]) -> Any:
        """Return the key of the entity whose primary key has *parts*."""
        return self.key_maker.key((entity_type, [str(part) for part in parts]))

    def get(self, key: Any) -> Any:
        """Return the session's entity under *key*, with what the caches know of it; raise KeyError."""
        return merge(self._state, super().get(key))

    def get_many(self, keys: Iterable[Any]) -> dict[Any, Any]:
        """Return the session's entities under *keys*."""
        return {key: merge(self._state, value) for key, value in super().get_many(keys).items()}

    def set(self, key: Any, value: Any) -> None:
        """Merge *value*, an entity, into the session, and keep what the server has of it in all caches."""
        self.set_many({key: value})

    def set_many(self, values: Mapping[Any, Any]) -> None:
        """Merge entities into the session, and keep what the server has of them in all caches."""
        self.caches[0].set_many(values)
        self.write([merge(self._state, value) for value in values.values()])

    def invalidate(self, entity_type: type[Entity] | str, key: str | Sequence[str] | None = None) -> None:
        """Make the user's caches forget one entity, or all of a type; what the session has loaded stays.

        All of a type need keys that are texts, as `StringKeyMaker` makes them; raise TypeError for others.
        """
        name = entity_type if isinstance(entity_type, str) else entity_type.entity_type
        if key is not None:
            self.drop([self.key(name, [key] if isinstance(key, str) else key)])
            return
        if not isinstance(self.key_maker, StringKeyMaker):
            raise TypeError(f"keys of a {type(self.key_maker).__name__} do not tell the type: give the entity's key")
        start = self.key_maker.key((name, ["x"])).partition("[")[0]
        for below in self.caches[1:]:
            keys: list[object] = below.keys()
            below.remove_many([each for each in keys if str(each).startswith(start)])

    def find(self, entity_type: type[Entity], key: tuple[str, ...]) -> Entity | None:
        """Return the entity with that primary key, which the session does not know, if a cache has it."""
        below, state = self._below(), self._state
        if below is None:
            return None
        name = self.key(entity_type.entity_type, key)
        cached = below.get_many([name]).get(name)
        if cached is None or not _stands_for(cached, entity_type.entity_type, key):
            return None
        with state.lock:
            known = state.identity.find(entity_type, key)
            if known is None:
                state.identity.merge_row(row_of(cached), state.new_page())
                known = state.identity.find(entity_type, key)
            return known

    def fill(self, entities: Iterable[Entity]) -> None:
        """Give *entities*, of the session, the values that they lack and that a cache has; what is loaded stays."""
        below = self._below()
        if below is None:
            return
        wanted = {self.key_of(entity): entity for entity in entities}
        freshness = self._state.freshness
        question = freshness.ask()
        try:
            found = below.get_many(wanted)
            with self._state.lock:
                for key, cached in found.items():
                    entity = wanted[key]
                    if _stands_for(cached, entity.entity_type, tuple(entity._ftrack_key().values())):
                        row = _lacking(entity, row_of(cached))
                        freshness.freshen([row], question)
                        if len(row) > 1 + len(entity.primary_key_attributes):
                            self._state.identity.merge_row(row, vars(entity)["_ftrack_page"])
        finally:
            freshness.answered(question)

    def shown(self, rows: Iterable[Row]) -> Shown:
        """Return the rows of entities in an answer, those below others too, before they are merged."""
        found: Shown = [] if self._below() is None else [(row[ENTITY_TYPE], row) for row in rows]
        for _, row in found:  # grows meanwhile
            for value in row.values():
                found.extend((each[ENTITY_TYPE], each) for each in _rows_in(value) if len(each) > _BARE)
        return found

    def keep(self, shown: Shown, drops: int) -> None:
        """Write the entities of *shown*, merged by now, to the caches, unless something was dropped since *drops*."""
        mergers = self._state.identity.types
        entities: dict[int, Entity] = {}
        with self._state.lock:
            for name, row in shown:
                merger = mergers.get(name)
                if merger is not None and row.keys() >= set(merger.names):
                    entity = merger.known.get(merger.key_of(row))
                    if entity is not None:
                        entities[id(entity)] = entity
        self.write(entities.values(), drops)

    def write(self, entities: Iterable[Entity], drops: int | None = None) -> None:
        """Write what the server has of *entities*, as far as it is loaded, to the caches, in one go.

        Write nothing where *drops* is not their number any more.
        """
        below, state = self._below(), self._state
        if below is None:
            return
        with state.lock:
            stored = [each for each in entities if not state.unit.is_new(each) and "_ftrack_deleted" not in vars(each)]
            contents = {self.key_of(entity): encodable(entity, "persisted_only") for entity in stored}
        with self._writing:
            if contents and drops in (None, self.drops):
                self._keep_contents(below, contents)

    def _keep_contents(self, below: Cache[Any, Any], contents: Mapping[Any, Any]) -> None:
        """Write entities, as `encodable` gives them, as text at once, or as entities that belong to no session."""
        if isinstance(below, _EntitiesAsText):
            below.proxied.set_many({key: json_text(content) for key, content in contents.items()})
            return
        known = self._state.entity_type
        below.set_many({key: decoded_content(content, known) for key, content in contents.items()})

    def outdated(self, taken: Iterable[Changes], planned: Iterable[PlannedOperation]) -> list[Any]:
        """Return the keys of what a commit changes, and of what is related to it."""
        changed = [each for changes in taken for each in (changes.entity, *related(self._state, changes))]
        keys = dict.fromkeys(map(self.key_of, changed))
        pushed = (each.operation for each in planned if each.pushed)
        keys.update(dict.fromkeys(self.key(each["entity_type"], each["entity_key"]) for each in pushed))
        return list(keys)

    def drop(self, keys: Iterable[Any]) -> None:
        """Make the user's caches forget *keys*."""
        below = self._below()
        with self._writing:
            self.drops += 1
            if below is not None:
                below.remove_many(keys)

    def _below(self) -> Cache[Any, Any] | None:
        caches = self.caches[1:]
        if len(caches) == 1:
            return caches[0]
        return LayeredCache(caches) if caches else None


class _EntitiesAsText(SerialisedCache[Any, Any]):
    """The entities of a session in a cache that holds text."""

    def __init__(self, proxied: TextCache, state: SessionState) -> None:
        super().__init__(
            proxied, lambda entity: encode(entity, "persisted_only"), lambda text: decode(text, state.entity_type)
        )


class KnownEntities(Cache[Any, Any]):
    """The identity map of a session, as a cache: nothing is kept twice.

    What is removed is no longer the session's object for its row; a change of it that waits is committed all the same.
    """

    def __init__(self, state: SessionState, keys: EntityCache) -> None:
        """Show the entities of the session of *state*, under the keys that *keys* makes."""
        self._state = state
        self._keys = keys

    def get(self, key: Any) -> Any:
        """Return the entity under *key*; raise KeyError where the session knows none."""
        with self._state.lock:
            return self._found(key)

    def set(self, key: Any, value: Any) -> None:
        """Merge *value*, an entity, into the session; raise TypeError for anything else."""
        if not isinstance(value, Entity):
            raise TypeError(f"the cache of a session holds entities, not {value!r}")
        merge(self._state, value)

    def remove(self, key: Any) -> None:
        """Forget the entity under *key*; raise KeyError where the session knows none."""
        with self._state.lock:
            self._state.identity.remove(self._found(key))

    def keys(self) -> list[Any]:
        """Return the keys of all entities that the session knows."""
        return [self._keys.key_of(entity) for entity in self.values()]

    def values(self) -> list[Any]:
        """Return all entities that the session knows."""
        with self._state.lock:
            return list(self._state.identity)

    def clear(self, pattern: str | bytes | re.Pattern[Any] | None = None) -> None:
        """Forget all entities, or those with a key in which the regular expression *pattern* is found."""
        if pattern is not None:
            super().clear(pattern)
            return
        with self._state.lock:
            self._state.identity.clear()

    def _found(self, key: Any) -> Entity:
        entity = self._named(key) if isinstance(self._keys.key_maker, StringKeyMaker) else None
        if entity is None or self._keys.key_of(entity) != key:
            # Keys of another maker cannot be read; this takes as long as there are entities.
            entity = next((each for each in self._state.identity if self._keys.key_of(each) == key), None)
        if entity is None:
            raise KeyError(key)
        return entity

    def _named(self, key: Any) -> Entity | None:
        """Return the entity that the text *key* names."""
        import ast

        try:
            name, parts = ast.literal_eval(key)
            return self._state.identity.find(self._state.entity_type(name), tuple(parts))
        except (ValueError, TypeError, SyntaxError, UnrecognisedEntityTypeError):
            return None


def _stands_for(cached: object, entity_type: str, key: tuple[str, ...]) -> bool:
    """Say whether *cached* is an entity of that type and key: a cache may hold anything."""
    return (
        isinstance(cached, Entity)
        and cached.entity_type == entity_type
        and cached._ftrack_identity() == (cached._ftrack_root_type, *key)
    )


def _rows_in(value: Any) -> Iterator[Row]:
    if type(value) is dict and ENTITY_TYPE in value:
        yield value
    elif type(value) is list:
        yield from (each for each in value if type(each) is dict and ENTITY_TYPE in each)


def _lacking(entity: Entity, row: Row) -> Row:
    """Return the part of *row* that *entity* has no value for; a reference only where it fits to the key loaded."""
    content, names = vars(entity), entity._ftrack_names
    kept: Row = {ENTITY_TYPE: entity.entity_type, **entity._ftrack_key()}
    for wire, value in row.items():
        name = names.get(wire)
        if name is None or name in content:
            continue
        twins = [content[twin.name] for twin in entity._ftrack_twins.get(name, ()) if twin.name in content]
        if not twins or _points_at(value, twins[0]):
            kept[wire] = value
    return kept


def _points_at(value: Any, foreign_key: Any) -> bool:
    return isinstance(value, dict) and isinstance(foreign_key, str) and foreign_key in value.values()


def opened(
    state: SessionState, cache: Cache[Any, Any] | Callable[[Any], Cache[Any, Any] | None] | None, key_maker: object
) -> EntityCache:
    """Return the cache of the session of *state*, with *cache* or what that returns for the session as a layer.

    Raise TypeError where one of them is something else.
    """
    if key_maker is not None and not isinstance(key_maker, KeyMaker):
        raise TypeError(f"cache_key_maker is a KeyMaker, or None, not {key_maker!r}")
    made: object = cache if isinstance(cache, Cache) or not callable(cache) else cache(state.session)
    if made is not None and not isinstance(made, Cache):
        raise TypeError(f"cache is a Cache, or what returns one for a session, or None; this is {made!r}")
    found = EntityCache(state, key_maker)
    if made is not None:
        found.add(made)
    return found
