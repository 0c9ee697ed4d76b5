"""Owns the check that data which is read is the data that was stored: the CRC32 that S3 keeps of an object.

Of an object that was uploaded in parts S3 keeps the CRC32 of the CRC32s of its parts. Where these end is written down
with the object (`PART_SIZE`).
"""

from __future__ import annotations

import base64
import zlib
from typing import Final

from .boto3_protocols import Answer

PART_SIZE: Final = "ftrack-part-size"
"""Name of the metadata that says how many bytes each part has, but the last."""


class Checksum:
    """The CRC32 of what was read so far, from the start on."""

    def __init__(self, expected: str, part_size: int | None) -> None:
        """Expect a checksum as S3 writes it, of an object in parts of *part_size* bytes, or whole."""
        self._expected = expected
        self._left = self._part_size = part_size
        self._crc = 0
        self._parts: list[bytes] = []

    @classmethod
    def of(cls, answer: Answer) -> Checksum | None:
        """Return what to check the body of *answer* with, or None where nothing is known."""
        expected = answer.get("ChecksumCRC32")
        if not isinstance(expected, str):
            return None
        if "-" not in expected:
            return cls(expected, None)
        size = str(answer.get("Metadata", {}).get(PART_SIZE, ""))
        return cls(expected, int(size)) if size.isdigit() and int(size) > 0 else None

    def update(self, data: bytes) -> None:
        """Take in what was read."""
        rest = memoryview(data)
        while self._left is not None and self._part_size is not None and len(rest) >= self._left:
            self._crc = zlib.crc32(rest[: self._left], self._crc)
            rest = rest[self._left :]
            self._end_part()
            self._left = self._part_size
        self._crc = zlib.crc32(rest, self._crc)
        if self._left is not None:
            self._left -= len(rest)

    def _end_part(self) -> None:
        self._parts.append(self._crc.to_bytes(4, "big"))
        self._crc = 0

    def is_right(self) -> bool:
        """Tell, once all was read, whether it is what was stored."""
        if self._part_size is None:
            return _text(self._crc) == self._expected
        if self._left != self._part_size:
            self._end_part()
        return f"{_text(zlib.crc32(b''.join(self._parts)))}-{len(self._parts)}" == self._expected


def _text(crc: int) -> str:
    return base64.b64encode(crc.to_bytes(4, "big")).decode("ascii")
