"""Owns the loading of attributes that are not there: one query for all the siblings of the entity that is read."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from .entity import Entity
from .errors import DeletedEntityError, ImplicitLoadError, ImplicitLoadWarning, NotLoadedError
from .facts import AttributeFacts, AttributeKind
from .identity import key_value
from .lookup import default_names
from .query.printer import print_criterion, print_statement
from .query.syntax import And, Comparison, Criterion, Membership, Or, Path, Statement, Step
from .symbols import CREATED

if TYPE_CHECKING:
    from .page import Page
    from .state import SessionState

T = TypeVar("T")

CHUNK: Final = 500
"""How many entities one query asks for: a page of the server's, and an `in` list that every database takes."""

_ATTEMPTS: Final = 2
"""How often an attribute is asked for while other threads may commit."""

_MISSING: Final = object()
_PACKAGE: Final = __name__.partition(".")[0]


def load(state: SessionState, entity: Entity, facts: AttributeFacts) -> Any:
    """Return the value of an attribute that *entity* does not hold, loading it for its siblings as well.

    Raise NotLoadedError where it may not or cannot be loaded, DeletedEntityError where the entity is deleted.
    """
    content = vars(entity)
    if content.get("_ftrack_deleted"):
        raise DeletedEntityError(entity, f"{facts.name} was not loaded before")
    value = _known(state, entity, facts)
    if value is not _MISSING:
        return value
    key = _written_key(state, entity, facts)
    if key is None and state.unit.state(entity) is CREATED:
        value = _of_new_entity(state, entity, facts)
        if value is not _MISSING:
            return value
    if not state.auto_populate:
        raise NotLoadedError(entity.entity_type, facts.name, "auto-population is off")
    mode = state.loading
    if mode == "raise":
        raise ImplicitLoadError(entity.entity_type, facts.name, call_site())
    if mode == "warn":
        _warn(entity, facts)
    value = _loaded(state, entity, facts) if key is None else _referenced(state, entity, facts, key)
    if value is _MISSING:
        raise NotLoadedError(entity.entity_type, facts.name, _reason(state, entity, facts, key))
    return value


def _reason(state: SessionState, entity: Entity, facts: AttributeFacts, key: str | None) -> str:
    """Return why the server gave no value of an attribute; *key* is the foreign key that it was asked for."""
    if state.identity.find(type(entity), tuple(entity._ftrack_key().values())) is not entity:
        return "the session was reset after the entity came; get it again, or session.merge() it"
    if key is not None:
        return f"the server has no {facts.target} {key}"
    return "the server has no such row any more, or does not return it"


def _loaded(state: SessionState, entity: Entity, facts: AttributeFacts) -> Any:
    """Ask the server for an attribute; ask anew where a commit of another thread made the answer obsolete."""
    for _ in range(_ATTEMPTS):
        commits = state.freshness.commits
        value = _asked(state, entity, facts)
        if value is not _MISSING or state.freshness.commits == commits:
            return value
    with state.committing:  # so that the commits of busy threads do not overtake each answer
        return _asked(state, entity, facts)


def _asked(state: SessionState, entity: Entity, facts: AttributeFacts) -> Any:
    page: Page = vars(entity)["_ftrack_page"]
    if state.loading == "single":
        fetch(state, type(entity), projections_of(entity, facts), [entity], page)
    else:
        _load_siblings(state, entity, facts, page)
    value = vars(entity).get(facts.name, _MISSING)
    return _from_twin(state, entity, facts) if value is _MISSING else value


def _warn(entity: Entity, facts: AttributeFacts) -> None:
    name = f"{entity.entity_type}.{facts.name}"
    message = f"{name} is loaded for {entity!r} and its siblings when it is read: query it with select({name})"
    level = 2
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, ImplicitLoadWarning, stacklevel=level)


def call_site() -> str:
    """Return file and line of the innermost code outside of this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _is_ours(module: Mapping[str, object]) -> bool:
    return str(module.get("__name__", "")).partition(".")[0] == _PACKAGE


def _from_twin(state: SessionState, entity: Entity, facts: AttributeFacts) -> Any:
    """Return what a loaded reference says of its foreign key, or a loaded key of its reference, if it is known here."""
    content = vars(entity)
    for twin in entity._ftrack_twins.get(facts.name, ()):
        other = content.get(twin.name, _MISSING)
        if other is _MISSING:
            continue
        found: Any = other
        if facts.kind is AttributeKind.REFERENCE and twin.kind is AttributeKind.SCALAR:
            target = entity._ftrack_type(facts.target or "")
            found = None if other is None else state.identity.find(target, (str(other),))
            if found is None and other is not None:
                continue
        elif isinstance(other, Entity):
            found = key_value(other)
        with state.lock:
            if content.get(twin.name, _MISSING) is other:
                return content.setdefault(facts.name, found)
        return content.get(facts.name, _MISSING)  # another thread has written both meanwhile
    return _MISSING


def _written_key(state: SessionState, entity: Entity, facts: AttributeFacts) -> str | None:
    """Return the foreign key that was written to *entity* instead of its reference *facts*, where that waits.

    The server's row of *entity* does not tell yet what it refers to.
    """
    if facts.kind is AttributeKind.REFERENCE:
        written, content = state.unit.written(entity), vars(entity)
        for twin in entity._ftrack_twins.get(facts.name, ()):
            if twin.kind is AttributeKind.SCALAR and twin.name in written and content.get(twin.name) is not None:
                return str(content[twin.name])
    return None


def _referenced(state: SessionState, entity: Entity, facts: AttributeFacts, key: str) -> Any:
    """Ask for what the foreign key *key* of *entity* names, and those of its siblings that were written as well."""
    page: Page = vars(entity)["_ftrack_page"]
    alike = [] if state.loading == "single" else [each for each in page.entities if type(each) is type(entity)]
    written = (_written_key(state, each, facts) for each in alike if facts.name not in vars(each))
    wanted = list(dict.fromkeys((key, *(each for each in written if each is not None))))
    target = entity._ftrack_type(facts.target or "")
    path = Path((Step(target.primary_key_attributes[0]),))
    statement = print_statement(default_statement(state, target))
    for chunk in chunked(wanted):
        state.fetch(f"{statement} where {print_criterion(Membership(path, tuple(chunk)))}", page.child(facts.name))
    return _from_twin(state, entity, facts)


def _of_new_entity(state: SessionState, entity: Entity, facts: AttributeFacts) -> Any:
    """Return what a new entity has where nothing was given: an empty collection, to be filled; nothing else.

    Where another thread has committed it meanwhile, nothing is known.
    """
    with state.lock:
        if state.unit.state(entity) is not CREATED:
            return _MISSING
        if facts.kind is AttributeKind.SCALAR or facts.kind is AttributeKind.REFERENCE:
            raise NotLoadedError(entity.entity_type, facts.name, "the entity is not committed, and no value was given")
        return vars(entity).setdefault(facts.name, state.identity.empty(entity, facts))


def _known(state: SessionState, entity: Entity, facts: AttributeFacts) -> Any:
    """Return the value that another form of the attribute gives, or a cache, which is then asked for siblings too."""
    value, cache = _from_twin(state, entity, facts), state.cache
    if value is not _MISSING or cache is None or not is_stored(state, entity):
        return value
    page: Page = vars(entity)["_ftrack_page"]
    cache.fill([entity] if state.loading == "single" else [entity, *_siblings(state, entity, facts, page)])
    value = vars(entity).get(facts.name, _MISSING)
    return _from_twin(state, entity, facts) if value is _MISSING else value


def _siblings(state: SessionState, entity: Entity, facts: AttributeFacts, page: Page) -> list[Entity]:
    """Return the other entities of the page that lack the attribute."""
    name = facts.name
    return [
        sibling
        for sibling in page.entities
        if sibling is not entity
        and name not in vars(sibling)
        and (name in sibling._ftrack_facts or type(sibling) is type(entity))
        and is_stored(state, sibling)
        and name not in sibling._ftrack_missing()
    ]


def _load_siblings(state: SessionState, entity: Entity, facts: AttributeFacts, page: Page) -> None:
    """Load the attribute for *entity* and everything of its page that lacks it, in as few queries as that takes."""
    name = facts.name
    wanted = _siblings(state, entity, facts, page)
    entity_type = common_type({type(member) for member in (entity, *wanted)}, {name})
    if not isinstance(entity, entity_type) or (state.drift is not None and name in state.drift.missing(entity_type)):
        entity_type = type(entity)
    projections = projections_of(entity, facts)
    for chunk in chunked([member for member in (entity, *wanted) if isinstance(member, entity_type)]):
        fetch(state, entity_type, projections, chunk, page)


def load_missing(state: SessionState, entity: Entity) -> None:
    """Load everything that *entity* lacks, in one query; leave it as it is where nothing may be loaded."""
    content = vars(entity)
    if is_stored(state, entity) and state.cache is not None:
        state.cache.fill([entity])
    if not (is_stored(state, entity) and state.auto_populate):
        return
    absent = entity._ftrack_missing()
    missing = [
        text
        for name, facts in entity._ftrack_facts.items()
        if facts.kind is not AttributeKind.RESTRICTED and name not in content and name not in absent
        for text in projections_of(entity, facts)
    ]
    if missing:
        fetch(state, type(entity), missing, [entity], content["_ftrack_page"])


def is_stored(state: SessionState, entity: Entity) -> bool:
    """Say whether the server has a row of *entity*, as far as is known here: it is neither new nor deleted."""
    return state.unit.state(entity) is not CREATED and not vars(entity).get("_ftrack_deleted")


def common_type(entity_types: set[type[Entity]], names: set[str]) -> type[Entity]:
    """Return the most concrete class that all *entity_types* derive from and that has the attributes *names*.

    Where there is none, return one of *entity_types*.
    """
    first, *others = sorted(entity_types, key=lambda each: each.entity_type)
    for base in first.__mro__:
        if all(issubclass(other, base) for other in others):
            return base if issubclass(base, Entity) and names <= base._ftrack_facts.keys() else first
    return first


def projections_of(entity: Entity, facts: AttributeFacts) -> list[str]:
    """Return what to select so that the attribute *facts* of *entity* can be read, and what is likely read next."""
    wire = facts.wire
    if facts.kind is AttributeKind.SCALAR:
        return [wire]
    if facts.kind in (AttributeKind.MAPPED, AttributeKind.CUSTOM):
        return [f"{wire}.key", f"{wire}.value"]
    target = entity._ftrack_type(facts.target or "")
    state: SessionState = vars(entity)["_ftrack_page"].state
    names = dict.fromkeys(default_names(state, target))
    if "name" in target._ftrack_facts and (state.drift is None or "name" not in state.drift.missing(target)):
        names["name"] = None
    return [f"{wire}.{name}" for name in names]


def fetch(
    state: SessionState, entity_type: type[Entity], projections: Sequence[str], entities: Sequence[Entity], page: Page
) -> None:
    """Ask the server for *projections* of *entities* and merge the answer; what is gone there stays as it is."""
    text = f"select {', '.join(projections)} from {entity_type.entity_type} where {print_criterion(keys(entities))}"
    state.fetch(text, page)


def keys(entities: Sequence[Entity]) -> Criterion:
    """Return the criterion that finds exactly *entities*, all of one type."""
    names = entities[0].primary_key_attributes
    if len(names) == 1:
        (name,) = names
        values = tuple(entity._ftrack_key()[name] for entity in entities)
        path = Path((Step(name),))
        return Membership(path, values)
    each = [
        And(tuple(Comparison(Path((Step(name),)), "is", value) for name, value in entity._ftrack_key().items()))
        for entity in entities
    ]
    return Or(tuple(each)) if len(each) > 1 else each[0]


def chunked(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Yield *items* in pieces of at most *size*."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def default_statement(state: SessionState, entity_type: type[Entity]) -> Statement:
    """Return the statement that asks for the default projections of *entity_type*."""
    paths = tuple(Path((Step(name),)) for name in default_names(state, entity_type))
    return Statement(entity_type.entity_type, paths)


def print_query(state: SessionState, statement: Statement, entity_type: type[Entity]) -> str:
    """Return the text of *statement*, with the default projections where it selects nothing.

    Raise SchemaDriftError where it names what the server's schema lacks.
    """
    if state.drift is not None:
        state.drift.check_statement(statement, entity_type)
    if statement.projections:
        return print_statement(statement)
    import attrs

    return print_statement(attrs.evolve(statement, projections=default_statement(state, entity_type).projections))


def fetch_key(state: SessionState, entity_type: type[Entity], key: Sequence[str]) -> Any:
    """Ask the server for the entity of *entity_type* with that *key*; return None where there is none."""
    parts = [
        Comparison(Path((Step(name),)), "is", value)
        for name, value in zip(entity_type.primary_key_attributes, key, strict=True)
    ]
    where = parts[0] if len(parts) == 1 else And(tuple(parts))
    text = f"{print_statement(default_statement(state, entity_type))} where {print_criterion(where)}"
    found, _ = state.fetch(text, state.new_page())
    return found[0] if found else None
