"""Owns the adding of components to a location: all of it happens, or none (session.md section 16)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from ..entity import Entity
from ..errors import (
    AccessorError,
    AccessorResourceNotFoundError,
    CommitOutcomeUnknownError,
    ComponentInLocationError,
    FtrackError,
    LocationError,
    TransferCancelledError,
)
from ..symbols import COMPONENT_ADDED_TO_LOCATION_TOPIC
from .members import expanded, is_container, is_sequence, load_members
from .registering import register
from .registrations import Registration, registrations
from .resolution import known_identifiers
from .sequences import path_of_frame
from .surroundings import load_surroundings
from .transfer import Copy, transfer

if TYPE_CHECKING:
    from .accessor import Accessor
    from .session_files import SessionFiles

CONTEXT_KEY: Final = "source_resource_identifier"


@attrs.define(eq=False)
class Item:
    """One component that is added: where from, and where to."""

    component: Entity
    source: Entity | str
    source_identifier: str | None = None
    identifier: str = ""


class Addition:
    """Adds components to one location."""

    def __init__(
        self, files: SessionFiles, location: Entity, components: Sequence[Entity], sources: object, recursive: bool
    ) -> None:
        """Add *components*, with *recursive* their members, from *sources*: one for all or one for each.

        Raise ValueError for another number of sources, LocationError for a location without a structure.
        """
        self._files = files
        self._location = location
        self._storage = files.storage(location)
        given = _sources(sources, len(components))
        if self._storage.structure is None:
            raise LocationError(f"No structure defined for location {location}: set location.structure.")
        self._structure = self._storage.structure
        self._items = _items(components, given, recursive)
        self._copied: list[Copy] = []

    def run(self) -> None:
        """Look up, copy, register, commit and tell; raise ComponentInLocationError or LocationError."""
        if not self._items:
            return
        self._files.check_recording(self._location)
        self._refuse_known()
        self._find_sources()
        self._find_places()
        try:
            if self._storage.moves_data:
                self._move()
            self._register()
        except CommitOutcomeUnknownError:
            # It may be registered: its data stays, and session.resolve_commit() tells.
            raise
        except ComponentInLocationError:
            raise
        except Exception as error:
            raise self._undone(error) from error
        except BaseException:
            self._remove_copies()
            raise
        components = [item.component for item in self._items]
        self._files.tell(COMPONENT_ADDED_TO_LOCATION_TOPIC, self._location, components)

    def _refuse_known(self) -> None:
        known = known_identifiers(self._files, self._location, [item.component for item in self._items])
        present = [item.component for item in self._items if item.component["id"] in known]
        if present:
            raise ComponentInLocationError(present, self._location)

    def _find_sources(self) -> None:
        """Find the resource identifiers in the sources, with one look at each of them."""
        by_source: dict[int, list[Item]] = {}
        for item in self._items:
            if isinstance(item.source, str):
                item.source_identifier = item.source
            else:
                by_source.setdefault(id(item.source), []).append(item)
        for items in by_source.values():
            source = items[0].source
            assert isinstance(source, Entity)
            known = known_identifiers(self._files, source, [item.component for item in items])
            transformer = self._files.storage(source).transformer
            for item in items:
                found = known.get(item.component["id"])
                if found is not None and transformer is not None:
                    found = transformer.decode(found, {"component": item.component})
                item.source_identifier = found

    def _find_places(self) -> None:
        """Find the resource identifiers here; raise LocationError where two would have the same."""
        try:
            components = [item.component for item in self._items]
            load_surroundings(self._files.state, components)
            self._structure.prepare(components)
            for item in self._items:
                context = {} if item.source_identifier is None else {CONTEXT_KEY: item.source_identifier}
                identifier: object = self._structure.get_resource_identifier(item.component, context)
                item.identifier = _checked_identifier(identifier)
        except Exception as error:
            raise LocationError(
                f"The structure of location {self._location} has no place for a component: {error}",
                {"transferred": (), "location": self._location},
            ) from error
        if self._storage.moves_data:
            self._refuse_collisions()

    def _refuse_collisions(self) -> None:
        taken: dict[str, Entity] = {}
        for item in self._items:
            other = taken.setdefault(item.identifier, item.component)
            if other is not item.component:
                both = f"{other!r} and {item.component!r} would both be {item.identifier!r}"
                details = {"transferred": (), "location": self._location}
                raise LocationError(f"{both} in location {self._location}: give them different names", details)

    def _move(self) -> None:
        target = self._files.accessor(self._location)
        made: set[str] = set()
        copies: list[Copy] = []
        for item in self._items:
            if is_sequence(item.component):
                continue
            if is_container(item.component):
                target.make_container(item.identifier)
            else:
                _make_container_of(target, item.identifier, made)
                copies.append(self._copy(item, target))
        transfer(copies, self._copied)

    def _copy(self, item: Item, target: Accessor) -> Copy:
        """Return what is to be copied for *item*, a file."""
        if item.source_identifier is None:
            raise LocationError(f"{item.component!r} is not in location {item.source}: it cannot be copied from there")
        source = self._files.origin if isinstance(item.source, str) else item.source
        said = vars(item.component).get("size")
        size = int(said) if isinstance(said, (int, float)) else None
        return Copy(self._files.accessor(source), item.source_identifier, target, item.identifier, size)

    def _register(self) -> None:
        transformer = self._storage.transformer
        places = {}
        for item in self._items:
            stored = item.identifier
            if transformer is not None:
                stored = _checked_identifier(transformer.encode(stored, {"component": item.component}))
            places[item.component["id"]] = (item.component, stored)
        if self._storage.remembered is not None:
            self._storage.remembered.update({each: stored for each, (_, stored) in places.items()})
            return
        register(self._files, self._location, list(places.values()), self._remove_copies)

    def _undone(self, error: Exception) -> LocationError:
        """Remove what was copied, and return the error that says what was done."""
        copied = [copy.target_identifier for copy in self._copied]
        left, theirs = self._remove_copies()
        total = len(self._items)
        message = f"Failed to add {total} component(s) to location {self._location}: {error}; nothing was registered"
        if copied:
            message += f", {len(copied)} file(s) were copied and " + (
                f"{len(left)} of them could not be removed again: {', '.join(left[:3])}" if left else "removed again"
            )
        if theirs:
            message += f"; another program registered {len(theirs)} of them, whose data stays"
        details: dict[str, Any] = {"transferred": tuple(copied), "left": tuple(left), "location": self._location}
        kind = TransferCancelledError if isinstance(error, TransferCancelledError) else LocationError
        return kind(message, details)

    def _remove_copies(self, theirs: Sequence[Registration] | None = None) -> tuple[list[str], list[str]]:
        """Remove what was copied, but for *theirs*, which others registered; return what is left, and what is theirs.

        Without *theirs* the server is asked for them, where others may have written the same resources.
        """
        copied, self._copied[:] = self._copied[::-1], []
        try:
            kept = self._identifiers(self._registered_by_others(copied) if theirs is None else theirs)
        except FtrackError:
            return [copy.target_identifier for copy in copied], []
        left: list[str] = []
        for copy in copied:
            if copy.target_identifier in kept:
                continue
            try:
                copy.target.remove(copy.target_identifier)
            except AccessorResourceNotFoundError:
                continue
            except AccessorError:
                left.append(copy.target_identifier)
        return left, [copy.target_identifier for copy in copied if copy.target_identifier in kept]

    def _registered_by_others(self, copied: Sequence[Copy]) -> list[Registration]:
        if not copied or copied[0].target.creates_alone:
            return []
        identifiers = {copy.target_identifier for copy in copied}
        stored = [item.component["id"] for item in self._items if item.identifier in identifiers]
        return registrations(self._files.state, stored, self._location["id"])

    def _identifiers(self, found: Iterable[Registration]) -> set[str]:
        """Return the resource identifiers of what is registered, as the accessor takes them."""
        transformer = self._storage.transformer
        if transformer is None:
            return {each.resource_identifier for each in found}
        by_id = {item.component["id"]: item.component for item in self._items}
        return {transformer.decode(each.resource_identifier, {"component": by_id[each.component_id]}) for each in found}


def _checked_identifier(identifier: object) -> str:
    """Return *identifier*, which a structure or transformer of a studio's own made; raise TypeError for no text."""
    if not isinstance(identifier, str):
        raise TypeError(f"a resource identifier is text, not {identifier!r}")
    return identifier


def _make_container_of(target: Accessor, identifier: str, made: set[str]) -> None:
    """Make what a resource will be in, where the accessor has such a thing and it was not made a moment ago."""
    if target.implicit_containers:
        return
    try:
        container = target.get_container(identifier)
    except AccessorError:
        return
    if container and container not in made:
        target.make_container(container)
        made.add(container)


def _sources(sources: object, count: int) -> list[Entity | str]:
    """Return a source for each of *count* components; raise ValueError for another number of them."""
    if isinstance(sources, (Entity, str, os.PathLike)):
        return [_source(sources)] * count
    if not isinstance(sources, Iterable):
        raise TypeError(f"a source is a location or a path, not {sources!r}")
    given = [_source(each) for each in sources]
    if len(given) == 1:
        return given * count
    if len(given) != count:
        raise ValueError(f"{len(given)} sources for {count} components: give one for all, or one for each")
    return given


def _source(source: object) -> Entity | str:
    if isinstance(source, Entity) and source.entity_type == "Location":
        return source
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    raise TypeError(f"a source is a location or a path, not {source!r}")


def _items(components: Sequence[Entity], sources: Sequence[Entity | str], recursive: bool) -> list[Item]:
    """Return what is added, members before their container, each once, with the source of what it came with."""
    found: dict[int, Item] = {}
    if recursive:
        load_members(components)
    for component, source in zip(components, sources, strict=True):
        for each in expanded([component], recursive):
            found.setdefault(id(each), Item(each, _source_of(each, component, source)))
    return list(found.values())


def _source_of(each: Entity, component: Entity, source: Entity | str) -> Entity | str:
    """Return the source of *each*, which is *component* or in it; raise ValueError where a path does not say it."""
    if each is component or isinstance(source, Entity):
        return source
    path = path_of_frame(source, str(each["name"])) if is_sequence(component) else None
    if path is None:
        raise ValueError(
            f"{source!r} is not where each of the files of {component!r} lies: give a location, a path with %04d in "
            "place of the frames of a sequence, or the members one by one"
        )
    return path
