"""Owns the way of a file on a disk into a bucket: unchanged meanwhile, and read again where that is wanted."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING

from ...errors import AccessorOperationFailedError, TransferVerificationError
from ...symbols import CHUNK_SIZE
from ..transfer_copy import digest_of, verify_resource
from .upload import Upload
from .writer import S3Writer

if TYPE_CHECKING:
    from ..accessor import Accessor
    from ..transfer_meter import Meter


def take_file(accessor: Accessor, upload: Upload, file: IO[bytes], meter: Meter) -> None:
    """Upload all of *file*; raise TransferVerificationError where it was changed meanwhile, or others.

    With the option ``verify="checksum"`` read both again and compare SHA-256.
    """
    path = os.fspath(file.name)
    before = os.fstat(file.fileno())
    has_path = _is_at(path, before)
    try:
        if has_path:
            # boto3 reads each part where it lies, and holds none.
            upload.send_file(path, before.st_size, meter)
        else:
            _send_open_file(upload, file, meter)
        digest = _digest(file, meter)
    except OSError as error:
        upload.take_back()
        raise AccessorOperationFailedError("read", path, error) from error
    after = os.fstat(file.fileno())
    if _facts(before) != _facts(after) or _is_at(path, after) != has_path:
        upload.take_back()
        raise TransferVerificationError("copy", path, "it was changed while it was copied: copy it again")
    if digest is not None:
        verify_resource(accessor, upload.identifier, digest, meter)


def _is_at(path: str, facts: os.stat_result) -> bool:
    """Tell whether the file at *path* is the one with these facts: another program may have moved it."""
    try:
        return os.path.samestat(os.stat(path), facts)
    except OSError:
        return False


def _facts(result: os.stat_result) -> tuple[int, int]:
    return result.st_size, result.st_mtime_ns


def _digest(file: IO[bytes], meter: Meter) -> bytes | None:
    """Return the SHA-256 of all of a file where it is wanted."""
    if meter.options.verify != "checksum":
        return None
    file.seek(0)
    return digest_of(file, meter)


def _send_open_file(upload: Upload, file: IO[bytes], meter: Meter) -> None:
    file.seek(0)
    writer = S3Writer(upload)
    try:
        while chunk := file.read(CHUNK_SIZE):
            writer.write(chunk)
            meter.moved(upload.identifier, len(chunk))
    except BaseException:
        writer.discard()
        raise
    writer.close()
