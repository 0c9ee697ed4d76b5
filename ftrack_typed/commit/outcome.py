"""Owns what became of a commit whose answer was lost: asks the server for its rows, and settles what happened.

A batch is one transaction (protocol section 1.2), so all of it happened or nothing did. New entities prove it, for this
client made their keys; without any, rows that are gone and values that are as they were sent do.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from ..errors import CommitOutcomeUnknownError, ServerError, TransportError, UnrecognisedEntityTypeError
from ..facts import AttributeKind
from ..query.printer import print_value
from ..wire import ENTITY_TYPE, decoded
from .settlement import apply

if TYPE_CHECKING:
    from ..entity import Entity
    from ..state import SessionState
    from .batch import Operation, PlannedOperation

CHUNK: Final = 200
"""Rows that one query asks for."""

_THERE_ALREADY: Final = frozenset({"IntegrityError", "DuplicateEntryError"})
"""What a server says where a key is taken."""

_RANDOM: Final = 4
"""The version of identifiers that no two clients make; others may be made of names, by several alike."""

_OTHER_SPELLING: Final = frozenset({"parent_type"})
"""Attributes that a server may keep under a name of its own for what was sent: they prove nothing."""

_LOGGER: Final = logging.getLogger(__name__)

RowKey = tuple[str, tuple[str, ...]]


@attrs.frozen
class CommitResolution:
    """What became of the operations of a commit that got no answer; both are empty where there was no such commit."""

    committed: tuple[Operation, ...] = ()
    """Operations that happened: they wait no longer."""
    pending: tuple[Operation, ...] = ()
    """Operations that did not happen: they still wait for a commit."""


@attrs.frozen
class Unresolved:
    """A batch without an answer: its operations, the entities that they change, and the place after its last change."""

    planned: tuple[PlannedOperation, ...]
    entities: tuple[Entity, ...]
    end: int


def done_before(state: SessionState, planned: Sequence[PlannedOperation], error: ServerError) -> list[Any] | None:
    """Return the results of *planned*, which the server refused with *error*, where an earlier request did it all.

    A proxy may send a request twice: then the server refuses the second of what the first has created. Where it has
    everything as it was sent, its rows are the results; else return None.
    """
    if error.exception not in _THERE_ALREADY or not _proves_itself(planned):
        return None
    operations = [each.operation for each in planned]
    rows = _rows(state, operations)
    if not all(_is_done(state, operation, rows.get(_key(operation))) for operation in operations):
        return None
    _LOGGER.warning("a commit of %d operations reached the server more than once", len(operations))
    return [{"data": rows.get(_key(operation))} for operation in operations]


def lost(
    state: SessionState,
    error: TransportError,
    planned: Sequence[PlannedOperation],
    entities: Iterable[Entity],
    end: int,
) -> CommitOutcomeUnknownError:
    """Remember the batch that *error* ended: changes of *entities* before the place *end*. Return what to raise."""
    state.unresolved = Unresolved(tuple(planned), tuple(entities), end)
    return CommitOutcomeUnknownError(error, [each.operation for each in planned])


def resolve(state: SessionState) -> CommitResolution:
    """Ask the server what became of the batch that got no answer, and settle it where it happened.

    Raise TransportError or ServerError where the server does not say; nothing is changed then.
    """
    with state.committing:
        batch: Unresolved | None = state.unresolved
        if batch is None:
            return CommitResolution()
        operations = tuple(each.operation for each in batch.planned)
        rows = _rows(state, operations)
        state.unresolved = None
        if not _happened(state, operations, rows):
            return CommitResolution(pending=operations)
        results = [{"data": rows.get(_key(operation))} for operation in operations]
        with state.lock:
            sending = {id(changes.entity) for changes in state.unit.take()}
            try:
                settled = [entity for entity in batch.entities if id(entity) in sending]
                apply(state, state.unit.settle_before(settled, batch.end), batch.planned, results)
            finally:
                state.unit.give_back()
        return CommitResolution(committed=operations)


def _key(operation: Operation) -> RowKey:
    return operation["entity_type"], tuple(map(str, operation["entity_key"]))


def _rows(state: SessionState, operations: Sequence[Operation]) -> dict[RowKey, Mapping[str, Any]]:
    """Return the rows that *operations* are about, as the server has them now."""
    wanted: dict[tuple[str, tuple[str, ...]], list[tuple[str, ...]]] = {}
    for operation in operations:
        entity_type, key = _key(operation)
        wanted.setdefault((entity_type, tuple(sorted(_evidence(state, operation)))), []).append(key)
    found: dict[RowKey, Mapping[str, Any]] = {}
    queries = [(entity_type, text) for (entity_type, names), keys in wanted.items()
               for text in _queries(state, entity_type, names, keys)]  # fmt: skip
    answers = state.call([{"action": "query", "expression": text} for _, text in queries]) if queries else []
    for (entity_type, _), answer in zip(queries, answers, strict=True):
        parts = state.entity_type(entity_type).primary_key_attributes
        for row in answer["data"]:
            found[entity_type, tuple(str(row[part]) for part in parts)] = row
    return found


def _queries(
    state: SessionState, entity_type: str, names: Sequence[str], keys: Sequence[tuple[str, ...]]
) -> Iterator[str]:
    try:
        parts = state.entity_type(entity_type).primary_key_attributes
    except UnrecognisedEntityTypeError:
        return  # pushed as it was, and unknown here: its rows cannot say anything
    selected = ", ".join(dict.fromkeys((*parts, *names)))
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        if len(parts) == 1:
            criterion = f"{parts[0]} in ({', '.join(print_value(key[0]) for key in chunk)})"
        else:
            criterion = " or ".join(f"({_identified(parts, key)})" for key in chunk)
        yield f"select {selected} from {entity_type} where {criterion}"


def _identified(parts: Sequence[str], key: Sequence[str]) -> str:
    return " and ".join(f"{part} is {print_value(value)}" for part, value in zip(parts, key, strict=True))


def _evidence(state: SessionState, operation: Operation) -> dict[str, Any]:
    """Return the values that the row of an operation shows when it happened; lists of entities are not compared."""
    if operation["action"] == "delete":
        return {}
    facts = {each.wire: each for each in state.entity_type(operation["entity_type"])._ftrack_facts.values()}
    hidden = (AttributeKind.RESTRICTED, AttributeKind.COLLECTION)
    return {
        name: value
        for name, value in operation["entity_data"].items()
        if name != ENTITY_TYPE and name not in _OTHER_SPELLING and not (name in facts and facts[name].kind in hidden)
    }


def _happened(state: SessionState, operations: Sequence[Operation], rows: Mapping[RowKey, Mapping[str, Any]]) -> bool:
    created = [operation for operation in operations if _has_own_key(operation)]
    if created:
        return all(_key(operation) in rows for operation in created)
    return all(_is_done(state, operation, rows.get(_key(operation))) for operation in operations)


def _has_own_key(operation: Operation) -> bool:
    """Say whether *operation* creates a row with a key that proves it; that of metadata, say, others may use too."""
    return operation["action"] == "create" and len(operation["entity_key"]) == 1


def _has_random_key(operation: Operation) -> bool:
    try:
        return _has_own_key(operation) and uuid.UUID(operation["entity_key"][0]).version == _RANDOM
    except ValueError:
        return False


def _proves_itself(planned: Sequence[PlannedOperation]) -> bool:
    """Say whether the rows of *planned* tell that this client made them, and not another that wanted the same."""
    created = [each for each in planned if each.operation["action"] == "create"]
    is_of_mapping = [each.entity is None and not each.pushed for each in created]
    return any(_has_random_key(each.operation) for each in created) or (bool(created) and all(is_of_mapping))


def _is_done(state: SessionState, operation: Operation, row: Mapping[str, Any] | None) -> bool:
    if operation["action"] == "delete":
        return row is None
    return row is not None and all(
        _is_same(value, row.get(name)) for name, value in _evidence(state, operation).items()
    )


def _is_same(sent: Any, stored: Any) -> bool:
    if isinstance(sent, dict) and ENTITY_TYPE in sent:
        return isinstance(stored, dict) and all(
            stored.get(name) == value for name, value in sent.items() if name != ENTITY_TYPE
        )
    same: bool = decoded(sent) == decoded(stored)
    return same
