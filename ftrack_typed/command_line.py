"""Owns the parser of the commands, which names a misspelt option and the one that was meant."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .errors.base import close_matches, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


class CommandLine(argparse.ArgumentParser):
    """A parser that refuses an unknown option before it takes the option's value for something else."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse *args*; end the program, with exit code 2, where one of the options is unknown."""
        given = sys.argv[1:] if args is None else list(args)
        if self._subparsers is None:  # else each command knows its own
            self._check(given)
        return super().parse_known_args(given, namespace)

    def _check(self, given: Iterable[str]) -> None:
        known = [option for option in self._option_string_actions if option.startswith("--")]
        for text in given:
            option = text.partition("=")[0]
            if text == "--":
                return
            if text.startswith("--") and not any(each.startswith(option) for each in known):
                self.error(f"there is no option {option}{did_you_mean(close_matches(option, known))}")
