"""Owns `Accessor`: what reaches the data behind resource identifiers (session.md section 23).

A studio's own derives from it; docs/files.md shows how.
"""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar

from ..data import Data
from ..errors import AccessorError, AccessorResourceExistsError, AccessorUnsupportedOperationError


class Accessor(abc.ABC):
    """Reaches data by resource identifiers: texts that mean something to this accessor, such as paths below a prefix.

    Every method raises an `AccessorError` where it fails. Methods may be called by several threads at once.
    """

    creates_alone: ClassVar[bool] = False
    """Whether of two programs that write one new resource at once only one succeeds.

    Where that is not so, what a failed transfer has written may be what another program registered meanwhile: the
    server is asked before it is removed again.
    """

    implicit_containers: ClassVar[bool] = False
    """Whether a container is there as soon as something is put into it, so that nobody has to make it before."""

    @abc.abstractmethod
    def list(self, resource_identifier: str) -> Sequence[str]:
        """Return the identifiers of what is in a container; raise AccessorResourceNotFoundError without one."""

    @abc.abstractmethod
    def exists(self, resource_identifier: str) -> bool:
        """Return whether there is anything."""

    @abc.abstractmethod
    def is_file(self, resource_identifier: str) -> bool:
        """Return whether it is a file."""

    @abc.abstractmethod
    def is_container(self, resource_identifier: str) -> bool:
        """Return whether it is a container."""

    @abc.abstractmethod
    def is_sequence(self, resource_identifier: str) -> bool:
        """Return whether it is a sequence of files."""

    @abc.abstractmethod
    def open(self, resource_identifier: str, mode: str = "rb") -> Data[bytes]:
        """Return the data, to read or to write as *mode* says; whoever asks for it closes it."""

    @abc.abstractmethod
    def remove(self, resource_identifier: str) -> None:
        """Remove a file or an empty container; raise AccessorResourceNotFoundError where there is none."""

    @abc.abstractmethod
    def make_container(self, resource_identifier: str, recursive: bool = True) -> None:
        """Make a container, with *recursive* also what it is in; leave one that is there as it is."""

    @abc.abstractmethod
    def get_container(self, resource_identifier: str) -> str | None:
        """Return the identifier of the container of a resource; None where this accessor has no containers."""

    def new_resource(self, resource_identifier: str) -> AbstractContextManager[Data[bytes]]:
        """Give data for a block of code to write, which becomes the resource where the block ends well.

        Where it does not, nothing is left, and what was there before is as it was. Raise AccessorResourceExistsError
        where there is something already, and leave it alone. An accessor that can make a resource appear whole in one
        step overrides this; here it appears when it is opened.
        """
        return _written_in_place(self, resource_identifier)

    def remove_container(self, resource_identifier: str) -> None:
        """Remove an empty container."""
        self.remove(resource_identifier)

    def get_filesystem_path(self, resource_identifier: str) -> str:
        """Return the path of a resource on this machine; raise AccessorUnsupportedOperationError without any."""
        raise AccessorUnsupportedOperationError("get_filesystem_path", resource_identifier)

    def get_url(self, resource_identifier: str) -> str:
        """Return an address to fetch a resource at; raise AccessorUnsupportedOperationError where there is none."""
        raise AccessorUnsupportedOperationError("get_url", resource_identifier)

    def get_thumbnail_url(self, resource_identifier: str, size: int | None = None) -> str:
        """Return the address of a preview of at most *size* pixels; raise AccessorUnsupportedOperationError."""
        raise AccessorUnsupportedOperationError("get_thumbnail_url", resource_identifier)


@contextlib.contextmanager
def _written_in_place(accessor: Accessor, resource_identifier: str) -> Generator[Data[bytes], None, None]:
    if accessor.exists(resource_identifier):
        raise AccessorResourceExistsError("create", resource_identifier)
    data = accessor.open(resource_identifier, "wb")
    try:
        try:
            yield data
        finally:
            data.close()
    except BaseException:
        with contextlib.suppress(AccessorError):
            accessor.remove(resource_identifier)
        raise
