"""Owns the uploads in parts: the folder that each has until it is completed or given up (protocol section 6.2)."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
import shutil
import threading
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs
import cattrs

from .. import faults
from ..faults import Fault
from ..signatures import Signer
from .receiving import Received
from .storage import FileStorage, checked_id

_UPLOAD_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_FACTS: Final = "upload.json"
_WHOLE: Final = "whole"
_COMPLETED: Final = "completed.json"
_BLOCK: Final = 1024 * 1024
_SWEEP_EVERY: Final = 60 * 60
"""Seconds between two looks for uploads that were given up."""


@attrs.frozen
class _Upload:
    """What an upload in parts was announced as."""

    component_id: str
    size: int
    checksum: str | None
    parts: int
    expires: float


class MultipartUploads:
    """The uploads in parts of one server.

    Completing one again with the same parts gives the same answer: a client that lost the answer, or whose batch failed
    for another reason, may repeat it.
    """

    def __init__(self, storage: FileStorage, signer: Signer) -> None:
        """Keep parts below the folder of *storage*; time is told by the clock of *signer*."""
        self._storage = storage
        self._signer = signer
        self._assembling = threading.Lock()
        self._swept = 0.0
        self.sweep()

    def begin(self, component_id: str, size: int, checksum: str | None, parts: int, lifetime: float) -> str:
        """Begin an upload and return its id."""
        if self._signer.clock() - self._swept > _SWEEP_EVERY:
            self.sweep()
        upload_id = uuid.uuid4().hex
        folder = self._storage.uploads / upload_id
        folder.mkdir()
        upload = _Upload(component_id, size, checksum, parts, self._signer.clock() + lifetime)
        (folder / _FACTS).write_text(json.dumps(attrs.asdict(upload)), "utf-8")
        return upload_id

    def sweep(self) -> None:
        """Remove what belongs to uploads whose addresses have expired."""
        self._swept = self._signer.clock()
        for folder in self._storage.uploads.iterdir():
            upload = _read(folder)
            if upload is None or upload.expires < self._swept:
                shutil.rmtree(folder, ignore_errors=True)

    def size(self, upload_id: str) -> int:
        """Return the bytes of the whole file; raise Fault where the upload is over."""
        return self._open(upload_id)[1].size

    def add(self, upload_id: str, number: int, received: Received) -> None:
        """Take a part, in place of none before: which one counts, its checksum says when the upload is completed."""
        folder, _ = self._open(upload_id)
        received.path.replace(folder / _part_name(number, received.etag))

    def prepare(self, operation: Mapping[str, object]) -> None:
        """Put the parts of ``complete_multipart_upload`` together: what takes long, and changes nothing yet.

        Raises:
            Fault: no such upload, or the parts are not those of it, or not whole.
        """
        folder, upload, etags = self._checked(operation)
        with self._assembling:
            if _completed(folder) is None and not (folder / _WHOLE).exists():
                self._assemble(folder, upload, etags)

    def complete(self, operation: Mapping[str, object]) -> str:
        """Make the file of ``complete_multipart_upload`` that of its component, whose id is returned; raise Fault."""
        self.prepare(operation)
        folder, upload, etags = self._checked(operation)
        with self._assembling:
            done = _completed(folder)
            if done is None:
                self._storage.keep(folder / _WHOLE, upload.component_id)
                (folder / _COMPLETED).write_text(json.dumps(etags), "utf-8")
                for part in folder.glob("part-*"):
                    part.unlink(missing_ok=True)
            elif done != etags or self._storage.find(upload.component_id) is None:
                raise _refused("the upload was completed before, with other parts, or its file was removed since")
        return upload.component_id

    def _open(self, upload_id: object) -> tuple[Path, _Upload]:
        """Return the folder and the facts of an upload that is not given up."""
        known = isinstance(upload_id, str) and _UPLOAD_ID.fullmatch(upload_id) is not None
        folder = self._storage.uploads / str(upload_id)
        upload = _read(folder) if known else None
        if upload is None or upload.expires < self._signer.clock():
            raise _refused(f"there is no upload {faults.shown(upload_id)}: begin a new one with get_upload_metadata")
        return folder, upload

    def _checked(self, operation: Mapping[str, object]) -> tuple[Path, _Upload, list[str]]:
        component_id = checked_id(operation.get("component_id"), "complete_multipart_upload")
        folder, upload = self._open(operation.get("upload_id"))
        if component_id.lower() != upload.component_id.lower():
            raise _refused(f"the upload is of the component {upload.component_id}, not of {component_id}")
        return folder, upload, _etags(operation.get("parts"), upload.parts)

    def _assemble(self, folder: Path, upload: _Upload, etags: Sequence[str]) -> None:
        paths = [folder / _part_name(number, etag) for number, etag in enumerate(etags, start=1)]
        absent = [number for number, path in enumerate(paths, start=1) if not path.is_file()]
        if absent:
            raise _refused(f"no part of these numbers was uploaded with that e_tag: {_listed(absent)}")
        size = sum(path.stat().st_size for path in paths)
        if size != upload.size:
            raise _refused(f"the parts have {size} bytes together, not the {upload.size} that were announced")
        whole = self._storage.temporary()
        try:
            digest = _join(paths, whole)
            if upload.checksum not in {None, digest}:
                raise _refused(f"the MD5 of the whole is {digest}, not the {upload.checksum} that was announced")
            whole.replace(folder / _WHOLE)
        finally:
            whole.unlink(missing_ok=True)


def _join(paths: Sequence[Path], whole: Path) -> str:
    """Write the parts one after the other, and return the MD5 of all as base64."""
    md5 = hashlib.md5(usedforsecurity=False)
    with whole.open("xb") as target:
        for path in paths:
            with path.open("rb") as source:
                while block := source.read(_BLOCK):
                    md5.update(block)
                    target.write(block)
    return base64.b64encode(md5.digest()).decode("ascii")


def _etags(parts: object, expected: int) -> list[str]:
    """Return the checksums of the parts in order, where each is named once, in ascending order."""
    if not isinstance(parts, list) or not all(isinstance(part, Mapping) for part in parts):
        raise _refused('parts must be an array of objects such as {"part_number": 1, "e_tag": "..."}')
    numbers = [part.get("part_number") for part in parts]
    if numbers != list(range(1, expected + 1)) or any(isinstance(number, bool) for number in numbers):
        raise _refused(f"parts must be numbered from 1 to {expected}, ascending, each once; got {_listed(numbers)}")
    etags = [str(part.get("e_tag")).strip('"').lower() for part in parts]
    wrong = [number for number, etag in zip(numbers, etags, strict=True) if _UPLOAD_ID.fullmatch(etag) is None]
    if wrong:
        raise _refused(f"these parts have an e_tag that none was answered with: {_listed(wrong)}")
    return etags


def _listed(numbers: Sequence[object]) -> str:
    shown = [faults.shown(number) if not isinstance(number, int) else str(number) for number in numbers[:10]]
    return ", ".join([*shown, *(["..."] if len(numbers) > 10 else [])]) or "none"


def _part_name(number: int, etag: str) -> str:
    return f"part-{number:05d}-{etag}"


def _read(folder: Path) -> _Upload | None:
    """Return the facts of an upload, or None where the folder has none."""
    with contextlib.suppress(OSError, ValueError, cattrs.BaseValidationError):
        return cattrs.structure(json.loads((folder / _FACTS).read_text("utf-8")), _Upload)
    return None


def _completed(folder: Path) -> object:
    """Return the checksums that an upload was completed with, or None where it was not."""
    with contextlib.suppress(FileNotFoundError):
        return json.loads((folder / _COMPLETED).read_text("utf-8"))
    return None


def _refused(reason: str) -> Fault:
    return faults.validation(f"complete_multipart_upload: {reason}")
