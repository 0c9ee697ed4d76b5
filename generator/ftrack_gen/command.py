"""The command `ftrack-gen`: turns a workspace into a typed package, or tells whether that package is stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from ftrack_gen.build import build_package
from ftrack_gen.data import standard_workspace
from ftrack_gen.descriptions import Describer, read_descriptions
from ftrack_gen.names import is_safe
from ftrack_gen.output import OutputError, stale_files, with_manifest, write
from ftrack_gen.problems import Problem, Problems, WorkspaceError
from ftrack_gen.render import render_package
from ftrack_gen.settings import SettingsError, read_settings
from ftrack_gen.workspace import read_workspace

DONE: Final = 0
STALE: Final = 1
USAGE: Final = 2
BAD_WORKSPACE: Final = 3
BAD_OUTPUT: Final = 4

EPILOG: Final = """\
exit codes:
  0  written, or up to date already
  1  check: the package is stale; its files are listed
  2  the command line or [tool.ftrack-gen] is wrong
  3  the workspace has problems; each is one line on stderr
  4  the output cannot be written; nothing has changed

Without options, workspace and output come from [tool.ftrack-gen] of the nearest
pyproject.toml, relative to it.
"""


@attrs.frozen
class Generated:
    """A package that is rendered and not yet written."""

    contents: Mapping[str, bytes]
    entity_types: int
    warnings: tuple[Problem, ...]


@attrs.frozen
class Request:
    """What the command line and the settings ask for."""

    command: str
    workspace: Path
    output: Path
    name: str


def generate(workspace_folder: Path, name: str) -> Generated:
    """Return the package of a workspace: load, build, render.

    Raises:
        WorkspaceError: the workspace has problems; all of them are in it.
    """
    problems = Problems(str(workspace_folder))
    workspace = read_workspace(workspace_folder, name, problems)
    describer = Describer(read_descriptions(standard_workspace()))
    package = build_package(workspace, describer, problems)
    contents = with_manifest(render_package(package), package.workspace, package.workspace_hash)
    return Generated(contents, len(package.entities), tuple(problems.found))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = _parser()
    try:
        request = _request(parser.parse_args(arguments))
    except SettingsError as error:
        return _report(USAGE, f"error: {error}")
    try:
        generated = generate(request.workspace, request.name)
        _report(DONE, *(str(problem) for problem in generated.warnings))
        stale = stale_files(request.output, generated.contents)
        if request.command == "check":
            return _report_check(request, generated, stale)
        if stale:
            write(request.output, generated.contents)
    except WorkspaceError as error:
        return _report(BAD_WORKSPACE, *(str(problem) for problem in error.problems))
    except OutputError as error:
        return _report(BAD_OUTPUT, f"error: {error}")
    what = f"{len(stale)} of {len(generated.contents)} files written" if stale else "up to date, nothing written"
    print(f"{request.output}: {generated.entity_types} entity types, {what}")
    return DONE


def _report_check(request: Request, generated: Generated, stale: list[str]) -> int:
    for path in stale:
        print(request.output / path)
    if stale:
        return _report(STALE, f"error: {request.output}: {len(stale)} files are stale (run ftrack-gen)")
    print(f"{request.output}: {generated.entity_types} entity types, up to date")
    return DONE


def _report(code: int, *lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftrack-gen",
        description="Turn the schema of an ftrack server into a typed Python package.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=("generate", "check"),
        default="generate",
        help="generate (the default) writes the package, check tells whether it is stale",
    )
    parser.add_argument("--workspace", metavar="FOLDER", help="folder with query_schemas.json, and what else there is")
    parser.add_argument("--output", metavar="FOLDER/PACKAGE", help="folder of the package; its last part is its name")
    parser.add_argument("--name", help="name of the workspace in the files' headers (default: that of its folder)")
    return parser


def _request(options: argparse.Namespace) -> Request:
    """Return what is asked for; raise SettingsError where something is missing or wrong."""
    complete = options.workspace and options.output
    settings = {} if complete else read_settings(Path.cwd())
    given = {name: value for name, value in vars(options).items() if value is not None}
    merged = {**settings, **given}
    for name in ("workspace", "output"):
        if not merged.get(name):
            raise SettingsError(f"--{name}: not given, and not in [tool.ftrack-gen] of a pyproject.toml either")
    workspace, output = Path(merged["workspace"]), Path(merged["output"])
    package = output.resolve().name
    if not is_safe(package):
        raise SettingsError(f"--output: {package!r} is no name for a Python package (use letters, digits, underscores)")
    return Request(options.command, workspace, output, merged.get("name") or workspace.resolve().name)


if __name__ == "__main__":
    sys.exit(main())
