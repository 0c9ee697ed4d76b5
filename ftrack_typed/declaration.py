"""Owns the decorator that makes a class of annotated attributes an entity type."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeVar, cast, get_origin, overload

import attrs

from . import attributes as descriptors
from .attributes import METADATA_KEY, Descriptor, attribute
from .backports import dataclass_transform
from .entity import Entity
from .facts import AttributeFacts, AttributeKind
from .symbols import NOT_SET

E = TypeVar("E", bound=Entity)

PLAIN_TYPES: Final[dict[str, tuple[type, ...]]] = {"str": (str,), "float": (int,), "int": (int,), "bool": (bool,)}
"""Types whose values an attribute holds as they are, unchecked, by the value type of the attribute."""


@attrs.frozen
class Inherited:
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
    """Make a class of annotated attributes an entity type: an attrs class whose attributes are typed descriptors.

    *inherited* says what differs about attributes of the base class; *custom_attributes* names the class that holds the
    custom attributes of this type. ``attrs.fields`` gives names, types as text and, in ``metadata["ftrack"]``, an
    `AttributeFacts` for each attribute.
    """

    def decorate(cls: type[E]) -> type[E]:
        return _build(cls, inherited or {}, custom_attributes)

    return decorate if entity_type is None else decorate(entity_type)


def _build(cls: type[E], changed: Mapping[str, Inherited], custom_attributes: str | None) -> type[E]:
    installed: dict[str, Descriptor] = {}

    def transform(_: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
        return [_described(cls, field, changed.get(field.name), installed) for field in fields]

    attrs.define(cls, slots=False, init=False, eq=False, repr=False, kw_only=True, field_transformer=transform)
    # It makes nothing here, and would fill the first screen of help().
    del cls.__attrs_init__  # type: ignore[attr-defined]
    for name, descriptor in installed.items():
        setattr(cls, name, descriptor)
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", cls))
    cls._ftrack_facts = {field.name: field.metadata[METADATA_KEY] for field in fields}
    cls._ftrack_names = {facts.wire: name for name, facts in cls._ftrack_facts.items()}
    cls._ftrack_wires = tuple(
        wire for wire, name in cls._ftrack_names.items() if cls._ftrack_facts[name].kind is not AttributeKind.RESTRICTED
    )
    cls._ftrack_resolved = {}
    cls._ftrack_kinds = {
        kind: tuple(facts for facts in cls._ftrack_facts.values() if facts.kind is kind) for kind in AttributeKind
    }
    cls._ftrack_plain = {
        facts.name: PLAIN_TYPES[facts.value_type]
        for facts in cls._ftrack_facts.values()
        if facts.value_type in PLAIN_TYPES and facts.mutable and not facts.computed
    }
    cls._ftrack_twins = _twins(cls._ftrack_facts, cls._ftrack_names)
    for name in cls._ftrack_twins:
        cls._ftrack_plain.pop(name, None)
    base = next(base for base in cls.__mro__[1:] if issubclass(base, Entity))
    cls._ftrack_root_type = cls.entity_type if base is Entity else base._ftrack_root_type
    if custom_attributes is not None:
        cls._ftrack_custom_class = custom_attributes
    return cls


def _twins(
    facts_by_name: Mapping[str, AttributeFacts], names: Mapping[str, str]
) -> dict[str, tuple[AttributeFacts, ...]]:
    """Return, for each reference and each foreign key, the attributes that are the same value in another form."""
    groups: dict[str, list[AttributeFacts]] = {}
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
    cls: type[Entity], field: attrs.Attribute[Any], changed: Inherited | None, installed: dict[str, Descriptor]
) -> attrs.Attribute[Any]:
    """Return *field* with its facts; put the descriptor to install, if it is one of this class, into *installed*."""
    if field.name not in cls.__annotations__:
        # attrs takes an inherited field from the class that declares it, and not from one between that says otherwise.
        facts = next(base._ftrack_facts for base in cls.__mro__[1:] if issubclass(base, Entity))[field.name]
        if changed is None:
            return field.evolve(metadata={METADATA_KEY: facts}, default=_default(field, facts))
        facts = attrs.evolve(facts, **changed.changes)
        descriptor_type = next(type(base.__dict__[field.name]) for base in cls.__mro__ if field.name in base.__dict__)
    else:
        descriptor_type, facts = _declared(cls, field)
    installed[field.name] = descriptor_type(facts, cls)
    return field.evolve(metadata={METADATA_KEY: facts}, default=_default(field, facts))


def _default(field: attrs.Attribute[Any], facts: AttributeFacts) -> Any:
    """Return what attrs is told: no default at all where none was declared and none came with a subtype."""
    return field.default if facts.default is NOT_SET and field.default is attrs.NOTHING else facts.default


def _declared(cls: type[Entity], field: attrs.Attribute[Any]) -> tuple[type[Descriptor], AttributeFacts]:
    """Return the descriptor class that the annotation of *field* names, and the facts it states."""
    head, _, inner = str(field.type).partition("[")
    scope = vars(sys.modules[cls.__module__])
    descriptor_type: type[Descriptor] = scope[head]
    given = field.metadata[METADATA_KEY]
    required = field.default is attrs.NOTHING and field.init
    content, optional = _value_type(inner[:-1] if inner else "JsonValue", descriptor_type, scope)
    is_entity = descriptor_type.kind not in (AttributeKind.SCALAR, AttributeKind.MAPPED, AttributeKind.CUSTOM)
    return descriptor_type, AttributeFacts(
        name=field.name,
        wire=given["wire"] or field.name,
        kind=descriptor_type.kind,
        value_type=content,
        target=content if is_entity else None,
        nullable=optional,
        mutable=descriptor_type.mutable,
        computed=descriptor_type.computed or not field.init,
        required=required if given["required"] is None else given["required"],
        default=NOT_SET if field.default is attrs.NOTHING else field.default,
        foreign_key=given["foreign_key"],
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
