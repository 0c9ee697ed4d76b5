"""Owns uploads to the server: where to, with which checksum, whole or in parts (protocol sections 6.1 and 6.2)."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import IO, TYPE_CHECKING

from ..errors import AccessorOperationFailedError, FtrackError, TransferCancelledError
from ..redaction import hidden
from ..symbols import CHUNK_SIZE
from .transfer_meter import Meter
from .transfer_options import current_options
from .upload_parts import part_size, upload_parts
from .upload_request import Sender
from .upload_window import SharedFile, Window

if TYPE_CHECKING:
    from ..session import Session


def upload(
    session: Session, timeout: float | None, component_id: str, file: IO[bytes], meter: Meter | None = None
) -> None:
    """Upload all of *file* as the data of a component; raise AccessorOperationFailedError.

    What is sent is read as it goes out: memory does not grow with the size of the file.
    """
    with session.auto_populating(True):
        component = session.get("Component", component_id)
        if component is None:
            raise AccessorOperationFailedError("upload", component_id, "Unable to retrieve component with that id")
        name = f"{component['name']}{component['file_type'] or ''}"
    options = current_options() if meter is None else meter.options
    if meter is None:
        meter = Meter(options, None, 1, None)
    size, checksum = measured(file, meter)
    sender = Sender(component_id, timeout, meter)
    try:
        if size > options.multipart_above and size > 2 * part_size(size):
            upload_parts(session, sender, file, name, size, checksum)
            return
        metadata = hidden(session.get_upload_metadata(component_id, name, size, checksum))
    except (AccessorOperationFailedError, TransferCancelledError):
        raise
    except FtrackError as error:
        raise AccessorOperationFailedError("upload", component_id, f"Failed to get upload metadata: {error}") from error
    shared = SharedFile(file)
    sender.put(
        metadata["url"],
        metadata.get("headers") or {},
        lambda: Window(shared, 0, size, component_id, sender.meter),
    )


def measured(file: IO[bytes], meter: Meter) -> tuple[int, str]:
    """Return the size of a whole file in bytes, and its MD5 as base64; raise TransferCancelledError."""
    digest = hashlib.md5(usedforsecurity=False)
    file.seek(0)
    while chunk := file.read(CHUNK_SIZE):
        digest.update(chunk)
        meter.check()
    return file.seek(0, os.SEEK_END), base64.b64encode(digest.digest()).decode("ascii")
