"""Owns the entity classes of one session: those of its package, and those made for what only the server knows."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .entity import SERVER_SCHEMA, Entity
from .errors import ForeignEntityTypeError, UnrecognisedEntityTypeError, close_matches, did_you_mean

if TYPE_CHECKING:
    from .drift import SchemaDrift
    from .facts import AttributeFacts
    from .registry import Registry
    from .schema_types import SchemaTypes
    from .server import Server


class EntityTypes(Mapping[str, type[Entity]]):
    """The class of every entity type that the server's schema has, by name; each is imported or made when asked for."""

    def __init__(self, registry: Registry, server: Server) -> None:
        """Take classes from *registry*, and from the schema of *server* where it has more."""
        self._registry = registry
        self._server = server
        self._replaced: dict[str, type[Entity]] = {}
        self.drift: SchemaDrift | None = None
        """What the code has and the server lacks; None where their schemas are the same."""
        if server.has_drifted(registry.schema_hash):
            from .drift import SchemaDrift

            self.drift = SchemaDrift(server, registry.package)

    @functools.cached_property
    def _schema_types(self) -> SchemaTypes:
        # Imported where it is needed: most sessions meet no type that their package does not know.
        from .schema_types import SchemaTypes

        return SchemaTypes(lambda: self._server.schemas, self.known)

    def server_facts(self, entity_type: str, wire: str) -> AttributeFacts | None:
        """Return the facts of an attribute that the code does not know, or None where the server has none either."""
        return self._schema_types.facts(entity_type, wire)

    @property
    def raw_schemas(self) -> list[dict[str, Any]]:
        """The schemas as the server sent them."""
        return self._server.raw_schemas

    def replace(self, name: str, entity_type: object) -> None:
        """Make *entity_type* the class of the type *name*; raise TypeError unless it derives from the present one."""
        present = self.known(name)
        if not isinstance(entity_type, type) or not issubclass(entity_type, present):
            raise TypeError(f"the class of {name} has to derive from {present.__module__}.{name}, not {entity_type!r}")
        self._replaced[name] = entity_type

    @functools.cached_property
    def _names(self) -> dict[str, None]:
        return {str(schema["id"]): None for schema in self._server.raw_schemas}

    def __getitem__(self, name: str) -> type[Entity]:
        if name not in self._names:
            raise KeyError(f"the server has no entity type {name!r}{did_you_mean(close_matches(name, self._names))}")
        return self.known(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __repr__(self) -> str:
        return f"<EntityTypes of {self._registry.package}>"

    def known(self, entity_type: object) -> type[Entity]:
        """Return the class that *entity_type*, a class or a name, stands for in this session.

        Raise UnrecognisedEntityTypeError, ForeignEntityTypeError for a class of another package, and SchemaDriftError
        for one that the server's schema lacks.
        """
        registry = self._registry
        if isinstance(entity_type, str):
            if entity_type in self._replaced:
                return self._replaced[entity_type]
            if entity_type in registry:
                return self._there(registry.entity_type(entity_type))
            made = self._schema_types.find(entity_type)
            return made if made is not None else registry.entity_type(entity_type)
        if not isinstance(entity_type, type) or not issubclass(entity_type, Entity):
            raise UnrecognisedEntityTypeError(str(entity_type), registry, registry.package)
        package = entity_type._ftrack_package()
        if package not in (registry.package, SERVER_SCHEMA):
            raise ForeignEntityTypeError(entity_type.__name__, package, registry.package)
        self._there(entity_type)
        return self._replaced.get(entity_type.entity_type, entity_type) if self._replaced else entity_type

    def _there(self, entity_type: type[Entity]) -> type[Entity]:
        """Return *entity_type*; raise SchemaDriftError where the server has no such type."""
        if self.drift is not None:
            self.drift.missing(entity_type)
        return entity_type

    def custom_value_type(self, entity: Entity) -> str:
        """Return the name of the type that holds the values of custom attributes of *entity*."""
        return self._server.schemas[entity.entity_type].properties["custom_attributes"].items or ""
