"""Owns how data becomes an object: by boto3's own transfer manager, in parts where it is large, whole or not at all.

Every object carries a mark of its upload, for an answer may be lost: whether the object that is there afterwards is
that of the upload, is then known. Each part carries a CRC32, which the storage compares.
"""

from __future__ import annotations

import importlib
import math
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from ...errors import AccessorError, TransferVerificationError
from ..transfer_options import MEBIBYTE
from .checksums import PART_SIZE

if TYPE_CHECKING:
    from ..transfer_meter import Meter
    from .boto3_protocols import Readable, S3Client, TransferFuture, TransferManager
    from .bucket import Bucket

MARK: Final = "ftrack-upload"
"""Name of the metadata with the mark of an upload."""

SMALLEST_PART: Final = 5 * MEBIBYTE
LARGEST_WHOLE: Final = 5 * 1024 * MEBIBYTE
"""Bytes of the smallest part but the last, and of the largest request (limits of S3)."""

_PARTS: Final = 10_000
"""How many parts an object may have."""


class Progress:
    """What the transfer manager tells of the bytes that went out; what the meter raises ends the upload."""

    def __init__(self, meter: Meter, identifier: str) -> None:
        """Count for the resource *identifier*."""
        self._meter = meter
        self._identifier = identifier
        self.error: BaseException | None = None

    def on_progress(self, future: TransferFuture, bytes_transferred: int, **_: object) -> None:
        """Count bytes, fewer than none where they are sent again."""
        if self.error is not None:
            return
        try:
            self._meter.moved(self._identifier, bytes_transferred)
        except BaseException as error:
            # Raised in here, it would leave files of the manager open.
            self.error = error
            future.cancel()


class Watched:
    """A stream that ends where its upload has failed: the transfer manager would read all of it before it says so."""

    def __init__(self, stream: Readable) -> None:
        """Read *stream*."""
        self._stream = stream
        self._future: TransferFuture | None = None

    def on_queued(self, future: TransferFuture, **_: object) -> None:
        """Learn what tells whether the upload has failed."""
        self._future = future

    def read(self, size: int = -1) -> bytes:
        """Return *size* bytes, fewer at the end only, or all."""
        if self._future is not None and self._future.done():
            return b""
        return self._stream.read(size)


@attrs.frozen
class Upload:
    """One upload to one key."""

    bucket: Bucket
    identifier: str
    key: str
    part_size: int
    arguments: Mapping[str, Any]
    """What the user wants boto3 to be told."""
    exclusive: bool
    """Whether it must not replace another object."""
    mark: str = attrs.field(factory=lambda: uuid.uuid4().hex)

    def send_file(self, path: str, size: int, meter: Meter) -> None:
        """Upload the file at *path*, of *size* bytes, several parts at once; raise an AccessorError.

        Raise what the meter raises; nothing is left then.
        """
        part_size = max(self.part_size, MEBIBYTE * math.ceil(size / _PARTS / MEBIBYTE))
        whole = min(meter.options.multipart_above, LARGEST_WHOLE)
        config = _config(
            multipart_threshold=whole + 1,
            multipart_chunksize=part_size,
            max_concurrency=meter.options.parts_at_once,
        )
        progress = Progress(meter, self.identifier)
        self._send(path, part_size, config, progress, progress)
        if size > whole:
            self._check_size(size)

    def send_stream(self, stream: Readable, size: Callable[[], int]) -> None:
        """Upload what *stream* gives until its end, one part after the other; raise an AccessorError.

        *size* tells afterwards how many bytes that were. Raise what the stream raises; nothing is left then.
        """
        # Threads of boto3's that wait for a stream which nobody ends would keep the interpreter from ending.
        config = _config(multipart_threshold=self.part_size, multipart_chunksize=self.part_size, use_threads=False)
        watched = Watched(stream)
        self._send(watched, self.part_size, config, watched, None)
        self._check_size(size())

    def _extra(self, part_size: int) -> dict[str, Any]:
        given = dict(self.arguments)
        metadata = {**given.pop("Metadata", {}), MARK: self.mark, PART_SIZE: str(part_size)}
        return {"ChecksumAlgorithm": "CRC32", **given, "Metadata": metadata}

    def _send(
        self,
        source: str | Readable,
        part_size: int,
        config: object,
        subscriber: object,
        progress: Progress | None,
    ) -> None:
        """Have the transfer manager send *source*, and tell *subscriber* of it; raise why that failed."""
        extra = self._extra(part_size)

        def send(client: S3Client) -> None:
            with _manager(client, config) as manager:
                manager.upload(source, self.bucket.name, self.key, extra, [subscriber]).result()

        failure: AccessorError | None = None
        try:
            with self.bucket.creating(self.key, self.exclusive):
                self.bucket.ask("create", self.identifier, self.key, send)
        except AccessorError as error:
            failure = error
        except BaseException:
            self.take_back()
            if progress is None or progress.error is None:
                raise
        if progress is not None and progress.error is not None:
            self.take_back()
            raise progress.error
        # Where it is there after all, only the answer was lost.
        if failure is not None and not self._is_there():
            raise failure

    def _is_there(self) -> bool:
        try:
            known = self.bucket.head("create", self.identifier, self.key)
        except AccessorError:
            return False
        return known is not None and known.get("Metadata", {}).get(MARK) == self.mark

    def take_back(self) -> None:
        """Delete the object where it is that of this upload, and must not be there after all."""
        if self._is_there():
            self.bucket.discard(self.identifier, self.key)

    def _check_size(self, size: int) -> None:
        known = self.bucket.head("create", self.identifier, self.key)
        found = None if known is None else known["ContentLength"]
        if found != size:
            self.bucket.discard(self.identifier, self.key)
            reason = f"{size} bytes were sent, and {found} are there"
            address = self.bucket.address(self.key)
            raise TransferVerificationError("create", self.identifier, reason, address=address)


def _config(**options: object) -> object:
    # The other client is native code, which knows neither how many threads nor how to end early.
    return _transfer_module().TransferConfig(preferred_transfer_client="classic", **options)


def _manager(client: S3Client, config: object) -> TransferManager:
    """Return boto3's own transfer manager, as its `upload_file` makes one."""
    manager: TransferManager = _transfer_module().create_transfer_manager(client, config)
    return manager


def _transfer_module() -> Any:
    return importlib.import_module("boto3.s3.transfer")
