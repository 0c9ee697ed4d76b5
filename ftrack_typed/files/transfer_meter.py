"""Owns what transfers tell while they run: how far they are, and whether they must stop."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator
from typing import TYPE_CHECKING

from ..errors import TransferCancelledError
from .transfer_options import TransferOptions, TransferProgress

if TYPE_CHECKING:
    from .transfer_options import Report


class Meter:
    """Counts what several threads transfer together, and stops all of them. A failure of one stops the others."""

    def __init__(self, options: TransferOptions, report: Report | None, files: int, size: int | None) -> None:
        """Report on *files* of *size* bytes together."""
        self.options = options
        self._report = report
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._files_total = files
        self._bytes_total = size
        self._files = self._bytes = 0

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked for an end."""
        return self.options.cancel is not None and self.options.cancel.is_set()

    def check(self) -> None:
        """Raise TransferCancelledError where transfers must stop."""
        if self._stopped.is_set() or self.cancelled:
            raise TransferCancelledError

    def stop(self) -> None:
        """Make `check` raise from now on."""
        self._stopped.set()

    def moved(self, file: str, size: int) -> None:
        """Count *size* bytes of *file*, fewer than none where they are sent again; raise TransferCancelledError."""
        self.check()
        self._tell(file, size, 0)

    def finished(self, file: str) -> None:
        """Count a file that is whole."""
        self._tell(file, 0, 1)

    def _tell(self, file: str, size: int, files: int) -> None:
        with self._lock:
            self._bytes += size
            self._files += files
            if self._report is not None:
                done = TransferProgress(file, self._bytes, self._bytes_total, self._files, self._files_total)
                self._report(done)


@contextlib.contextmanager
def metering(options: TransferOptions, files: int, size: int | None) -> Generator[Meter, None, None]:
    """Give a meter for *files* of *size* bytes together, which reports where the options say."""
    if options.progress == "bar":
        from .transfer_bar import bar

        with bar() as report:
            yield Meter(options, report, files, size)
    else:
        yield Meter(options, options.progress, files, size)
