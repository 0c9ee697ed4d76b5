"""Two entity types with custom attributes, as a generated package would have them, for `accepts` and `rejects`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ftrack_typed.attributes import Attr, Ref, attribute
from ftrack_typed.custom_attributes import ComputedCustomAttr, CustomAttr, CustomAttributes, custom_attribute
from ftrack_typed.declaration import entity
from ftrack_typed.entities import TypedContext
from ftrack_typed.entity import Entity
from ftrack_typed.symbols import NOT_SET


class ShotCustomAttributes(CustomAttributes):
    """Custom attributes of Shot."""

    code: ComputedCustomAttr[str] = custom_attribute("expression")
    """Name for the cutting room."""

    difficulty: CustomAttr[Literal["easy", "hard"]] = custom_attribute("enumerator")
    """What the supervisor thinks."""

    fps: CustomAttr[float] = custom_attribute("number")
    """Frames per second."""

    handles: CustomAttr[float | None] = custom_attribute("number", hierarchical=True)
    """Frames before and after the cut."""


@entity(custom_attributes="ShotCustomAttributes")
class Shot(TypedContext):
    """A continuous piece of picture."""

    entity_type: ClassVar = "Shot"

    if TYPE_CHECKING:

        def _ftrack_custom_attributes(self) -> ShotCustomAttributes: ...


@entity
class Plate(Entity):
    """Filmed material for a shot."""

    entity_type: ClassVar = "Plate"

    shot: Ref[Shot] = attribute(default=NOT_SET)
    """Where it is used."""

    name: Attr[str] = attribute(default="")
    """Name of the roll."""
