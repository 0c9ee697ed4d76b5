"""Owns the descriptors that generated classes declare their attributes with.

On the class an attribute gives a typed path for queries, on an entity its value. The descriptors have no ``__set__``
at run time: a loaded value lies in the entity's ``__dict__`` and is read without any of this code; what is not loaded
falls through to ``__get__``, which loads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Generic,
    NamedTuple,
    TypeAlias,
    TypedDict,
    TypeVar,
    final,
    overload,
)

from .facts import AttributeFacts, AttributeKind

if TYPE_CHECKING:
    from .collection import Collection, MappedCollection
    from .entity import Entity
    from .query.expressions import CollectionPath, MappedPath, ScalarPath
    from .query.syntax import Path

JsonValue: TypeAlias = Any
"""Any JSON value: text, number, boolean, list, mapping or None."""

JsonObject: TypeAlias = "dict[str, Any]"
"""A JSON object, as ``{"url": ...}`` of a thumbnail."""


class LinkItem(TypedDict):
    """One step of an entity's ``link``, from the project down to the entity itself."""

    id: str
    name: str
    type: str


@final
class OnCreationOnly:
    """What checkers say they expect where an attribute is assigned that can be given on creation alone; never made."""


@final
class ComputedByServer:
    """What checkers say they expect where an attribute is assigned that the server works out; never made."""


METADATA_KEY: Final = "ftrack"

NO_DEFAULT: Final = object()
"""Stands for the default of an attribute that has none."""

T = TypeVar("T")
V = TypeVar("V")
E = TypeVar("E", bound="Entity")
N = TypeVar("N")


class Declared(NamedTuple):
    """What `attribute` was told; `declaration.entity` makes a descriptor of it."""

    default: object
    init: bool
    wire: str | None
    foreign_key: str | None
    required: bool | None


def attribute(
    *,
    default: object = NO_DEFAULT,
    init: bool = True,
    wire: str | None = None,
    foreign_key: str | None = None,
    required: bool | None = None,
) -> Any:
    """Declare an attribute of an entity class.

    *default* is what a new entity starts with: a value, or the symbol ``NOT_SET`` (nothing is sent), ``NEW_ID`` (a
    uuid) or ``SERVER_SIDE`` (the server picks). Without a default the attribute must be given to ``session.create``;
    with ``init=False`` it cannot be. *wire* is the server's name where it differs, *foreign_key* the wire name of the
    attribute that holds a reference's key, and *required* says that the server insists although there is a default.
    """
    return Declared(default, init, wire, foreign_key, required)


class Descriptor:
    """Base of the descriptors: knows its owner and the facts of its attribute, and gives paths on the class."""

    __slots__ = ("facts", "owner")
    kind: ClassVar[AttributeKind] = AttributeKind.SCALAR
    mutable: ClassVar[bool] = True
    computed: ClassVar[bool] = False

    def __init__(self, facts: AttributeFacts, owner: type[Entity]) -> None:
        """Describe the attribute *facts* of the class *owner* and of those that derive from it."""
        self.facts = facts
        self.owner = owner

    if not TYPE_CHECKING:

        def __get__(self, instance, owner):
            if instance is None:
                from .query.syntax import Path

                return self.path_from(Path((), owner))
            return instance._ftrack_absent(self.facts)

    # Paths are for queries that are written with classes: who reads and changes entities alone imports none of it.

    def path_from(self, prefix: Path) -> object:
        """Return the typed path that continues *prefix* with this attribute."""
        from .query.expressions import ScalarPath

        return ScalarPath(self._extended(prefix), self.facts)

    def _extended(self, prefix: Path) -> Path:
        from .query.syntax import Path, Step

        return Path((*prefix.steps, Step(self.facts.wire)), prefix.root)

    def _target(self) -> type[Entity]:
        return self.owner._ftrack_type(self.facts.target or "")


class Attr(Descriptor, Generic[T]):
    """A plain value that can be read and set."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> ScalarPath[T]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> T: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: object, value: T) -> None: ...


class Fixed(Descriptor, Generic[T]):
    """A plain value that can be given on creation and not changed afterwards."""

    __slots__ = ()
    mutable = False

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> ScalarPath[T]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> T: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: OnCreationOnly, value: T) -> None: ...


class Computed(Descriptor, Generic[T]):
    """A plain value that the server works out."""

    __slots__ = ()
    mutable = False
    computed = True

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> ScalarPath[T]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> T: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: ComputedByServer, value: object) -> None: ...


class Narrowed(Descriptor, Generic[T, N]):
    """A plain value that may be None in general, and never is in entities of type ``N``."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> ScalarPath[T | None]: ...
        @overload
        def __get__(self, instance: N, owner: object) -> T: ...
        @overload
        def __get__(self, instance: object, owner: object) -> T | None: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: object, value: T | None) -> None: ...


class ReferenceDescriptor(Descriptor):
    """Base of the descriptors of references."""

    __slots__ = ()
    kind = AttributeKind.REFERENCE

    def path_from(self, prefix: Path) -> object:
        """Return the path to the referenced entity, from which its attributes follow."""
        from .query.expressions import ReferencePath

        return ReferencePath(self._extended(prefix), self.facts, self._target())


class Ref(ReferenceDescriptor, Generic[E]):
    """A reference to an entity, always there."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> type[E]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> E: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: object, value: E) -> None: ...


class OptionalRef(ReferenceDescriptor, Generic[E]):
    """A reference to an entity, or None."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> type[E]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> E | None: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: object, value: E | None) -> None: ...


class FixedRef(ReferenceDescriptor, Generic[E]):
    """A reference that can be given on creation and not changed afterwards."""

    __slots__ = ()
    mutable = False

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> type[E]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> E: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: OnCreationOnly, value: E) -> None: ...


class OptionalFixedRef(ReferenceDescriptor, Generic[E]):
    """A reference or None, that can be given on creation and not changed afterwards."""

    __slots__ = ()
    mutable = False

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> type[E]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> E | None: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: OnCreationOnly, value: E | None) -> None: ...


class NarrowedRef(ReferenceDescriptor, Generic[E, N]):
    """A reference that may be None in general, and never is in entities of type ``N``."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> type[E]: ...
        @overload
        def __get__(self, instance: N, owner: object) -> E: ...
        @overload
        def __get__(self, instance: object, owner: object) -> E | None: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: object, value: E | None) -> None: ...


class CollectionDescriptor(Descriptor):
    """Base of the descriptors of collections."""

    __slots__ = ()
    kind = AttributeKind.COLLECTION

    def path_from(self, prefix: Path) -> object:
        """Return the path to the collection, which ``any`` and ``each`` go on from."""
        from .query.expressions import CollectionPath

        return CollectionPath(self._extended(prefix), self.facts, self._target())


class Many(CollectionDescriptor, Generic[E]):
    """A collection of entities that can be edited and replaced."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> CollectionPath[E]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> Collection[E]: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: object, value: Iterable[E]) -> None: ...


class FixedMany(CollectionDescriptor, Generic[E]):
    """A collection of entities that can be given on creation and not changed afterwards."""

    __slots__ = ()
    mutable = False

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> CollectionPath[E]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> Collection[E]: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: OnCreationOnly, value: Iterable[E]) -> None: ...


class Restricted(CollectionDescriptor, Generic[E]):
    """A collection that the server takes in criteria and never returns; it has no value on an entity."""

    __slots__ = ()
    kind = AttributeKind.RESTRICTED
    mutable = False

    if TYPE_CHECKING:

        def __get__(self, instance: None, owner: object) -> CollectionPath[E]: ...
        def __set__(self, instance: ComputedByServer, value: object) -> None: ...


class Mapped(Descriptor, Generic[V]):
    """A mapping from text to values of type ``V``, such as metadata."""

    __slots__ = ()
    kind = AttributeKind.MAPPED

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: object) -> MappedPath[V]: ...
        @overload
        def __get__(self, instance: object, owner: object) -> MappedCollection[V]: ...
        def __get__(self, instance: object, owner: object) -> Any: ...
        def __set__(self, instance: object, value: Mapping[str, V]) -> None: ...

    def path_from(self, prefix: Path) -> object:
        """Return the path to the mapping, whose keys follow in brackets."""
        from .query.expressions import MappedPath

        return MappedPath(self._extended(prefix), self.facts)
