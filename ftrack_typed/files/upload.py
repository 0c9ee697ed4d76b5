"""Owns uploads to the server: where to, with which checksum, and the bytes themselves (protocol section 6.1)."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import IO, TYPE_CHECKING

from ..errors import AccessorOperationFailedError, FtrackError
from ..symbols import CHUNK_SIZE

if TYPE_CHECKING:
    from ..session import Session
    from .http import FileHttp


def upload(session: Session, http: FileHttp, component_id: str, file: IO[bytes]) -> None:
    """Upload all of *file* as the data of a component; raise AccessorOperationFailedError."""
    component = session.get("Component", component_id)
    if component is None:
        raise AccessorOperationFailedError("upload", component_id, "Unable to retrieve component with that id")
    name = f"{component['name']}{component['file_type'] or ''}"
    size, checksum = measured(file)
    try:
        metadata = session.get_upload_metadata(component_id, name, size, checksum)
    except FtrackError as error:
        raise AccessorOperationFailedError("upload", component_id, f"Failed to get upload metadata: {error}") from error
    file.seek(0)
    http.put(component_id, metadata["url"], metadata.get("headers") or {}, file, size)


def measured(file: IO[bytes]) -> tuple[int, str]:
    """Return the size of a whole file in bytes, and its MD5 as base64."""
    digest = hashlib.md5(usedforsecurity=False)
    file.seek(0)
    while chunk := file.read(CHUNK_SIZE):
        digest.update(chunk)
    return file.seek(0, os.SEEK_END), base64.b64encode(digest.digest()).decode("ascii")
