"""Owns what can be told of an entity from outside: its identity, its primary key and its state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .entity import Entity
from .errors import NotLoadedError
from .operations import CreateEntityOperation, DeleteEntityOperation, UpdateEntityOperation
from .symbols import CREATED, DELETED, MODIFIED, NOT_SET, Symbol

if TYPE_CHECKING:
    from .page import Page


def identity(entity: Entity) -> tuple[str, list[str]]:
    """Return the type and the values of the primary key of *entity*; raise KeyError where a part is not known."""
    return entity.entity_type, list(primary_key(entity).values())


def primary_key(entity: Entity) -> dict[str, str]:
    """Return the primary key of *entity*, the server's names to values, in the schema's order; never load anything.

    Raise KeyError where a part is not known.
    """
    try:
        return entity._ftrack_key()
    except NotLoadedError as error:
        raise KeyError(f"{entity.entity_type}.{error.name} is part of the primary key and not known") from error


def state(entity: Entity) -> Symbol:
    """Return CREATED, MODIFIED or DELETED: what waits for a commit; NOT_SET where nothing does."""
    page: Page | None = vars(entity).get("_ftrack_page")
    if page is None:
        return NOT_SET
    recorded = page.state.unit.state(entity)
    pushed = page.state.unit.pushed.values()
    if not pushed or recorded is DELETED:
        return recorded
    key = tuple(entity._ftrack_key().values())
    for operation in pushed:
        if operation.entity_type != entity.entity_type or tuple(map(str, operation.entity_key.values())) != key:
            continue
        if isinstance(operation, DeleteEntityOperation):
            return DELETED
        if isinstance(operation, CreateEntityOperation):
            recorded = recorded or CREATED
        elif isinstance(operation, UpdateEntityOperation):
            recorded = recorded or MODIFIED
    return recorded


def states(entities: Iterable[Entity]) -> list[Symbol]:
    """Return the `state` of each of *entities*, in their order; they may be of several sessions, or twice in it."""
    return [state(entity) for entity in entities]
