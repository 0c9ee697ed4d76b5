"""Owns what a commit makes stale in other entities: collections of what changed, and references to what has it now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..changes import Changes, forms, moved_items, touched_references
from ..entity import Entity
from ..facts import AttributeFacts, AttributeKind
from ..identity import key_value

if TYPE_CHECKING:
    from ..state import SessionState


def forget_relations(state: SessionState, taken: Sequence[Changes]) -> None:
    """Drop what other entities say of those that changed: collections that may hold them, and references back."""
    stale: dict[tuple[int, type[Entity]], Entity] = {}
    for changes in taken:
        kind = type(changes.entity)
        for facts, said in touched_references(changes):
            if (other := _referred_to(state, changes.entity, facts, said)) is not None:
                stale[id(other), kind] = other
        for item, is_in in moved_items(changes):
            stale[id(item), kind] = item
            left = _forget_references(state, item, changes.entity, is_in=is_in)
            stale.update({(id(other), type(item)): other for other in left})
    for (_, item_type), other in stale.items():
        forget_collections(state, other, item_type)


def related(state: SessionState, changes: Changes) -> Iterator[Entity]:
    """Yield what says something of the entity that changed, or is about to change, as far as it is known here."""
    for facts, said in touched_references(changes):
        if (other := _referred_to(state, changes.entity, facts, said)) is not None:
            yield other
    for item, _ in moved_items(changes):
        yield item
        for facts, names in _references_to(item, changes.entity):
            yield from _said(state, item, facts, names)


def _referred_to(state: SessionState, entity: Entity, facts: AttributeFacts, said: Any) -> Entity | None:
    """Return the entity that *said*, itself or its key, means in the reference *facts*, where it is known here."""
    if isinstance(said, Entity):
        return said
    return state.identity.find(entity._ftrack_type(facts.target or ""), (str(said),))


def _forget_references(state: SessionState, item: Entity, owner: Entity, *, is_in: bool) -> list[Entity]:
    """Drop what *item* says of where it belongs, now that *owner* has it or not; it loads again when read.

    Return what it referred to. A reference that waits for the next commit stays; what it goes back to is dropped.
    """
    content, key = vars(item), owner._ftrack_first_key()
    left: list[Entity] = []
    for facts, names in _references_to(item, owner):
        said = [content[name] for name in names if name in content]
        if said and all(_is_key_of(key, each) is is_in for each in said):
            continue
        state.unit.outdate(item, names)
        state.freshness.forget(item, names)
        if state.unit.written(item).isdisjoint(names):
            left += _said(state, item, facts, names)
            for name in names:
                content.pop(name, None)
    return left


def _references_to(item: Entity, owner: Entity) -> Iterator[tuple[AttributeFacts, tuple[str, ...]]]:
    """Yield the references of *item* that may lead to *owner*, each with the names of all its forms."""
    for facts in item._ftrack_kinds[AttributeKind.REFERENCE]:
        if isinstance(owner, item._ftrack_type(facts.target or "")):
            yield facts, forms(item, facts.name)


def _said(state: SessionState, item: Entity, facts: AttributeFacts, names: Iterable[str]) -> Iterator[Entity]:
    """Yield what *item* refers to in any of the forms *names* of the reference *facts*, where it is known here."""
    for said in (vars(item).get(name) for name in names):
        if said is not None and (other := _referred_to(state, item, facts, said)) is not None:
            yield other


def _is_key_of(key: str, said: Any) -> bool:
    return (key_value(said) if isinstance(said, Entity) else said) == key


def forget_collections(state: SessionState, entity: Entity, item_type: type[Entity]) -> None:
    """Drop the loaded collections of *entity* that may hold an *item_type*; they load again when read.

    Those with changes that wait for the next commit stay. Answers that are on their way do not bring any back.
    """
    content = vars(entity)
    kept = state.unit.written(entity)
    dropped: list[str] = []
    for facts in entity._ftrack_kinds[AttributeKind.COLLECTION]:
        if (facts.name in content or state.freshness.is_needed) and facts.name not in kept:
            target = entity._ftrack_type(facts.target or "")
            if issubclass(item_type, target) or issubclass(target, item_type):
                dropped.append(facts.name)
                content.pop(facts.name, None)
    state.freshness.forget(entity, dropped)
