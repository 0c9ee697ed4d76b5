"""Owns the files of components on disk: where each lies, and how it gets there and away, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..faults import Fault, shown, validation

_COMPONENT_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def checked_id(component_id: object, action: str) -> str:
    """Return the id of a component, where it is a UUID: nothing else ever becomes a part of a path.

    Raises:
        Fault: it is none.
    """
    if not isinstance(component_id, str) or _COMPONENT_ID.fullmatch(component_id) is None:
        raise validation(f"{action}: component_id must be a UUID, got {shown(component_id)}")
    return component_id


class FileStorage:
    """The files below one folder: ``components`` has what is whole, the other folders what is on its way."""

    def __init__(self, folder: Path) -> None:
        """Use *folder*, which nobody else uses; what an earlier process was receiving when it ended is removed."""
        self.folder = folder
        self.components = folder / "components"
        self.uploads = folder / "uploads"
        self._incoming = folder / "incoming"
        shutil.rmtree(self._incoming, ignore_errors=True)
        for path in (self.components, self.uploads, self._incoming):
            path.mkdir(parents=True, exist_ok=True)

    def temporary(self, suffix: str = "") -> Path:
        """Return a new name for a file on its way, in the same file system as the rest."""
        return self._incoming / f"{uuid.uuid4().hex}{suffix}"

    def keep(self, temporary: Path, component_id: str) -> None:
        """Make a whole file the one of a component, in one step, in place of any before."""
        path = self._path(component_id)
        path.parent.mkdir(exist_ok=True)
        os.replace(temporary, path)

    def find(self, component_id: str) -> Path | None:
        """Return the file of a component, or None where there is none, whatever the text of the id."""
        if _COMPONENT_ID.fullmatch(component_id) is None:
            return None
        path = self._path(component_id)
        return path if path.is_file() else None

    def remove(self, component_id: str) -> bool:
        """Remove the file of a component, and return whether there was one."""
        path = self.find(component_id)
        if path is None:
            return False
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        return True

    def stored(self) -> Iterator[tuple[str, float]]:
        """Yield the id of each component that has a file, and when it was stored, in seconds since 1970."""
        for path in self.components.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                yield path.name, path.stat().st_mtime

    def check_space(self, size: int) -> None:
        """Raise Fault where the disk has no room for *size* further bytes."""
        free = shutil.disk_usage(self.folder).free
        if size > free:
            raise Fault("StorageError", f"There is no room for {size} bytes: {free} are free.", "storage_full", 507)

    def _path(self, component_id: str) -> Path:
        """Return the place of a component's file; UUIDs are the same in either case."""
        name = component_id.lower()
        return self.components / name[:2] / name
