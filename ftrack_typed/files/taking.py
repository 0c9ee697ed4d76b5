"""Owns what an accessor has that takes a file as it is, instead of being written to chunk by chunk."""

from __future__ import annotations

import abc
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from .transfer_meter import Meter


class TakesFiles(abc.ABC):
    """An accessor that sends files away in its own manner, such as in parts; a studio's own may derive from it too."""

    @abc.abstractmethod
    def take_file(self, resource_identifier: str, file: IO[bytes], meter: Meter) -> None:
        """Make a resource of all of *file*, whole or not at all; raise an AccessorError.

        Call ``meter.moved`` with the bytes that were sent, and let through what it raises.
        """
