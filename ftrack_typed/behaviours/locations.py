"""Owns what can be done with locations: components are added, removed and found (session.md section 16)."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    from ..entity import Entity
    from ..files.accessor import Accessor
    from ..files.storage import Storage
    from ..files.structure import Structure
    from ..files.transformer import ResourceIdentifierTransformer
    from ..symbols import Symbol

C = TypeVar("C", bound="Entity")
"""The studio's components; `L` are its locations."""

L = TypeVar("L", bound="Entity")

Source: TypeAlias = "L | str | os.PathLike[str]"
"""Where data comes from: a location that it is in, or its path."""


class StoresComponents(Generic[C, L]):
    """A location. It can be used where it has an accessor, which plugins and scripts set for their session."""

    __slots__ = ()

    @property
    def accessor(self) -> Accessor | None:
        """What reaches the data; None where this session cannot."""
        return _storage(self).accessor

    @accessor.setter
    def accessor(self, accessor: Accessor | Symbol | None) -> None:
        from ..files.accessor import Accessor

        _storage(self).accessor = _checked("accessor", accessor, Accessor)
        cast("Entity", self).session._files.note(cast("Entity", self))

    @property
    def structure(self) -> Structure | None:
        """What says where data goes; None where nothing does, and nothing can be added."""
        return _storage(self).structure

    @structure.setter
    def structure(self, structure: Structure | Symbol | None) -> None:
        from ..files.structure import Structure

        _storage(self).structure = _checked("structure", structure, Structure)

    @property
    def resource_identifier_transformer(self) -> ResourceIdentifierTransformer | None:
        """What changes resource identifiers on their way to the server and back; None where nothing does."""
        return _storage(self).transformer

    @resource_identifier_transformer.setter
    def resource_identifier_transformer(self, transformer: ResourceIdentifierTransformer | Symbol | None) -> None:
        from ..files.transformer import ResourceIdentifierTransformer

        name = "resource_identifier_transformer"
        _storage(self).transformer = _checked(name, transformer, ResourceIdentifierTransformer)

    @property
    def priority(self) -> int:
        """Which location is tried first: the one with the lowest number."""
        return _storage(self).priority

    @priority.setter
    def priority(self, priority: int) -> None:
        from ..errors import AttributeValueError

        given: object = priority
        if isinstance(given, bool) or not isinstance(given, (int, float)) or math.isnan(given):
            raise AttributeValueError("Location", "priority", "a number, lower ones first", priority)
        _storage(self).priority = priority

    @property
    def moves_data(self) -> bool:
        """Whether adding copies data and removing removes it; else data is registered where it lies."""
        return _storage(self).moves_data

    @moves_data.setter
    def moves_data(self, moves_data: bool) -> None:
        _storage(self).moves_data = moves_data

    def add_component(self, component: C, source: Source[L], recursive: bool = True) -> None:
        """Copy the data of *component* from *source* to here, register it, and commit; see `add_components`."""
        self.add_components([component], source, recursive)

    def add_components(
        self, components: Iterable[C], sources: Source[L] | Sequence[Source[L]], recursive: bool = True
    ) -> None:
        """Copy the data of *components* from *sources*, one for all or one for each, to here, and register it.

        With *recursive*, members of containers and frames of sequences come along. All are looked up in one query and
        registered in one commit, which sends whatever else waits as well. Where anything fails, nothing is registered
        and what was copied is removed again. Raise ComponentInLocationError where one is here already, LocationError
        with what was done for every other failure, and ValueError for another number of sources.
        """
        location = cast("Entity", self)
        location.session._files.add(location, components, sources, recursive)

    def remove_component(self, component: C, recursive: bool = True) -> None:
        """Remove the data of *component* from here, and what the server says of it; see `remove_components`."""
        self.remove_components([component], recursive)

    def remove_components(self, components: Iterable[C], recursive: bool = True) -> None:
        """Remove the data of *components* from here, and commit that they are here no more.

        With *recursive*, members of containers and frames of sequences go along. Data that is gone already is no
        error. Raise ComponentNotInLocationError where one is not here, and LocationError where data cannot be removed:
        its ``details`` say which components are gone.
        """
        location = cast("Entity", self)
        location.session._files.remove(location, components, recursive)

    def get_component_availability(self, component: C) -> float:
        """Return how much of *component* is here, in per cent."""
        return self.get_component_availabilities([component])[0]

    def get_component_availabilities(self, components: Iterable[C]) -> list[float]:
        """Return for each of *components* how much of it is here, in per cent."""
        location = cast("Entity", self)
        found = location.session._files.availabilities(components, [location])
        return [each[location["id"]] for each in found]

    def get_resource_identifier(self, component: C) -> str:
        """Return the resource identifier of *component* here; raise ComponentNotInLocationError."""
        return self.get_resource_identifiers([component])[0]

    def get_resource_identifiers(self, components: Iterable[C]) -> list[str]:
        """Return the resource identifier of each of *components* here, found in one query.

        Raise ComponentNotInLocationError where one of them is not here.
        """
        location = cast("Entity", self)
        return location.session._files.resource_identifiers(location, components)

    def get_filesystem_path(self, component: C) -> str:
        """Return the path of *component* on this machine; raise ComponentNotInLocationError or an AccessorError."""
        return self.get_filesystem_paths([component])[0]

    def get_filesystem_paths(self, components: Iterable[C]) -> list[str]:
        """Return the path of each of *components* on this machine, found in one query.

        Raise ComponentNotInLocationError where one is not here, AccessorUnsupportedOperationError where there are no
        paths, and LocationError without an accessor.
        """
        location = cast("Entity", self)
        files = location.session._files
        accessor = files.accessor(location)
        return [accessor.get_filesystem_path(found) for found in files.resource_identifiers(location, components)]

    def get_url(self, component: C) -> str:
        """Return an address to fetch the data of *component* at; raise AccessorUnsupportedOperationError without."""
        files = cast("Entity", self).session._files
        return files.accessor(cast("Entity", self)).get_url(self.get_resource_identifier(component))

    def get_thumbnail_url(self, component: C, size: int | None = None) -> str:
        """Return the address of a preview of *component*, of at most *size* pixels.

        Raise AccessorUnsupportedOperationError where this location has none.
        """
        files = cast("Entity", self).session._files
        return files.accessor(cast("Entity", self)).get_thumbnail_url(self.get_resource_identifier(component), size)


def _storage(location: object) -> Storage:
    entity = cast("Entity", location)
    return entity.session._files.storage(entity)


def _checked(name: str, value: Any, expected: type) -> Any:
    """Return *value*, or None where it stands for nothing; raise AttributeValueError where it is no *expected*."""
    from ..errors import AttributeValueError
    from ..symbols import NOT_SET

    if value is None or value is NOT_SET:
        return None
    if not isinstance(value, expected):
        raise AttributeValueError("Location", name, f"a {expected.__name__}", value)
    return value
