"""Owns what containers hold: their members, and those of members that are containers too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..entity import Entity


def is_container(component: Entity) -> bool:
    """Tell whether *component* can have members."""
    return "members" in component._ftrack_facts


def is_sequence(component: Entity) -> bool:
    """Tell whether *component* is a sequence of files, which has no data but that of its frames."""
    return component.entity_type == "SequenceComponent"


def members_of(component: Entity) -> list[Entity]:
    """Return the members of *component*; what is no container has none."""
    return list(component["members"] or ()) if is_container(component) else []


def load_members(components: Sequence[Entity]) -> None:
    """Load what is in *components*, on all levels, in one request for each level; each container is looked at once."""
    seen: set[int] = set()
    level = [component for component in components if is_container(component)]
    while level:
        missing = [component for component in level if "members" not in vars(component)]
        if missing:
            missing[0].session.populate(missing, "members.name, members.file_type")
        seen.update(map(id, level))
        inner = [member for component in level for member in members_of(component) if is_container(member)]
        level = [member for member in inner if id(member) not in seen]


def expanded(components: Iterable[Entity], recursive: bool) -> list[Entity]:
    """Return *components*, with *recursive* also what is in them, each once: members stand before their container.

    A container that the server says is in itself, by way of others, counts once.
    """
    found: dict[int, Entity] = {}
    entered: set[int] = set()
    given = list(components)
    if recursive:
        load_members(given)

    def visit(component: Entity) -> None:
        if recursive and id(component) not in entered:
            entered.add(id(component))
            for member in members_of(component):
                visit(member)
        found.setdefault(id(component), component)

    for component in given:
        visit(component)
    return list(found.values())
