"""Owns the memory of this process: what it has, and the most that it had since somebody began to look."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_RESET: Final = Path("/proc/self/clear_refs")


class UnmeasurableError(RuntimeError):
    """The system does not tell how much memory a process has."""


class Growth:
    """The most memory that the process has had since this was made, beyond what it had then."""

    def __init__(self) -> None:
        """Begin to look; raise UnmeasurableError where that cannot be."""
        try:
            _RESET.write_text("5")  # the peak is what there is now
        except OSError as error:
            raise UnmeasurableError(f"memory is read from {_STATUS.parent}, as Linux has it: {error}") from error
        self._before = _kibibytes("VmRSS")

    @property
    def bytes(self) -> int:
        """How much it grew at most, in bytes."""
        return max(0, _kibibytes("VmHWM") - self._before) * 1024


def _kibibytes(name: str) -> int:
    line = next(each for each in _STATUS.read_text("ascii").splitlines() if each.startswith(f"{name}:"))
    return int(line.split()[1])
