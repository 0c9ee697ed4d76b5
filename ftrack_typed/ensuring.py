"""Owns `ensure`: find a row by some of its values, and make it so where it is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .collection import Collection, bury
from .commit.sending import send
from .creation import create
from .entity import Entity
from .errors import MultipleResultsFoundError, UnknownAttributeError
from .facts import AttributeFacts, AttributeKind
from .loading import default_statement
from .population import server_names
from .query.printer import print_criterion, print_statement
from .query.syntax import And, Comparison, Criterion, Path, Step
from .wire import aware

if TYPE_CHECKING:
    from .state import SessionState

E = TypeVar("E", bound=Entity)


def ensure(state: SessionState, entity_type: type[E], data: Mapping[str, Any], keys: Iterable[str] | None) -> E:
    """Return the one entity that has the values of *data* under *keys*, with all of *data*; create it if need be.

    Commits what had to change. Raise ValueError without keys, KeyError for a key that *data* lacks, and
    MultipleResultsFoundError where several rows match.
    """
    names = [keys] if isinstance(keys, str) else list(data if keys is None else keys)
    if not names:
        raise ValueError(f"ensure needs something that identifies the {entity_type.entity_type}: data is empty")
    missing = [name for name in names if name not in data]
    if missing:
        raise KeyError(f"{missing[0]!r} is to identify the {entity_type.entity_type}, but data does not have it")
    _check_names(state, entity_type, data)
    _check_drift(state, entity_type, data)
    criteria = tuple(_is(entity_type, name, data[name]) for name in names)
    where = criteria[0] if len(criteria) == 1 else And(criteria)
    text = f"{print_statement(default_statement(state, entity_type))} where {print_criterion(where)} limit 2"
    found, _ = state.fetch(text)
    if len(found) > 1:
        raise MultipleResultsFoundError("ensure found several rows", text)
    if not found:
        created = create(state, entity_type, data)
        try:
            send(state)
        except BaseException:
            # Nobody else has it: left pending, it would spoil every later commit.
            with state.lock:
                state.unit.forget(created)
                state.identity.remove(created)
                bury(created, "its creation was refused")
            raise
        return created
    (entity,) = found
    assert isinstance(entity, entity_type)
    changed = {name: value for name, value in data.items() if not _same(entity[name], value)}
    for name, value in changed.items():
        entity[name] = value
    if changed:
        try:
            send(state)
        except BaseException:
            with state.lock:
                state.unit.revert(entity, [entity._ftrack_fact(name).name for name in changed])
            raise
    return entity


def _check_names(state: SessionState, entity_type: type[Entity], names: Iterable[str]) -> None:
    """Raise UnknownAttributeError for a name that neither the code nor the server's schema has."""
    for name in names:
        known = (*entity_type._ftrack_names, *entity_type._ftrack_facts)
        if name not in known and name not in server_names(state, entity_type):
            raise UnknownAttributeError(entity_type.entity_type, name, known)


def _check_drift(state: SessionState, entity_type: type[Entity], names: Iterable[str]) -> None:
    """Raise SchemaDriftError where the server's schema lacks one of the attributes *names*."""
    if state.drift is not None:
        for name in names:
            state.drift.check_path(entity_type, Path((Step(_wire(entity_type, name)),)))


def _wire(entity_type: type[Entity], name: str) -> str:
    """Return the server's name for the attribute that the server or Python calls *name*."""
    facts = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(name, name))
    return name if facts is None else facts.wire


def _is(entity_type: type[Entity], name: str, value: Any) -> Criterion:
    facts: AttributeFacts | None = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(name, name))
    wire = _wire(entity_type, name)
    if isinstance(value, Entity):
        parts = [Comparison(Path((Step(wire), Step(part))), "is", key) for part, key in value._ftrack_key().items()]
        return parts[0] if len(parts) == 1 else And(tuple(parts))
    if facts is not None and facts.kind not in (AttributeKind.SCALAR, AttributeKind.REFERENCE):
        raise ValueError(
            f"{entity_type.entity_type}.{name} is a collection and cannot identify a row: give identifying_keys"
        )
    return Comparison(Path((Step(wire),)), "is", value)


def _same(current: Any, value: Any) -> bool:
    if isinstance(current, datetime) and isinstance(value, datetime):
        # The server keeps whole seconds (protocol section 2.4).
        return aware(current).replace(microsecond=0) == aware(value).replace(microsecond=0)
    if isinstance(current, Collection) and isinstance(value, Iterable):
        return set(cast("Collection[Entity]", current)) == set(value)
    return bool(current == value)
