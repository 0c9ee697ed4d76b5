"""Runs a script, unchanged, whose ``ftrack_api`` is this package: ``python -m ftrack_typed.compat script.py ...``."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from collections.abc import Sequence

from .finder import OfficialClientError, install, tree


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what *arguments* name, and return the exit code; errors of the script itself are raised as they are."""
    told = _parser().parse_args(arguments)
    if told.path:
        print(tree())
        return 0
    if not told.command:
        _parser().error("name a script, or a module with -m")
    try:
        install(replace=told.replace, entities=told.entities, arrow=told.arrow or None)
    except (OfficialClientError, ModuleNotFoundError) as error:
        print(f"ftrack_typed.compat: {error}", file=sys.stderr)
        return 2
    target, *rest = told.command
    sys.argv = [target, *rest]
    if told.module:
        runpy.run_module(target, run_name="__main__", alter_sys=True)
    else:
        # Where Python puts the folder of a script; for a module, as this one is, the caller's folder stands there.
        first = 0 if getattr(sys.flags, "safe_path", False) else 1
        sys.path[:first] = [os.path.dirname(os.path.abspath(target))]
        runpy.run_path(target, run_name="__main__")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ftrack_typed.compat",
        description="Run a script that says `import ftrack_api` on ftrack_typed.",
        allow_abbrev=False,
    )
    parser.add_argument("-m", dest="module", action="store_true", help="run a module by its name, not a file")
    parser.add_argument("--entities", metavar="PACKAGE", help="generated package whose classes sessions use")
    parser.add_argument("--arrow", action="store_true", help="give dates as arrow objects")
    parser.add_argument("--replace", action="store_true", help="do so although the official client is installed")
    parser.add_argument("--path", action="store_true", help="print the folder to put on PYTHONPATH, and end")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the script, or the module, and its arguments")
    return parser


if __name__ == "__main__":
    sys.exit(main())
