"""Owns the decorator that makes a class of annotated attributes an entity type."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeVar, get_origin, overload

from . import attributes as descriptors
from .attributes import NO_DEFAULT, Declared, Descriptor, attribute
from .backports import dataclass_transform
from .entity import Entity
from .facts import AttributeFacts, AttributeKind
from .symbols import NOT_SET

E = TypeVar("E", bound=Entity)

PLAIN_TYPES: Final[dict[str, tuple[type, ...]]] = {"str": (str,), "float": (int,), "int": (int,), "bool": (bool,)}
"""Types whose values an attribute holds as they are, unchecked, by the value type of the attribute."""


class Inherited(NamedTuple):
    """What a subtype's schema says otherwise about an attribute that it inherits."""

    changes: Mapping[str, Any]


def inherited(
    *,
    default: object = NOT_SET,
    mutable: bool | None = None,
    computed: bool | None = None,
    required: bool | None = None,
    nullable: bool | None = None,
    wire: str | None = None,
    foreign_key: str | None = None,
) -> Inherited:
    """Say what differs below the base class: only what is given differs."""
    given = {
        "mutable": mutable,
        "computed": computed,
        "required": required,
        "nullable": nullable,
        "wire": wire,
        "foreign_key": foreign_key,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    return Inherited(changes if default is NOT_SET else {**changes, "default": default})


@overload
def entity(entity_type: type[E], /) -> type[E]: ...
@overload
def entity(
    *, inherited: Mapping[str, Inherited] | None = None, custom_attributes: str | None = None
) -> Callable[[type[E]], type[E]]: ...
@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(attribute,))
def entity(
    entity_type: Any = None,
    /,
    *,
    inherited: Mapping[str, Inherited] | None = None,
    custom_attributes: str | None = None,
) -> Any:
    """Make a class of annotated attributes an entity type, whose attributes are typed descriptors, and an attrs class.

    *inherited* says what differs about attributes of the base class; *custom_attributes* names the class that holds the
    custom attributes of this type. ``attrs.fields`` gives names, types as text and, in ``metadata["ftrack"]``, an
    `AttributeFacts` for each attribute.
    """

    def decorate(cls: type[E]) -> type[E]:
        return _build(cls, inherited or {}, custom_attributes)

    return decorate if entity_type is None else decorate(entity_type)


def _build(cls: type[E], changed: Mapping[str, Inherited], custom_attributes: str | None) -> type[E]:
    base = next(base for base in cls.__mro__[1:] if issubclass(base, Entity))
    declared = _declarations(cls)
    facts = {name: each for name, each in base._ftrack_facts.items() if name not in declared}
    for name in changed.keys() & facts.keys():
        facts[name] = facts[name]._replace(**changed[name].changes)
        inherited_type = next(type(each.__dict__[name]) for each in cls.__mro__ if name in each.__dict__)
        setattr(cls, name, inherited_type(facts[name], cls))
    scope = vars(sys.modules[cls.__module__])
    for name, given in declared.items():
        descriptor_type, facts[name] = _described(name, cls.__annotations__[name], given, scope)
        setattr(cls, name, descriptor_type(facts[name], cls))
    cls._ftrack_facts = facts
    _sort(cls, facts)
    cls._ftrack_root_type = cls.entity_type if base is Entity else base._ftrack_root_type
    if custom_attributes is not None:
        cls._ftrack_custom_class = custom_attributes
    cls.__attrs_attrs__ = _AttrsFields(cls, declared)  # type: ignore[attr-defined]
    return cls


def _declarations(cls: type[Entity]) -> dict[str, Declared]:
    """Return what `attribute` was told of the attributes of *cls* itself, by their names."""
    declared: dict[str, Declared] = {}
    for name, annotation in cls.__annotations__.items():
        given = cls.__dict__.get(name)
        if type(given) is Declared:
            declared[name] = given
        elif not str(annotation).removeprefix("typing.").startswith("ClassVar"):
            raise TypeError(f"{cls.__name__}.{name} needs a value: write {name}: {annotation} = attribute()")
    return declared


def _sort(cls: type[Entity], facts_by_name: dict[str, AttributeFacts]) -> None:
    """Keep with *cls* what is asked of its attributes again and again."""
    kinds: dict[AttributeKind, list[AttributeFacts]] = {kind: [] for kind in AttributeKind}
    names: dict[str, str] = {}
    twins = _twins(facts_by_name)
    plain: dict[str, tuple[type, ...]] = {}
    for name, facts in facts_by_name.items():
        names[facts.wire] = name
        kinds[facts.kind].append(facts)
        is_written_as_it_is = facts.kind is AttributeKind.SCALAR and facts.mutable and not facts.computed
        if is_written_as_it_is and facts.value_type in PLAIN_TYPES and name not in twins:
            plain[name] = PLAIN_TYPES[facts.value_type]
    restricted = {facts.wire for facts in kinds[AttributeKind.RESTRICTED]}
    cls._ftrack_names = names
    cls._ftrack_wires = tuple(wire for wire in names if wire not in restricted)
    cls._ftrack_resolved = {}
    cls._ftrack_kinds = {kind: tuple(found) for kind, found in kinds.items()}
    cls._ftrack_plain = plain
    cls._ftrack_twins = twins


class _AttrsFields:
    """What attrs looks for on a class: stands for its fields until somebody asks for them.

    Making them takes longer than everything else about a class, and only tools ask.
    """

    __slots__ = ("_declared", "_entity_type")

    def __init__(self, entity_type: type[Entity], declared: Mapping[str, Declared]) -> None:
        self._entity_type = entity_type
        self._declared = declared

    def __get__(self, instance: object, owner: type[Entity]) -> object:
        from .attrs_fields import define_fields

        return define_fields(self._entity_type, self._declared, self)


def _twins(facts_by_name: Mapping[str, AttributeFacts]) -> dict[str, tuple[AttributeFacts, ...]]:
    """Return, for each reference and each foreign key, the attributes that are the same value in another form."""
    groups: dict[str, list[AttributeFacts]] = {}
    names = {facts.wire: facts.name for facts in facts_by_name.values()}
    for facts in facts_by_name.values():
        if facts.foreign_key is not None and facts.foreign_key in names:
            groups.setdefault(names[facts.foreign_key], []).append(facts)
    twins: dict[str, tuple[AttributeFacts, ...]] = {}
    for name, references in groups.items():
        group = (facts_by_name[name], *references)
        for member in group:
            twins[member.name] = tuple(facts for facts in group if facts is not member)
    return twins


def _described(
    name: str, annotation: object, given: Declared, scope: Mapping[str, Any]
) -> tuple[type[Descriptor], AttributeFacts]:
    """Return the descriptor class that *annotation*, read in *scope*, names, and the facts of the attribute *name*."""
    head, _, inner = str(annotation).partition("[")
    descriptor_type: type[Descriptor] = scope[head]
    has_default = given.default is not NO_DEFAULT
    content, optional = _value_type(inner[:-1] if inner else "JsonValue", descriptor_type, scope)
    is_entity = descriptor_type.kind not in (AttributeKind.SCALAR, AttributeKind.MAPPED, AttributeKind.CUSTOM)
    return descriptor_type, AttributeFacts(
        name=name,
        wire=given.wire or name,
        kind=descriptor_type.kind,
        value_type=content,
        target=content if is_entity else None,
        nullable=optional,
        mutable=descriptor_type.mutable,
        computed=descriptor_type.computed or not given.init,
        required=(not has_default and given.init) if given.required is None else given.required,
        default=given.default if has_default else NOT_SET,
        foreign_key=given.foreign_key,
    )


def _value_type(text: str, descriptor_type: type[Descriptor], scope: Mapping[str, object]) -> tuple[str, bool]:
    """Return the value type that the *text* in an annotation's brackets names, and whether it may be None."""
    narrowed = descriptor_type in (descriptors.Narrowed, descriptors.NarrowedRef)
    if narrowed:
        text = text.rpartition(",")[0]
    bare = text.removesuffix(" | None")
    optional = narrowed or bare != text or descriptor_type in (descriptors.OptionalRef, descriptors.OptionalFixedRef)
    named = scope.get(bare)
    if get_origin(named) is Literal:
        return str(named).rpartition("typing.")[2], optional
    # The generator imports what an attribute of the class shadows under a name with underscores at its end.
    return bare.rstrip("_"), optional
