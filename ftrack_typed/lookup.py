"""Owns how entities are asked for by their key, or by a text of the query language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from .entity import Entity
from .query.text import Outline, check_text, outline

if TYPE_CHECKING:
    from .custom_attributes import CustomAttributes
    from .query.expressions import CollectionPath, MappedPath, ScalarPath
    from .state import SessionState

    Projection: TypeAlias = (
        str | ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity] | type[CustomAttributes]
    )


def by_key(state: SessionState, entity_type: type[Entity], entity_key: str | Iterable[str]) -> Entity | None:
    """Return the entity with that primary key, or None; ask the server only where it is not known.

    Raise ValueError where the number of parts is wrong, and TypeError for a mapping, which an entity is too.
    """
    names = entity_type.primary_key_attributes
    if isinstance(entity_key, Mapping):
        what = "an entity" if isinstance(entity_key, Entity) else "a mapping"
        raise TypeError(
            f"the key of {entity_type.entity_type} is the text of {', '.join(names)}, not {what}: {entity_key!r}"
        )
    if not isinstance(entity_key, Iterable):
        raise TypeError(f"a key is text, or the texts of its parts, not {entity_key!r}")
    key = (entity_key,) if isinstance(entity_key, str) else tuple(str(part) for part in entity_key)
    if len(key) != len(names):
        raise ValueError(f"the key of {entity_type.entity_type} is {', '.join(names)}; {len(key)} values were given")
    known = state.identity.find(entity_type, key)
    if known is None and state.cache is not None:
        known = state.cache.find(entity_type, key)
    if known is not None:
        return known
    from .loading import fetch_key

    found: Entity | None = fetch_key(state, entity_type, key)
    return found


def default_names(state: SessionState, entity_type: type[Entity]) -> tuple[str, ...]:
    """Return the default projections of *entity_type*, without what the server of the session lacks."""
    if state.drift is None:
        return entity_type.default_projections
    missing, names = state.drift.missing(entity_type), entity_type._ftrack_names
    return tuple(wire for wire in entity_type.default_projections if names.get(wire) not in missing)


def text_query(state: SessionState, expression: str) -> Outline:
    """Return the parts of a query; one without ``select`` asks for the default projections of its type."""
    check_text(expression)
    found = outline(expression)
    if found.selects:
        return found
    projections = ", ".join(default_names(state, state.entity_type(found.entity_type)))
    return outline(f"select {projections} from {expression}")
