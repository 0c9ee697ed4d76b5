"""Owns the action ``encode_media``: its job, the components that will come of it, and the note of what to do (6.4)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs
import sqlalchemy as sql

from .. import faults, writes
from ..batch import Batch
from ..caller import Caller
from ..store import Store
from .media import IMAGE_TYPES

MOVIE: Final = "video/mp4"
STILL: Final = "image/jpeg"

_NAMES: Final[Mapping[tuple[str, bool], tuple[str, str]]] = {
    # Name and ending of a component, by format and whether a movie goes with it: only what players show has a name
    # that they look for.
    (MOVIE, True): ("ftrackreview-mp4", ".mp4"),
    (STILL, True): ("thumbnail", ".jpg"),
    (STILL, False): ("ftrackreview-image", ".jpg"),
}

_PENDING: Final = sql.Table(
    "sandbox_encoding",
    sql.MetaData(),
    sql.Column("job_id", sql.String, primary_key=True),
    sql.Column("user_id", sql.String, nullable=False),
    sql.Column("username", sql.String, nullable=False),
    sql.Column("source_id", sql.String, nullable=False),
    sql.Column("version_id", sql.String),
    sql.Column("outputs", sql.String, nullable=False),
    sql.Column("keep_original", sql.Boolean, nullable=False),
)

Operation = Mapping[str, object]


@attrs.frozen
class Encoding:
    """One encoding that was asked for and is not finished."""

    job_id: str
    user_id: str
    username: str
    source_id: str
    version_id: str | None
    outputs: Mapping[str, str]
    """The id of the component for each format."""

    keep_original: bool

    @property
    def caller(self) -> Caller:
        """The user who asked for it."""
        return Caller(self.user_id, self.username)

    @property
    def data(self) -> dict[str, object]:
        """What the job says about itself."""
        output = [{"format": kind, "component_id": each} for kind, each in self.outputs.items()]
        return {"output": output, "source_component_id": self.source_id, "keep_original": self.keep_original}


class Encodings:
    """The encodings of one store that wait or run; they outlive the server."""

    def __init__(self, store: Store) -> None:
        """Keep them in a table of *store*, which is made where it is missing."""
        self._store = store
        with store.transaction() as connection:
            _PENDING.create(connection, checkfirst=True)

    def all(self) -> list[Encoding]:
        """Return every one."""
        return self._found(sql.select(_PENDING))

    def of(self, job_ids: Iterable[str]) -> list[Encoding]:
        """Return those of some jobs."""
        return self._found(sql.select(_PENDING).where(_PENDING.c.job_id.in_(list(job_ids))))

    def forget(self, encoding: Encoding) -> None:
        """Remove one that is finished."""
        with self._store.transaction() as connection:
            connection.execute(sql.delete(_PENDING).where(_PENDING.c.job_id == encoding.job_id))

    def _found(self, statement: sql.Select[Any]) -> list[Encoding]:
        with self._store.database.transaction(writing=False) as connection:
            rows: Sequence[Mapping[str, Any]] = list(map(dict, connection.execute(statement).mappings()))
        return [Encoding(**{**row, "outputs": json.loads(row["outputs"])}) for row in rows]


def encode_media(batch: Batch, operation: Operation) -> dict[str, object]:
    """Answer ``encode_media``: make the job and its components, and note what is to be done once that is committed.

    Raises:
        Fault: there is no such component or version.
    """
    source = _named(batch, operation, "component_id", "FileComponent")
    if source is None:
        raise faults.validation("encode_media: component_id must be the id of a component")
    version = _named(batch, operation, "version_id", "AssetVersion")
    keep = operation.get("keep_original", True)
    if not isinstance(keep, bool):
        raise faults.validation(f"encode_media: keep_original must be true or false, got {faults.shown(keep)}")
    is_movie = str(source["file_type"] or "").lower() not in IMAGE_TYPES
    encoding = Encoding(
        job_id=str(uuid.uuid4()),
        user_id=batch.caller.user_id,
        username=batch.caller.username,
        source_id=str(source["id"]),
        version_id=None if version is None else str(version["id"]),
        outputs={kind: str(uuid.uuid4()) for kind in ([MOVIE, STILL] if is_movie else [STILL])},
        keep_original=keep,
    )
    for new in _rows(encoding, is_movie):
        writes.create(batch, new)
    note = {**attrs.asdict(encoding), "outputs": json.dumps(encoding.outputs)}
    batch.connection.execute(sql.insert(_PENDING).values(**note))
    return {"job_id": encoding.job_id}


def create(entity_type: str, **data: object) -> dict[str, object]:
    """Return the operation that creates an entity."""
    return {"action": "create", "entity_type": entity_type, "entity_data": data}


def _rows(encoding: Encoding, is_movie: bool) -> Iterable[dict[str, object]]:
    """Yield the creation of the job, of its components, and of what links them."""
    data = json.dumps(encoding.data)
    yield create("Job", id=encoding.job_id, status="queued", user_id=encoding.user_id, data=data)
    for kind, component_id in encoding.outputs.items():
        name, file_type = _NAMES[kind, is_movie]
        named = {"id": component_id, "name": name, "file_type": file_type}
        yield create("FileComponent", **named, version_id=encoding.version_id)
        yield create("JobComponent", job_id=encoding.job_id, component_id=component_id)


def _named(batch: Batch, operation: Operation, name: str, entity_type: str) -> Mapping[str, Any] | None:
    """Return the row that an operation names, or None where it names none."""
    entity_id = operation.get(name)
    if entity_id is None:
        return None
    if not isinstance(entity_id, str):
        raise faults.validation(f"encode_media: {name} must be an id, as a text, got {faults.shown(entity_id)}")
    row = batch.row(batch.entity(entity_type), (entity_id,))
    if row is None:
        raise faults.no_entity(entity_type, [entity_id])
    return row
