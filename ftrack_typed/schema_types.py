"""Owns entity classes made at run time from a server's schema, for types that generated code does not know."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from . import attributes, custom_attributes
from .attributes import attribute
from .declaration import entity
from .entity import SERVER_SCHEMA, Entity
from .facts import AttributeFacts, AttributeKind
from .schema import PropertyKind
from .schema.model import VALUE_TYPES_OF_KINDS
from .symbols import NEW_ID, NOT_SET, SERVER_SIDE

if TYPE_CHECKING:
    from .schema import Property, Schema


class SchemaTypes:
    """The entity classes of one session that were made at run time, each in a module of its own making."""

    def __init__(self, schemas: Callable[[], Mapping[str, Schema]], entity_type: Callable[[str], type[Entity]]) -> None:
        """Read *schemas* when a type is needed; find base classes and targets with *entity_type*."""
        self._schemas = schemas
        self._entity_type = entity_type
        self._made: dict[str, type[Entity]] = {}

    def find(self, name: str) -> type[Entity] | None:
        """Return the class for the entity type *name*, or None where the server has no such type."""
        found = self._made.get(name)
        if found is None and name in self._schemas():
            found = self._made[name] = self._make(self._schemas()[name])
        return found

    def facts(self, entity_type: str, wire: str) -> AttributeFacts | None:
        """Return the facts of an attribute that only the server has, or None where it has none either."""
        schema = self._schemas().get(entity_type)
        described = None if schema is None else schema.properties.get(wire)
        if schema is None or described is None:
            return None
        kinds = {PropertyKind.REFERENCE: AttributeKind.REFERENCE, PropertyKind.COLLECTION: AttributeKind.COLLECTION}
        kind = AttributeKind.SCALAR if described.kind in VALUE_TYPES_OF_KINDS else kinds.get(described.kind)
        if kind is None:
            return None
        target = described.reference or described.items
        return AttributeFacts(
            name=wire,
            wire=wire,
            kind=kind,
            value_type=VALUE_TYPES_OF_KINDS.get(described.kind) or target or "",
            target=target,
            nullable=True,
            mutable=wire not in schema.immutable and kind is AttributeKind.SCALAR,
            computed=wire in schema.computed,
        )

    def _make(self, schema: Schema) -> type[Entity]:
        base = self._entity_type(schema.mixin) if schema.mixin else Entity
        # A module of its own is where the decorator looks for the names in annotations.
        module = types.ModuleType(f"{SERVER_SCHEMA}.{schema.id.lower()}")
        for source in (attributes, custom_attributes):
            vars(module).update({name: value for name, value in vars(source).items() if isinstance(value, type)})
        sys.modules[module.__name__] = module
        namespace: dict[str, Any] = {
            "__module__": module.__name__,
            "__doc__": f"{schema.id}, as the server's schema describes it.",
            "__annotations__": {},
            "entity_type": schema.id,
            "primary_key_attributes": schema.primary_key,
            "default_projections": schema.default_projections,
            "_ftrack_type": staticmethod(self._entity_type),
        }
        for wire, described in schema.properties.items():
            if wire not in base._ftrack_names:
                _declare(namespace, wire, described, schema)
        made = entity(
            cast("type[Entity]", types.new_class(schema.id, (base,), exec_body=lambda body: body.update(namespace)))
        )
        vars(module)[schema.id] = made
        return made


def _declare(namespace: dict[str, Any], wire: str, described: Property, schema: Schema) -> None:
    annotation = _annotation(wire, described, schema)
    if annotation is None:
        return
    name = f"{wire}_" if hasattr(Entity, wire) else wire
    computed = wire in schema.computed
    default = NEW_ID if described.default == "{uid}" else described.default
    if default is NOT_SET and wire in schema.required:
        default = SERVER_SIDE
    foreign_key = f"{wire}_id" if described.kind is PropertyKind.REFERENCE else None
    namespace["__annotations__"][name] = annotation
    namespace[name] = attribute(
        default=default,
        init=not computed,
        wire=wire if wire != name else None,
        foreign_key=foreign_key if foreign_key in schema.properties else None,
        required=wire in schema.required,
    )


def _annotation(wire: str, described: Property, schema: Schema) -> str | None:
    fixed = wire in schema.immutable
    if described.kind in VALUE_TYPES_OF_KINDS:
        descriptor = "Computed" if wire in schema.computed else "Fixed" if fixed else "Attr"
        return f"{descriptor}[{VALUE_TYPES_OF_KINDS[described.kind]} | None]"
    if described.kind is PropertyKind.REFERENCE:
        return f"{'OptionalFixedRef' if fixed else 'OptionalRef'}[{described.reference}]"
    if described.kind is PropertyKind.COLLECTION:
        return f"{'FixedMany' if fixed else 'Many'}[{described.items}]"
    if described.kind is PropertyKind.MAPPED_COLLECTION and described.restricted_projection:
        return f"Restricted[{described.items}]"
    if described.kind is PropertyKind.MAPPED_COLLECTION:
        return "Custom" if (described.items or "").endswith("CustomAttributeValue") else "Mapped[str]"
    return None
