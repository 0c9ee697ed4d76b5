"""Owns schema drift: what the code of one package has and the schema of one server lacks.

There is drift where the server's hash of its schema is not the one that the package was generated from; only then the
schema is read, when the first entity type is used. What the server lacks is refused where it is used, and never sent.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from .entity import SERVER_SCHEMA, Entity
from .errors import SchemaDriftError
from .facts import AttributeFacts
from .query.syntax import Aggregate, And, Comparison, Criterion, Membership, Not, Or, Path, Related, Statement, Step

if TYPE_CHECKING:
    from .server import Server

_NOTHING: Final[frozenset[str]] = frozenset()


class SchemaDrift:
    """What the classes of one package have that the server of one session does not know."""

    def __init__(self, server: Server, package: str) -> None:
        """Compare the classes of *package* with the schema of *server*, each when it is first used."""
        self._server = server
        self._package = package
        self._missing: dict[type[Entity], frozenset[str]] = {}
        self.found: Callable[[], None] = _nobody
        """Called where a type that is used has attributes that the server lacks."""

    @functools.cached_property
    def _properties(self) -> Mapping[str, frozenset[str]]:
        return {str(schema["id"]): frozenset(schema["properties"]) for schema in self._server.raw_schemas}

    def missing(self, entity_type: type[Entity]) -> frozenset[str]:
        """Return the names, in Python, of the attributes of *entity_type* that the server lacks.

        Raise SchemaDriftError where it lacks the type.
        """
        found = self._missing.get(entity_type)
        if found is None:
            found = self._missing[entity_type] = self._compared(entity_type)
            if found:
                self.found()
        return found

    def _compared(self, entity_type: type[Entity]) -> frozenset[str]:
        if entity_type._ftrack_package() == SERVER_SCHEMA:
            return _NOTHING
        there = self._properties.get(entity_type.entity_type)
        if there is None:
            raise self._error(entity_type.entity_type, None)
        return frozenset(name for wire, name in entity_type._ftrack_names.items() if wire not in there)

    def check(self, entity_type: type[Entity], facts: AttributeFacts) -> None:
        """Raise SchemaDriftError where the server lacks the attribute *facts* of *entity_type*."""
        if facts.name in self.missing(entity_type):
            raise self._error(entity_type.entity_type, facts.name)

    def _error(self, entity_type: str, name: str | None) -> SchemaDriftError:
        return SchemaDriftError(entity_type, name, self._server.address, self._server.generation(self._package))

    def check_path(self, entity_type: type[Entity], path: Path) -> type[Entity] | None:
        """Raise SchemaDriftError where *path* from *entity_type* leads over what the server lacks.

        Return the type that it leads to, or None where it leads to a value, or to what the code does not know.
        """
        current: type[Entity] | None = entity_type
        for step in path.steps:
            if current is None:
                return None
            facts = current._ftrack_facts.get(current._ftrack_names.get(step.name, ""))
            if facts is None:
                return None
            self.check(current, facts)
            target = step.cast or facts.target
            current = None if target is None else current._ftrack_type(target)
            if step.cast is not None and current is not None:
                self.missing(current)
        return current

    def check_statement(self, statement: Statement, entity_type: type[Entity]) -> None:
        """Raise SchemaDriftError where *statement*, of *entity_type*, names what the server lacks."""
        for path in _paths(statement):
            self.check_path(entity_type, path)
        if statement.where is not None:
            self._check_criterion(statement.where, entity_type)

    def _check_criterion(self, criterion: Criterion, entity_type: type[Entity]) -> None:
        if isinstance(criterion, (And, Or)):
            for each in criterion.criteria:
                self._check_criterion(each, entity_type)
        elif isinstance(criterion, Not):
            self._check_criterion(criterion.criterion, entity_type)
        elif isinstance(criterion, (Comparison, Membership, Related)):
            self._check_test(criterion, entity_type)

    def _check_test(self, test: Comparison | Membership | Related, entity_type: type[Entity]) -> None:
        target = self.check_path(entity_type, test.path)
        if isinstance(test, Related) and test.criterion is not None and target is not None:
            self._check_criterion(test.criterion, target)
        if isinstance(test, Membership) and isinstance(test.values, Statement):
            self.check_statement(test.values, entity_type._ftrack_type(test.values.entity_type))


def _nobody() -> None:
    """Do nothing."""


def _paths(statement: Statement) -> Iterator[Path]:
    for projection in statement.projections:
        yield projection.path if isinstance(projection, Aggregate) else projection
    yield from statement.group_by
    yield from (order.path for order in statement.order_by)


def path_of(text: str) -> Path:
    """Return the path that *text*, such as ``parent[Shot].name``, writes."""
    pieces = (piece.strip().partition("[") for piece in text.split("."))
    return Path(tuple(Step(name, cast.rstrip("] ") or None) for name, _, cast in pieces))
