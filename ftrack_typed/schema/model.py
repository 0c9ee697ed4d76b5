"""Describes entity types as a server does: one `Schema` per type, one `Property` per attribute of it."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import attrs

from ftrack_typed.symbols import NOT_SET


class PropertyKind(enum.Enum):
    """What a property holds, told from its type, format and reference."""

    STRING = "string"
    FOREIGN_KEY = "foreign_key"
    DATETIME = "datetime"
    JSON = "json"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    OBJECT = "object"
    VARIABLE = "variable"
    COLLECTION = "collection"
    MAPPED_COLLECTION = "mapped_collection"
    REFERENCE = "reference"
    UNKNOWN = "unknown"


VALUE_TYPES_OF_KINDS: Mapping[PropertyKind, str] = {
    PropertyKind.STRING: "str",
    PropertyKind.FOREIGN_KEY: "str",
    PropertyKind.DATETIME: "datetime",
    PropertyKind.JSON: "str",
    PropertyKind.INTEGER: "int",
    PropertyKind.NUMBER: "float",
    PropertyKind.BOOLEAN: "bool",
    PropertyKind.OBJECT: "JsonObject",
    PropertyKind.VARIABLE: "JsonValue",
}
"""What the value of a plain property is in Python, by its kind, as annotations write it."""

_STRING_FORMATS: Mapping[str | None, PropertyKind] = {
    None: PropertyKind.STRING,
    "foreign_key": PropertyKind.FOREIGN_KEY,
    "date-time": PropertyKind.DATETIME,
    "json": PropertyKind.JSON,
    "integer": PropertyKind.INTEGER,
}

_TYPES: Mapping[str, PropertyKind] = {
    "integer": PropertyKind.INTEGER,
    "number": PropertyKind.NUMBER,
    "boolean": PropertyKind.BOOLEAN,
    "object": PropertyKind.OBJECT,
    "variable": PropertyKind.VARIABLE,
}

_COLLECTION_TYPES: Mapping[str, PropertyKind] = {
    "array": PropertyKind.COLLECTION,
    "mapped_array": PropertyKind.MAPPED_COLLECTION,
}


@attrs.frozen(kw_only=True)
class Deprecation:
    """Says that something should no longer be used, and what to use instead where the server tells."""

    reference: str | None = None
    """Entity type to use instead."""

    message: str | None = None
    """The server's words."""


def _derive_kind(wire: Property) -> PropertyKind:
    """Tell the kind of a property; a format that is unknown on a string leaves it a string."""
    if wire.type is None:
        if wire.reference is not None:
            return PropertyKind.REFERENCE
        return PropertyKind.FOREIGN_KEY if wire.format == "foreign_key" else PropertyKind.UNKNOWN
    if wire.type == "string":
        return _STRING_FORMATS.get(wire.format, PropertyKind.STRING)
    if wire.type in _COLLECTION_TYPES:
        return _COLLECTION_TYPES[wire.type] if wire.items is not None else PropertyKind.UNKNOWN
    return _TYPES.get(wire.type, PropertyKind.UNKNOWN)


@attrs.frozen(kw_only=True)
class Property:
    """One attribute of an entity type: the facts that the server sent, and the kind that they tell."""

    name: str
    """Name on the wire."""

    type: str | None = None
    """The server's word for the type of the value; None for a reference."""

    format: str | None = None
    """What a value of that type means, such as ``date-time``."""

    reference: str | None = None
    """Entity type of the one entity that a reference holds (``$ref``)."""

    items: str | None = None
    """Entity type of the elements of a collection (``items.$ref``)."""

    kind: PropertyKind = attrs.field(default=attrs.Factory(_derive_kind, takes_self=True))
    """What the property holds; `PropertyKind.UNKNOWN` where type, format and reference say nothing that is known."""

    default: object = NOT_SET
    """Value that a new entity gets; `NOT_SET` where the server gives none, so that None is a default of its own."""

    alias_for: str | None = None
    """Name of the column or relation on the server."""

    description: str | None = None
    """The server's words about the property."""

    restricted_projection: bool = False
    """Whether queries may filter by the property but not ask for it."""

    key_value_attributes: tuple[str, str] | None = None
    """Attributes of the elements that give the keys and the values of a mapped collection."""

    transform: Mapping[str, object] | None = None
    """What the server turns the value into, by side (``client``, ``server``)."""

    enum: tuple[str, ...] = ()
    """The only values allowed; empty where any is."""

    deprecated: Deprecation | None = None
    """Set where the property should no longer be used."""

    extra: Mapping[str, object] = attrs.field(factory=dict)
    """Keys of the property that this model does not know, as they came."""


@attrs.frozen(kw_only=True)
class Schema:
    """One entity type as the server describes it."""

    id: str
    """Name of the entity type, used everywhere on the wire."""

    properties: Mapping[str, Property]
    """Properties by name, in the order of the wire."""

    primary_key: tuple[str, ...] = ()
    """Attributes that identify an entity, in order."""

    required: tuple[str, ...] = ()
    """Attributes that are never null. May name some that are no properties."""

    immutable: tuple[str, ...] = ()
    """Attributes that cannot change once they are set."""

    computed: tuple[str, ...] = ()
    """Attributes whose value the server works out."""

    default_projections: tuple[str, ...] = ()
    """Attributes that a query without projections asks for. May name some that are no properties."""

    system_projections: tuple[str, ...] = ()
    """Columns of the server that every row carries, whatever the query asks for."""

    alias_for: str | None = None
    """Name of the server's own model behind the type."""

    classifiers: Mapping[str, str] = attrs.field(factory=dict)
    """Columns, with their values, that single this type out among all that share the server's model."""

    mixin: str | None = None
    """Entity type that this one inherits from (``$mixin``)."""

    mixin_hints: Mapping[str, object] = attrs.field(factory=dict)
    """The server's hints about that inheritance."""

    metadata: Mapping[str, object] = attrs.field(factory=dict)
    """Facts about the type as a whole, such as ``group_by``."""

    deprecated: Deprecation | None = None
    """Set where the type should no longer be used."""

    extra: Mapping[str, object] = attrs.field(factory=dict)
    """Keys of the schema that this model does not know, as they came."""
