"""Owns the reading of an object: as it arrives, from any place on, and again where the connection breaks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from ...data import Data
from ...errors import (
    AccessorOperationFailedError,
    AccessorUnsupportedOperationError,
    TransferVerificationError,
    TransportError,
)
from ..transfer_options import current_options
from .checksums import Checksum
from .failures import expected_errors

if TYPE_CHECKING:
    from .boto3_protocols import Answer, Body
    from .bucket import Bucket

_BROKEN: Final = ("ConnectionClosedError", "IncompleteReadError", "ReadTimeoutError", "ResponseStreamingError")
"""Errors of boto3 that say nothing about the object."""


class S3Reader(Data[bytes]):
    """The data of one object, which is never held as a whole.

    What is read from start to end is compared with the checksum that S3 has. Where a connection breaks it goes on at
    the same place, of the same object: one that was replaced meanwhile is an error.
    """

    def __init__(self, bucket: Bucket, identifier: str, key: str) -> None:
        """Open the object under *key*; raise AccessorResourceNotFoundError where there is none."""
        super().__init__()
        self._bucket = bucket
        self._identifier = identifier
        self._key = key
        self._retries = current_options().retries
        answer = bucket.get("open", identifier, key, {})
        self.size = int(answer["ContentLength"])
        self._tag = str(answer["ETag"])
        self._position = self._checked = 0
        self._expected = answer
        self._checksum = Checksum.of(answer)
        self._body: Body | None = answer["Body"]

    def read(self, limit: int | None = None) -> bytes:
        """Return what follows, at most *limit* bytes of it, or all.

        Raise AccessorOperationFailedError, or TransferVerificationError where it is not what was stored. Raise
        ValueError where the data is closed.
        """
        if self.closed:
            raise ValueError("read of a closed file")
        if limit is None or limit < 0:
            return b"".join(iter(lambda: self._read(1024 * 1024), b""))
        return self._read(limit)

    def _read(self, limit: int) -> bytes:
        limit = min(limit, self.size - self._position)
        if limit <= 0:
            return b""
        try:
            data = self._retries.run(lambda: self._attempt(limit), lambda error: isinstance(error, TransportError))
        except TransportError as error:
            found = self._failed(error.text)
        else:
            self._advance(data)
            return data
        raise found

    def _attempt(self, limit: int) -> bytes:
        """Return some bytes; raise TransportError where the connection broke, so that it is tried again."""
        body = self._opened()
        try:
            data = body.read(limit)
            if data:
                return data
            why = "IncompleteReadError"
        except expected_errors() as error:
            why = type(error).__name__
            self._drop()
            found = self._bucket.failure(error, "read", self._identifier, self._key)
        else:
            self._drop()
            found = self._failed("less arrived than there is")
        if why in _BROKEN:
            raise TransportError(f"{why} at byte {self._position} of {self.size}", self._address, temporary=True)
        raise found

    def _opened(self) -> Body:
        if self._body is None:
            wanted = {"Range": f"bytes={self._position}-", "IfMatch": self._tag}
            answer: Answer = self._bucket.get("read", self._identifier, self._key, wanted)
            self._body = answer["Body"]
        assert self._body is not None
        return self._body

    def _advance(self, data: bytes) -> None:
        if self._checksum is not None and self._checked == self._position:
            self._checksum.update(data)
            self._checked += len(data)
        self._position += len(data)
        if self._checksum is not None and self._checked == self.size == self._position:
            checksum, self._checksum = self._checksum, None
            if not checksum.is_right():
                reason = "what was read has another checksum than what was stored"
                raise TransferVerificationError("read", self._identifier, reason, address=self._address)

    def _failed(self, reason: str) -> AccessorOperationFailedError:
        return AccessorOperationFailedError("read", self._identifier, reason, address=self._address)

    @property
    def _address(self) -> str:
        return self._bucket.address(self._key)

    def _drop(self) -> None:
        body: Any = self._body
        self._body = None
        if body is not None:
            body.close()

    def write(self, content: bytes) -> None:
        """Raise AccessorUnsupportedOperationError: it was opened to be read."""
        raise AccessorUnsupportedOperationError("write", self._identifier)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> None:
        """Go to the place *offset*; raise ValueError for one before the start. Only the next read asks for it."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError(f"there is no place {start + offset}")
        if start + offset != self._position:
            self._position = start + offset
            self._drop()
        if self._position == 0:
            self._checked = 0
            self._checksum = Checksum.of(self._expected)

    def tell(self) -> int:
        """Return the place where the data stands."""
        return self._position

    def close(self) -> None:
        """Let go of the connection."""
        self.closed = True
        self._drop()
