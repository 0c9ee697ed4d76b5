"""Owns the entities of one answer: each is written in full once, and named by its key afterwards (protocol 3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from .model import EntityModel, Key

Identity: TypeAlias = "tuple[str, Key]"


class Node:
    """One entity that a query loaded: its values, and the nodes that its relations hold."""

    __slots__ = ("identity", "relations", "stub", "values")

    def __init__(self, identity: Identity, stub: dict[str, object]) -> None:
        """Start with the identity alone."""
        self.identity = identity
        self.stub = stub
        self.values: dict[str, object] = dict(stub)
        self.relations: dict[str, Node | list[Node] | None] = {}


class Nodes:
    """The entities of one operation: one node each, which gathers what every path asked of it."""

    def __init__(self) -> None:
        """Start with none."""
        self._known: dict[Identity, Node] = {}

    def node(self, entity: EntityModel, entity_type: str, key: Key) -> Node:
        """Return the node of an entity, a new one where it is the first time."""
        identity = (entity_type, key)
        found = self._known.get(identity)
        if found is None:
            found = self._known[identity] = Node(identity, stub(entity, entity_type, key))
        return found


def stub(entity: EntityModel, entity_type: str, key: Key) -> dict[str, object]:
    """Return an entity as its type and key."""
    return {"__entity_type__": entity_type, **dict(zip(entity.key, key, strict=True))}


class Response:
    """What was written of one answer so far."""

    def __init__(self, *, denormalize: bool) -> None:
        """With *denormalize*, write every occurrence in full, but an entity within itself."""
        self._denormalize = denormalize
        self._written: dict[Identity, dict[str, object]] = {}

    def write(self, nodes: Iterable[Node]) -> list[dict[str, object]]:
        """Return the entities of one operation, depth first, in the order of the document."""
        if self._denormalize:
            return [_in_full(node, ()) for node in nodes]
        known: set[Identity] = set()
        return [self._once(node, known) for node in nodes]

    def _once(self, node: Node, known: set[Identity]) -> dict[str, object]:
        """Write a node in full the first time; *known* are those of this operation."""
        if node.identity in known:
            return node.stub
        known.add(node.identity)
        before = self._written.get(node.identity)
        if before is not None and _adds_nothing(node, before):
            return node.stub
        written = node.values
        self._written[node.identity] = written
        for name, value in node.relations.items():
            if isinstance(value, list):
                written[name] = [self._once(each, known) for each in value]
            else:
                written[name] = None if value is None else self._once(value, known)
        return written


def _adds_nothing(node: Node, before: dict[str, object]) -> bool:
    """Return whether an operation before wrote all that a node has; its relations may hold what was not written yet."""
    missing = object()
    return not node.relations and all(before.get(name, missing) == value for name, value in node.values.items())


def _in_full(node: Node, above: tuple[Identity, ...]) -> dict[str, object]:
    if node.identity in above:
        return node.stub
    within = (*above, node.identity)
    written: dict[str, Any] = dict(node.values)
    for name, value in node.relations.items():
        if isinstance(value, list):
            written[name] = [_in_full(each, within) for each in value]
        else:
            written[name] = None if value is None else _in_full(value, within)
    return written
