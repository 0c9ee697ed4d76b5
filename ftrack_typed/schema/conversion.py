"""Owns the cattrs converter of the model: how each key of the wire becomes a field.

Values are taken as they are or refused, never converted: a number is no text.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import attrs

from ftrack_typed.schema.model import Deprecation, Property, Schema

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")

StructureHook: TypeAlias = Callable[[object, Any], T]
"""A value of the wire, and the type that is wanted, to a value of the model."""

_NAME = "$name"
"""Key that tells a property its name, which on the wire stands outside of it."""

_EXTRA = "$extra"
"""Key that tells a record what else came with it."""

WIRE_NAMES: Mapping[str, str] = {
    "reference": "$ref",
    "mixin": "$mixin",
    "mixin_hints": "$mixin.hints",
    "classifiers": "alias_for.classifiers",
}
"""The server's names of the fields that have another one in the model."""

_ABSENT_FROM_WIRE = frozenset({"name", "kind", "reference", "mixin", "mixin_hints", "classifiers", "extra"})
"""Fields whose names are no keys: a key of that name is unknown."""


@functools.cache
def converter() -> Converter:
    """Return the converter of `Schema`; it is made, and cattrs imported, when the first schema comes."""
    from cattrs import Converter

    made = Converter(detailed_validation=True)
    made.register_structure_hook(str, _text)
    made.register_structure_hook(bool, _flag)
    made.register_structure_hook(Property, _property_hook(made))
    made.register_structure_hook(Schema, _schema_hook(made))
    return made


def _property_hook(made: Converter) -> StructureHook[Property]:
    from cattrs.gen import make_dict_structure_fn, override

    structure = make_dict_structure_fn(
        Property,
        made,
        name=override(rename=_NAME, struct_hook=_text),
        reference=override(rename="$ref"),
        kind=override(omit=True),
        items=override(struct_hook=_referenced),
        default=override(struct_hook=_anything),
        key_value_attributes=override(struct_hook=_key_and_value),
        transform=override(struct_hook=_mapping),
        enum=override(struct_hook=_texts),
        deprecated=override(struct_hook=_deprecation),
        extra=override(rename=_EXTRA, struct_hook=_mapping),
    )
    return _setting_extra_aside({*_keys(Property), "$ref", _NAME}, structure)


def _schema_hook(made: Converter) -> StructureHook[Schema]:
    from cattrs.gen import make_dict_structure_fn, make_mapping_structure_fn, override

    names = override(struct_hook=_texts)
    structure = make_dict_structure_fn(
        Schema,
        made,
        properties=override(struct_hook=_telling_names(make_mapping_structure_fn(dict[str, Property], made))),
        primary_key=names,
        required=names,
        immutable=names,
        computed=names,
        default_projections=names,
        system_projections=names,
        alias_for=override(struct_hook=_alias),
        classifiers=override(rename="alias_for", struct_hook=_classifiers),
        mixin=override(rename="$mixin", struct_hook=_referenced),
        mixin_hints=override(rename="$mixin", struct_hook=_hints),
        metadata=override(struct_hook=_mapping),
        deprecated=override(struct_hook=_deprecation),
        extra=override(rename=_EXTRA, struct_hook=_mapping),
    )
    return _setting_extra_aside({*_keys(Schema), "$mixin"}, structure)


def _keys(model: type[attrs.AttrsInstance]) -> set[str]:
    """Return the keys that come under the name of a field."""
    return {field.name for field in attrs.fields(model)} - _ABSENT_FROM_WIRE


def _setting_extra_aside(known: set[str], structure: Callable[[Mapping[str, Any], Any], T]) -> StructureHook[T]:
    """Call *structure* without nulls and without the keys beyond *known*, which it gets as `_EXTRA`."""

    def structure_record(value: object, type_: Any) -> T:
        wire: dict[str, object] = {}
        extra: dict[str, object] = {}
        for key, element in _mapping(value).items():
            if key not in known:
                extra[key] = element
            elif element is not None or key == "default":
                wire[key] = element
        wire[_EXTRA] = extra
        return structure(wire, type_)

    return structure_record


def _telling_names(structure: Callable[[Mapping[str, Any], Any], T]) -> StructureHook[T]:
    """Call *structure*, which makes the mapping of properties, with each property's name in it."""

    def structure_properties(value: object, type_: Any) -> T:
        wire = _mapping(value).items()
        return structure({name: {**own, _NAME: name} if isinstance(own, Mapping) else own for name, own in wire}, type_)

    return structure_properties


# Each of the functions below structures one sort of value. The second argument is the type that cattrs wants.


def _text(value: object, _type: Any = str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a text, got {shown(value)}")
    return value


def _flag(value: object, _type: Any = bool) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, got {shown(value)}")
    return value


def _mapping(value: object, _type: Any = Mapping) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"expected an object, got {shown(value)}")
    return value


def _anything(value: object, _type: Any = object) -> object:
    return value


def _texts(value: object, _type: Any = tuple) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(element, str) for element in value):
        raise TypeError(f"expected a list of texts, got {shown(value)}")
    return tuple(value)


def _member(value: object, key: str) -> str:
    """Return the text under *key* of an object."""
    wire = _mapping(value)
    if key not in wire:
        raise TypeError(f"expected an object with {key!r}, got {shown(value)}")
    return _text(wire[key])


def _referenced(value: object, _type: Any = str) -> str:
    """Structure ``{"$ref": "Task"}``."""
    return _member(value, "$ref")


def _hints(value: object, _type: Any = Mapping) -> Mapping[str, object]:
    """Structure the hints of ``{"$ref": "Context", "hints": {...}}``; `_referenced` reports what is no object."""
    return _mapping(value.get("hints") or {}) if isinstance(value, Mapping) else {}


def _alias(value: object, _type: Any = str) -> str:
    """Structure the name in ``"Task"`` and in ``{"id": "Task", "classifiers": {...}}``."""
    return value if isinstance(value, str) else _member(value, "id")


def _classifiers(value: object, _type: Any = Mapping) -> Mapping[str, str]:
    """Structure the classifiers of the same; `_alias` reports what is neither text nor object."""
    if not isinstance(value, Mapping):
        return {}
    return {column: _text(element) for column, element in _mapping(value.get("classifiers") or {}).items()}


def _key_and_value(value: object, _type: Any = tuple) -> tuple[str, str]:
    """Structure ``{"key": "name", "value": "content"}``."""
    return _member(value, "key"), _member(value, "value")


def _deprecation(value: object, _type: Any = Deprecation) -> Deprecation | None:
    """Structure ``{"$ref": "Other", "message": "..."}``; a bare text or flag is understood too."""
    if isinstance(value, bool):
        return Deprecation() if value else None
    if isinstance(value, str):
        return Deprecation(message=value)
    wire = _mapping(value)
    named = {name: _text(wire[key]) for name, key in (("reference", "$ref"), ("message", "message")) if key in wire}
    return Deprecation(**named)


def shown(value: object) -> str:
    """Return *value* as messages show it: with its type, and at most 40 characters of it."""
    text = repr(value)
    return f"{text if len(text) <= 40 else text[:37] + '...'} ({type(value).__name__})"
