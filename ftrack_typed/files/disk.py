"""Owns `DiskAccessor`: data in files below a folder (session.md section 23)."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from typing import Final

from ..data import Data, File
from ..errors import (
    AccessorContainerNotEmptyError,
    AccessorError,
    AccessorFilesystemPathError,
    AccessorOperationFailedError,
    AccessorParentResourceNotFoundError,
    AccessorPermissionDeniedError,
    AccessorResourceExistsError,
    AccessorResourceInvalidError,
    AccessorResourceNotFoundError,
    AccessorUnsupportedOperationError,
)
from .accessor import Accessor
from .paths import is_below, joined

_RESOURCE_ERRORS: Final = {
    errno.ENOENT: AccessorResourceNotFoundError,
    errno.EEXIST: AccessorResourceExistsError,
    errno.ENOTEMPTY: AccessorContainerNotEmptyError,
    errno.ENOTDIR: AccessorResourceInvalidError,
    errno.EISDIR: AccessorResourceInvalidError,
    errno.EINVAL: AccessorResourceInvalidError,
}
_DENIED: Final = frozenset({errno.EPERM, errno.EACCES, errno.EROFS})

_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What file systems without hard links answer."""


class DiskAccessor(Accessor):
    """Reaches files below *prefix*, a folder; resource identifiers are paths relative to it.

    With an empty prefix, identifiers are whole paths. An identifier that leads out of the prefix, by ``..`` or by a
    symbolic link, is refused; *links_lead_out* allows the latter, for storage that is put together of links.
    """

    creates_alone = True

    def __init__(self, prefix: str | os.PathLike[str] = "", *, links_lead_out: bool = False) -> None:
        """Reach files below *prefix*, in which ``~`` and environment variables are replaced."""
        text = os.fspath(prefix)
        self.prefix = os.path.abspath(os.path.expanduser(os.path.expandvars(text))) if text else ""
        self.links_lead_out = links_lead_out

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.prefix!r}>"

    def get_filesystem_path(self, resource_identifier: str | os.PathLike[str]) -> str:
        """Return the path of a resource; raise AccessorFilesystemPathError where it is not below the prefix."""
        identifier = os.fspath(resource_identifier)
        if "\0" in identifier:
            raise AccessorFilesystemPathError(identifier, "It has a character that no path can have.")
        if not self.prefix:
            return os.path.normpath(identifier) if identifier else identifier
        path = joined(self.prefix, identifier)
        if path is None:
            raise AccessorFilesystemPathError(identifier, f"It leads out of {self.prefix}.")
        if not self.links_lead_out and not is_below(os.path.realpath(path), os.path.realpath(self.prefix)):
            raise AccessorFilesystemPathError(identifier, f"A symbolic link in it leads out of {self.prefix}.")
        return path

    def list(self, resource_identifier: str) -> Sequence[str]:
        """Return the identifiers of what is in a folder, sorted."""
        with translated("list", resource_identifier):
            names = sorted(os.listdir(self.get_filesystem_path(resource_identifier)))
        return [os.path.join(resource_identifier, name) for name in names]

    def exists(self, resource_identifier: str) -> bool:
        """Return whether there is a file or folder."""
        return os.path.exists(self.get_filesystem_path(resource_identifier))

    def is_file(self, resource_identifier: str) -> bool:
        """Return whether there is a file."""
        return os.path.isfile(self.get_filesystem_path(resource_identifier))

    def is_container(self, resource_identifier: str) -> bool:
        """Return whether there is a folder."""
        return os.path.isdir(self.get_filesystem_path(resource_identifier))

    def is_sequence(self, resource_identifier: str) -> bool:
        """Raise AccessorUnsupportedOperationError: files on a disk do not say what they belong to."""
        raise AccessorUnsupportedOperationError("is_sequence", resource_identifier)

    def open(self, resource_identifier: str, mode: str = "rb") -> Data[bytes]:
        """Open a file; raise AccessorResourceNotFoundError where there is none to read."""
        path = self.get_filesystem_path(resource_identifier)
        with translated("open", resource_identifier):
            return File(path, mode)

    def new_resource(self, resource_identifier: str) -> AbstractContextManager[Data[bytes]]:
        """Give data for a block of code to write: a hidden file, which gets its name when the block ends well.

        Of two processes that write the same resource one gets AccessorResourceExistsError, at the latest in the end.
        """
        return self._appearing(resource_identifier)

    @contextlib.contextmanager
    def _appearing(self, resource_identifier: str) -> Generator[Data[bytes], None, None]:
        path = self.get_filesystem_path(resource_identifier)
        with translated("create", resource_identifier):
            if _is_taken(path):
                raise AccessorResourceExistsError("create", resource_identifier)
        # Short, so that it fits wherever the name itself does.
        hidden = os.path.join(os.path.dirname(path), f".{uuid.uuid4().hex[:12]}.part")
        try:
            with translated("create", resource_identifier):
                with contextlib.closing(File(hidden, "xb")) as data:
                    yield data
                publish(hidden, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(hidden)

    def remove(self, resource_identifier: str) -> None:
        """Remove a file or an empty folder."""
        path = self.get_filesystem_path(resource_identifier)
        with translated("remove", resource_identifier):
            if os.path.isdir(path) and not os.path.islink(path):
                os.rmdir(path)
            else:
                os.unlink(path)

    def make_container(self, resource_identifier: str, recursive: bool = True) -> None:
        """Make a folder, with *recursive* also those above it; leave one that is there as it is.

        Raise AccessorParentResourceNotFoundError where what it should be in is not there, AccessorResourceInvalidError
        where there is something else of that name.
        """
        path = self.get_filesystem_path(resource_identifier)
        if os.path.isdir(path):
            return
        with translated("make_container", resource_identifier):
            try:
                if recursive:
                    os.makedirs(path, exist_ok=True)
                else:
                    os.mkdir(path)
            except FileNotFoundError as error:
                raise AccessorParentResourceNotFoundError("make_container", resource_identifier, error) from error
            except FileExistsError as error:
                # Another process may have made it meanwhile.
                if not os.path.isdir(path):
                    raise AccessorResourceInvalidError("make_container", resource_identifier, error) from error

    def get_container(self, resource_identifier: str) -> str:
        """Return the folder of a resource, relative to the prefix; without a prefix, its whole path.

        Raise AccessorParentResourceNotFoundError for the prefix itself and what is above it.
        """
        if not self.prefix:
            return os.path.dirname(os.path.abspath(self.get_filesystem_path(resource_identifier)))
        path = joined(self.prefix, resource_identifier)
        if path is None or path == self.prefix:
            reason = f"{self.prefix} is the outermost container"
            raise AccessorParentResourceNotFoundError("get_container", resource_identifier, reason)
        parent = os.path.relpath(os.path.dirname(path), self.prefix)
        return "" if parent == os.curdir else parent


def _is_taken(path: str) -> bool:
    """Tell whether there is something at *path*; raise OSError where there can be nothing, as for too long a name."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    return True


def publish(hidden: str, path: str) -> None:
    """Give the file *hidden* its name, unless there is something of that name; raise OSError."""
    try:
        os.link(hidden, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
    else:
        return
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
    os.rename(hidden, path)


@contextlib.contextmanager
def translated(operation: str, resource_identifier: str) -> Generator[None, None, None]:
    """Turn what the operating system says into the errors of accessors."""
    try:
        yield
    except AccessorError:
        raise
    except OSError as error:
        if error.errno in _DENIED:
            raise AccessorPermissionDeniedError(operation, resource_identifier, error) from error
        found = _RESOURCE_ERRORS.get(error.errno or 0, AccessorOperationFailedError)
        raise found(operation, resource_identifier, error) from error
