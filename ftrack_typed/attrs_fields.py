"""Owns what `attrs.fields` says of an entity class, made when it is first asked for."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Final

import attrs

from .attributes import METADATA_KEY, NO_DEFAULT, Declared
from .entity import Entity
from .facts import AttributeFacts
from .symbols import NOT_SET

# A class and its bases are made in one go: a base is asked for its fields meanwhile.
_LOCK: Final = threading.RLock()


def define_fields(cls: type[Entity], declared: Mapping[str, Declared], stands_for_them: object) -> object:
    """Make *cls*, which has the attributes *declared* besides inherited ones, an attrs class; return its fields.

    *stands_for_them* is what the class has in their place until then.
    """

    def transform(_: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
        return [_with_facts(field, cls._ftrack_facts[field.name]) for field in fields]

    these = {
        name: attrs.field(default=attrs.NOTHING if given.default is NO_DEFAULT else given.default, init=given.init)
        for name, given in declared.items()
    }
    with _LOCK:
        if vars(cls)["__attrs_attrs__"] is stands_for_them:
            attrs.define(
                cls,
                these=these,
                slots=False,
                init=False,
                eq=False,
                repr=False,
                kw_only=True,
                field_transformer=transform,
            )
            # It makes nothing here, and would fill the first screen of help().
            del cls.__attrs_init__  # type: ignore[attr-defined]
    return vars(cls)["__attrs_attrs__"]


def _with_facts(field: attrs.Attribute[Any], facts: AttributeFacts) -> attrs.Attribute[Any]:
    """Return *field* with its facts; attrs takes an inherited one from the class that declares it."""
    has_default = facts.default is not NOT_SET or field.default is not attrs.NOTHING
    return field.evolve(metadata={METADATA_KEY: facts}, default=facts.default if has_default else attrs.NOTHING)
