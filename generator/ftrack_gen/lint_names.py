"""Owns what the schemas say of a query: which of its names no entity type has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from ftrack_gen.lint_texts import HOLE
from ftrack_typed.errors import close_matches, did_you_mean
from ftrack_typed.query.syntax import (
    Aggregate,
    And,
    Comparison,
    Criterion,
    Membership,
    Not,
    Or,
    Path,
    Related,
    Statement,
)
from ftrack_typed.schema import Property, Schema


@attrs.frozen
class Names:
    """The names of a workspace."""

    schemas: Mapping[str, Schema]

    def problems(self, statement: Statement) -> Iterator[str]:
        """Yield what is wrong with the names of *statement*, one line each."""
        if HOLE in statement.entity_type:
            return
        if statement.entity_type not in self.schemas:
            hint = did_you_mean(close_matches(statement.entity_type, self.schemas))
            yield f"there is no entity type {statement.entity_type!r}{hint}"
            return
        for path in _paths(statement):
            yield from self._path(statement.entity_type, path)
        if statement.where is not None:
            yield from self._criterion(statement.entity_type, statement.where)

    def _criterion(self, entity_type: str, criterion: Criterion) -> Iterator[str]:
        if isinstance(criterion, (And, Or)):
            for each in criterion.criteria:
                yield from self._criterion(entity_type, each)
        elif isinstance(criterion, Not):
            yield from self._criterion(entity_type, criterion.criterion)
        elif isinstance(criterion, (Comparison, Membership)):
            yield from self._path(entity_type, criterion.path)
            if isinstance(criterion, Membership) and isinstance(criterion.values, Statement):
                yield from self.problems(criterion.values)
        elif isinstance(criterion, Related):
            problems = list(self._path(entity_type, criterion.path))
            yield from problems
            behind = self._behind(entity_type, criterion.path)
            if not problems and behind is not None and criterion.criterion is not None:
                yield from self._criterion(behind, criterion.criterion)

    def _path(self, entity_type: str, path: Path) -> Iterator[str]:
        """Yield what is wrong with *path*; nothing is said of what follows a hole, or a type that is not described."""
        current: str | None = entity_type
        for position, step in enumerate(path.steps):
            if current is None or current not in self.schemas or HOLE in step.name:
                return
            found = self._property(current, step.name)
            if found is None:
                yield self._unknown(current, step.name)
                return
            target = found.reference or found.items
            if target is None and position + 1 < len(path.steps):
                if found.kind.value not in {"object", "variable", "json"}:
                    yield f"{current}.{step.name} is a plain value, nothing follows it"
                return
            if step.cast is not None and HOLE not in step.cast and step.cast not in self.schemas:
                yield f"there is no entity type {step.cast!r}{did_you_mean(close_matches(step.cast, self.schemas))}"
                return
            current = step.cast or target

    def _behind(self, entity_type: str, path: Path) -> str | None:
        """Return the type that *path* leads to, where that is known."""
        current: str | None = entity_type
        for step in path.steps:
            found = None if current is None else self._property(current, step.name)
            current = None if found is None else step.cast or found.reference or found.items
        return current if current in self.schemas else None

    def _property(self, entity_type: str, name: str) -> Property | None:
        """Return what *name*, or the column of that name, is on a type, or on one that derives from it."""
        schema = self.schemas.get(entity_type)
        if schema is None:
            return None
        aliased = (each for each in schema.properties.values() if each.alias_for == name)
        found = schema.properties.get(name) or next(aliased, None)
        if found is not None:
            return found
        # Servers take what only subtypes have, too; the path goes on along those where it is a relation.
        below = list(self._of_subtypes(entity_type, name).values())
        return next((each for each in below if each.reference or each.items), below[0] if below else None)

    def _of_subtypes(self, entity_type: str, name: str) -> dict[str, Property]:
        """Return the property *name* of each type that derives from *entity_type*, those nearest to it first."""
        below = [each for each in self.schemas.values() if each.mixin == entity_type]
        found = {each.id: each.properties[name] for each in below if name in each.properties}
        for each in below:
            found.update(self._of_subtypes(each.id, name))
        return found

    def _unknown(self, entity_type: str, name: str) -> str:
        hint = did_you_mean(close_matches(name, self.schemas[entity_type].properties))
        return f"{entity_type} has no attribute {name!r}{hint}"


def _paths(statement: Statement) -> Iterable[Path]:
    """Yield the paths of a statement outside of its criteria."""
    for each in statement.projections:
        yield each.path if isinstance(each, Aggregate) else each
    yield from statement.group_by
    for order in statement.order_by:
        yield order.path
