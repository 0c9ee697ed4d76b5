"""Owns what can be done with components, and the making of components in versions (session.md section 15)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

if TYPE_CHECKING:
    from ..entity import Entity

C = TypeVar("C", bound="Entity")
"""The studio's components; `L` are its locations."""

L = TypeVar("L", bound="Entity")


class HasAvailability(Generic[L]):
    """A component, which is in some locations and not in others."""

    __slots__ = ()

    def get_availability(self, locations: Iterable[L] | None = None) -> dict[str, float]:
        """Return how much of this component is in each of *locations*, by default all: per cent by location id."""
        component = cast("Entity", self)
        return component.session._files.availabilities([component], locations)[0]


class CreatesComponents(Generic[C, L]):
    """A version, which is made of components."""

    __slots__ = ()

    def create_component(
        self,
        path: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        data: Mapping[str, Any] | None = None,
        location: L | Literal["auto"] | None = None,
    ) -> C:
        """Return a new component of this version for the data at *path*; see `Session.create_component`.

        Without a *location* it is not copied anywhere, and is sent with the next commit.
        """
        version = cast("Entity", self)
        values = {name: value for name, value in (data or {}).items() if name != "version_id"}
        values["version"] = version
        return cast("C", version.session._files.create(path, values, location))
