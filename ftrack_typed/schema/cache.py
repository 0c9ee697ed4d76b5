"""Keeps the schemas of each server on disk, one file each, so that a session can start without asking for them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import secrets
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from ftrack_typed.schema.hashing import schema_hash

logger = logging.getLogger(__name__)

_FORMAT = 1
"""Version of the file's layout; a file of another version counts as missing."""

_ABANDONED_AFTER = 3600.0
"""Seconds after which a temporary file is that of a writer which died."""

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@attrs.frozen(kw_only=True)
class CachedSchemas:
    """The schemas of one server as they were last written."""

    schemas: list[dict[str, Any]]
    """The schemas, as the server sent them."""

    schema_hash: str
    """Their `schema_hash`, worked out when they were written."""


def default_cache_folder() -> Path:
    """Return ``FTRACK_API_SCHEMA_CACHE_PATH``, or this user's cache folder where that is unset or empty."""
    configured = os.environ.get("FTRACK_API_SCHEMA_CACHE_PATH")
    if configured:
        return Path(configured).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("ftrack-typed", appauthor=False))


class SchemaCache:
    """A folder with one file of schemas per server, safe for many processes at once.

    A file appears whole or not at all. Its first line is a record with the schemas' hash, and the length and checksum
    of what follows; the rest is the schemas as JSON. Reading checks both, so that no hash has to be worked out again.
    """

    def __init__(self, folder: Path) -> None:
        """Use *folder*, which is made when the first schemas are written."""
        self.folder = folder

    def path(self, server_url: str) -> Path:
        """Return the file for a server: the same for every spelling of its address."""
        address = _normalised(server_url)
        host = re.sub(r"[^a-z0-9.-]+", "_", urlsplit(address).netloc)[:60].strip("._") or "server"
        return self.folder / f"{host}-{hashlib.sha256(address.encode()).hexdigest()[:12]}.json"

    def read(self, server_url: str) -> list[dict[str, Any]] | None:
        """Return a server's schemas, or None where there are none that can be used."""
        entry = self.entry(server_url)
        return None if entry is None else entry.schemas

    def entry(self, server_url: str) -> CachedSchemas | None:
        """Return a server's schemas with their hash, or None; a file that cannot be used is logged as a warning."""
        path = self.path(server_url)
        try:
            return _unpacked(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            logger.warning("Ignoring the cached schemas in %s: %s", path, error)
            return None

    def write(self, server_url: str, raw: Sequence[Mapping[str, Any]]) -> None:
        """Replace a server's schemas by *raw*, in one step.

        Raises:
            TypeError: *raw* is not made of JSON values.
            OSError: the folder cannot be written to.

        What was cached before stays in both cases.
        """
        content = _packed(raw)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.path(server_url)
        _remove_abandoned(path)
        temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


def _normalised(server_url: str) -> str:
    """Return an address in one spelling: lower-case scheme and host, no default port, user, query or final slash."""
    text = server_url.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}"


def _packed(raw: Sequence[Mapping[str, Any]]) -> bytes:
    body = json.dumps(raw, separators=(",", ":")).encode("ascii")
    header = {"format": _FORMAT, "hash": schema_hash(raw), "bytes": len(body), "crc32": zlib.crc32(body)}
    return json.dumps(header).encode("ascii") + b"\n" + body


def _unpacked(content: bytes) -> CachedSchemas:
    """Return what was packed into *content*; raise ValueError where it is not as it was written."""
    first_line, _, body = content.partition(b"\n")
    header = json.loads(first_line)
    if not isinstance(header, dict) or header.get("format") != _FORMAT or not isinstance(header.get("hash"), str):
        raise ValueError("not a file of this version of the cache")
    if (header.get("bytes"), header.get("crc32")) != (len(body), zlib.crc32(body)):
        raise ValueError("the content is damaged")
    return CachedSchemas(schemas=json.loads(body), schema_hash=header["hash"])


def _remove_abandoned(path: Path) -> None:
    """Remove temporary files that writers of *path* left behind when they died."""
    oldest = time.time() - _ABANDONED_AFTER
    for left in path.parent.glob(f".{path.name}.*.tmp"):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < oldest:
                left.unlink()
