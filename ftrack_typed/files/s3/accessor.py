"""Owns `S3Accessor`: data in a bucket of S3, or of storage that speaks its protocol."""

from __future__ import annotations

import contextlib
import os
import posixpath
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final

from ...data import Data
from ...errors import (
    AccessorContainerNotEmptyError,
    AccessorParentResourceNotFoundError,
    AccessorResourceExistsError,
    AccessorResourceInvalidError,
    AccessorResourceNotFoundError,
    AccessorUnsupportedOperationError,
)
from ..accessor import Accessor
from ..taking import TakesFiles
from ..transfer_options import MEBIBYTE
from .boto3_protocols import GivenClient, GivenSession
from .bucket import Bucket
from .client import check_boto3, checked_endpoint
from .keys import checked_prefix, key_of, normalised
from .reader import S3Reader
from .taking import take_file
from .upload import LARGEST_WHOLE, SMALLEST_PART, Upload
from .writer import S3Writer

if TYPE_CHECKING:
    from ..transfer_meter import Meter

_LONGEST_EXPIRY: Final = 7 * 24 * 3600
"""Seconds that a signed address can be good for (limit of S3)."""


class S3Accessor(Accessor, TakesFiles):
    """Reaches objects of one *bucket*, below *prefix*; resource identifiers are keys relative to it. Needs extra `s3`.

    Containers are what keys have before a slash: there is one as soon as something is in it. An identifier that leads
    out of the prefix by ``..`` is refused. Keys of the storage are found by boto3, in the environment, its files or the
    machine's role; docs/files.md says more.
    """

    implicit_containers: ClassVar[bool] = True

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        endpoint_url: str | None = None,
        region: str | None = None,
        session: GivenSession | None = None,
        client: GivenClient | None = None,
        url_expiry: float = 3600,
        part_size: int = 8 * MEBIBYTE,
        exclusive: bool = True,
        upload_arguments: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Reach what is below *prefix* in *bucket*; no request is made yet.

        - *endpoint_url*: address of storage other than Amazon's; *region*: of the bucket, where boto3 knows none;
        - *session*: a `boto3.session.Session` to make the client with, or *client*: one that is ready;
        - *url_expiry*: seconds that addresses of `get_url` are good for, at most seven days;
        - *part_size*: bytes of the parts that larger data is sent in, 5 MiB to 5 GiB; as many times 10,000 is the most
          that can be written to `open` or `new_resource`, while parts of files grow with them;
        - *exclusive*: have the storage refuse a new object where there is one, for storage that knows
          ``If-None-Match``; what is there is looked for in any case;
        - *upload_arguments*: boto3's ``ExtraArgs`` of uploads, such as ``StorageClass`` or ``ServerSideEncryption``.

        Raise ImportError without boto3, ValueError for a value that cannot be.
        """
        check_boto3()
        if not bucket:
            raise ValueError("a bucket has a name")
        if client is not None and (session is not None or region is not None or endpoint_url is not None):
            raise ValueError("a client has a session, region and endpoint of its own: give either")
        if not 1 <= url_expiry <= _LONGEST_EXPIRY:
            raise ValueError(f"url_expiry is 1 to {_LONGEST_EXPIRY} seconds, not {url_expiry}")
        if not SMALLEST_PART <= part_size <= LARGEST_WHOLE:
            raise ValueError(f"part_size is {SMALLEST_PART} to {LARGEST_WHOLE} bytes, not {part_size}")
        self.prefix = checked_prefix(prefix)
        self.url_expiry = url_expiry
        self._part_size = part_size
        self._exclusive = exclusive
        self._arguments = dict(upload_arguments)
        self._bucket = Bucket(bucket, client, session, region, checked_endpoint(endpoint_url))

    @property
    def bucket(self) -> str:
        """The name of the bucket."""
        return self._bucket.name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._bucket.address(self.prefix)!r}>"

    def _named(self, resource_identifier: str | os.PathLike[str]) -> tuple[str, str]:
        """Return the identifier in its shortest form, and its key; raise AccessorResourceIdentifierError."""
        identifier = normalised(resource_identifier, self._bucket.address(self.prefix))
        return identifier, key_of(self.prefix, identifier)

    def list(self, resource_identifier: str) -> Sequence[str]:
        """Return the identifiers of what is in a container, sorted."""
        identifier, key = self._named(resource_identifier)
        found, names = self._bucket.names("list", identifier, _below(key))
        if not found and identifier:
            kind = AccessorResourceInvalidError if self._is_file(identifier, key) else AccessorResourceNotFoundError
            raise kind("list", identifier, address=self._bucket.address(key))
        return [posixpath.join(identifier, name) for name in sorted(set(names))]

    def exists(self, resource_identifier: str) -> bool:
        """Return whether there is an object or a container."""
        identifier, key = self._named(resource_identifier)
        return self._is_file(identifier, key) or self._is_container(identifier, key)

    def is_file(self, resource_identifier: str) -> bool:
        """Return whether there is an object."""
        return self._is_file(*self._named(resource_identifier))

    def _is_file(self, identifier: str, key: str) -> bool:
        return bool(identifier) and self._bucket.head("find", identifier, key) is not None

    def is_container(self, resource_identifier: str) -> bool:
        """Return whether there is anything in a container of that name; the outermost one is always there."""
        return self._is_container(*self._named(resource_identifier))

    def _is_container(self, identifier: str, key: str) -> bool:
        return bool(self._bucket.first_keys("find", identifier, _below(key), 1)) or not identifier

    def is_sequence(self, resource_identifier: str) -> bool:
        """Raise AccessorUnsupportedOperationError: objects do not say what they belong to."""
        raise AccessorUnsupportedOperationError("is_sequence", resource_identifier)

    def open(self, resource_identifier: str, mode: str = "rb") -> Data[bytes]:
        """Open an object, to read from any place (mode "rb") or to write anew ("wb").

        What is read arrives as it is asked for; what is written is there once the data is closed, and takes the place
        of what was there. Raise AccessorResourceNotFoundError where there is none to read.
        """
        identifier, key = self._object(resource_identifier)
        if mode == "rb":
            return S3Reader(self._bucket, identifier, key)
        if mode == "wb":
            return S3Writer(self._upload(identifier, key, exclusive=False))
        raise AccessorUnsupportedOperationError(f"open in mode {mode!r}", identifier)

    def _object(self, resource_identifier: str) -> tuple[str, str]:
        identifier, key = self._named(resource_identifier)
        if not identifier:
            raise AccessorResourceInvalidError("open", resource_identifier, address=self._bucket.address(key))
        return identifier, key

    def _upload(self, identifier: str, key: str, *, exclusive: bool) -> Upload:
        return Upload(self._bucket, identifier, key, self._part_size, self._arguments, exclusive)

    def _new(self, resource_identifier: str) -> Upload:
        """Return the upload of a new object; raise AccessorResourceExistsError where there is one already.

        A container of that name is in nobody's way, and not looked for: it would be a third of the requests.
        """
        identifier, key = self._object(resource_identifier)
        if self._is_file(identifier, key):
            raise AccessorResourceExistsError("create", identifier, address=self._bucket.address(key))
        return self._upload(identifier, key, exclusive=self._exclusive)

    def new_resource(self, resource_identifier: str) -> AbstractContextManager[Data[bytes]]:
        """Give data for a block of code to write, which is an object where the block ends well.

        Of two processes that write the same one, one gets AccessorResourceExistsError.
        """
        return self._appearing(resource_identifier)

    @contextlib.contextmanager
    def _appearing(self, resource_identifier: str) -> Generator[Data[bytes], None, None]:
        writer = S3Writer(self._new(resource_identifier))
        try:
            yield writer
        except BaseException:
            writer.discard()
            raise
        writer.close()

    def take_file(self, resource_identifier: str, file: IO[bytes], meter: Meter) -> None:
        """Upload *file*, in parts where it is large, several at once; raise AccessorResourceExistsError and others."""
        take_file(self, self._new(resource_identifier), file, meter)

    def remove(self, resource_identifier: str) -> None:
        """Remove an object, or an empty container that was made; raise AccessorResourceNotFoundError without any."""
        identifier, key = self._named(resource_identifier)
        if self._is_file(identifier, key):
            self._bucket.delete("remove", identifier, key)
            return
        below = _below(key)
        keys = self._bucket.first_keys("remove", identifier, below, 2)
        if not keys:
            raise AccessorResourceNotFoundError("remove", identifier, address=self._bucket.address(key))
        if keys != [below]:
            raise AccessorContainerNotEmptyError("remove", identifier, address=self._bucket.address(key))
        self._bucket.delete("remove", identifier, below)

    def make_container(self, resource_identifier: str, recursive: bool = True) -> None:
        """Make a container that is there while it is empty: an object without data whose key ends in a slash.

        Without *recursive* raise AccessorParentResourceNotFoundError where what it should be in is not there. Raise
        AccessorResourceInvalidError where there is an object of that name. Leave a container that is there as it is.
        """
        identifier, key = self._named(resource_identifier)
        if self._is_container(identifier, key):
            return
        if self._is_file(identifier, key):
            raise AccessorResourceInvalidError("make_container", identifier, address=self._bucket.address(key))
        if not recursive and not self._is_container(*self._named(posixpath.dirname(identifier))):
            reason = "there is nothing in it"
            raise AccessorParentResourceNotFoundError(
                "make_container", identifier, reason, address=self._bucket.address(key)
            )
        self._bucket.put_nothing("make_container", identifier, _below(key))

    def get_container(self, resource_identifier: str) -> str:
        """Return the container of a resource; raise AccessorParentResourceNotFoundError for the outermost one."""
        identifier, _ = self._named(resource_identifier)
        if not identifier:
            address = self._bucket.address(self.prefix)
            reason = f"{address} is the outermost container"
            raise AccessorParentResourceNotFoundError("get_container", resource_identifier, reason, address=address)
        return posixpath.dirname(identifier)

    def get_url(self, resource_identifier: str, expires_in: float | None = None) -> str:
        """Return a signed address to fetch an object at, good for *expires_in* seconds, else for `url_expiry`.

        No request is made: it is not looked whether there is such an object. Raise ValueError for more than seven days.
        """
        seconds = self.url_expiry if expires_in is None else expires_in
        if not 1 <= seconds <= _LONGEST_EXPIRY:
            raise ValueError(f"expires_in is 1 to {_LONGEST_EXPIRY} seconds, not {seconds}")
        return self._bucket.signed_url(*self._object(resource_identifier), int(seconds))


def _below(key: str) -> str:
    """Return what the keys in the container *key* start with."""
    return f"{key}/" if key else ""
