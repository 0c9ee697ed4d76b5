"""Owns custom attributes: the classes that name them, the descriptors of each, and the mapping that an entity holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, NamedTuple, Protocol, TypeVar, overload

from .attributes import ComputedByServer, Descriptor
from .collection import MappedCollection
from .errors import AttributeValueError, ImmutableAttributeError, UnknownAttributeError
from .facts import AttributeFacts, AttributeKind
from .symbols import NOT_SET
from .values import checked_value, frozen
from .wire import ENTITY_TYPE, decoded

if TYPE_CHECKING:
    from .entity import Entity
    from .operators import CustomAttributeOperators
    from .query.expressions import ScalarPath
    from .query.syntax import Path

T = TypeVar("T")
C = TypeVar("C", bound="CustomAttributes")
C_co = TypeVar("C_co", bound="CustomAttributes", covariant=True)

_set: Final = object.__setattr__


class HasCustomAttributes(Protocol[C_co]):
    """An entity type that says, to checkers, which class holds its custom attributes."""

    def _ftrack_custom_attributes(self) -> C_co: ...


class Custom(Descriptor):
    """The custom attributes of an entity: typed by name, ``shot.custom_attributes.fps``, and a mapping by key.

    Their class is what ``_ftrack_custom_attributes`` of the entity's class returns to checkers: an override of a method
    may narrow what it returns, an override of an attribute may not.
    """

    __slots__ = ()
    kind = AttributeKind.CUSTOM

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type[HasCustomAttributes[C]]) -> type[C]: ...
        @overload
        def __get__(self, instance: HasCustomAttributes[C], owner: object) -> C: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: object, value: Mapping[str, object]) -> None: ...

    else:

        def __get__(self, instance, owner):
            if instance is None:
                from .query.syntax import Path

                return self.path_from(Path((), owner), owner)
            return instance._ftrack_absent(self.facts)

    def path_from(self, prefix: Path, owner: type[Entity] | None = None) -> object:
        """Return the path from which the custom attributes of *owner* follow."""
        from .custom_paths import CustomPath

        return CustomPath(self._extended(prefix), self.facts, (owner or self.owner)._ftrack_custom_type())


def custom_attribute(type_name: str, *, key: str | None = None, hierarchical: bool = False) -> Any:
    """Declare a custom attribute: its ftrack type, its key where that is no Python name, whether it is hierarchical."""
    return CustomDeclaration(type_name, key, hierarchical)


class CustomDeclaration(NamedTuple):
    """What `custom_attribute` was told; `CustomAttributes` turns it into a descriptor."""

    type_name: str
    key: str | None
    hierarchical: bool


_ENUMERATORS: Final = frozenset({"enumerator", "dynamic enumerator"})
_CUSTOM_VALUE_TYPES: Final = {"text": "str", "url": "str", "number": "float", "boolean": "bool", "date": "datetime"}


class CustomDescriptor:
    """Base of the descriptors of custom attributes."""

    __slots__ = ("facts", "hierarchical", "key", "type_name")
    mutable: ClassVar[bool] = True

    def __init__(self, name: str, declared: CustomDeclaration) -> None:
        """Describe the custom attribute *name* as *declared*."""
        self.key = declared.key or name
        self.type_name = declared.type_name
        self.hierarchical = declared.hierarchical
        self.facts = AttributeFacts(
            name=name,
            wire=self.key,
            kind=AttributeKind.SCALAR,
            value_type=_CUSTOM_VALUE_TYPES.get(declared.type_name, "JsonValue"),
            mutable=self.mutable,
            computed=not self.mutable,
            default=NOT_SET,
        )

    def path_from(self, prefix: Path) -> object:
        """Return the path to this attribute in the custom attributes that *prefix* ends in."""
        from .query.expressions import KeyedPath

        return KeyedPath(prefix, self.facts, self.key)

    if not TYPE_CHECKING:

        def __get__(self, instance, owner):
            if instance is None:
                from .query.syntax import Path, Step

                return self.path_from(Path((Step("custom_attributes"),)))
            return instance[self.key]

        def __set__(self, instance, value):
            instance[self.key] = value


class CustomAttr(CustomDescriptor, Generic[T]):
    """A custom attribute that can be read and set."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> ScalarPath[T]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> T: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: object, value: T) -> None: ...


class ComputedCustomAttr(CustomDescriptor, Generic[T]):
    """A custom attribute that the server works out."""

    __slots__ = ()
    mutable = False

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> ScalarPath[T]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> T: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: ComputedByServer, value: object) -> None: ...


if TYPE_CHECKING:

    class _Keyed(MappedCollection[Any], metaclass=CustomAttributeOperators):
        pass

else:
    _Keyed = MappedCollection


class CustomAttributes(_Keyed):
    """The custom attributes of an entity: by name where generated classes derive from this, and by key.

    Generated classes declare them as ``fps: CustomAttr[float] = custom_attribute("number")``.
    """

    __slots__ = ("_sources",)
    _ftrack_descriptors: ClassVar[dict[str, CustomDescriptor]] = {}
    _sources: dict[str, tuple[str, str]]

    def __init__(
        self,
        entity: Entity,
        facts: AttributeFacts,
        values: Mapping[str, Any] | None = None,
        rows: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Hold *values*, or those of *rows* as the server sent them, which also name the configurations."""
        super().__init__(entity, facts, values)
        sources: dict[str, tuple[str, str]] = {}
        for row in rows:
            key = row["key"]
            self._values[key] = frozen(decoded(row["value"]))
            sources[key] = (row[ENTITY_TYPE], row["configuration_id"])
        _set(self, "_sources", sources)

    def __init_subclass__(cls) -> None:
        """Turn the declarations of the class into descriptors; the annotation says which can be set."""
        own = {name: value for name, value in vars(cls).items() if isinstance(value, CustomDeclaration)}
        descriptors: dict[str, CustomDescriptor] = {}
        for name, declared in own.items():
            computed = ComputedCustomAttr.__name__ in cls.__annotations__.get(name, "")
            descriptors[name] = (ComputedCustomAttr if computed else CustomAttr)(name, declared)
            setattr(cls, name, descriptors[name])
        cls._ftrack_descriptors = {**cls._ftrack_descriptors, **descriptors}

    def _ftrack_source(self, key: str) -> tuple[str, str]:
        """Return the entity type of the value under *key*, and the id of its configuration."""
        return self._sources[key]

    @classmethod
    def _ftrack_descriptor(cls, name: str) -> CustomDescriptor:
        descriptor = cls._ftrack_descriptors.get(name)
        if descriptor is None:
            raise UnknownAttributeError(cls.__name__, name, cls._ftrack_descriptors)
        return descriptor

    def _checked(self, key: str, value: Any) -> Any:
        descriptor = next((each for each in self._ftrack_descriptors.values() if each.key == key), None)
        if descriptor is not None and not descriptor.mutable:
            raise ImmutableAttributeError(type(self).__name__, key, "computed by the server")
        if key not in self._sources:
            self._sources[key] = self._entity.session._ftrack_custom_source(self._entity, key)
        name = f"custom_attributes[{key!r}]"
        if descriptor is not None and descriptor.type_name in _ENUMERATORS and not _is_choice(value):
            raise AttributeValueError(self._entity.entity_type, name, "a list of texts, one for each choice", value)
        value_type = "JsonValue" if descriptor is None else descriptor.facts.value_type
        return checked_value(self._entity.entity_type, name, value_type, value)

    def _take_over(self, held: object) -> None:
        super()._take_over(held)
        if isinstance(held, CustomAttributes):
            self._sources = {**held._sources, **self._sources}

    def clear(self) -> None:
        """Refuse: custom attributes belong to the type of the entity."""
        raise ImmutableAttributeError(self._entity.entity_type, "custom_attributes", "part of the entity's type")

    def __getitem__(self, key: str) -> Any:
        try:
            return self._values[key]
        except KeyError:
            raise UnknownAttributeError(f"{self._entity.entity_type}.custom_attributes", key, self._values) from None

    def __delitem__(self, key: str) -> None:
        raise ImmutableAttributeError(f"{self._entity.entity_type}.custom_attributes", key, "part of the entity's type")

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            # Reached by names that are none of the declared ones.
            if name.startswith("__"):
                raise AttributeError(name)
            raise UnknownAttributeError(f"{type(self).__name__}", name, self._ftrack_descriptors)

        def __setattr__(self, name, value):
            if name not in CustomAttributes._SLOTS and name not in self._ftrack_descriptors:
                raise UnknownAttributeError(type(self).__name__, name, self._ftrack_descriptors)
            object.__setattr__(self, name, value)

        _SLOTS = frozenset((*MappedCollection.__slots__, "_sources"))


def _is_choice(value: object) -> bool:
    return value is None or (isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value))
