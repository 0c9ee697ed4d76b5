"""Owns uploads in parts: several at once, each sent again by itself where it fails (protocol section 6.2)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import IO, TYPE_CHECKING, Any, Final

from ..errors import AccessorOperationFailedError, FtrackError, TransferCancelledError
from ..redaction import hidden
from .transfer_options import MEBIBYTE
from .upload_window import SharedFile, Window

if TYPE_CHECKING:
    from ..session import Session
    from .upload_request import Sender

_SIZES: Final = ((128 * MEBIBYTE, 8), (1024 * MEBIBYTE, 16), (8 * 1024 * MEBIBYTE, 32), (64 * 1024 * MEBIBYTE, 64))
"""Up to how many bytes of a file its parts have how many MiB (protocol section 6.2)."""

LARGEST: Final = 1280 * 1024 * MEBIBYTE
"""Bytes of the largest file that the server takes."""


def part_size(size: int) -> int:
    """Return the bytes of each part but the last, of a file of *size* bytes."""
    return next((part for limit, part in _SIZES if size <= limit), 128) * MEBIBYTE


def upload_parts(session: Session, sender: Sender, file: IO[bytes], name: str, size: int, checksum: str) -> None:
    """Upload *file*, of *size* bytes and with this MD5, in parts; raise AccessorOperationFailedError."""
    component_id = sender.component_id
    if size > LARGEST:
        raise AccessorOperationFailedError("upload", component_id, f"{size} bytes are more than the server takes")
    step = part_size(size)
    starts = range(0, size, step)
    upload_id, urls = _begin(session, component_id, name, size, checksum, len(starts))
    shared = SharedFile(file)

    def send(index: int) -> str:
        start = starts[index]
        length = min(step, size - start)
        meter = sender.meter
        response = sender.put(urls[index], {}, lambda: Window(shared, start, length, component_id, meter))
        tag = response.headers.get("ETag", "").strip('"')
        if response.status_code != 200 or not tag:
            reason = f"Failed to upload part {index + 1}: the server answered without an ETag"
            raise AccessorOperationFailedError("upload", component_id, reason)
        return tag

    workers = min(sender.meter.options.parts_at_once, len(starts))
    with ThreadPoolExecutor(workers, thread_name_prefix="ftrack-part") as pool:
        futures = [pool.submit(send, index) for index in range(len(starts))]
        stopping = True
        try:
            finished, _ = wait(futures, return_when=FIRST_EXCEPTION)
            stopping = any(each.exception() for each in finished)
        finally:
            if stopping:
                sender.meter.stop()
                pool.shutdown(cancel_futures=True)
    _complete(session, component_id, upload_id, _tags(futures, component_id))


def _tags(futures: Sequence[Future[str]], component_id: str) -> list[str]:
    """Return the tags of all parts; raise why one failed, and say how many arrived."""
    errors = [error for each in futures if not each.cancelled() and (error := each.exception()) is not None]
    if not errors:
        return [each.result() for each in futures]
    first = next((each for each in errors if not isinstance(each, TransferCancelledError)), errors[0])
    if not isinstance(first, AccessorOperationFailedError):
        raise first
    arrived = sum(1 for each in futures if not each.cancelled() and each.exception() is None)
    reason = f"{first.error}; {arrived} of {len(futures)} parts had arrived"
    raise AccessorOperationFailedError("upload", component_id, reason) from None


def _begin(
    session: Session, component_id: str, name: str, size: int, checksum: str, parts: int
) -> tuple[str, list[str]]:
    """Return the id of a new upload, and the address of each part in order."""
    operation = {
        "action": "get_upload_metadata",
        "component_id": component_id,
        "file_name": name,
        "file_size": size,
        "checksum": checksum,
        "parts": parts,
    }
    (answer,) = session._state.call([operation])
    try:
        urls = {int(each["part_number"]): hidden(str(each["signed_url"])) for each in answer["urls"]}
        return str(answer["upload_id"]), [urls[number] for number in range(1, parts + 1)]
    except (KeyError, TypeError, ValueError):
        reason = f"Failed to get upload metadata: the server has no address for each of {parts} parts"
        raise AccessorOperationFailedError("upload", component_id, reason) from None


def _complete(session: Session, component_id: str, upload_id: str, tags: Sequence[str]) -> None:
    """Make the server put the parts together; raise AccessorOperationFailedError, as where the MD5 is another."""
    operation: dict[str, Any] = {
        "action": "complete_multipart_upload",
        "component_id": component_id,
        "upload_id": upload_id,
        "parts": [{"part_number": number, "e_tag": tag} for number, tag in enumerate(tags, start=1)],
    }
    try:
        session._state.call([operation])
    except FtrackError as error:
        raise AccessorOperationFailedError("upload", component_id, f"Failed to complete it: {error}") from error
