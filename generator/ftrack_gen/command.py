"""The command `ftrack-gen`: turns a workspace into a typed package, or tells whether that package is stale."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from ftrack_gen.build import build_package
from ftrack_gen.data import standard_workspace
from ftrack_gen.descriptions import Describer, read_descriptions
from ftrack_gen.fetch import FetchError
from ftrack_gen.output import OutputError, stale_files, with_manifest, write
from ftrack_gen.problems import Problem, Problems, WorkspaceError
from ftrack_gen.recording import recorded, stale_recordings, write_recordings
from ftrack_gen.render import render_package
from ftrack_gen.request import Request, read_request
from ftrack_gen.schema_changes import schema_changes
from ftrack_gen.server import fetch
from ftrack_gen.settings import SettingsError
from ftrack_gen.workspace import SCHEMAS_FILE, read_workspace, workspace_of
from ftrack_typed.standard_output import written

DONE: Final = 0
STALE: Final = 1
USAGE: Final = 2
BAD_WORKSPACE: Final = 3
BAD_OUTPUT: Final = 4
BAD_SERVER: Final = 5


@attrs.frozen
class Generated:
    """A package that is rendered and not yet written."""

    contents: Mapping[str, bytes]
    entity_types: int
    warnings: tuple[Problem, ...]


@attrs.frozen
class Stale:
    """The files that are not as they should be."""

    recordings: Sequence[str]
    """Of the cached workspace."""

    package: Sequence[str]


def generate(workspace_folder: Path, name: str, files: Mapping[str, Any] | None = None) -> Generated:
    """Return the package of a workspace: load, build, render. *files* are what its folder is going to hold.

    Raises:
        WorkspaceError: the workspace has problems; all of them are in it.
    """
    problems = Problems(str(workspace_folder))
    if files is None:
        workspace = read_workspace(workspace_folder, name, problems)
    else:
        workspace = workspace_of(files, workspace_folder, name, problems)
    describer = Describer(read_descriptions(standard_workspace()))
    package = build_package(workspace, describer, problems)
    contents = with_manifest(render_package(package), package.workspace, package.workspace_hash)
    return Generated(contents, len(package.entities), tuple(problems.found))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return written(lambda: _main(arguments))


def _main(arguments: Sequence[str] | None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["lint"]:
        from ftrack_gen import lint

        return lint.main(given[1:])
    try:
        request = read_request(arguments)
    except SettingsError as error:
        return _report(USAGE, f"error: {error}")
    try:
        return _run(request)
    except FetchError as error:
        return _report(BAD_SERVER, f"error: {error}")
    except WorkspaceError as error:
        return _report(BAD_WORKSPACE, *(str(problem) for problem in error.problems))
    except OutputError as error:
        return _report(BAD_OUTPUT, f"error: {error}")


def _run(request: Request) -> int:
    """Fetch where a server is named, generate, and write what differs; check both folders before changing either."""
    recordings = recorded(fetch(request.server)) if request.server else {}
    # What is written is what is read later, so that a check without the server sees the same workspace.
    files = {file: json.loads(content) for file, content in recordings.items()} or None
    generated = generate(request.workspace, request.name, files)
    _report(DONE, *(str(problem) for problem in generated.warnings))
    stale = Stale(
        stale_recordings(request.workspace, recordings) if request.server else (),
        stale_files(request.output, generated.contents),
    )
    changes = _changes(request, recordings) if SCHEMAS_FILE in stale.recordings else []
    if request.command == "check":
        print(*changes, sep="\n", end="\n" if changes else "")
        return _report_check(request, generated, stale)
    if stale.recordings:
        write_recordings(request.workspace, recordings)
    if stale.package:
        write(request.output, generated.contents)
    if request.server:
        print(f"{request.workspace}: fetched from {request.server}, {_written(stale.recordings, recordings)}")
        print(*changes, sep="\n", end="\n" if changes else "")
    print(f"{request.output}: {generated.entity_types} entity types, {_written(stale.package, generated.contents)}")
    return DONE


def _changes(request: Request, recordings: Mapping[str, bytes]) -> list[str]:
    """Return what the server's schemas say that the cached ones do not; nothing where none can be read."""
    try:
        cached = json.loads((request.workspace / SCHEMAS_FILE).read_bytes())
    except (OSError, ValueError):
        return []
    return schema_changes(cached, json.loads(recordings[SCHEMAS_FILE]))


def _written(stale: Sequence[str], contents: Mapping[str, bytes]) -> str:
    return f"{len(stale)} of {len(contents)} files written" if stale else "up to date, nothing written"


def _report_check(request: Request, generated: Generated, stale: Stale) -> int:
    for path in stale.recordings:
        print(request.workspace / path)
    for path in stale.package:
        print(request.output / path)
    count = len(stale.recordings) + len(stale.package)
    if count:
        which = "file is" if count == 1 else "files are"
        return _report(STALE, f"error: {request.output}: {count} {which} stale (run ftrack-gen)")
    print(f"{request.output}: {generated.entity_types} entity types, up to date")
    return DONE


def _report(code: int, *lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
