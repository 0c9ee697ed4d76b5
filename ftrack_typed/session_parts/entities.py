"""Owns what entities and queries ask of the session that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..assignment import assign, check_item
from ..entity import Entity
from ..errors import DeletedEntityError
from ..query.result import QueryResult
from ..query.text import outline

if TYPE_CHECKING:
    from ..entity_types import EntityTypes
    from ..facts import AttributeFacts
    from ..query.builder import Query
    from ..query.syntax import Statement
    from ..state import SessionState

E = TypeVar("E", bound=Entity)


class EntityAccess:
    """The part of a session that entities, collections and queries call; none of it is for users of the session.

    What is needed for queries that are written with classes, and for loading, is imported when there is such a query
    or load: a session that reads the rows of a text needs neither.
    """

    _state: SessionState
    _types: EntityTypes

    def _entity_type(self, entity_type: object) -> type[Entity]:
        return self._types.known(entity_type)

    def _ftrack_page(self, text: str) -> tuple[list[Entity], int | None]:
        return self._state.fetch(text)

    def _ftrack_result(self, query: Query[E]) -> QueryResult[E]:
        from ..loading import print_query

        return QueryResult(self, outline(print_query(self._state, query.statement, query.entity_type)), query.page_size)

    def _ftrack_count(self, query: Query[E]) -> int:
        from ..query.counting import count

        self._check_drift(query.statement, query.entity_type)
        return count(self._state.call, query.statement, query.entity_type.primary_key_attributes)

    def _check_drift(self, statement: Statement, entity_type: type[Entity]) -> None:
        if self._state.drift is not None:
            self._state.drift.check_statement(statement, entity_type)

    def _ftrack_rows(self, statement: Statement) -> list[dict[str, Any]]:
        from ..query.printer import print_statement

        self._check_drift(statement, self._types.known(statement.entity_type))
        (result,) = self._state.call([{"action": "query", "expression": print_statement(statement)}])
        return cast("list[dict[str, Any]]", result["data"])

    def _ftrack_load(self, entity: Entity, facts: AttributeFacts) -> object:
        from ..loading import load

        if self._state.drift is not None:
            self._state.drift.check(type(entity), facts)
        return load(self._state, entity, facts)

    def _ftrack_server_facts(self, entity: Entity, name: str) -> AttributeFacts | None:
        return self._types.server_facts(entity.entity_type, name)

    def _ftrack_load_missing(self, entity: Entity) -> None:
        from ..loading import load_missing

        load_missing(self._state, entity)

    def _ftrack_check_item(self, entity: Entity, facts: AttributeFacts, item: object) -> None:
        check_item(self._state, entity, facts, item)

    def _ftrack_write(self, entity: Entity, facts: AttributeFacts, value: object) -> None:
        assign(self._state, entity, facts, value)

    def _ftrack_revert(self, entity: Entity, facts: AttributeFacts) -> None:
        with self._state.lock:
            twins = entity._ftrack_twins.get(facts.name, ())
            self._state.unit.revert(entity, (facts.name, *(twin.name for twin in twins)))

    def _ftrack_collection_changed(self, collection: Any, before: object) -> None:
        """Record that *collection*, which held *before*, is about to change."""
        owner: Entity = collection.entity
        if vars(owner).get("_ftrack_deleted"):
            raise DeletedEntityError(owner, f"{collection._facts.name} cannot be changed")
        if self._state.record_operations:
            with self._state.lock:
                self._state.unit.record_write(owner, collection._facts.name, before)

    def _ftrack_collection_shows(self, collection: Any, before: object) -> None:
        """Keep *before*, what *collection* held, to be given back where what it is about to show never comes to be."""
        if self._state.record_operations:
            with self._state.lock:
                self._state.unit.record_shown(collection.entity, collection._facts.name, before)

    def _ftrack_custom_source(self, entity: Entity, key: str) -> tuple[str, str]:
        return self._state.custom_source(entity, key)
