"""Owns `populate`: loads what is asked for of entities of any types, in as few queries as that takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from .entity import Entity
from .errors import UnknownAttributeError
from .facts import AttributeKind
from .loading import chunked, common_type, fetch, is_stored
from .query.paths import TypedPath
from .query.printer import print_path

if TYPE_CHECKING:
    from .state import SessionState


def populate(
    state: SessionState, entities: Iterable[Entity], projections: Iterable[str | TypedPath | type[Entity]]
) -> None:
    """Load *projections*, paths or the names that the query language has for them, of all *entities* that have them.

    Entities of several types share a query where one type that all derive from has the attributes; an entity whose type
    lacks one is asked for the others. New and deleted entities are left out. Raise UnknownAttributeError for a name
    that none of the types has, and SchemaDriftError where the server's schema lacks what is asked for; nothing is sent
    then.
    """
    texts = list(dict.fromkeys(text for projection in projections for text in _projection_texts(projection)))
    members = {id(entity): entity for entity in entities if texts and is_stored(state, entity)}
    groups = list(_groups(state, members.values(), texts))
    if state.drift is not None:
        from .drift import path_of

        for entity_type, asked, _ in groups:
            for text in asked:
                state.drift.check_path(entity_type, path_of(text))
    for entity_type, names, group in groups:
        page = state.new_page()
        asked = [each for text in names for each in _with_values(entity_type, text)]
        for chunk in chunked(group):
            fetch(state, entity_type, asked, chunk, page)


def _groups(
    state: SessionState, entities: Collection[Entity], texts: Iterable[str]
) -> Iterator[tuple[type[Entity], list[str], list[Entity]]]:
    """Yield a type, what to ask of it, and its *entities*; each of *texts* is asked of the types that have it."""
    types = {type(entity) for entity in entities}
    having = {text: {each for each in types if _has(state, each, _first_name(text))} for text in texts}
    for text, entity_types in having.items():
        if types and not entity_types:
            raise _unknown(types, _first_name(text))
    grouped: dict[tuple[str, tuple[str, ...]], list[Entity]] = {}
    for entity in entities:
        asked = tuple(text for text, entity_types in having.items() if type(entity) in entity_types)
        if asked:
            grouped.setdefault((entity._ftrack_root_type, asked), []).append(entity)
    for (_, asked), members in grouped.items():
        for entity_type, group in _by_type(members, {_first_name(text) for text in asked}):
            yield entity_type, list(asked), group


def _with_values(entity_type: type[Entity], text: str) -> list[str]:
    """Return the projection *text*; of a mapping by its name alone, what brings its keys and values."""
    facts = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(text, ""))
    is_mapping = facts is not None and facts.kind in (AttributeKind.MAPPED, AttributeKind.CUSTOM)
    return [f"{text}.key", f"{text}.value"] if is_mapping else [text]


def _has(state: SessionState, entity_type: type[Entity], name: str) -> bool:
    """Tell whether *entity_type* has the attribute that the server calls *name*; the server may have moved on."""
    return name in entity_type._ftrack_names or name in server_names(state, entity_type)


def server_names(state: SessionState, entity_type: type[Entity]) -> Collection[str]:
    """Return the names of the attributes that the server's schema has for *entity_type*."""
    schemas = (schema for schema in state.session.schemas if schema["id"] == entity_type.entity_type)
    names: Collection[str] = next((schema.get("properties", {}).keys() for schema in schemas), ())
    return names


def _unknown(entity_types: Iterable[type[Entity]], name: str) -> UnknownAttributeError:
    """Return the error for a *name* that none of *entity_types* has."""
    known = [wire for entity_type in entity_types for wire in entity_type._ftrack_names]
    return UnknownAttributeError(", ".join(sorted(each.entity_type for each in entity_types)), name, known)


def _by_type(members: list[Entity], wires: set[str]) -> Iterator[tuple[type[Entity], list[Entity]]]:
    entity_types = {type(entity) for entity in members}
    names = {members[0]._ftrack_names.get(wire, wire) for wire in wires}
    shared = common_type(entity_types, names)
    if all(issubclass(entity_type, shared) for entity_type in entity_types):
        yield shared, members
        return
    for entity_type in sorted(entity_types, key=lambda each: each.entity_type):
        yield entity_type, [entity for entity in members if type(entity) is entity_type]


def _first_name(text: str) -> str:
    """Return the attribute that the projection *text*, such as ``parent[Shot].name``, starts with."""
    return text.partition(".")[0].partition("[")[0].strip()


def _projection_texts(projection: object) -> list[str]:
    if isinstance(projection, TypedPath):
        return [print_path(projection._ftrack_path)]
    if isinstance(projection, str):
        return [piece for piece in (text.strip() for text in projection.split(",")) if piece]
    raise TypeError(f"populate takes paths such as Task.name, or their text, not {projection!r}")
