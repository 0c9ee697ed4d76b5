"""Owns the names of a query: finds the type, attribute or relation that each stands for, or says what was meant."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import sqlalchemy as sql

from ..errors import QuerySyntaxError, close_matches, did_you_mean
from ..query.syntax import Path, Step
from ..query.tokens import TokenKind, tokenise
from . import faults, hints
from .dialects.texts import Folded
from .faults import Fault
from .model import Attribute, EntityModel, Relation
from .sources import Element, Source, Storage, joined


@attrs.frozen(eq=False)
class Member:
    """What a name of an entity type stands for; *owner* is another type where a view of the rows has it."""

    owner: EntityModel
    member: Attribute | Relation


@attrs.frozen(eq=False)
class Reader:
    """The names of one query text."""

    storage: Storage
    expression: str

    def fault(self, message: str, name: str | None = None) -> Fault:
        """Return the error for a query that cannot be run; *name* is the word that it shows (protocol section 1.4)."""
        position = None if name is None else self._position(name)
        if position is not None:
            message = QuerySyntaxError(message, self.expression, position).message
        return faults.unparsed(self.expression, message)

    def _position(self, name: str) -> int | None:
        """Return where a word of the text names *name*."""
        for token in tokenise(self.expression):
            if token.kind is TokenKind.WORD and name in token.text.split("."):
                return token.start + f".{token.text}.".index(f".{name}.")
        return None

    def entity(self, name: str) -> EntityModel:
        """Return an entity type; raise Fault with close matches where there is none."""
        found = self.storage.model.entities.get(name)
        if found is None:
            raise self._unknown(f"there is no entity type {name!r}", name, self.storage.model.entities)
        return found

    def _unknown(self, message: str, name: str, known: Iterable[str]) -> Fault:
        return self.fault(message + did_you_mean(close_matches(name, known)), name)

    def member(self, entity: EntityModel, step: Step, *, followed: bool = False) -> Member:
        """Return the attribute or relation that a step of a path names; raise Fault where there is none.

        *followed* says that the path goes on behind it.
        """
        for candidate in (entity, *self._views(entity)):
            found = candidate.attributes.get(step.name) or candidate.relations.get(step.name)
            if found is not None:
                return Member(candidate, found)
        if step.name in entity.computed:
            raise self.fault(
                f"{entity.name}.{step.name} is worked out for each answer: it can be selected only", step.name
            )
        narrower = self.narrower(entity, step.name, followed=followed)
        if narrower is None:
            raise self.unknown_attribute(entity, step.name)
        return self.member(narrower, step)

    def narrower(self, entity: EntityModel, name: str, *, followed: bool = False) -> EntityModel | None:
        """Return the one type below *entity* that brings in a name; None where there is none, or several do.

        ``resource.username`` is asked for everywhere, ftrack's own examples included, although a Resource may be a
        Group. Of several, the one is meant whose name is a relation, where the path goes on behind it.
        """
        found = [] if name in entity.names else self._bringing_in(entity, name)
        if followed and len(found) > 1:
            found = [each for each in found if name in each.relations]
        return found[0] if len(found) == 1 else None

    def unknown_attribute(self, entity: EntityModel, name: str) -> Fault:
        """Return the error for a name that an entity type does not have."""
        others = [each.name for each in self._bringing_in(entity, name)]
        if others:
            cast = f"; {' and '.join(others)} have it: write it behind a cast such as [{others[0]}]"
            return self.fault(f"{entity.name} has no attribute {name!r}{cast}", name)
        return self._unknown(f"{entity.name} has no attribute {name!r}", name, entity.names)

    def _bringing_in(self, entity: EntityModel, name: str) -> list[EntityModel]:
        """Return the types below *entity* that have a name and whose own bases do not."""
        having = {
            each.name: each
            for each in self.storage.model.entities.values()
            if entity.name in each.lineage[1:] and name in each.names
        }
        return [having[each] for each in sorted(having) if not having.keys() & set(having[each].lineage[1:])]

    def _views(self, entity: EntityModel) -> list[EntityModel]:
        """Return the types that are other views of the same rows, such as the custom links by what they point at."""
        if entity.name not in hints.LINK_ENDS:
            return []
        return [each for each in self.storage.model.entities.values() if entity.name in each.lineage[1:]]

    def target(self, entity: EntityModel, relation: Relation, step: Step) -> EntityModel:
        """Return the type behind a relation, narrowed by the cast of the step; raise Fault where that cannot be."""
        target = self.storage.entity(relation.target)
        if step.cast is None:
            return target
        narrowed = self.entity(step.cast)
        if narrowed.table != target.table:
            raise self.fault(f"{entity.name}.{relation.name} holds {target.name}, never {narrowed.name}", step.cast)
        return narrowed

    def scalar(self, source: Source, path: Path) -> tuple[Element, Attribute]:
        """Return the value at the end of a path over references, as an expression; a reference stands for its id.

        Raise Fault where a step is a collection, or nothing that can be read by the database.
        """
        step, *rest = path.steps
        found = self.member(source.entity, step, followed=bool(rest))
        source = source if found.owner is source.entity else source.cast(found.owner)
        if isinstance(found.member, Attribute):
            if rest:
                raise self.fault(f"{source.entity.name}.{step.name} is no relation, nothing follows it", step.name)
            return source.column(found.member.column), found.member
        if found.member.many:
            raise self.fault(f"{source.entity.name}.{step.name} has many values: one is needed here", step.name)
        target = self.storage.source(self.target(source.entity, found.member, step))
        following = Path(tuple(rest) or (Step(target.entity.key[0]),))
        value, attribute = self.scalar(target, following)
        selected = only_value(value, target, joined(source, found.member, target))
        return selected, attribute


def only_value(value: Element, target: Source, *conditions: Element) -> Element:
    """Return *value* of the one row of *target* for which *conditions* hold."""
    narrowed = target.type_condition(indexed=False)
    extra = () if narrowed is None else (narrowed,)
    return sql.select(value).where(*conditions, *extra).correlate_except(target.rows).scalar_subquery()


def ordered(element: Element, attribute: Attribute) -> Element:
    """Return *element* as it is sorted and grouped: texts whatever their case, also those of another table."""
    return element if attribute.exact else Folded(element)
