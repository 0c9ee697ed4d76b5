"""Owns what an entity hangs on: its parents up to the project, read from the database level by level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs
import sqlalchemy as sql

from ..batch import Row
from ..model import EntityModel
from ..sources import Storage
from ..tables import TYPE

PARENTS: Final[Mapping[str, tuple[str, ...]]] = {
    # Attribute with the id of the parent, by type, whose subtypes have it too; the first that is set counts.
    "Context": ("parent_id",),
    "Asset": ("context_id",),
    "AssetVersion": ("asset_id",),
    "Component": ("version_id", "container_id"),
    "ComponentLocation": ("component_id",),
    "Note": ("parent_id",),
    **dict.fromkeys(("NoteComponent", "NoteLabelLink", "Recipient"), ("note_id",)),
    **dict.fromkeys(("Appointment", "Manager", "Timelog", "Timer"), ("context_id",)),
    **dict.fromkeys(("TypedContextLink", "AssetVersionLink", "CustomAttributeLink"), ("from_id",)),
    **dict.fromkeys(("CalendarEvent", "List", "ReviewSession", "ReviewSessionFolder"), ("project_id",)),
    **dict.fromkeys(("ReviewSessionInvitee", "ReviewSessionObject"), ("review_session_id",)),
    "ListObject": ("list_id",),
    "JobComponent": ("job_id",),
    "SplitTaskPart": ("task_id",),
    "UserSecurityRoleProject": ("project_id",),
    **dict.fromkeys(("EntitySetting", "Metadata"), ("parent_id",)),
}

_OWNERS: Final = (
    *("Context", "AssetVersion", "Asset", "Component", "Resource", "List", "Note"),
    *("ReviewSession", "ReviewSessionObject", "ListObject"),
)
"""Roots of the types that an id of any type can name, the most likely first."""

_CHUNK: Final = 500


@attrs.frozen
class Placed:
    """A row that others hang on."""

    entity: EntityModel
    row: Row


class Ancestry:
    """The rows above those of one batch. Ids are unique over all types."""

    def __init__(self, storage: Storage, connection: sql.Connection) -> None:
        """Read from *connection*."""
        self._storage = storage
        self._connection = connection
        self._known: dict[object, Placed | None] = {}

    def add(self, entity: EntityModel, row: Row) -> None:
        """Take a row from the batch itself; that of a removed entity is nowhere else."""
        if len(entity.key_columns) == 1:
            self._known[row[entity.key_columns[0]]] = Placed(entity, row)

    def get(self, entity_id: object) -> Placed | None:
        """Return what has an id, where it was loaded."""
        return self._known.get(entity_id)

    def parent_id(self, placed: Placed) -> object:
        """Return the id of what an entity hangs on, or None."""
        return self._parent(placed)[0]

    def chain(self, placed: Placed) -> list[Placed]:
        """Return an entity, its parent, and so on; the project is the last."""
        found = [placed]
        above = self.get(self.parent_id(placed))
        while above is not None and all(above.row is not each.row for each in found):
            found.append(above)
            above = self.get(self.parent_id(above))
        return found

    def load(self, placed: Iterable[Placed]) -> None:
        """Load everything above *placed*, by a query for each level and table."""
        level = list(placed)
        while level:
            wanted: dict[str | None, dict[object, None]] = {}
            for each in level:
                parent_id, target = self._parent(each)
                if parent_id is not None and parent_id not in self._known:
                    wanted.setdefault(target, {})[parent_id] = None
            level = [row for target, ids in wanted.items() for row in self.find(ids, target)]

    def find(self, ids: Iterable[object], target: str | None = None) -> list[Placed]:
        """Load the entities of some ids, of the type *target* or of any, and return those that were not known."""
        missing = dict.fromkeys(each for each in ids if each not in self._known)
        found: list[Placed] = []
        for name in _OWNERS if target is None else (target,):
            if missing and name in self._storage.model.entities:
                rows = self._rows(self._storage.entity(name), list(missing))
                found.extend(rows.values())
                self._known.update(rows)
                missing = {each: None for each in missing if each not in rows}
        self._known.update(missing)
        return found

    def _parent(self, placed: Placed) -> tuple[object, str | None]:
        """Return the id of the parent, or None, and the type that the reference names; None for any."""
        entity = placed.entity
        for name in entity.lineage:
            for attribute in PARENTS.get(name, ()):
                if attribute not in entity.attributes:
                    continue
                column = entity.column(attribute)
                parent_id = placed.row.get(column)
                if parent_id is not None:
                    relation = entity.reference_by_column.get(column)
                    return parent_id, None if relation is None else relation.target
        return None, None

    def _rows(self, entity: EntityModel, ids: list[object]) -> dict[object, Placed]:
        table = self._storage.tables[entity.table]
        (key,) = entity.key_columns
        found: dict[object, Placed] = {}
        for start in range(0, len(ids), _CHUNK):
            statement = sql.select(table).where(table.c[key].in_(ids[start : start + _CHUNK]))
            for row in self._connection.execute(statement).mappings():
                concrete = self._storage.entity(row[TYPE]) if entity.typed else entity
                found[row[key]] = Placed(concrete, dict(row))
        return found
