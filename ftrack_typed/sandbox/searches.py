"""Owns the action ``search``: a query whose rows must also hold free-text terms, and lie below a context (2.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from ..errors import close_matches, did_you_mean
from ..query.syntax import And, Comparison, Criterion, Membership, Or, Path, Statement, Step
from . import faults
from .batch import Batch
from .model import EntityModel
from .queries import Queries, parsed

_SEARCHED: Final = (
    "name",
    "full_name",
    "label",
    "username",
    "first_name",
    "last_name",
    "email",
    "description",
    "comment",
    "content",
    "asset.name",
)
"""Paths whose texts are searched, those of them that a type has: what people call a thing, and what they say of it."""

_PLACES: Final = ("context_id", "asset.context_id", "version.asset.context_id", "parent_id", "project_id")
"""Paths to the context that an entity hangs on, the first that a type has."""


def search(batch: Batch, operation: Mapping[str, object]) -> dict[str, object]:
    """Answer as a query of ``expression`` would, with the rows that also fit the other values of *operation*.

    Each of ``terms`` must be part of some text of the row, whatever the case. ``context_id`` limits to that context and
    what is below it, ``object_type_ids`` to contexts of these types. Only ``expression`` or ``entity_type`` is needed.

    Raises:
        Fault: the expression cannot be run, or another value does not fit the type that is searched.
    """
    expression = operation.get("expression")
    if expression is None and isinstance(operation.get("entity_type"), str):
        expression = operation["entity_type"]
    statement = parsed(expression)
    entity = batch.storage.model.entities.get(statement.entity_type)
    if entity is not None:  # else running it says what is wrong
        _check_type(entity, operation.get("entity_type"), batch.storage.model.entities)
        statement = _narrowed(batch, entity, statement, operation)
    queries = Queries(batch.storage, batch.connection, batch.response, batch.links)
    return {**queries.execute(str(expression), statement), "action": "search"}


def _check_type(entity: EntityModel, sent: object, known: Iterable[str]) -> None:
    if sent is None or sent == entity.name:
        return
    hint = did_you_mean(close_matches(sent, known)) if isinstance(sent, str) and sent not in known else ""
    raise faults.validation(f"search: entity_type must be {entity.name} as in the expression, not {sent!r}{hint}")


def _narrowed(batch: Batch, entity: EntityModel, statement: Statement, operation: Mapping[str, object]) -> Statement:
    criteria = [
        *([] if statement.where is None else [statement.where]),
        *(_has_term(batch, entity, term) for term in _texts(operation, "terms")),
        *_below(batch, entity, operation.get("context_id")),
        *_of_object_types(entity, _texts(operation, "object_type_ids")),
    ]
    return attrs.evolve(statement, where=And(tuple(criteria))) if criteria else statement


def _texts(operation: Mapping[str, object], name: str) -> list[str]:
    found = operation.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise faults.validation(f"search: {name} must be an array of texts, got {faults.shown(found)}")
    return list(found)


def _has_term(batch: Batch, entity: EntityModel, term: str) -> Criterion:
    escaped = term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    paths = [_path(text) for text in _SEARCHED if _resolves(batch, entity, text)]
    if not paths:
        raise faults.validation(f"search: {entity.name} has no text that terms could be found in")
    return Or(tuple(Comparison(path, "like", f"%{escaped}%") for path in paths))


def _below(batch: Batch, entity: EntityModel, context_id: object) -> list[Criterion]:
    if context_id is None:
        return []
    if not isinstance(context_id, str):
        raise faults.validation(f"search: context_id must be an id, as a text, got {faults.shown(context_id)}")
    is_context = "Context" in entity.lineage
    places = ("id",) if is_context else [text for text in _PLACES if _resolves(batch, entity, text)]
    if not places:
        raise faults.validation(f"search: {entity.name} hangs on no context: leave context_id out")
    place = _path(places[0])
    conditions = [Comparison(_path(text), "is", context_id) for text in ("id", "project_id", "ancestors.id")]
    below = Statement("TypedContext", (_path("id"),), Or(tuple(conditions)))
    return [Or((Comparison(place, "is", context_id), Membership(place, below)))]


def _of_object_types(entity: EntityModel, ids: list[str]) -> list[Criterion]:
    if not ids:
        return []
    if "object_type_id" not in entity.attributes:
        raise faults.validation(f"search: {entity.name} has no object type: leave object_type_ids out")
    return [Membership(_path("object_type_id"), tuple(ids))]


def _path(text: str) -> Path:
    return Path(tuple(Step(name) for name in text.split(".")))


def _resolves(batch: Batch, entity: EntityModel, text: str) -> bool:
    """Return whether a type has an attribute behind references."""
    *names, last = text.split(".")
    for name in names:
        relation = entity.relations.get(name)
        if relation is None or relation.many:
            return False
        entity = batch.entity(relation.target)
    return last in entity.attributes
