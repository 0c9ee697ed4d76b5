"""What attributes with many values hold."""

from ftrack_typed.collection import Collection, MappedCollection
from ftrack_typed.collection import MappedCollection as KeyValueMappedCollectionProxy
from ftrack_typed.collection import MappedCollection as MappedCollectionProxy
from ftrack_typed.custom_attributes import CustomAttributes as CustomAttributeCollectionProxy

__all__ = [
    "Collection",
    "CustomAttributeCollectionProxy",
    "KeyValueMappedCollectionProxy",
    "MappedCollection",
    "MappedCollectionProxy",
]
