"""Owns the compilation of criteria to SQL conditions, with every value bound (protocol section 4.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs
import sqlalchemy as sql

from ..query.syntax import And, Comparison, Criterion, Membership, Not, Or, Related, Statement, Step, Value
from ..schema import PropertyKind
from .comparisons import LiteralError, compare, member_values, numeric_type
from .dialects.expressions import AmongMany, Bracketed
from .dialects.texts import EXACT, Folded, FoldedText, FoldedValue
from .model import Attribute, EntityModel, Relation
from .paths import Reader
from .sources import NUMERIC, Element, Selection, Source, joined
from .tables import NUMBER_COMPANION, TEXT_COMPANION

Inner = Callable[[Source], "Element | None"]


@attrs.frozen(eq=False)
class Members:
    """What the query of an ``in`` finds: a value and its attribute, and the query for any expression in its place."""

    value: Element
    attribute: Attribute
    compiled: Callable[[Element], Selection]


_MANY_VALUES: Final = 500
"""From so many values on, ``in (...)`` binds them as one parameter: databases limit the number of those."""

_FANOUT: Final = 20
"""Conditions side by side in one bracket: SQLite limits the depth of an expression, which grows with each."""


class Criteria:
    """Compiles the criteria of one query."""

    def __init__(self, reader: Reader, subquery: Callable[[Statement], Members]) -> None:
        """Resolve names by *reader*; *subquery* compiles the query of an ``in``."""
        self._reader = reader
        self._subquery = subquery

    def condition(self, source: Source, criterion: Criterion) -> Element:
        """Return the condition on the rows of *source*; raise Fault for names and values that do not fit."""
        if isinstance(criterion, And):
            return balanced(sql.and_, [self.condition(source, each) for each in criterion.criteria])
        if isinstance(criterion, Or):
            return balanced(sql.or_, [self.condition(source, each) for each in criterion.criteria])
        if isinstance(criterion, Not):
            return sql.not_(self.condition(source, criterion.criterion))
        if isinstance(criterion, Comparison):
            return self._comparison(source, criterion)
        if isinstance(criterion, Membership):
            return self._membership(source, criterion)
        if isinstance(criterion, Related):
            return self._related(source, criterion)
        raise TypeError(f"no criterion: {criterion!r}")

    def _comparison(self, source: Source, criterion: Comparison) -> Element:
        def at_attribute(found: Source, attribute: Attribute) -> Element:
            try:
                return compare(found, attribute, criterion.comparator, criterion.value)
            except LiteralError as error:
                raise self._reader.fault(
                    f"{found.entity.name}.{attribute.name} must be {error}", attribute.name
                ) from None

        def at_relation(found: Source, relation: Relation, step: Step) -> Element:
            return self._relation_comparison(found, relation, step, criterion)

        return self._walk(source, criterion.path.steps, at_attribute, at_relation)

    def _relation_comparison(self, source: Source, relation: Relation, step: Step, criterion: Comparison) -> Element:
        """Compare a relation itself: with none, or with the id of what it names."""
        if criterion.value is None and criterion.comparator in ("is", "is_not"):
            is_set = self._is_set(source, relation, step)
            return sql.not_(is_set) if criterion.comparator == "is" else is_set
        if criterion.comparator not in ("is", "is_not"):
            raise self._reader.fault(f"{relation.name} holds entities: compare one of their attributes", relation.name)
        target = self._reader.target(source.entity, relation, step)
        key = target.attributes[target.key[0]]
        return self.exists(
            source, relation, target, lambda found: compare(found, key, criterion.comparator, criterion.value)
        )

    def _is_set(self, source: Source, relation: Relation, step: Step) -> Element:
        if (
            not relation.many
            and step.cast is None
            and source.formula(relation.local[0].removeprefix("computed:")) is None
        ):
            return sql.and_(*(source.column(name).is_not(None) for name in relation.local))
        return self.exists(source, relation, self._reader.target(source.entity, relation, step), lambda found: None)

    def _membership(self, source: Source, criterion: Membership) -> Element:
        def at_attribute(found: Source, attribute: Attribute) -> Element:
            try:
                if isinstance(criterion.values, Statement):
                    among = _among_members(found, attribute, self._subquery(criterion.values))
                else:
                    among = _among_values(found, attribute, criterion.values)
                return sql.not_(among) if criterion.negated else among
            except LiteralError as error:
                raise self._reader.fault(
                    f"{found.entity.name}.{attribute.name} must be {error}", attribute.name
                ) from None

        def at_relation(found: Source, relation: Relation, step: Step) -> Element:
            target = self._reader.target(found.entity, relation, step)
            return self.exists(found, relation, target, lambda row: at_attribute(row, target.attributes[target.key[0]]))

        return self._walk(source, criterion.path.steps, at_attribute, at_relation)

    def _related(self, source: Source, criterion: Related) -> Element:
        def at_relation(found: Source, relation: Relation, step: Step) -> Element:
            target = self._reader.target(found.entity, relation, step)
            inner = criterion.criterion
            return self.exists(
                found, relation, target, lambda row: None if inner is None else self.condition(row, inner)
            )

        def at_attribute(found: Source, attribute: Attribute) -> Element:
            raise self._reader.fault(
                f"{found.entity.name}.{attribute.name} is no relation, as {criterion.quantifier!r} needs",
                attribute.name,
            )

        return self._walk(source, criterion.path.steps, at_attribute, at_relation)

    def _walk(
        self,
        source: Source,
        steps: Sequence[Step],
        at_attribute: Callable[[Source, Attribute], Element],
        at_relation: Callable[[Source, Relation, Step], Element],
    ) -> Element:
        """Follow a path, each relation of it by an existence of its own, to the condition at its end."""
        step, *rest = steps
        found = self._reader.member(source.entity, step, followed=bool(rest))
        source = source if found.owner is source.entity else source.cast(found.owner)
        if isinstance(found.member, Attribute):
            if rest or step.cast:
                raise self._reader.fault(
                    f"{source.entity.name}.{step.name} is no relation, nothing follows it", step.name
                )
            return at_attribute(source, found.member)
        relation = found.member
        if not rest:
            return at_relation(source, relation, step)
        target = self._reader.target(source.entity, relation, step)
        return self.exists(source, relation, target, lambda row: self._walk(row, rest, at_attribute, at_relation))

    def exists(self, source: Source, relation: Relation, target: EntityModel, inner: Inner) -> Element:
        """Return the condition that *relation* names a row of *target* for which *inner* holds.

        A reference is looked up by the ids of the matching targets, which lets the database use the index of the
        foreign key; a collection by a search among the items of each row.
        """
        storage = source.storage
        if relation.walk is not None:
            return _walked(source, relation, storage.source(target), inner)
        tied = storage.source(target, owner=source if relation.remote == ("entity_id",) else None)
        conditions = [each for each in (tied.type_condition(indexed=False), inner(tied)) if each is not None]
        if relation.link is not None:
            link = storage.tables[relation.link.table].alias()
            pairing = sql.and_(
                link.c[relation.link.near] == source.column(relation.local[0]),
                link.c[relation.link.far] == tied.column(relation.remote[0]),
            )
            found = sql.select(1).select_from(link, tied.rows)
            return sql.exists(found.where(pairing, *conditions).correlate_except(link, tied.rows))
        if not relation.many and len(relation.local) == 1 and not relation.fixed:
            column = source.column(relation.local[0])
            remote = tied.column(relation.remote[0])
            ids = sql.select(remote).where(*conditions).correlate_except(tied.rows)
            return sql.and_(column.is_not(None), column.in_(ids))
        found = sql.select(1).select_from(tied.rows).where(joined(source, relation, tied), *conditions)
        return sql.exists(found.correlate_except(tied.rows))


def _walked(source: Source, relation: Relation, target: Source, inner: Inner) -> Element:
    """Return the condition on what is above or below in the tree: from the matches, walk the other way."""
    contexts = source.storage.tables[target.entity.table]
    matches = [each for each in (target.type_condition(indexed=False), inner(target)) if each is not None]
    near, next_one = contexts.alias(), contexts.alias()
    if relation.walk == "down":
        reached = sql.select(target.rows.c.parent_id.label("id")).where(*matches).cte(recursive=True)
        reached = reached.union(sql.select(next_one.c.parent_id).where(next_one.c.id == reached.c.id))
    else:
        first = sql.select(near.c.id).where(near.c.parent_id == target.rows.c.id, *matches)
        if relation.local[0] != "id":  # what starts at its parent, as an Asset does, counts that one as above
            first = sql.select(target.rows.c.id).where(*matches)
        reached = first.cte(recursive=True)
        reached = reached.union(sql.select(next_one.c.id).where(next_one.c.parent_id == reached.c.id))
    column = source.column(relation.local[0])
    return sql.and_(column.is_not(None), column.in_(sql.select(reached.c.id).where(reached.c.id.is_not(None))))


def balanced(combine: Callable[..., Element], conditions: Sequence[Element]) -> Element:
    """Return *conditions* combined by ``and`` or ``or`` in brackets of few, so that the expression stays shallow."""
    level = list(conditions)
    while len(level) > _FANOUT:
        groups = [level[start : start + _FANOUT] for start in range(0, len(level), _FANOUT)]
        level = [Bracketed(combine(*group)) for group in groups]
    return combine(*level)


def _compared(source: Source, attribute: Attribute, *, as_number: bool = False) -> Element:
    """Return the column that values of an attribute are compared by."""
    if attribute.kind is not PropertyKind.VARIABLE:
        return source.column(attribute.column)
    return source.rows.c[attribute.column + (NUMBER_COMPANION if as_number else TEXT_COMPANION)]


def _among_members(source: Source, attribute: Attribute, members: Members) -> Element:
    """Return the condition that a value is one of those that a query finds."""
    theirs = _sort(members.attribute)
    if attribute.kind is not PropertyKind.VARIABLE and _sort(attribute) != theirs:
        name = f"{members.attribute.name}, which holds {theirs}"
        raise LiteralError(f"{_sort(attribute)}: the query of its 'in' selects {name}")
    column = _compared(source, attribute, as_number=members.attribute.kind in NUMERIC)
    is_folded = isinstance(column.type, FoldedText | FoldedValue)
    return column.in_(members.compiled(Folded(members.value) if is_folded else members.value))


def _sort(attribute: Attribute) -> str:
    if attribute.kind in NUMERIC:
        return "numbers"
    return "flags" if attribute.kind is PropertyKind.BOOLEAN else "texts"


def _among_values(source: Source, attribute: Attribute, values: Sequence[Value]) -> Element:
    """Return the condition that a value is one of some literals."""
    column = _compared(source, attribute)
    given = tuple(value for value in values if value is not None)
    condition = _in(column, attribute, member_values(attribute, given))
    return sql.or_(condition, column.is_(None)) if len(given) < len(values) else condition


def _in(column: Element, attribute: Attribute, values: list[Any]) -> Element:
    item: sql.types.TypeEngine[Any] | None = None
    if attribute.kind in NUMERIC:
        item = numeric_type(*values)
    elif attribute.kind is PropertyKind.BOOLEAN:
        item = sql.Boolean()
    if len(values) > _MANY_VALUES:
        return AmongMany(column, values, item or EXACT)
    return column.in_(values if item is None else sql.bindparam(None, values, item, unique=True, expanding=True))
