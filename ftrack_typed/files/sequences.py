"""Owns expressions that stand for the frames of a sequence: ``/path/file.%04d.exr [1-5, 7]``."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable


_FRAME: Final = re.compile(r"%(\d*)d")


@attrs.frozen
class FrameSequence:
    """A sequence of files; ``padding`` is how many digits a frame number is filled up to, 0 for none."""

    head: str
    tail: str
    padding: int
    frames: tuple[int, ...]

    @property
    def expression(self) -> str:
        """The path with ``%04d``, or ``%d``, in place of the frame number."""
        return f"{self.head}{self._number}{self.tail}"

    @property
    def _number(self) -> str:
        return f"%0{self.padding}d" if self.padding else "%d"

    def members(self) -> Iterator[tuple[str, str]]:
        """Yield for each frame its number, filled up, and the path of its file."""
        for frame in self.frames:
            number = str(frame).zfill(self.padding)
            yield number, f"{self.head}{number}{self.tail}"


def parsed(path: str) -> FrameSequence | None:
    """Return the sequence that *path* stands for, or None where it is a path like any other."""
    if not path.endswith("]") or "%" not in path:
        return None
    clique: Any = importlib.import_module("clique")
    try:
        found = clique.parse(path)
    except ValueError:
        return None
    frames: Iterable[int] = found.indexes
    return FrameSequence(str(found.head), str(found.tail), int(found.padding), tuple(frames))


def path_of_frame(path: str, number: str) -> str | None:
    """Return the path of one frame of the sequence at *path*, which has ``%04d`` or such; None where it has none."""
    sequence = parsed(path)
    expression = path if sequence is None else sequence.expression
    places = list(_FRAME.finditer(expression))
    if not places or not number.isdecimal():
        return None
    place = places[-1]
    filled = str(int(number)).zfill(int(place.group(1) or 0))
    return f"{expression[: place.start()]}{filled}{expression[place.end() :]}"


def extension(path: str) -> str:
    """Return the last extension of a path with its dot, or an empty text."""
    return os.path.splitext(path)[1]


def name_of(path: str) -> str:
    """Return what a component is called after *path*: the name of the file, without frame number and extension."""
    sequence = parsed(path)
    name = os.path.basename(path if sequence is None else sequence.head).rstrip("._- ")
    stem = os.path.splitext(name)[0] if sequence is None else name
    return stem or "main"
