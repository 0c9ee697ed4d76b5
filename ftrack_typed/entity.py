"""Owns the base class of all entities.

Loaded values lie in an entity's ``__dict__`` under their names in Python; reading one runs no code of ours.
``__setattr__`` is the only writer and records what it changes.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast

from .attributes import Descriptor
from .custom_attributes import Custom, CustomAttributes
from .errors import DirectInstantiationError, ImplicitLoadError, NotLoadedError, UnknownAttributeError
from .facts import AttributeFacts, AttributeKind
from .symbols import NOT_SET

if TYPE_CHECKING:
    from .operators import EntityOperators
    from .page import Page
    from .query.syntax import Path
    from .session import Session

E = TypeVar("E", bound="Entity")

_NOTHING: Final[frozenset[str]] = frozenset()

JOURNAL_LENGTH: Final = 100_000
"""Writes that are noted before they are folded into what is pending; a program that only writes stays bounded."""

SERVER_SCHEMA: Final = "ftrack_typed.server_schema"
"""Package of the classes that are made at run time, for types that no generated code knows."""


if TYPE_CHECKING:

    class _Base(MutableMapping[str, Any], metaclass=EntityOperators):
        pass

else:

    class _Base:
        pass


class Entity(_Base):
    """A row of the server. ``session.create`` makes new ones, ``session.query`` and ``session.get`` find them.

    Attributes are read and set by name (``task.status``) or, under the server's names, as in a mapping
    (``task["status"]``). Two entities are equal where they stand for the same row. ``repr``, ``copy``, ``pickle`` and
    comparison never ask the server.
    """

    entity_type: ClassVar[str] = "Entity"
    primary_key_attributes: ClassVar[tuple[str, ...]] = ("id",)
    default_projections: ClassVar[tuple[str, ...]] = ("id",)

    _ftrack_facts: ClassVar[dict[str, AttributeFacts]] = {}
    _ftrack_names: ClassVar[dict[str, str]] = {}
    _ftrack_wires: ClassVar[tuple[str, ...]] = ()
    _ftrack_resolved: ClassVar[dict[str, type[Entity]]] = {}
    _ftrack_plain: ClassVar[dict[str, tuple[type, ...]]] = {}
    _ftrack_kinds: ClassVar[dict[AttributeKind, tuple[AttributeFacts, ...]]] = {}
    _ftrack_twins: ClassVar[dict[str, tuple[AttributeFacts, ...]]] = {}
    _ftrack_root_type: ClassVar[str] = "Entity"
    _ftrack_custom_class: ClassVar[str | None] = None

    if not TYPE_CHECKING:

        def __init__(self, *arguments, **values):
            raise DirectInstantiationError(type(self).__name__)

        def __setattr__(self, name, value):
            accepted = self._ftrack_plain.get(name)
            if accepted is not None and type(value) in accepted:
                # The short way for what most writes are: a plain value of the right type, on an entity of a session.
                content = self.__dict__
                page = content.get("_ftrack_page")
                if page is not None and "_ftrack_deleted" not in content:
                    journal = page.state.journal
                    if journal is not None:
                        old = content.get(name, NOT_SET)
                        content[name] = value
                        journal.append((self, name, old, value))
                        if len(journal) > JOURNAL_LENGTH:
                            page.state.unit.fold()
                        return
            facts = self._ftrack_facts.get(name)
            if facts is None:
                if isinstance(getattr(type(self), name, None), property):
                    # A setting of a behaviour, such as the accessor of a location: nothing that the server knows.
                    object.__setattr__(self, name, value)
                    return
                raise UnknownAttributeError(self.entity_type, name, self._ftrack_facts)
            self._ftrack_write(facts, value)

        def __delattr__(self, name):
            raise AttributeError(
                f"{self.entity_type}.{name} cannot be deleted; del entity[{name!r}] takes back a change"
            )

    @classmethod
    def _ftrack_new(cls: type[E], values: Mapping[str, object], page: Page | None = None) -> E:
        """Return an entity that holds *values*, under their names in Python, and belongs to the session of *page*."""
        entity = object.__new__(cls)
        vars(entity).update(values, _ftrack_page=page)
        return entity

    @property
    def session(self) -> Session:
        """The session that the entity belongs to. Raise NotLoadedError where it belongs to none, as a copy does."""
        page: Page | None = self.__dict__.get("_ftrack_page")
        if page is None:
            raise NotLoadedError(self.entity_type, "session", "the entity belongs to no session", helps=False)
        return page.state.session

    @classmethod
    def _ftrack_package(cls) -> str:
        """Return the name of the generated package that the class belongs to."""
        return cls.__module__.rpartition(".")[0]

    @classmethod
    def _ftrack_type(cls, name: str) -> type[Entity]:
        """Return the entity class *name* of the package that this class belongs to."""
        found = cls._ftrack_resolved.get(name)
        if found is None:
            found = vars(sys.modules[cls.__module__]).get(name)
            if not (isinstance(found, type) and issubclass(found, Entity)):
                found = importlib.import_module(cls._ftrack_package()).REGISTRY.entity_type(name)
            cls._ftrack_resolved[name] = found
        return cast("type[Entity]", found)

    @classmethod
    def _ftrack_custom_type(cls) -> type[CustomAttributes]:
        """Return the class that names the custom attributes of this type."""
        name = cls._ftrack_custom_class
        if name is None:
            return CustomAttributes
        owner = next(base for base in cls.__mro__ if base.__dict__.get("_ftrack_custom_class") == name)
        found = vars(sys.modules[owner.__module__]).get(name)
        if found is None:
            package = owner.__module__.rpartition(".")[0]
            found = getattr(importlib.import_module(f"{package}.custom_attributes"), name)
        return cast("type[CustomAttributes]", found)

    @classmethod
    def _ftrack_path_to(cls, name: str, prefix: Path) -> object:
        """Return the typed path that continues *prefix* with the attribute *name* of this class."""
        if name not in cls._ftrack_facts:
            if name.startswith("__"):
                raise AttributeError(name)
            raise UnknownAttributeError(cls.entity_type, name, cls._ftrack_facts)
        descriptor = next(base.__dict__[name] for base in cls.__mro__ if name in base.__dict__)
        if isinstance(descriptor, Custom):
            return descriptor.path_from(prefix, cls)
        return cast(Descriptor, descriptor).path_from(prefix)

    @classmethod
    def _ftrack_description(cls, path: Path, name: str) -> str | None:
        """Return what the sources say of the attribute *name* that *path* from this class ends in."""
        from .documentation import description

        return description(cls, path, name)

    def _ftrack_absent(self, facts: AttributeFacts) -> object:
        """Return the value of an attribute that is not loaded: load it, or raise NotLoadedError."""
        if facts.kind is AttributeKind.RESTRICTED:
            reason = "the server takes it in criteria and never returns it"
            raise NotLoadedError(self.entity_type, facts.name, reason, helps=False)
        if self.__dict__.get("_ftrack_page") is None:
            raise NotLoadedError(self.entity_type, facts.name, "the entity belongs to no session", helps=False)
        return self.session._ftrack_load(self, facts)

    def _ftrack_write(self, facts: AttributeFacts, value: object) -> None:
        """Set the attribute *facts* to *value* and record it; raise ImmutableAttributeError where it is fixed."""
        self.session._ftrack_write(self, facts, value)

    def _ftrack_lock(self) -> AbstractContextManager[object]:
        """Return the lock under which values of the session change; raise NotLoadedError for a copy, which has none."""
        return self.session._state.lock

    def _ftrack_check_item(self, facts: AttributeFacts, item: object) -> None:
        """Raise AttributeValueError where *item* cannot be in the collection *facts* of this entity."""
        self.session._ftrack_check_item(self, facts, item)

    def _ftrack_key(self) -> dict[str, str]:
        """Return the primary key: wire name to value. Raise NotLoadedError where a part is not loaded; never load."""
        content = self.__dict__
        names = self._ftrack_names
        try:
            return {wire: str(content[names[wire]]) for wire in self.primary_key_attributes}
        except KeyError as error:
            raise NotLoadedError(self.entity_type, str(error.args[0]), "it is part of the primary key") from None

    def _ftrack_first_key(self) -> str:
        """Return the first part of the primary key: what a foreign key to this entity holds."""
        value = self.__dict__.get(self._ftrack_names[self.primary_key_attributes[0]])
        # Where it is missing, the error of the whole key says so.
        return next(iter(self._ftrack_key().values())) if value is None else str(value)

    def _ftrack_identity(self) -> tuple[str, ...] | None:
        content = self.__dict__
        key = tuple(str(content.get(self._ftrack_names[wire], "")) for wire in self.primary_key_attributes)
        return (self._ftrack_root_type, *key) if all(key) else None

    def _ftrack_fact(self, name: str) -> AttributeFacts:
        """Return the facts of the attribute that the server or Python calls *name*."""
        facts = self._ftrack_facts.get(self._ftrack_names.get(name, name))
        page = self.__dict__.get("_ftrack_page")
        if facts is None and page is not None:
            # The server may have moved on: what only it knows has no name in Python, and is reached under its own.
            facts = page.state.session._ftrack_server_facts(self, name)
        if facts is None:
            raise UnknownAttributeError(self.entity_type, name, (*self._ftrack_names, *self._ftrack_facts))
        return facts

    def _ftrack_missing(self) -> frozenset[str]:
        """Return the names of the attributes that the server of the entity's session does not have."""
        page: Page | None = self.__dict__.get("_ftrack_page")
        drift = None if page is None else page.state.drift
        return _NOTHING if drift is None else drift.missing(type(self))

    def _ftrack_wires_there(self) -> tuple[str, ...]:
        """Return the server's names of all attributes that the server has."""
        missing = self._ftrack_missing()
        if not missing:
            return self._ftrack_wires
        return tuple(wire for wire in self._ftrack_wires if self._ftrack_names[wire] not in missing)

    def __getitem__(self, name: str) -> Any:
        """Return the value under the server's *name*; NOT_SET where it is not loaded and cannot or may not be."""
        facts = self._ftrack_fact(name)
        try:
            if facts.name in self._ftrack_facts:
                return getattr(self, facts.name)
            content = self.__dict__
            return content[facts.name] if facts.name in content else self._ftrack_absent(facts)
        except ImplicitLoadError:
            raise
        except NotLoadedError:
            if facts.kind is AttributeKind.RESTRICTED:
                raise
            return NOT_SET

    def __setitem__(self, name: str, value: Any) -> None:
        self._ftrack_write(self._ftrack_fact(name), value)

    def __delitem__(self, name: str) -> None:
        self.session._ftrack_revert(self, self._ftrack_fact(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._ftrack_wires_there())

    def __len__(self) -> int:
        return len(self._ftrack_wires_there())

    def __contains__(self, name: object) -> bool:
        return name in self._ftrack_wires_there()

    def to_dict(self, loaded_only: bool = True) -> dict[str, object]:
        """Return the values under the server's names; with ``loaded_only=False``, load what is missing."""
        if not loaded_only:
            return dict(self.items())
        content = self.__dict__
        return {wire: content[name] for wire, name in self._ftrack_names.items() if name in content}

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Entity):
            return NotImplemented
        identity = self._ftrack_identity()
        return identity is not None and identity == other._ftrack_identity()

    def __hash__(self) -> int:
        return hash(self._ftrack_identity())

    def __repr__(self) -> str:
        key = ", ".join(self._ftrack_key_texts())
        name = self.__dict__.get("name")
        return f"<{self.entity_type} {name!r} ({key})>" if isinstance(name, str) else f"<{self.entity_type}({key})>"

    def __str__(self) -> str:
        return f"<{self.entity_type}({', '.join(self._ftrack_key_texts())})>"

    def _ftrack_key_texts(self) -> Iterable[str]:
        content = self.__dict__
        return [str(content.get(self._ftrack_names.get(wire, wire), "Unknown")) for wire in self.primary_key_attributes]

    def __getstate__(self) -> dict[str, object]:
        """Return what a copy or pickle holds: loaded values, no session, referenced entities by key alone."""
        content = self.__dict__
        state: dict[str, object] = {}
        for name, facts in self._ftrack_facts.items():
            value = content.get(name, NOT_SET)
            if value is NOT_SET or facts.kind not in (AttributeKind.SCALAR, AttributeKind.REFERENCE):
                continue
            state[name] = value._ftrack_stub() if isinstance(value, Entity) else value
        return state

    def __setstate__(self, state: Mapping[str, object]) -> None:
        """Hold *state*, and belong to no session."""
        vars(self).update(state, _ftrack_page=None)

    def _ftrack_stub(self) -> Entity:
        content = self.__dict__
        names = (self._ftrack_names[wire] for wire in self.primary_key_attributes)
        return self._ftrack_new({name: content[name] for name in names if name in content})


if not TYPE_CHECKING:
    # A real base class would bring the metaclass of abstract classes, and slow down every isinstance; what Mapping
    # offers on top of the methods above is taken over as it is.
    MutableMapping.register(Entity)
    # The last is what `pop` knows by that no default was given.
    for _name in ("get", "pop", "setdefault", "update", "_MutableMapping__marker"):
        setattr(Entity, _name, getattr(MutableMapping, _name))
    del _name

    def _keys(self):
        """Return the server's names of all attributes, as a list."""
        return list(self._ftrack_wires_there())

    def _values(self):
        """Return the values of all attributes, as a list; what is missing is loaded."""
        return [value for _, value in self.items()]

    def _items(self):
        """Return pairs of the server's names and the values of all attributes, as a list; what is missing is loaded."""
        page = self.__dict__.get("_ftrack_page")
        if page is not None:
            page.state.session._ftrack_load_missing(self)
        return [(name, self[name]) for name in self._ftrack_wires_there()]

    def _clear(self):
        """Take back every change of this entity."""
        for name in self._ftrack_wires_there():
            del self[name]

    def _popitem(self):
        """Refuse: an entity keeps its attributes."""
        raise TypeError(f"{self!r} keeps its attributes; del entity[name] takes back a change")

    Entity.keys, Entity.values, Entity.items = _keys, _values, _items
    Entity.clear, Entity.popitem = _clear, _popitem
