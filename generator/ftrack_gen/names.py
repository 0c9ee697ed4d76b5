"""Owns the names that generated code uses: a name that Python would refuse cannot be made here."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from ftrack_gen.reserved import RESERVED_ATTRIBUTES, RESERVED_MODULES, unreserved

if TYPE_CHECKING:
    from typing_extensions import Self


class PythonName(str):
    """A name that is safe in Python source; the constructor refuses any other."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Raise ValueError unless *text* is an identifier, no keyword, and spelt as Python reads it."""
        if not is_safe(text):
            raise ValueError(f"{text!r} is no name for Python source")
        return super().__new__(cls, text)


class ClassName(PythonName):
    """The name of a class."""

    __slots__ = ()


class AttributeName(PythonName):
    """The name of an attribute."""

    __slots__ = ()


class ModuleName(PythonName):
    """The name of a module."""

    __slots__ = ()


def is_safe(text: str) -> bool:
    """Tell whether *text* is an identifier, no keyword, and in the form that Python gives identifiers."""
    return text.isidentifier() and not keyword.iskeyword(text) and unicodedata.normalize("NFKC", text) == text


def identifier(text: str) -> str:
    """Return *text* with all that no identifier may hold replaced by underscores; may still be a keyword."""
    name = re.sub(r"\W", "_", unicodedata.normalize("NFKC", text))
    if not name.isidentifier():
        name = f"_{name}"
    return name if name.isidentifier() else re.sub(r"\W|[^\x00-\x7f]", "_", f"_{text}")


def attribute_name(wire: str, taken: Collection[str], reserved: Mapping[str, str]) -> AttributeName:
    """Return the Python name of the attribute *wire*: its own where that is free, else with trailing underscores."""
    name = identifier(wire)
    if not unreserved(name, ()):
        name = name.lstrip("_") + "_"
        name = name if name.isidentifier() else f"_{name}"
    while not is_safe(name) or name in reserved or name in taken or name.startswith("__"):
        name = f"{name.lstrip('_') or 'attribute'}_" if name.startswith("__") else f"{name}_"
    return AttributeName(name)


def attribute_names(wires: Iterable[str], inherited: Mapping[str, AttributeName]) -> dict[str, AttributeName]:
    """Return the Python name of each attribute of an entity class; *inherited* ones keep theirs.

    Of ``link`` and ``_link`` the one with the underscore is named ``link_``.
    """
    names = dict(inherited)
    pending = [wire for wire in sorted(set(wires)) if wire not in names]
    plain = {wire for wire in (*pending, *inherited) if not wire.startswith("_")}
    for wire in sorted(pending, key=lambda wire: (wire not in plain, not is_safe(wire), wire)):
        twin = wire.startswith("_") and wire.lstrip("_") in plain
        names[wire] = attribute_name(f"{wire.lstrip('_')}_" if twin else wire, set(names.values()), RESERVED_ATTRIBUTES)
    return names


def class_names(types: Iterable[str], reserved: Collection[str]) -> dict[str, ClassName]:
    """Return the class name of each entity type: its own, with a trailing underscore where that is reserved."""
    types = sorted(types)
    return {name: ClassName(f"{name}_" if name in reserved or not is_safe(name) else name) for name in types}


def module_names(classes: Mapping[str, ClassName]) -> dict[str, ModuleName]:
    """Return the module name of each entity type, snake case, and never the name of a class or of another module."""
    taken = set(classes.values()) | set(RESERVED_MODULES)
    names: dict[str, ModuleName] = {}
    for type_name in sorted(classes):
        name = snake_case(type_name)
        while not is_safe(name) or name in taken:
            name += "_"
        taken.add(name)
        names[type_name] = ModuleName(name)
    return names


def snake_case(name: str) -> str:
    """Return ``review_session`` for ``ReviewSession`` and ``url_note`` for ``URLNote``."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return unicodedata.normalize("NFKC", re.sub(r"_+", "_", parted).lower())
