"""Owns downloads: data of the server that is fetched as it is read, and gone on with where a connection breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ..errors import AccessorOperationFailedError, TransportError
from ..redaction import hidden, origin
from ..symbols import CHUNK_SIZE

if TYPE_CHECKING:
    import requests

    from ..retries import Retries
    from .http import FileHttp

_PARTIAL: Final = 206


class Download:
    """The data of one component on its way from the server, read once, from its beginning to its end."""

    def __init__(self, http: FileHttp, component_id: str, retries: Retries) -> None:
        """Ask for nothing yet; *retries* says how often a broken connection is made again, for each piece."""
        self._http = http
        self._component_id = component_id
        self._retries = retries
        self._url = ""
        self._response: requests.Response | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._done = 0
        self._total: int | None = None
        self._tag: str | None = None

    def read(self) -> bytes:
        """Return what follows, at most 1 MiB of it, or nothing at the end.

        Raise AccessorResourceNotFoundError without data, AccessorOperationFailedError where it changes meanwhile, or
        where the connection stays broken.
        """
        try:
            return self._retries.run(self._attempt, _is_temporary)
        except TransportError as error:
            raise AccessorOperationFailedError("read", self._component_id, error.text) from None

    def close(self) -> None:
        """Let go of the connection."""
        response, self._response = self._response, None
        if response is not None:
            response.close()

    def _attempt(self) -> bytes:
        if self._response is None:
            self._open()
        why = None
        chunk = b""
        try:
            chunk = next(self._chunks, b"")
        except (OSError, ValueError) as error:
            why = self._http.reason(error)
        if why is None and not chunk and self._total is not None and self._done != self._total:
            why = f"it ended after {self._done} of {self._total} bytes"
        if why is not None:
            self.close()
            raise TransportError(f"Failed to read data: {why}", origin(self._url), temporary=True)
        self._done += len(chunk)
        return chunk

    def _open(self) -> None:
        """Ask for what is missing; raise TransportError where another try may succeed."""
        self._url = hidden(self._url or self._http.address(self._component_id))
        # Compressed data would have another length than is told.
        headers = {"Accept-Encoding": "identity"}
        if self._done:
            headers["Range"] = f"bytes={self._done}-"
            if self._tag is not None and not self._tag.startswith("W/"):
                headers["If-Range"] = self._tag
        response = self._http.fetch(self._component_id, self._url, headers)
        tag = response.headers.get("ETag")
        if self._done and tag != self._tag:
            response.close()
            raise AccessorOperationFailedError(
                "read", self._component_id, "Failed to read data: it was changed while it was read: read it again"
            )
        self._response, self._tag = response, tag
        length = response.headers.get("Content-Length", "")
        begins = self._done if response.status_code == _PARTIAL else 0
        self._total = begins + int(length) if length.isdigit() else None
        # A server that knows no ranges sends everything again.
        self._chunks = _without(self._done - begins, response.iter_content(CHUNK_SIZE))


def _without(count: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield *chunks* without their first *count* bytes."""
    for chunk in chunks:
        if count < len(chunk):
            yield chunk[count:]
        count = max(0, count - len(chunk))


def _is_temporary(error: Exception) -> bool:
    return isinstance(error, TransportError) and error.temporary
