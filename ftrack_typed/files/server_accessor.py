"""Owns `ServerAccessor`: data that lies on the ftrack server (protocol section 6)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from typing import IO, TYPE_CHECKING, Final

from ..data import Data, String
from ..errors import AccessorUnsupportedOperationError
from .accessor import Accessor
from .download import Download
from .http import FileHttp
from .taking import TakesFiles
from .transfer_options import current_options
from .upload import upload

if TYPE_CHECKING:
    from ..session import Session
    from .transfer_meter import Meter

_MODES: Final = frozenset({"rb", "wb"})


class ServerAccessor(Accessor, TakesFiles):
    """Reaches the data of components on the server; a resource identifier is the id of a component."""

    def __init__(self, session: Session) -> None:
        """Reach what lies on the server of *session*."""
        self._session = session
        self._http = FileHttp(session)

    def open(self, resource_identifier: str, mode: str = "rb") -> ServerFile:
        """Return the data of a component: it is fetched as it is read, or uploaded when it is closed."""
        if mode not in _MODES:
            raise AccessorUnsupportedOperationError(f"open in mode {mode!r}", resource_identifier)
        return ServerFile(resource_identifier, self._session, mode)

    def take_file(self, resource_identifier: str, file: IO[bytes], meter: Meter) -> None:
        """Upload *file*, in parts where it is large; raise AccessorOperationFailedError."""
        upload(self._session, self._http.timeout, resource_identifier, file, meter)

    def new_resource(self, resource_identifier: str) -> AbstractContextManager[Data[bytes]]:
        """Give data for a block of code to write, which is uploaded where the block ends well."""
        return self._uploaded(resource_identifier)

    @contextlib.contextmanager
    def _uploaded(self, resource_identifier: str) -> Generator[Data[bytes], None, None]:
        data = self.open(resource_identifier, "wb")
        try:
            yield data
        except BaseException:
            data.discard()
            raise
        data.close()

    def exists(self, resource_identifier: str) -> bool:
        """Return False: what is uploaded takes the place of what was there."""
        return False

    def remove(self, resource_identifier: str) -> None:
        """Remove the data of a component; raise AccessorResourceNotFoundError or AccessorOperationFailedError."""
        self._http.remove(resource_identifier)

    def get_url(self, resource_identifier: str) -> str:
        """Return an address to download at: a signed one, unless the server signs none."""
        return str(self._http.signed_url(resource_identifier) or self._http.url("get", resource_identifier))

    def get_thumbnail_url(self, resource_identifier: str, size: int | None = None) -> str:
        """Return the address of a preview, of at most *size* pixels: a signed one, unless the server signs none."""
        return str(self._http.thumbnail_url(resource_identifier, size))

    def get_container(self, resource_identifier: str) -> None:
        """Return None: there are no containers."""

    def make_container(self, resource_identifier: str, recursive: bool = True) -> None:
        """Do nothing: there are no containers."""

    def remove_container(self, resource_identifier: str) -> None:
        """Do nothing: there are no containers."""

    def list(self, resource_identifier: str) -> Sequence[str]:
        """Raise AccessorUnsupportedOperationError: the server lists no data."""
        raise AccessorUnsupportedOperationError("list", resource_identifier)

    def is_file(self, resource_identifier: str) -> bool:
        """Raise AccessorUnsupportedOperationError: the server does not say."""
        raise AccessorUnsupportedOperationError("is_file", resource_identifier)

    def is_container(self, resource_identifier: str) -> bool:
        """Raise AccessorUnsupportedOperationError: the server does not say."""
        raise AccessorUnsupportedOperationError("is_container", resource_identifier)

    def is_sequence(self, resource_identifier: str) -> bool:
        """Raise AccessorUnsupportedOperationError: the server does not say."""
        raise AccessorUnsupportedOperationError("is_sequence", resource_identifier)


class ServerFile(String[bytes]):
    """The data of one component, in a temporary file: fetched as it is read, or uploaded when closed after writing."""

    def __init__(self, resource_identifier: str, session: Session, mode: str = "rb") -> None:
        """Hold the data of the component *resource_identifier*; nothing is fetched yet."""
        super().__init__()
        self.mode = mode
        self.resource_identifier = resource_identifier
        self._session = session
        # Asked for when the file is opened: what a session is told later is for what it opens later.
        self._http = FileHttp(session)
        self._download = Download(self._http, resource_identifier, current_options().retries) if mode == "rb" else None
        self._fetched = 0
        self._is_sent = False

    def read(self, limit: int | None = None) -> bytes:
        """Return what follows, at most *limit* bytes of it, or all; raise AccessorOperationFailedError.

        It is fetched as far as it is read; a connection that breaks is made again, and goes on where it was.
        """
        self._fetch(None if limit is None or limit < 0 else self.wrapped_file.tell() + limit)
        return super().read(limit)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> None:
        """Go to the place *offset* of the data; all of it is fetched where that is told from its end."""
        if whence == os.SEEK_END:
            self._fetch(None)
        super().seek(offset, whence)

    def _fetch(self, end: int | None) -> None:
        """Fetch the data up to its byte *end*, or all of it."""
        place = self.wrapped_file.tell()
        while self._download is not None and (end is None or self._fetched < end):
            chunk = self._download.read()
            if not chunk:
                self._download.close()
                self._download = None
                break
            self.wrapped_file.seek(self._fetched)
            self.wrapped_file.write(chunk)
            self._fetched += len(chunk)
            self.wrapped_file.seek(place)

    def write(self, content: bytes | str) -> None:
        """Write *content* where the data stands."""
        self._is_sent = False
        super().write(content)

    def flush(self) -> None:
        """Write out what is held back, and in mode "wb" upload it; raise AccessorOperationFailedError."""
        super().flush()
        if self.mode == "wb" and not self._is_sent:
            upload(self._session, self._http.timeout, self.resource_identifier, self.wrapped_file)
            self._is_sent = True

    def close(self) -> None:
        """Flush, and let go of the temporary file whatever becomes of that."""
        if self.closed:
            return
        try:
            self.flush()
        finally:
            self.discard()

    def discard(self) -> None:
        """Let go of the temporary file, and of what is still to be fetched; upload nothing."""
        self.closed = True
        if self._download is not None:
            self._download.close()
        self.wrapped_file.close()
