"""Moves a large object in a process of its own, and prints how much more memory that took at the peak, in bytes.

Arguments: address of the server, folder, and "file", "stream" or "read".
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import sys
from pathlib import Path

from ftrack_typed.files import Accessor, DiskAccessor, S3Accessor, transferring
from ftrack_typed.files.transfer import Copy, transfer

CHUNK = 1024 * 1024


def memory(name: str) -> int:
    """Return the bytes of memory of this process: those it has ("VmRSS"), or the most that it has had ("VmHWM")."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def write(accessor: S3Accessor, path: Path) -> None:
    """Write a file to a new object, chunk by chunk."""
    with path.open("rb") as file, accessor.new_resource("stream.bin") as data:
        while chunk := file.read(CHUNK):
            data.write(chunk)


def read(accessor: Accessor, identifier: str) -> str:
    """Return the SHA-256 of an object."""
    digest = hashlib.sha256()
    with contextlib.closing(accessor.open(identifier)) as data:
        while chunk := data.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def move(accessor: S3Accessor, folder: Path, name: str, way: str) -> None:
    """Move the data of one file in a *way*."""
    if way == "stream":
        write(accessor, folder / name)
    elif way == "read":
        assert read(accessor, name) == read(DiskAccessor(folder), name)
    else:
        with transferring(verify="checksum"):
            transfer([Copy(DiskAccessor(folder), name, accessor, name)], [])


def main() -> None:
    """Move a small object, so that all is loaded, and then the large one."""
    url, folder, way = sys.argv[1:]
    accessor = S3Accessor("studio", way, endpoint_url=url)
    source = accessor if way != "read" else S3Accessor("studio", "file", endpoint_url=url)
    move(source, Path(folder), "small.bin", way)
    if way == "stream":
        source.remove("stream.bin")
    # The peak counts from here on, not from the start of the process.
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    move(source, Path(folder), "large.bin", way)
    print(memory("VmHWM") - before)


if __name__ == "__main__":
    main()
