"""Owns the part of a file that one request sends: read from the file as it goes out, by several threads at once."""

from __future__ import annotations

import threading
from typing import IO

from .transfer_meter import Meter


class SharedFile:
    """A file that several threads read, each where it wants."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read *file*."""
        self._file = file
        self._lock = threading.Lock()

    def read(self, offset: int, count: int) -> bytes:
        """Return at most *count* bytes from *offset* on."""
        with self._lock:
            self._file.seek(offset)
            return self._file.read(count)


class Window:
    """The bytes of a file from *start* on, *size* of them, as the body of a request."""

    def __init__(self, file: SharedFile, start: int, size: int, name: str, meter: Meter) -> None:
        """Count what is read as moved for the resource *name*."""
        self._file = file
        self._start = start
        self._size = size
        self._name = name
        self._meter = meter
        self._done = 0

    def __len__(self) -> int:
        return self._size

    def __bool__(self) -> bool:
        # Also without bytes it is a body.
        return True

    def read(self, limit: int = -1) -> bytes:
        """Return what follows, at most *limit* bytes of it; raise TransferCancelledError."""
        left = self._size - self._done
        chunk = self._file.read(self._start + self._done, left if limit < 0 else min(limit, left))
        self._done += len(chunk)
        if chunk:
            self._meter.moved(self._name, len(chunk))
        return chunk

    def take_back(self) -> None:
        """Say that nothing of it has arrived; it is sent again by another."""
        if self._done:
            self._meter.moved(self._name, -self._done)
