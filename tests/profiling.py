"""Owns the noting of the Python functions that are called: only of those that the code under test calls."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import CodeType, FrameType


def calls_of(work: Callable[[], object]) -> list[CodeType]:
    """Return the code of every Python function that *work* calls in this thread, its own first, in order.

    Garbage collection waits: it would call the finalisers and callbacks of whatever other tests left, now and then.
    """
    called: list[CodeType] = []

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            called.append(frame.f_code)

    collecting, before = gc.isenabled(), sys.getprofile()
    gc.disable()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
        if collecting:
            gc.enable()
    return called
