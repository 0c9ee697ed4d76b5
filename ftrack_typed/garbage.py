"""Owns the holding back of garbage collection while a page of rows is parsed or merged.

Both make tens of thousands of objects that all stay, and the collector would walk them, and everything older, again and
again: half of the time of a query with collections. Afterwards collection is as it was found.
"""

from __future__ import annotations

import gc
from types import TracebackType


class CollectionHeld:
    """Context manager: no automatic garbage collection in its block; never held while waiting for the network.

    Collection belongs to the process. Where several threads hold it at once, the first to leave lets it go on; it stays
    off afterwards only where it was off before.
    """

    __slots__ = ("_was_on",)

    def __enter__(self) -> None:
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._was_on:
            gc.enable()
