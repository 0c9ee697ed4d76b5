"""Owns the text that shows people an entity with its attributes, for consoles and logs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import attrs

from .collection import Collection, MappedCollection
from .errors import DeletedEntityError
from .facts import AttributeFacts, AttributeKind
from .loading import projections_of
from .symbols import NOT_SET

if TYPE_CHECKING:
    from .entity import Entity
    from .page import Page

AttributeFilter: TypeAlias = "Callable[[Entity, str, Any], bool]"
"""Takes an entity, the server's name of an attribute and its value; tells whether to show it."""

BOLD_AND_UNDERLINED: Final = "\x1b[1m\x1b[4m{}\x1b[0m"
BLUE: Final = "\x1b[34m{}\x1b[0m"


def _is_set(entity: Entity, name: str, value: Any) -> bool:
    return value is not NOT_SET


FILTER: Final[Mapping[str, AttributeFilter]] = {"ignore_unset": _is_set}
"""Ready filters: ``ignore_unset`` leaves out what is not loaded."""


def format(
    entity: Entity,
    formatters: Mapping[str, Callable[[str], str]] | None = None,
    attribute_filter: AttributeFilter | None = None,
    recursive: bool = False,
    indent: int = 0,
    indent_first_line: bool = True,
) -> str:
    """Return the type of *entity* and, on lines below, its attributes by the server's names, with what it refers to.

    *formatters* change the text of an entity type, ``header``, and of a name, ``label``; without them both have colours
    where the standard output is a terminal. *recursive* shows the entities of collections as well. *indent* is in
    spaces. An entity is shown in full once, then as ``Task{...}``. What is not loaded is loaded where the session may,
    but for collections that are not shown.
    """
    given = formatters or {}
    layout = _Layout(
        header=given.get("header", _styled(BOLD_AND_UNDERLINED)),
        label=given.get("label", _styled(BLUE)),
        accepts=attribute_filter or _any,
        recursive=recursive,
    )
    margin = " " * indent if indent_first_line else ""
    return margin + layout.entity(entity, indent)


def _any(entity: Entity, name: str, value: Any) -> bool:
    return True


def _styled(style: str) -> Callable[[str], str]:
    return style.format if shows_colours(os.environ, sys.stdout.isatty()) else str


def shows_colours(environment: Mapping[str, str], is_terminal: bool) -> bool:
    """Tell whether text for the standard output may have colours, as the variables that are usual for this say."""
    if environment.get("NO_COLOR") or environment.get("ANSI_COLORS_DISABLED"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return is_terminal and environment.get("TERM") != "dumb"


@attrs.frozen
class _Layout:
    """How one text is laid out, and which entities are in it already."""

    header: Callable[[str], str]
    label: Callable[[str], str]
    accepts: AttributeFilter
    recursive: bool
    _seen: set[object] = attrs.field(factory=set, init=False)

    def entity(self, entity: Entity, indent: int) -> str:
        """Return the text of *entity*, whose first line is not indented."""
        header = self.header(entity.entity_type)
        identity = entity._ftrack_identity() or id(entity)
        if identity in self._seen:
            return header + "{...}"
        self._seen.add(identity)
        return "\n".join((header, *self._lines(entity, indent)))

    def _lines(self, entity: Entity, indent: int) -> Iterable[str]:
        self._load(entity)
        for name in sorted(entity):
            value = self._value(entity, name)
            if self.accepts(entity, name, value):
                text = self._text(value, indent + len(name) + 3)
                yield f"{' ' * indent} {self.label(name)}: {text}".rstrip(" ")

    def _load(self, entity: Entity) -> None:
        """Load what is shown of *entity*, in one request, where its session may load of itself."""
        page = cast("Page | None", vars(entity).get("_ftrack_page"))
        if page is None or not page.state.auto_populate or page.state.loading == "raise":
            return
        absent = entity._ftrack_missing()
        missing = [
            text
            for name, facts in entity._ftrack_facts.items()
            if name not in vars(entity) and self._is_shown(facts) and name not in absent
            for text in projections_of(entity, facts)
        ]
        if missing:
            page.state.session.populate([entity], ", ".join(missing))

    def _is_shown(self, facts: AttributeFacts) -> bool:
        hidden = (AttributeKind.RESTRICTED,) if self.recursive else (AttributeKind.RESTRICTED, AttributeKind.COLLECTION)
        return facts.kind not in hidden

    def _value(self, entity: Entity, name: str) -> Any:
        facts = entity._ftrack_fact(name)
        if not self._is_shown(facts):
            return vars(entity).get(facts.name, NOT_SET)
        try:
            return entity[name]
        except DeletedEntityError:
            return NOT_SET

    def _text(self, value: Any, indent: int) -> str:
        from .entity import Entity

        break_ = "\n" + " " * indent
        if isinstance(value, Entity):
            return self.entity(value, indent)
        if isinstance(value, Collection):
            return break_.join(self.entity(member, indent) for member in value) if self.recursive else ""
        if isinstance(value, MappedCollection):
            return str(dict(value))
        return str(value).replace("\n", break_)
