"""Owns what a query asks for: the tree of attributes, relations and casts that its projections make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from ..query.syntax import Path, Step
from .faults import Fault
from .model import Attribute, EntityModel, Relation
from .paths import Reader


@attrs.define(eq=False)
class Selected:
    """What is asked for of one entity type at one place of the answer."""

    entity: EntityModel
    attributes: dict[str, Attribute] = attrs.field(factory=dict)
    computed: dict[str, None] = attrs.field(factory=dict)
    relations: dict[str, tuple[Relation, Selected]] = attrs.field(factory=dict)
    casts: dict[str, Selected] = attrs.field(factory=dict)
    """What is asked for only of rows of a narrower type."""

    def all(self) -> Iterator[Selected]:
        """Yield this and what is asked for of narrower types: all of it is read from the same rows."""
        yield self
        for narrowed in self.casts.values():
            yield from narrowed.all()


def select(reader: Reader, entity: EntityModel, paths: Iterable[Path]) -> Selected:
    """Return the tree of the projections *paths*; raise Fault for names that cannot be selected."""
    root = Selected(entity)
    for path in paths:
        _add(reader, root, path.steps)
    return root


def select_defaults(reader: Reader, entity: EntityModel) -> Selected:
    """Return the tree of the default projections of a type."""
    return select(reader, entity, [Path((Step(name),)) for name in entity.default_projections])


def _add(reader: Reader, selected: Selected, steps: tuple[Step, ...]) -> None:
    step, *rest = steps
    entity = selected.entity
    if step.name in entity.computed and not rest:
        selected.computed[step.name] = None
        return
    narrower = reader.narrower(entity, step.name, followed=bool(rest))
    if narrower is not None:
        _add(reader, selected.casts.setdefault(narrower.name, Selected(narrower)), steps)
        return
    found = reader.member(entity, step)
    if isinstance(found.member, Attribute):
        if rest or step.cast:
            raise reader.fault(f"{entity.name}.{step.name} is no relation, nothing follows it", step.name)
        selected.attributes[step.name] = found.member
        return
    _add_relation(reader, selected, found.member, step, tuple(rest))


def _add_relation(reader: Reader, selected: Selected, relation: Relation, step: Step, rest: tuple[Step, ...]) -> None:
    if relation.restricted:
        raise _restricted(reader, selected.entity, relation)
    if relation.name not in selected.relations:
        target = reader.storage.entity(relation.target)
        selected.relations[relation.name] = (relation, Selected(target))
    below = selected.relations[relation.name][1]
    if step.cast is not None:
        narrowed = reader.target(selected.entity, relation, step)
        below = below.casts.setdefault(narrowed.name, Selected(narrowed))
    if rest:
        _add(reader, below, rest)


def _restricted(reader: Reader, entity: EntityModel, relation: Relation) -> Fault:
    return reader.fault(f"{entity.name}.{relation.name} can be used in criteria only, not selected", relation.name)
