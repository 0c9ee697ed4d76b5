"""Owns the writing of an object by what is written to it: sent as it comes, never held as a whole."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from ...data import Data
from ...errors import AccessorUnsupportedOperationError
from ..transfer_options import MEBIBYTE

if TYPE_CHECKING:
    from .upload import Upload


class DiscardedError(Exception):
    """Nobody wants what was written."""


class Pipe:
    """Passes data from the thread that writes to the one that uploads; the former waits for the latter."""

    def __init__(self, most: int = MEBIBYTE) -> None:
        """Hold at most *most* bytes, and what was written last."""
        self._most = most
        self._buffer = bytearray()
        self._changed = threading.Condition()
        self._is_ended = self._is_discarded = self._is_left = False
        self.size = 0

    def write(self, content: bytes) -> bool:
        """Pass on *content*, and return False where nobody reads any more."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._buffer) < self._most or self._is_left)
            self._buffer += content
            self.size += len(content)
            self._changed.notify_all()
            return not self._is_left

    def read(self, size: int = -1) -> bytes:
        """Return *size* bytes, fewer at the end only, or all; raise DiscardedError."""
        taken = bytearray()
        while size < 0 or len(taken) < size:
            with self._changed:
                self._changed.wait_for(lambda: self._buffer or self._is_ended or self._is_discarded)
                if self._is_discarded:
                    raise DiscardedError
                if not self._buffer:
                    break
                count = len(self._buffer) if size < 0 else min(size - len(taken), len(self._buffer))
                taken += self._buffer[:count]
                del self._buffer[:count]
                self._changed.notify_all()
        return bytes(taken)

    def end(self) -> None:
        """Say that nothing follows."""
        with self._changed:
            self._is_ended = True
            self._changed.notify_all()

    def discard(self) -> None:
        """Make the thread that reads stop."""
        with self._changed:
            self._is_discarded = True
            self._changed.notify_all()

    def leave(self) -> None:
        """Say that nobody reads any more."""
        with self._changed:
            self._is_left = True
            self._buffer.clear()
            self._changed.notify_all()


class _Sending:
    """A thread that uploads what comes out of a pipe."""

    def __init__(self, upload: Upload, pipe: Pipe) -> None:
        self._upload = upload
        self._pipe = pipe
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name="ftrack-s3-upload", daemon=True)

    def _run(self) -> None:
        try:
            self._upload.send_stream(self._pipe, lambda: self._pipe.size)
        except BaseException as error:
            self.error = error
        finally:
            self._pipe.leave()


class S3Writer(Data[bytes]):
    """The data of one object that is made: there when it is closed, and not before."""

    def __init__(self, upload: Upload) -> None:
        """Start an upload."""
        super().__init__()
        self._identifier = upload.identifier
        self._pipe = Pipe()
        self._sending = _Sending(upload, self._pipe)
        self._sending.thread.start()
        # Whoever forgets to close it leaves no thread behind.
        weakref.finalize(self, self._pipe.discard)

    def read(self, limit: int | None = None) -> bytes:
        """Raise AccessorUnsupportedOperationError: it was opened to be written."""
        raise AccessorUnsupportedOperationError("read", self._identifier)

    def write(self, content: bytes) -> None:
        """Send *content* behind what was written; raise an AccessorError where the upload failed already.

        Raise ValueError where the data is closed.
        """
        if self.closed:
            raise ValueError("write to a closed file")
        if not self._pipe.write(content):
            self.discard()
            self._raise()

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._pipe.size

    def close(self) -> None:
        """Wait until the object is there; raise an AccessorError where it is not. A second call does nothing."""
        if self.closed:
            return
        self.closed = True
        self._pipe.end()
        try:
            self._sending.thread.join()
        except BaseException:
            self._pipe.discard()
            raise
        self._raise()

    def discard(self) -> None:
        """End the upload; nothing of it is left."""
        self.closed = True
        self._pipe.discard()
        self._sending.thread.join()

    def _raise(self) -> None:
        if self._sending.error is not None:
            raise self._sending.error
