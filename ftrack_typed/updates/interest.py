"""Owns `Interest`: the attribute, or the entity type as a whole, that somebody wants to hear of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from ..entity import Entity
from ..errors import QueryError
from ..facts import AttributeFacts, AttributeKind
from ..query.expressions import KeyedPath
from ..query.paths import TypedPath
from .decoding import CUSTOM_VALUE_TYPES

if TYPE_CHECKING:
    from ..custom_attributes import CustomDescriptor
    from .columns import Columns

ATTRIBUTE_ACTIONS: Final = frozenset({"update", "move"})
"""What counts as a change of an attribute unless somebody says otherwise: not that the entity came or went with it."""

ENTITY_ACTIONS: Final = frozenset({"add", "remove"})
"""What counts as a change of an entity as a whole."""

_CUSTOM: Final = "custom_attributes"
_EXAMPLE: Final = f"{_CUSTOM}.fps"


@attrs.frozen
class Interest:
    """An attribute of an entity type, or without ``facts`` and ``custom_key`` the entities of the type themselves."""

    root: type[Entity]
    """The changed entity is one of these."""

    facts: AttributeFacts | None = None
    custom_key: str | None = None
    custom_type: str = ""
    """Type of the custom attribute, where the class declares it."""

    @property
    def whole(self) -> bool:
        """Whether it is about entities that come and go."""
        return self.facts is None and self.custom_key is None

    @property
    def name(self) -> str:
        """Name of the attribute in Python, the key of a custom attribute, or "" for the entity as a whole."""
        return self.custom_key or (self.facts.name if self.facts is not None else "")

    @property
    def value_type(self) -> str:
        """Type of the value, as `decoding.decoded_value` takes it."""
        if self.custom_key is not None:
            return CUSTOM_VALUE_TYPES.get(self.custom_type, "")
        return self.facts.value_type if self.facts is not None else ""

    @property
    def target(self) -> type[Entity] | None:
        """The entity type that a reference leads to."""
        if self.facts is None or self.facts.kind is not AttributeKind.REFERENCE:
            return None
        return self.root._ftrack_type(self.facts.target or "")

    def found(
        self, entity_type: type[Entity], changes: Mapping[str, Any], columns: Columns
    ) -> Mapping[str, Any] | None:
        """Return old and new value in the raw *changes* of an entity of *entity_type*, or None."""
        if self.facts is not None:
            names = columns.names(entity_type, entity_type._ftrack_facts.get(self.facts.name, self.facts))
        else:
            names = () if self.custom_key is None else (self.custom_key,)
        found = next((changes[name] for name in names if name in changes), None)
        return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else None


def interest_of(what: object) -> Interest:
    """Return what an entity class or a path on one stands for; raise QueryError where events tell nothing of it."""
    if isinstance(what, type) and issubclass(what, Entity):
        return Interest(what)
    if not isinstance(what, TypedPath):
        raise QueryError(f"changes are those of an entity type or attribute, Task or Task.status, not of {what!r}")
    root, steps = what._ftrack_path.root, what._ftrack_path.steps
    if root is None or not issubclass(root, Entity):
        raise QueryError(f"{what!r} does not start at an entity type: write Task.status")
    if isinstance(what, KeyedPath) and [step.name for step in steps] == [_CUSTOM]:
        return Interest(root, None, what._ftrack_key, _custom_type(root, what._ftrack_key))
    if len(steps) != 1 or steps[0].cast is not None:
        raise QueryError(
            f"{what!r} is not an attribute of {root.__name__} itself: an event tells which entity changed, so listen "
            "to the type that has the attribute"
        )
    facts = root._ftrack_facts.get(root._ftrack_names.get(steps[0].name, ""))
    if facts is not None and facts.kind is AttributeKind.CUSTOM:
        raise QueryError(f"no event tells of {what!r} as a whole: name one of them, as in {root.__name__}.{_EXAMPLE}")
    if facts is not None and facts.computed:
        raise QueryError(f"no event tells of {what!r}, which the server computes when it is asked for")
    if facts is None or facts.kind not in (AttributeKind.SCALAR, AttributeKind.REFERENCE):
        raise QueryError(
            f"no event tells of {what!r} as such: what it holds are entities of their own, so listen to their type, "
            "as in session.on(Note)"
        )
    if facts.kind is AttributeKind.REFERENCE and facts.foreign_key is None:
        raise QueryError(f"no event tells of {what!r}: {root.__name__} has no foreign key for it")
    return Interest(root, facts)


def _custom_type(root: type[Entity], key: str) -> str:
    """Return the type of the custom attribute *key*, as far as the class of the entity declares it."""
    declared = cast("Mapping[str, CustomDescriptor]", root._ftrack_custom_type()._ftrack_descriptors)
    return next((each.type_name for each in declared.values() if each.key == key), "")
