"""Decides under which local names a generated module imports what it uses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from ftrack_gen.layout import import_line
from ftrack_gen.names import PythonName

ORIGINS: Final = {
    "datetime": "datetime datetime",
    "collections.abc": "Mapping",
    "typing": "TYPE_CHECKING ClassVar Final Literal TypeAlias Union",
    "ftrack_typed.behaviours.accounts": "HasAccount",
    "ftrack_typed.behaviours.components": "CreatesComponents HasAvailability",
    "ftrack_typed.behaviours.jobs": "RunsOutside",
    "ftrack_typed.behaviours.locations": "StoresComponents",
    "ftrack_typed.behaviours.media": "EncodesMedia",
    "ftrack_typed.behaviours.notes": "CreatesNotes CreatesReplies",
    "ftrack_typed.behaviours.project_schemas": "AllowsWorkflows",
    "ftrack_typed.behaviours.thumbnails": "CreatesThumbnails",
    "ftrack_typed.behaviours.timers": "RunsTimers",
    "ftrack_typed.attributes": (
        "Attr Computed Fixed FixedMany FixedRef JsonObject JsonValue LinkItem Many Mapped Narrowed NarrowedRef "
        "OptionalFixedRef OptionalRef Ref Restricted attribute"
    ),
    "ftrack_typed.custom_attributes": "ComputedCustomAttr Custom CustomAttr CustomAttributes custom_attribute",
    "ftrack_typed.declaration": "entity inherited",
    "ftrack_typed.entity": "Entity",
    "ftrack_typed.symbols": "NEW_ID NOT_SET SERVER_SIDE",
}
"""From which module each name of the runtime and of Python's library comes."""

BUILTINS: Final = frozenset({"bool", "float", "int", "list", "str", "tuple"})

_DIGITS: Final = frozenset("0123456789")
_MODULES: Final = {name: module for module, names in ORIGINS.items() for name in names.split()}


def is_imported(name: str) -> bool:
    """Tell whether *name* is one that generated modules may import from elsewhere, or a builtin they use."""
    return name in _MODULES or name in BUILTINS


class Imports:
    """Collects what a module uses, and answers with the name to use it by.

    A name that an attribute of a class of the module shadows, or that an entity class of the package has, is imported
    under an alias: the same with trailing underscores, which the runtime strips again.
    """

    def __init__(self, attributes: Collection[str], classes: Collection[str], own: Collection[str] = ()) -> None:
        """Know the *attributes* of the module's classes, the entity *classes* of the package and the module's *own*."""
        self.attributes = frozenset(attributes)
        self.classes = frozenset(classes)
        self.own = frozenset(own)
        self._always: dict[tuple[str, str], str] = {}
        self._for_types: dict[tuple[str, str], str] = {}
        self._in_texts: set[tuple[str, str]] = set()
        self._in_annotations: set[tuple[str, str]] = set()

    def name(self, name: str, *, in_class: bool = True, for_types: bool = False) -> str:
        """Return the local name of *name*, of the runtime or of Python."""
        shadows = self.classes | self.attributes if in_class else self.classes
        local = _unshadowed(name, shadows | self.own)
        if name not in BUILTINS or local != name:
            self._add(_MODULES.get(name, "builtins"), name, local, for_types)
        return local

    def entity(self, name: str, module: str, *, for_types: bool = True) -> str:
        """Return the local name of the class *name*, which *module* of the package defines."""
        local = _unshadowed(name, self.attributes) if for_types else name
        if name not in self.own or local != name:
            self._in_annotations.add((f".{module}", local))
            self._add(f".{module}", name, local, for_types)
        return local

    def entity_in_text(self, name: str, module: str) -> str:
        """Return the name of the class *name* inside a string that checkers alone read, among the bases of a class.

        Linters do not look into such a string: where nothing else uses the name, it is imported as for others to see.
        """
        if name not in self.own:
            self._in_texts.add((f".{module}", name))
            self._add(f".{module}", name, name, for_types=True)
        return name

    def _add(self, module: str, name: str, local: str, for_types: bool) -> None:
        if (module, local) in self._always:
            return
        if for_types:
            self._for_types[module, local] = name
            self._always.setdefault(("typing", "TYPE_CHECKING"), "TYPE_CHECKING")
        else:
            self._always[module, local] = name
            self._for_types.pop((module, local), None)

    def blocks(self) -> list[str]:
        """Return the import statements in blocks: Python's library, the runtime, the package."""
        ranks = {"ftrack_typed": 1, "": 2}
        blocks: list[dict[tuple[str, str], str]] = [{}, {}, {}]
        for (module, local), name in self._always.items():
            blocks[ranks.get(module.partition(".")[0], 0)][module, local] = name
        return ["\n".join(_statements(block, 0)) for block in blocks if block]

    def for_types(self, indent: int) -> list[str]:
        """Return the import statements that checkers alone need; runtime and package in blocks of their own."""
        runtime = {key: name for key, name in self._for_types.items() if not key[0].startswith(".")}
        package = {key: name for key, name in self._for_types.items() if key[0].startswith(".")}
        shown = self._in_texts - self._in_annotations
        return ["\n".join(_statements(block, indent, shown)) for block in (runtime, package) if block]


def _unshadowed(name: str, shadows: Collection[str]) -> str:
    while name in shadows:
        name += "_"
    return PythonName(name)


def _statements(
    names: dict[tuple[str, str], str], indent: int, shown: Collection[tuple[str, str]] = ()
) -> Iterable[str]:
    by_module: dict[str, list[tuple[str, str]]] = {}
    for (module, local), name in names.items():
        by_module.setdefault(module, []).append((name, local))
    margin = " " * indent
    for module in sorted(by_module, key=natural):
        members = sorted(by_module[module], key=lambda member: (member_order(member[0]), member[1]))
        plain = [name for name, local in members if name == local and (module, local) not in shown]
        groups = [[f"{name} as {local}"] for name, local in members if name not in plain or name != local]
        for group in sorted([plain, *groups] if plain else groups, key=lambda group: member_order(group[0])):
            yield margin + import_line(module, group, indent)


def member_order(name: str) -> tuple[int, list[tuple[int, str]]]:
    """Return a key that sorts names as isort does: constants, classes, the rest."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, natural(name)


def natural(text: str) -> list[tuple[int, str]]:
    """Return a key that sorts numbers in a text by their value."""
    return [(int(part), "") if part[:1] in _DIGITS else (0, part) for part in re.split("([0-9]+)", text) if part]
