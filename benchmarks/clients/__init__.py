"""The clients that are measured, each in a module of its own that is imported when its turn comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from ..shapes import NewTask

Row: TypeAlias = Any
"""What a client makes of a row: an entity of its own, or a plain dict."""


class Client(Protocol):
    """What the measurements ask of a client. Each module here has a class ``Client`` that offers it."""

    def __init__(self, url: str, cache: str) -> None:
        """Open a session on the server at *url*; the folder *cache* may keep the schemas."""
        ...

    def query(self, shape: str, count: int) -> Sequence[Row]:
        """Return the first *count* tasks with the attributes of *shape*."""
        ...

    def value(self, row: Row, path: str) -> Any:
        """Return what is loaded at *path*, the contents of the notes for ``notes``."""
        ...

    def read(self, rows: Sequence[Row], repeat: int) -> None:
        """Read a loaded attribute of every row, *repeat* times over."""
        ...

    def write(self, rows: Sequence[Row], value: str) -> None:
        """Set the description of every row."""
        ...

    def unfetched(self, rows: Sequence[Row], path: str) -> list[Any]:
        """Return the value at *path*, which nobody has asked for so far, of every row in turn."""
        ...

    def create(self, beside: Row, task: NewTask) -> None:
        """Make *task*, with the parent of the task *beside*, to be sent with the next commit."""
        ...

    def commit(self) -> None:
        """Send what was written and made."""
        ...

    def close(self) -> None:
        """Forget what was not sent, and end the connection."""
        ...
