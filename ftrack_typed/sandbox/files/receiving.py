"""Owns the bytes of an upload on their way from the network to the disk, checked as they come."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from ..faults import Fault

_BLOCK: Final = 1024 * 1024
"""Bytes that are gathered before a thread writes them: all that an upload needs of memory."""

_PATIENCE: Final = 64 * 1024 * 1024
"""Bytes of a refused body that are read all the same: a client that still sends would not see the answer."""


@attrs.frozen
class Expected:
    """What the body of an upload has to be."""

    maximum: int
    """Bytes that it may have at most."""

    size: int | None = None
    """Bytes that it must have."""

    md5: str | None = None
    """Its MD5 as base64."""


@attrs.frozen
class Received:
    """The body of an upload, whole, in a temporary file."""

    path: Path
    size: int
    etag: str
    """MD5 as hexadecimal digits."""


class _Writer:
    """A file that is written and summed up; its methods run in threads, one at a time."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.size = 0

    def write(self, block: bytes | bytearray) -> None:
        self.md5.update(block)
        self._file.write(block)
        self.size += len(block)

    def close(self) -> None:
        self._file.close()


async def receive(request: Request, path: Path, expected: Expected) -> Received:
    """Write the body of *request* to the new file *path*; where it is not as expected, there is no file afterwards.

    Raises:
        Fault: it has another length or checksum, or breaks off.
        OSError: the disk does not take it.
    """
    _check_length(request, expected)
    try:
        writer = await run_in_threadpool(_Writer, path)
        try:
            # For an empty file the official client also announces chunks, of which it sends none.
            if request.headers.get("content-length") != "0":
                await _copy(request, writer, expected.maximum)
        finally:
            await run_in_threadpool(writer.close)
        _check(request, writer, expected)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, ClientDisconnect):
            raise _refused("The upload broke off before its end.", "incomplete_body") from None
        raise
    return Received(path, writer.size, writer.md5.hexdigest())


async def drain(request: Request) -> None:
    """Read what is left of a refused body, up to some length."""
    left = _PATIENCE
    try:
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                return
    except (ClientDisconnect, RuntimeError):  # it is gone, or was read to its end
        return


async def _copy(request: Request, writer: _Writer, maximum: int) -> None:
    buffered = bytearray()
    async for chunk in request.stream():
        buffered += chunk
        if writer.size + len(buffered) > maximum:
            raise _too_long(maximum)
        if len(buffered) >= _BLOCK:
            await run_in_threadpool(writer.write, buffered)
            buffered = bytearray()
    await run_in_threadpool(writer.write, buffered)


def _check_length(request: Request, expected: Expected) -> None:
    """Refuse by the header alone what would be refused at the end."""
    text = request.headers.get("content-length", "")
    length = int(text) if text.isascii() and text.isdigit() else None
    if length is not None and length > expected.maximum:
        raise _too_long(expected.maximum)
    if length is not None and expected.size is not None and length != expected.size:
        raise _wrong_size(length, expected.size)


def _check(request: Request, writer: _Writer, expected: Expected) -> None:
    if expected.size is not None and writer.size != expected.size:
        raise _wrong_size(writer.size, expected.size)
    found = base64.b64encode(writer.md5.digest()).decode("ascii")
    for wanted in (expected.md5, request.headers.get("content-md5")):
        if wanted and wanted != found:
            raise _refused(f"The MD5 of the body is {found}, not {wanted}: send it again.", "checksum_mismatch")


def _wrong_size(found: int, expected: int) -> Fault:
    return _refused(f"The body has {found} bytes, not the {expected} that were announced.", "incomplete_body")


def _too_long(maximum: int) -> Fault:
    return _refused(f"The body has more than the {maximum} bytes that were announced.", "request_too_large", 413)


def _refused(content: str, code: str, status: int = 400) -> Fault:
    return Fault("ValidationError", f"{content} Nothing was stored.", code, status)
