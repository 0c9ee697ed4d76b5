"""Carries out encodings in the background, a few at a time, and writes down how each ended (protocol section 6.4)."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from ..batch import Change
from ..caller import Caller
from ..datetimes import now
from ..faults import Fault
from ..store import Store
from .encoding import MOVIE, STILL, Encoding, Encodings, create
from .media import Converter, EncodingError
from .storage import FileStorage

logger = logging.getLogger(__name__)

SERVER_LOCATION: Final = "3a372bde-05bc-11e4-8908-20c9d081909b"
CONCURRENCY: Final = 2
"""Encodings that run at once."""

_ENDED: Final = frozenset({"done", "failed"})

Operation = Mapping[str, object]


class Encoder:
    """The encodings of one server: begun when a batch that asks for one is committed, and when the server starts."""

    def __init__(self, store: Store, storage: FileStorage, encodings: Encodings) -> None:
        """Read and write files of *storage*; nothing runs before `start`."""
        self._store = store
        self._storage = storage
        self.encodings = encodings
        self.converter = Converter()
        self._pool = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="ftrack-sandbox-encoder")
        self._lock = threading.Lock()
        self._stopped = False

    def start(self) -> None:
        """Go on with what waited when the server ended; what ran then has failed."""
        for encoding in self.encodings.all():
            status = self._status(encoding)
            if status == "running":
                self._fail(encoding, "the server ended while it was encoded")
            elif status == "queued":
                self._submit([encoding])
            else:
                self.encodings.forget(encoding)

    def stop(self) -> None:
        """End what runs, as failed; what waits begins with the next start."""
        with self._lock:
            self._stopped = True
        self._pool.shutdown(wait=False, cancel_futures=True)  # before a thread is free to take what waits
        self.converter.stop()
        self._pool.shutdown(wait=True)

    def notice(self, changes: Sequence[Change], _caller: Caller) -> None:
        """Begin what a batch asked for; a hook for `Store.after_commit`."""
        jobs = [str(each.key[0]) for each in changes if each.action == "add" and each.entity_type == "Job"]
        if jobs:
            self._submit(self.encodings.of(jobs))

    def _submit(self, encodings: Iterable[Encoding]) -> None:
        with self._lock:
            if not self._stopped:
                for encoding in encodings:
                    self._pool.submit(self._run, encoding)

    def _run(self, encoding: Encoding) -> None:
        """Carry out an encoding; the job tells how it ended, whatever happens."""
        try:
            if self._status(encoding) != "queued":
                self.encodings.forget(encoding)  # the job was deleted, or somebody else ended it
                return
            self._execute(encoding, [_update("Job", encoding.job_id, status="running")])
            self._produce(encoding)
        except EncodingError as error:
            self._fail(encoding, str(error))
        except Exception as error:
            logger.exception("An encoding failed unexpectedly")
            self._fail(encoding, f"the server failed ({type(error).__name__}: {error}); its log has the details")

    def _produce(self, encoding: Encoding) -> None:
        """Make the files of an encoding; none that is not kept is left once the job says that it failed."""
        made: dict[str, Path] = {}
        try:
            facts = self._convert(encoding, made)
            self._keep(encoding, made, facts)
        finally:
            for path in made.values():
                path.unlink(missing_ok=True)

    def _convert(self, encoding: Encoding, made: dict[str, Path]) -> dict[str, Any]:
        """Write every format to a file of its own in *made*, and return what players want to know."""
        source = self._storage.find(encoding.source_id)
        if source is None:
            raise EncodingError(f"the file of the component {encoding.source_id} is not on this server")
        made |= {kind: self._storage.temporary(".mp4" if kind == MOVIE else ".jpg") for kind in encoding.outputs}
        if MOVIE not in made:
            self.converter.still(source, made[STILL])
            return {"format": "image"}
        movie = self.converter.movie(source, made[MOVIE])
        self.converter.still(made[MOVIE], made[STILL])
        return movie.review_metadata()

    def _keep(self, encoding: Encoding, made: Mapping[str, Path], facts: Mapping[str, Any]) -> None:
        """Give the files to their components, and write all that follows in one batch."""
        sizes = {kind: path.stat().st_size for kind, path in made.items()}
        for kind, path in made.items():
            self._storage.keep(path, encoding.outputs[kind])
        self._execute(encoding, _result(encoding, sizes, facts))
        self.encodings.forget(encoding)

    def _fail(self, encoding: Encoding, reason: str) -> None:
        """Write the reason into the job, and remove the components that have no contents."""
        data = json.dumps({**encoding.data, "error": reason})
        finished = {"__type__": "datetime", "value": now()}
        removals = [_delete("FileComponent", each) for each in encoding.outputs.values()]
        try:
            if self._status(encoding) not in {None, *_ENDED}:
                job = _update("Job", encoding.job_id, status="failed", data=data, finished_at=finished)
                self._execute(encoding, [job, *removals])
            else:
                self._execute(encoding, removals)
            self.encodings.forget(encoding)
        except Exception:
            logger.exception("The job %s cannot be marked as failed", encoding.job_id)

    def _execute(self, encoding: Encoding, operations: Sequence[Operation]) -> list[Any]:
        try:
            return self._store.execute(operations, encoding.caller)
        except Fault as fault:
            raise EncodingError(f"its result cannot be written: {fault.content}") from fault

    def _status(self, encoding: Encoding) -> str | None:
        """Return the status of the job, or None where it was deleted."""
        query = {"action": "query", "expression": f'select status from Job where id is "{encoding.job_id}"'}
        (answer,) = self._execute(encoding, [query])
        return next((str(row["status"]) for row in answer["data"]), None)


def _result(encoding: Encoding, sizes: Mapping[str, int], facts: Mapping[str, Any]) -> list[Operation]:
    """Return what is written when an encoding is done."""
    operations: list[Operation] = []
    for kind, component_id in encoding.outputs.items():
        operations.append(_update("FileComponent", component_id, size=sizes[kind]))
        place = {"location_id": SERVER_LOCATION, "resource_identifier": component_id}
        operations.append(create("ComponentLocation", component_id=component_id, **place))
    shown = encoding.outputs.get(MOVIE, encoding.outputs[STILL])
    meta = {"key": "ftr_meta", "value": json.dumps(facts), "parent_id": shown, "parent_type": "FileComponent"}
    operations.append(create("Metadata", **meta))
    if encoding.version_id is not None:
        operations.append(_update("AssetVersion", encoding.version_id, thumbnail_id=encoding.outputs[STILL]))
    if not encoding.keep_original:
        operations.append(_delete("FileComponent", encoding.source_id))
    finished = {"__type__": "datetime", "value": now()}
    return [*operations, _update("Job", encoding.job_id, status="done", finished_at=finished)]


def _update(entity_type: str, entity_id: str, **data: object) -> Operation:
    return {"action": "update", "entity_type": entity_type, "entity_key": [entity_id], "entity_data": data}


def _delete(entity_type: str, entity_id: str) -> Operation:
    return {"action": "delete", "entity_type": entity_type, "entity_key": [entity_id]}
