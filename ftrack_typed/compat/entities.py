"""Owns the entity classes of old code: those of a generated package, with what the official client's entities allow."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..collection import Collection, MappedCollection
from ..custom_attributes import CustomAttributes
from ..entity import Entity
from ..entity_types import EntityTypes
from ..errors import NotLoadedError, SchemaDriftError, UnrecognisedEntityTypeError
from ..facts import AttributeKind
from ..symbols import NOT_SET
from . import dates
from .attributes import Attributes
from .errors import UnknownEntityTypeError

if TYPE_CHECKING:
    from ..facts import AttributeFacts
    from ..registry import Registry
    from ..server import Server

E = TypeVar("E", bound=Entity)


class _Described:
    """Gives the attributes of an entity class, on the class and on its entities."""

    def __get__(self, instance: Entity | None, owner: type[Entity]) -> Attributes:
        return Attributes.of(owner)


class LegacyEntity(Entity):
    """An entity of old code: also has ``attributes`` and ``logger``, and takes other values of its own than those."""

    attributes: ClassVar[_Described] = _Described()
    """The attributes that the schema names."""

    _ftrack_arrow: ClassVar[bool] = False

    @property
    def logger(self) -> logging.Logger:
        """A logger for the class of the entity."""
        return logging.getLogger(f"{type(self).__module__}.{type(self).__name__}")

    if not TYPE_CHECKING:

        def __setattr__(self, name, value):
            if name in self._ftrack_facts:
                super().__setattr__(name, value)
            else:
                object.__setattr__(self, name, value)

        def __getitem__(self, name):
            value = super().__getitem__(name)
            if value is NOT_SET:
                return _nothing_loaded(self, self._ftrack_fact(name))
            return dates.given(value) if self._ftrack_arrow else value

    def _ftrack_write(self, facts: AttributeFacts, value: object) -> None:
        super()._ftrack_write(facts, dates.taken_deep(value))

    def _ftrack_check_item(self, facts: AttributeFacts, item: object) -> None:
        """Raise AttributeValueError where *item* is no entity of this session; of which type is for the server to say.

        Schemas name one type for collections that hold several, such as the items of a list.
        """
        page = vars(item).get("_ftrack_page") if isinstance(item, Entity) else None
        if page is None or page.state is not self.session._state:
            super()._ftrack_check_item(facts, item)

    @classmethod
    def _ftrack_custom_type(cls) -> type[CustomAttributes]:
        return _legacy_custom_type(super()._ftrack_custom_type(), cls._ftrack_arrow)


class _NothingLoaded(MappedCollection[Any]):
    """A mapping that is not loaded and may not be: old code finds nothing in it, and cannot change it."""

    __slots__ = ()

    def _replace(self, values: dict[str, Any]) -> None:
        raise NotLoadedError(self._entity.entity_type, self._facts.name, "and may not be")


def _nothing_loaded(entity: Entity, facts: AttributeFacts) -> object:
    """Return what old code reads where an attribute is not loaded and may not be: it iterates over collections."""
    if facts.kind is AttributeKind.COLLECTION:
        return Collection[Entity](entity, facts, [], mutable=False)
    if facts.kind in (AttributeKind.MAPPED, AttributeKind.CUSTOM):
        return _NothingLoaded(entity, facts)
    return NOT_SET


class _LegacyCustomAttributes(CustomAttributes):
    """Custom attributes of old code: dates are taken and given as its entities do."""

    __slots__ = ()
    _ftrack_arrow: ClassVar[bool] = False

    def _checked(self, key: str, value: Any) -> Any:
        return super()._checked(key, dates.taken_deep(value))

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        return dates.given(value) if self._ftrack_arrow else value


_custom_types: dict[tuple[type[CustomAttributes], bool], type[CustomAttributes]] = {}


def _legacy_custom_type(base: type[CustomAttributes], arrow: bool) -> type[CustomAttributes]:
    found = _custom_types.get((base, arrow))
    if found is None:
        bases = (_LegacyCustomAttributes,) if base is CustomAttributes else (_LegacyCustomAttributes, base)
        namespace = {"__slots__": (), "__module__": base.__module__, "_ftrack_arrow": arrow}
        found = _custom_types[base, arrow] = type(base.__name__, bases, namespace)
    return found


class LegacyTypes(EntityTypes):
    """The entity classes of a session of old code: each is made, when asked for, of the class of its package."""

    def __init__(self, registry: Registry, server: Server, *, arrow: bool) -> None:
        """Take classes from *registry* and *server*; with *arrow*, their entities give dates as arrow objects."""
        super().__init__(registry, server)
        base = type(Entity.__name__, (LegacyEntity,), {"__module__": Entity.__module__, "_ftrack_arrow": arrow})
        self._made: dict[type[Entity], type[Entity]] = {Entity: base}

    def known(self, entity_type: object) -> type[Entity]:
        """Return the class that *entity_type*, a class or a name, stands for in this session.

        Raise UnknownEntityTypeError, a KeyError too, where there is none.
        """
        made = self._made.get(entity_type) if isinstance(entity_type, type) else None
        if made is not None:
            return made
        try:
            return self._legacy(super().known(entity_type))
        except SchemaDriftError as error:
            if isinstance(entity_type, str):
                # The server lacks it, as far as old code can tell.
                raise UnknownEntityTypeError(entity_type, self, "the server") from error
            raise
        except UnrecognisedEntityTypeError as error:
            raise UnknownEntityTypeError(str(entity_type), self) from error

    def _legacy(self, entity_type: type[Entity]) -> type[Entity]:
        if issubclass(entity_type, LegacyEntity):
            return entity_type
        found = self._made.get(entity_type)
        if found is None:
            parents = (self._legacy(base) for base in entity_type.__bases__ if issubclass(base, Entity))
            # What a type requires is for the server to say: old code leaves out what it fills in by itself.
            facts = {name: each._replace(required=False) for name, each in entity_type._ftrack_facts.items()}
            namespace = {
                "__module__": entity_type.__module__,
                "__doc__": entity_type.__doc__,
                "_ftrack_facts": facts,
            }
            found = self._made[entity_type] = type(entity_type.__name__, (*parents, entity_type), namespace)
        return found


def known_values(entity_type: type[Entity], given: dict[str, Any], logger: logging.Logger) -> dict[str, Any]:
    """Return what of *given* a new entity can start with; the rest is passed over, as the original does."""
    values: dict[str, Any] = {}
    for name, value in given.items():
        facts = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(name, name))
        if facts is None or facts.computed:
            if name != "__entity_type__":
                reason = "has no such attribute" if facts is None else "has it from the server"
                logger.warning("%s.%s is left out of a creation: the type %s", entity_type.entity_type, name, reason)
        else:
            values[name] = dates.taken_deep(value)
    return values
