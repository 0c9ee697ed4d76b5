"""Holds what is wrong with a workspace, as values that are collected rather than raised."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from difflib import get_close_matches

import attrs


class Level(enum.Enum):
    """Whether a package can be made in spite of a problem."""

    WARNING = "warning"
    ERROR = "error"


@attrs.frozen
class Problem:
    """One thing that is wrong: in which file, where in it (``Task.properties.parent``), and what."""

    level: Level
    file: str
    path: str
    message: str

    def __str__(self) -> str:
        """Return the problem as one line."""
        parts = (f"{self.level.value}: {self.file}", self.path, self.message)
        return " ".join(": ".join(part for part in parts if part).split())


class WorkspaceError(Exception):
    """A workspace cannot be used; ``problems`` says why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep all problems, warnings too."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Problems:
    """Collects the problems of one file while the work goes on."""

    def __init__(self, file: str, found: list[Problem] | None = None) -> None:
        """Report for *file*, into the list *found* that several collectors may share."""
        self.file = file
        self.found: list[Problem] = [] if found is None else found

    def of(self, file: str) -> Problems:
        """Return a collector for another file that fills the same list."""
        return Problems(file, self.found)

    def error(self, path: str, message: str) -> None:
        """Note what stops the generation."""
        self.found.append(Problem(Level.ERROR, self.file, path, message))

    def warning(self, path: str, message: str) -> None:
        """Note what people should know, and go on."""
        self.found.append(Problem(Level.WARNING, self.file, path, message))

    def check(self) -> None:
        """Raise WorkspaceError with all problems when one of them is an error."""
        if any(problem.level is Level.ERROR for problem in self.found):
            raise WorkspaceError(self.found)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean X?`` for the closest known name, else nothing."""
    matches = get_close_matches(name, sorted(known), n=1)
    return f"did you mean {matches[0]}?" if matches else ""
