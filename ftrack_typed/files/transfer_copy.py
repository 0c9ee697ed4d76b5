"""Owns the copying of one resource: by the fastest way that both ends allow, and verified before it gets its name."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from typing import IO, TYPE_CHECKING, Any, Final, cast

from ..data import Data, File
from ..errors import (
    AccessorError,
    AccessorOperationFailedError,
    AccessorUnsupportedOperationError,
    TransferVerificationError,
)
from ..symbols import CHUNK_SIZE
from .taking import TakesFiles
from .transfer_options import MEBIBYTE

if TYPE_CHECKING:
    from .accessor import Accessor
    from .transfer_meter import Meter
    from .transfer_resume import SavingMeter

SPAN: Final = 4 * MEBIBYTE
"""Bytes that the kernel copies between two looks at whether to stop."""

_NOT_HERE: Final = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM})
"""What kernels answer that cannot copy between two files, before anything was copied."""

Stamp = tuple[int, int]
"""Size in bytes, and time of the last change in nanoseconds."""


def size_of(accessor: Accessor, identifier: str) -> int | None:
    """Return the bytes of a resource that has a path, or None; raise an AccessorError."""
    try:
        return os.stat(accessor.get_filesystem_path(identifier)).st_size
    except (AccessorUnsupportedOperationError, OSError, ValueError):
        return None


def copy_data(source: Accessor, source_identifier: str, target: Accessor, identifier: str, meter: Meter) -> None:
    """Copy a resource to a new one; raise an AccessorError, of which nothing is left, or TransferCancelledError."""
    with contextlib.closing(source.open(source_identifier, "rb")) as data:
        if isinstance(target, TakesFiles) and isinstance(data, File):
            target.take_file(identifier, data.wrapped_file, meter)
            return
        if meter.options.resume and isinstance(data, File):
            from .transfer_resume import resumed

            if resumed(data, source_identifier, target, identifier, meter):
                return
        with target.new_resource(identifier) as written:
            digest = pump(data, source_identifier, written, identifier, meter)
            if digest is not None and isinstance(written, File):
                verify_file(written, identifier, digest, meter)
        if digest is not None and not isinstance(written, File):
            verify_resource(target, identifier, digest, meter)


def pump(
    data: Data[bytes], source: str, written: Data[bytes], target: str, meter: Meter | SavingMeter, start: int = 0
) -> bytes | None:
    """Copy all of *data* to *written*, both from *start* on; return its SHA-256 where it is to be verified by that."""
    before = stamp(data)
    if meter.options.verify == "checksum" and not start:
        digest = hashlib.sha256()
        count = _by_reading(data, source, written, target, meter, digest)
    else:
        digest = None
        count = _by_kernel(data, written, target, meter)
        count += _by_reading(data, source, written, target, meter, None)
    if before is not None:
        check_unchanged(data, source, before, start + count)
    return None if digest is None else digest.digest()


def _by_reading(
    data: Data[bytes], source: str, written: Data[bytes], target: str, meter: Meter | SavingMeter, digest: Any
) -> int:
    count = 0
    while True:
        try:
            chunk = data.read(CHUNK_SIZE)
        except OSError as error:
            raise AccessorOperationFailedError("read", source, error) from error
        if not chunk:
            return count
        written.write(chunk)
        if digest is not None:
            digest.update(chunk)
        count += len(chunk)
        meter.moved(target, len(chunk))


def _by_kernel(data: Data[bytes], written: Data[bytes], target: str, meter: Meter | SavingMeter) -> int:
    """Copy what the kernel can copy from file to file, and return how many bytes; the rest is to be read."""
    if not (hasattr(os, "copy_file_range") and isinstance(data, File) and isinstance(written, File)):
        return 0
    reading, writing = data.wrapped_file.fileno(), written.wrapped_file.fileno()
    count = 0
    while True:
        try:
            moved = os.copy_file_range(reading, writing, SPAN)
        except OSError as error:
            if count == 0 and error.errno in _NOT_HERE:
                return 0
            raise
        if moved == 0:
            return count
        count += moved
        meter.moved(target, moved)


def stamp(data: Data[bytes]) -> Stamp | None:
    """Return what tells whether a file was changed; None of data that is no file."""
    if not isinstance(data, File):
        return None
    facts = os.fstat(data.wrapped_file.fileno())
    return facts.st_size, facts.st_mtime_ns


def check_unchanged(data: Data[bytes], source: str, before: Stamp, count: int) -> None:
    """Raise TransferVerificationError unless *count* bytes are all of *data*, as it was *before*."""
    if count != before[0]:
        reason = f"it had {before[0]} bytes when the copy began, and {count} were read: it was changed meanwhile"
        raise TransferVerificationError("copy", source, reason)
    if stamp(data) != before:
        raise TransferVerificationError("copy", source, "it was changed while it was copied: copy it again")


def verify_file(written: File[bytes], target: str, digest: bytes, meter: Meter | SavingMeter) -> None:
    """Read again, from the disk where the system allows, what was written; raise TransferVerificationError."""
    written.flush()
    file = written.wrapped_file
    os.fsync(file.fileno())
    with open(cast("str", file.name), "rb") as again:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(again.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        _compare(digest_of(again, meter), digest, target)


def verify_resource(target: Accessor, identifier: str, digest: bytes, meter: Meter) -> None:
    """Read a resource again; remove it, and raise TransferVerificationError, where it is not what was written."""
    try:
        with contextlib.closing(target.open(identifier, "rb")) as again:
            _compare(digest_of(again, meter), digest, identifier)
    except BaseException:
        with contextlib.suppress(AccessorError):
            target.remove(identifier)
        raise


def digest_of(file: IO[bytes] | Data[bytes], meter: Meter | SavingMeter) -> bytes:
    """Return the SHA-256 of what follows in a file; raise TransferCancelledError."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK_SIZE):
        digest.update(chunk)
        meter.check()
    return digest.digest()


def _compare(found: bytes, expected: bytes, target: str) -> None:
    if found != expected:
        reason = f"the copy has the SHA-256 {found.hex()}, and {expected.hex()} was read: the storage altered it"
        raise TransferVerificationError("copy", target, reason)
