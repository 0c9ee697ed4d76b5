"""Owns the actions of uploads: where a client may send the bytes of a component (protocol sections 6.1 and 6.2)."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections.abc import Mapping
from typing import Final

from .. import faults
from ..batch import Batch
from ..roles import check_file
from ..signatures import Signer
from .multipart import MultipartUploads
from .receiving import Expected
from .storage import FileStorage, checked_id

UPLOAD_PATH: Final = "/component/upload"
LIFETIME: Final = 24 * 60 * 60
"""Seconds that the addresses of an upload can be used for."""

MAXIMUM_SIZE: Final = 1280 * 1024**3
"""Bytes of the largest file: what the JavaScript client sends at most."""

MAXIMUM_PARTS: Final = 10_240
"""Parts of that file, of 128 MiB each."""

Operation = Mapping[str, object]


class Uploads:
    """The uploads of one server: signed addresses for components, which need not exist yet."""

    def __init__(self, storage: FileStorage, signer: Signer, multipart: MultipartUploads) -> None:
        """Put files into *storage*."""
        self._storage = storage
        self._signer = signer
        self._multipart = multipart

    def answer(self, batch: Batch, operation: Operation) -> dict[str, object]:
        """Answer ``get_upload_metadata``: one address, or one for each part where ``parts`` is a number.

        Raises:
            Fault: the caller may not write; the id is no UUID; the size, checksum or parts cannot be; the disk is full.
        """
        component_id = checked_id(operation.get("component_id"), "get_upload_metadata")
        check_file(batch, component_id)
        size = _size(operation.get("file_size"))
        checksum = _checksum(operation.get("checksum"))
        parts = _parts(operation.get("parts"), size)
        name = _file_name(operation.get("file_name"))
        self._storage.check_space(size)
        address = f"{batch.caller.server_url}{UPLOAD_PATH}?token="
        if parts is None:
            token = self._signer.sign("upload", {"id": component_id, "size": size, "md5": checksum}, LIFETIME)
            headers = {"Content-Type": content_type(name), "Content-Length": str(size)}
            if checksum is not None:
                headers["Content-MD5"] = checksum
            return {"url": address + token, "component_id": component_id, "headers": headers}
        upload_id = self._multipart.begin(component_id, size, checksum, parts, LIFETIME)
        urls: list[dict[str, object]] = []
        for number in range(1, parts + 1):
            token = self._signer.sign("upload", {"id": component_id, "upload": upload_id, "part": number}, LIFETIME)
            urls.append({"part_number": number, "signed_url": address + token})
        return {"component_id": component_id, "upload_id": upload_id, "urls": urls}

    def expected(self, content: Mapping[str, object]) -> Expected:
        """Return what the body has to be that comes to the address with a token of that content; raise Fault."""
        upload_id = content.get("upload")
        if isinstance(upload_id, str):
            return Expected(maximum=self._multipart.size(upload_id))
        size, md5 = content["size"], content["md5"]
        assert isinstance(size, int)
        return Expected(maximum=size, size=size, md5=None if md5 is None else str(md5))


def content_type(file_name: str) -> str:
    """Return the type of media that the ending of a name tells."""
    guessed, encoding = mimetypes.guess_type(file_name, strict=False)
    return guessed if guessed is not None and encoding is None else "application/octet-stream"


def _size(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAXIMUM_SIZE:
        raise faults.validation(
            f"get_upload_metadata: file_size must be bytes, from 0 to {MAXIMUM_SIZE}, got {faults.shown(value)}"
        )
    return value


def _checksum(value: object) -> str | None:
    if value is None:
        return None
    try:
        digest = base64.b64decode(value.encode("ascii"), validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise faults.validation(
            f"get_upload_metadata: checksum must be an MD5 as base64, or null, got {faults.shown(value)}"
        )
    return base64.b64encode(digest).decode("ascii")


def _parts(value: object, size: int) -> int | None:
    """Return the number of parts; the JavaScript client sends null for up to two."""
    if value is None:
        return None
    limit = max(1, min(MAXIMUM_PARTS, size))
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= limit:
        raise faults.validation(
            f"get_upload_metadata: parts must be null, or a number from 1 to {limit}, got {faults.shown(value)}"
        )
    return value


def _file_name(value: object) -> str:
    if value is not None and not isinstance(value, str):
        raise faults.validation(f"get_upload_metadata: file_name must be a text, got {faults.shown(value)}")
    return value or ""
