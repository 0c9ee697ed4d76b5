"""Owns `Structure`, which says where the data of a component goes, and the plain ones (session.md section 24).

A studio's own derives from it; docs/files.md shows how.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..entity import Entity


class Structure(abc.ABC):
    """Says for each component which resource identifier it has in a location."""

    path_separator = "/"
    """What stands between the parts of an identifier; accessors turn it into what their machine has."""

    def __init__(self, prefix: str = "") -> None:
        """Put *prefix* in front of every identifier, where the structure has use for one."""
        self.prefix = prefix

    @abc.abstractmethod
    def get_resource_identifier(self, entity: Entity, context: Mapping[str, Any] | None = None) -> str:
        """Return the identifier of a component; *context* has its ``source_resource_identifier``, where it has one.

        Raise StructureError where that cannot be said, and NotImplementedError for another type of entity.
        """

    def prepare(self, entities: Sequence[Entity]) -> None:  # noqa: B027 - few structures have something to load
        """Load at once what `get_resource_identifier` will read of *entities*; by default, nothing."""

    def _get_sequence_expression(self, sequence: Entity) -> str:
        """Return what stands for the frame number in the name of a sequence: ``%04d``, or ``%d`` without padding."""
        padding = sequence["padding"]
        return f"%0{padding}d" if padding else "%d"


class OriginStructure(Structure):
    """Leaves data where it is."""

    def get_resource_identifier(self, entity: Entity, context: Mapping[str, Any] | None = None) -> str:
        """Return the ``source_resource_identifier`` of the *context*; raise ValueError where it has none."""
        found = (context or {}).get("source_resource_identifier")
        if found is None:
            raise ValueError(f"the place of {entity!r} cannot be told without a source_resource_identifier")
        return str(found)


class EntityIdStructure(Structure):
    """Names data after the component alone."""

    def get_resource_identifier(self, entity: Entity, context: Mapping[str, Any] | None = None) -> str:
        """Return the id of the component."""
        return str(entity["id"])


class IdStructure(Structure):
    """Spreads data over folders named after the component's id, so that none of them has many entries."""

    def get_resource_identifier(self, entity: Entity, context: Mapping[str, Any] | None = None) -> str:
        """Return ``prefix/1/2/3/4/rest of the id``, with what the type of component needs behind it (section 8.4)."""
        if entity.entity_type == "FileComponent":
            container = entity["container"]
            if container:
                parts = [*self._folders(container["id"]), self._member(entity, container)]
            else:
                *folders, last = self._folders(entity["id"])
                parts = [*folders, f"{last}{entity['file_type'] or ''}"]
        elif entity.entity_type == "SequenceComponent":
            name = f"file.{self._get_sequence_expression(entity)}{entity['file_type'] or ''}"
            parts = [*self._folders(entity["id"]), name]
        elif entity.entity_type == "ContainerComponent":
            parts = self._folders(entity["id"])
        else:
            raise NotImplementedError(f"{type(self).__name__} has no place for a {entity.entity_type}")
        return self.path_separator.join(parts).strip(self.path_separator)

    def _folders(self, entity_id: str) -> list[str]:
        return [self.prefix, *entity_id[:4], entity_id[4:]]

    def _member(self, entity: Entity, container: Entity) -> str:
        if container.entity_type == "SequenceComponent":
            return f"file.{entity['name']}{entity['file_type'] or ''}"
        return f"{entity['id']}{entity['file_type'] or ''}"
