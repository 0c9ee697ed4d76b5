"""Owns what accessors and uploads read and write: wrappers of files, and of text or bytes in memory."""

from __future__ import annotations

import abc
import os
import tempfile
from typing import IO, TYPE_CHECKING, Any, AnyStr, Generic, Literal, TypeAlias, cast, overload

TextMode: TypeAlias = Literal["r", "w", "a", "x", "r+", "w+", "a+", "x+", "rt", "wt", "at", "xt"]
"""Modes in which a file holds text."""


class Data(abc.ABC, Generic[AnyStr]):
    """Something that can be read and written like a file, and that belongs to whoever made it."""

    def __init__(self) -> None:
        """Start open."""
        self.closed = False

    @abc.abstractmethod
    def read(self, limit: int | None = None) -> AnyStr:
        """Return what follows, at most *limit* bytes or characters of it, or all."""

    @abc.abstractmethod
    def write(self, content: AnyStr) -> None:
        """Write *content* where the data stands."""

    def flush(self) -> None:
        """Write out what is held back."""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> None:
        """Go to the place *offset*, as in a file; raise NotImplementedError where there are no places."""
        raise NotImplementedError("Seek not supported.")

    def tell(self) -> int:
        """Return the place where the data stands; raise NotImplementedError where there are no places."""
        raise NotImplementedError("Tell not supported.")

    def close(self) -> None:
        """Flush, and let go of what is behind the data."""
        self.flush()
        self.closed = True


class FileWrapper(Data[AnyStr]):
    """An open file, which is closed with the data."""

    def __init__(self, wrapped_file: IO[AnyStr]) -> None:
        """Wrap *wrapped_file*."""
        super().__init__()
        self.wrapped_file: IO[AnyStr] = wrapped_file
        self._was_read = False

    def read(self, limit: int | None = None) -> AnyStr:
        """Return what follows, at most *limit* of it, or all. Raise ValueError where the file is closed."""
        self._was_read = True
        return self.wrapped_file.read(-1 if limit is None else limit)

    def write(self, content: AnyStr) -> None:
        """Write *content* where the file stands, behind what was read."""
        if self._was_read:
            # A file may have read ahead; between reading and writing it wants to be told where it stands.
            self.wrapped_file.seek(self.wrapped_file.tell())
            self._was_read = False
        self.wrapped_file.write(content)

    def flush(self) -> None:
        """Write out what is held back."""
        self.wrapped_file.flush()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> None:
        """Go to the place *offset* of the file."""
        self.wrapped_file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place where the file stands."""
        return self.wrapped_file.tell()

    def close(self) -> None:
        """Flush and close the file, which is closed where that fails too; a second call does nothing."""
        if not self.closed:
            try:
                super().close()
            finally:
                self.closed = True
                self.wrapped_file.close()


class File(FileWrapper[AnyStr]):
    """The file at a path."""

    if TYPE_CHECKING:

        @overload
        def __init__(self: File[str], path: str | os.PathLike[str], mode: TextMode) -> None: ...
        @overload
        def __init__(self: File[bytes], path: str | os.PathLike[str], mode: str = "rb") -> None: ...

    def __init__(self, path: str | os.PathLike[str], mode: str = "rb") -> None:
        """Open the file at *path*; raise OSError where that fails."""
        encoding = None if "b" in mode else "utf-8"
        super().__init__(cast("Any", open(path, mode, encoding=encoding)))  # noqa: SIM115 - closed with the data


class String(FileWrapper[AnyStr]):
    """Text or bytes in a temporary file; text where it starts with text, else bytes."""

    if TYPE_CHECKING:

        @overload
        def __init__(self: String[str], content: str) -> None: ...
        @overload
        def __init__(self: String[bytes], content: bytes | None = None) -> None: ...

    def __init__(self, content: Any = None) -> None:
        """Hold *content*, from whose start is read."""
        self.is_text = isinstance(content, str)
        options = {"mode": "w+", "encoding": "utf-8", "newline": ""} if self.is_text else {}
        opened = tempfile.TemporaryFile(**cast("Any", options))  # noqa: SIM115 - closed with the data
        super().__init__(cast("Any", opened))
        if content:
            self.wrapped_file.write(content)
            self.wrapped_file.seek(0)

    def write(self, content: str | bytes) -> None:
        """Write *content* where the data stands; text and bytes are turned into what the data holds."""
        if self.is_text and isinstance(content, bytes):
            content = content.decode("utf-8")
        elif not self.is_text and isinstance(content, str):
            content = content.encode("utf-8")
        super().write(cast("Any", content))
