"""Owns copies to a disk that go on where an earlier one broke off: the part beside the target, and its record."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Generator
from typing import Any, Final, cast

import attrs

from ..data import File
from ..errors import AccessorResourceExistsError
from .accessor import Accessor
from .disk import DiskAccessor, publish, translated
from .transfer_copy import digest_of, pump, stamp, verify_file
from .transfer_meter import Meter
from .transfer_options import MEBIBYTE, TransferOptions

EVERY: Final = 256 * MEBIBYTE
"""Bytes after which the record is renewed, so that a machine that stops loses no more than that."""


@attrs.frozen
class Part:
    """What was copied so far of one file: the data, and the record of what it is a copy of."""

    path: str
    source: str

    @property
    def record(self) -> str:
        """The path of the record."""
        return f"{self.path}.json"

    def copied(self, facts: tuple[int, int]) -> int:
        """Return how many bytes can be relied on, where the source is still the one of the record."""
        try:
            with open(self.record, encoding="utf-8") as file:
                record = json.load(file)
            known = (record["source"], record["size"], record["changed"])
            if known != (self.source, *facts):
                return 0
            return min(int(record["copied"]), os.path.getsize(self.path))
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def save(self, facts: tuple[int, int], copied: int) -> None:
        """Write down how many bytes were copied, in one step; raise OSError."""
        size, changed = facts
        record = {"source": self.source, "size": size, "changed": changed, "copied": copied}
        temporary = f"{self.record}.new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(record, file)
        os.replace(temporary, self.record)

    def remove(self) -> None:
        """Remove the data and the record."""
        for path in (self.record, f"{self.record}.new", self.path):
            with contextlib.suppress(OSError):
                os.unlink(path)


class SavingMeter:
    """A meter that also keeps the record of a part."""

    def __init__(self, meter: Meter, part: Part, written: File[bytes], facts: tuple[int, int], copied: int) -> None:
        """Start with *copied* bytes in *written*, of a source with these *facts*."""
        self._meter = meter
        self._part = part
        self._written = written
        self._facts = facts
        self._saved = self.copied = copied

    @property
    def options(self) -> TransferOptions:
        """How data is transferred."""
        return self._meter.options

    def check(self) -> None:
        """Raise TransferCancelledError where transfers must stop."""
        self._meter.check()

    def moved(self, file: str, size: int) -> None:
        """Count bytes, and renew the record from time to time."""
        self.copied += size
        if self.copied - self._saved >= EVERY:
            self.save()
        self._meter.moved(file, size)

    def save(self) -> None:
        """Renew the record once the data is on the disk; raise OSError."""
        self._written.flush()
        os.fsync(self._written.wrapped_file.fileno())
        self._part.save(self._facts, self.copied)
        self._saved = self.copied


def resumed(data: File[bytes], source: str, target: Accessor, identifier: str, meter: Meter) -> bool:
    """Copy *data* to a new resource, from where the last try ended; return False where that cannot be done there.

    It can on disks, by one process at a time. Raise an AccessorError, after which the part stays, or
    TransferCancelledError, after which nothing does where it was asked for.
    """
    facts = stamp(data)
    if not isinstance(target, DiskAccessor) or facts is None:
        return False
    path = target.get_filesystem_path(identifier)
    with translated("create", identifier):
        if os.path.lexists(path):
            raise AccessorResourceExistsError("create", identifier)
        origin = cast("str", data.wrapped_file.name)
        part = Part(_part_path(path), os.path.abspath(origin))
        with _opened(part) as written:
            if written is None:
                return False
            try:
                _go_on(data, source, written, identifier, SavingMeter(meter, part, written, facts, part.copied(facts)))
                publish(part.path, path)
            except BaseException:
                if meter.cancelled:
                    part.remove()
                raise
            part.remove()
    return True


def _go_on(data: File[bytes], source: str, written: File[bytes], identifier: str, meter: SavingMeter) -> None:
    start = meter.copied
    written.wrapped_file.truncate(start)
    written.seek(start)
    data.seek(start)
    meter.save()
    try:
        if start:
            meter.copied = 0
            meter.moved(identifier, start)
        pump(data, source, written, identifier, meter, start)
    except BaseException:
        with contextlib.suppress(OSError):
            written.flush()
            meter.copied = min(meter.copied, os.path.getsize(cast("str", written.wrapped_file.name)))
            meter.save()
        raise
    if meter.options.verify == "checksum":
        data.seek(0)
        verify_file(written, identifier, digest_of(data, meter), meter)


def _part_path(path: str) -> str:
    folder, name = os.path.split(path)
    # Short, so that it fits wherever the name itself does.
    return os.path.join(folder, f".{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}.part")


@contextlib.contextmanager
def _opened(part: Part) -> Generator[File[bytes] | None, None, None]:
    """Give the file of a part to write, locked, or None where another process has it."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(part.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    with contextlib.closing(File(part.path, "r+b")) as written:
        yield written if _locked(written.wrapped_file.fileno()) and _is_at(written, part.path) else None


def _is_at(written: File[bytes], path: str) -> bool:
    """Tell whether a file is still that at *path*: whoever had it before may have finished, and removed it."""
    try:
        return os.path.samestat(os.fstat(written.wrapped_file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


def _locked(descriptor: int) -> bool:
    """Lock an open file until it is closed, or the process ends; return False where another has it."""
    try:
        import fcntl
    except ImportError:  # Windows
        locking: Any = __import__("msvcrt")
        try:
            locking.locking(descriptor, locking.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
