"""Owns how a command ends that is cut short: nobody reads its output any more, as after ``| head``, or Ctrl-C."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final

OUTPUT_CLOSED: Final = 141
"""Exit code of a command whose output was closed: what shells give for programs that a broken pipe ends."""

INTERRUPTED: Final = 130
"""Exit code of a command that Ctrl-C ended: what shells give for it."""


def written(work: Callable[[], int]) -> int:
    """Return the exit code that *work* returns, once all its output is written; `OUTPUT_CLOSED` where that cannot be.

    Ctrl-C is `INTERRUPTED`. *work* must let a BrokenPipeError of the standard output through.
    """
    try:
        try:
            return work()
        finally:
            if sys.stdout is not None:  # it is where the program was started without one
                sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The interpreter writes what is left at its end, and would complain.
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), sys.__stdout__.fileno() if sys.__stdout__ is not None else 1)
        return OUTPUT_CLOSED
