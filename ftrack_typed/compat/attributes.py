"""Owns the descriptions of attributes that old code iterates: ``entity.attributes``, each with a name and its rules."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from ..encoding import persisted_values
from ..errors import NotUniqueError
from ..facts import AttributeFacts, AttributeKind
from ..symbols import NOT_SET

if TYPE_CHECKING:
    from ..entity import Entity


class Attribute:
    """What the schema says about one attribute, and its value on an entity (session.md section 12)."""

    def __init__(self, facts: AttributeFacts) -> None:
        """Describe the attribute *facts*."""
        self._facts = facts
        self.name = facts.wire
        self.mutable = facts.mutable
        self.computed = facts.computed
        self.default_value = facts.default if facts.kind is AttributeKind.SCALAR else NOT_SET

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def get_value(self, entity: Entity) -> Any:
        """Return the value on *entity*; load it where it may be loaded."""
        return entity[self.name]

    def get_local_value(self, entity: Entity) -> Any:
        """Return the value where it waits for a commit, else NOT_SET."""
        return vars(entity).get(self._facts.name, NOT_SET) if self.is_modified(entity) else NOT_SET

    def get_remote_value(self, entity: Entity) -> Any:
        """Return the value that the server has, as far as it is loaded, else NOT_SET."""
        name = self._facts.name
        return next((value for facts, value in persisted_values(entity) if facts.name == name), NOT_SET)

    def set_local_value(self, entity: Entity, value: Any) -> None:
        """Set the value on *entity*; the next commit sends it."""
        entity[self.name] = value

    def populate_remote_value(self, entity: Entity) -> Any:
        """Load the value of *entity*, and return it."""
        entity.session.populate([entity], self.name)
        return self.get_remote_value(entity)

    def is_set(self, entity: Entity) -> bool:
        """Say whether *entity* has a value, set here or loaded."""
        return self._facts.name in vars(entity)

    def is_modified(self, entity: Entity) -> bool:
        """Say whether a change of the value waits for a commit."""
        page = vars(entity).get("_ftrack_page")
        return page is not None and self._facts.name in page.state.unit.written(entity)


class ScalarAttribute(Attribute):
    """An attribute that holds a plain value; ``data_type`` is its type in the words of the original."""

    def __init__(self, facts: AttributeFacts) -> None:
        """Describe the attribute *facts*."""
        super().__init__(facts)
        names = {"str": "unicode", "int": "integer", "bool": "boolean", "JsonObject": "object", "JsonValue": "variable"}
        self.data_type = names.get(facts.value_type, facts.value_type)


class ReferenceAttribute(Attribute):
    """An attribute that refers to an entity of the type ``entity_type``."""

    def __init__(self, facts: AttributeFacts) -> None:
        """Describe the attribute *facts*."""
        super().__init__(facts)
        self.entity_type = facts.target


class AbstractCollectionAttribute(Attribute):
    """An attribute with many values."""


class CollectionAttribute(AbstractCollectionAttribute):
    """An attribute that holds entities."""


class KeyValueMappedCollectionAttribute(AbstractCollectionAttribute):
    """An attribute that holds values by key, such as metadata."""


class CustomAttributeCollectionAttribute(AbstractCollectionAttribute):
    """The attribute that holds custom attributes."""


_CLASSES: Final = {
    AttributeKind.SCALAR: ScalarAttribute,
    AttributeKind.REFERENCE: ReferenceAttribute,
    AttributeKind.COLLECTION: CollectionAttribute,
    AttributeKind.MAPPED: KeyValueMappedCollectionAttribute,
    AttributeKind.CUSTOM: CustomAttributeCollectionAttribute,
}


class Attributes(list[Attribute]):
    """Attributes in the order of the schema, each name once; `get` finds one by its name."""

    def __init__(self, attributes: Iterable[Attribute] = ()) -> None:
        """Hold *attributes*; raise NotUniqueError where two have the same name."""
        super().__init__()
        for attribute in attributes:
            self.add(attribute)

    @classmethod
    def of(cls, entity_type: type[Entity]) -> Attributes:
        """Return the attributes of *entity_type*."""
        return _described(entity_type)

    def add(self, attribute: Attribute) -> None:
        """Add *attribute*; raise NotUniqueError where there is one of its name."""
        if attribute.name in self.keys():
            raise NotUniqueError(f"there is an attribute {attribute.name!r} already")
        self.append(attribute)

    def remove(self, attribute: Attribute) -> None:
        """Take the attribute of that name out; raise KeyError where there is none."""
        found = self.get(attribute.name)
        if found is None:
            raise KeyError(attribute.name)
        super().remove(found)

    def get(self, name: str) -> Attribute | None:
        """Return the attribute of that name, or None."""
        return next((attribute for attribute in self if attribute.name == name), None)

    def keys(self) -> list[str]:
        """Return the names of all attributes."""
        return [attribute.name for attribute in self]

    def __contains__(self, item: object) -> bool:
        return isinstance(item, Attribute) and item.name in self.keys()


@functools.cache
def _described(entity_type: type[Entity]) -> Attributes:
    facts = (entity_type._ftrack_facts[entity_type._ftrack_names[wire]] for wire in entity_type._ftrack_wires)
    return Attributes(_CLASSES[each.kind](each) for each in facts)
