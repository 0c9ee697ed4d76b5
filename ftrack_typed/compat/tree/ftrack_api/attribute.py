"""What a schema says about attributes."""

from ftrack_typed.compat.attributes import (
    AbstractCollectionAttribute,
    Attribute,
    Attributes,
    CollectionAttribute,
    CustomAttributeCollectionAttribute,
    KeyValueMappedCollectionAttribute,
    ReferenceAttribute,
    ScalarAttribute,
)

__all__ = [
    "AbstractCollectionAttribute",
    "Attribute",
    "Attributes",
    "CollectionAttribute",
    "CustomAttributeCollectionAttribute",
    "KeyValueMappedCollectionAttribute",
    "ReferenceAttribute",
    "ScalarAttribute",
]
