"""Reads, hashes and caches the schemas that a server describes its entity types with.

The model follows the answer to ``query_schemas``. Importing this package costs nothing beyond attrs: cattrs is loaded
when the first schema is structured.
"""

from ftrack_typed.schema.cache import CachedSchemas, SchemaCache, default_cache_folder
from ftrack_typed.schema.hashing import schema_hash
from ftrack_typed.schema.model import Deprecation, Property, PropertyKind, Schema
from ftrack_typed.schema.standard import standard_workspace
from ftrack_typed.schema.structure import structure_schemas

__all__ = [
    "CachedSchemas",
    "Deprecation",
    "Property",
    "PropertyKind",
    "Schema",
    "SchemaCache",
    "default_cache_folder",
    "schema_hash",
    "standard_workspace",
    "structure_schemas",
]
