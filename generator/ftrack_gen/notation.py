"""Compiles a folder of notation into the workspace files beside it, and tells when those are stale."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ftrack_gen.notation_source import Place, Problem, Wire, read_source
from ftrack_gen.notation_workspace import CompiledWorkspace, NotationError, compile_sources
from ftrack_typed.command_line import CommandLine

SCHEMAS_FILE = "query_schemas.json"
DESCRIPTIONS_FILE = "descriptions.json"

__all__ = ["CompiledWorkspace", "NotationError", "compile_folder", "main", "render", "stale_files", "write"]


def compile_folder(folder: Path) -> CompiledWorkspace:
    """Compile all `*.schema` files of a folder; raise NotationError with every problem at once."""
    paths = sorted(folder.glob("*.schema"))
    if not paths:
        raise NotationError(
            [Problem(Place(folder.name, 0), "no *.schema file in this folder; name the sources' folder")]
        )
    return compile_sources([read_source(path.name, path.read_text(encoding="utf-8")) for path in paths])


def render(workspace: CompiledWorkspace) -> dict[str, str]:
    """Give the text of each compiled file by its name: the same workspace, the same bytes."""
    return {
        SCHEMAS_FILE: _render_schemas(workspace.schemas),
        DESCRIPTIONS_FILE: json.dumps(workspace.descriptions, indent=2) + "\n",
    }


def _render_schemas(schemas: Sequence[Wire]) -> str:
    return "[\n" + ",\n".join(_render_schema(schema) for schema in schemas) + "\n]\n"


def _render_schema(schema: Wire) -> str:
    """Write one property per line, so that a difference shows the attribute that it is in."""
    members = []
    for name, value in schema.items():
        if name == "properties":
            properties = [f"      {json.dumps(key)}: {json.dumps(wire)}" for key, wire in value.items()]
            text = "{\n" + ",\n".join(properties) + "\n    }"
        else:
            text = json.dumps(value)
        members.append(f"    {json.dumps(name)}: {text}")
    return "  {\n" + ",\n".join(members) + "\n  }"


def stale_files(folder: Path, texts: dict[str, str]) -> list[str]:
    """Name the compiled files of a folder that differ from what its sources give, or are missing."""

    def committed(name: str) -> bytes:
        path = folder / name
        return path.read_bytes() if path.exists() else b""

    return [name for name, text in texts.items() if committed(name) != text.encode("utf-8")]


def write(folder: Path, texts: dict[str, str]) -> None:
    """Write compiled files into a folder, with LF endings on every system."""
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile the folder named on the command line; give 0, or 1 for problems or, with --check, stale files."""
    parser = CommandLine(prog="python -m ftrack_gen.notation", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with the *.schema files, such as schemas/standard")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the compiled files are stale")
    options = parser.parse_args(arguments)
    try:
        workspace = compile_folder(options.folder)
    except NotationError as error:
        print(error, file=sys.stderr)
        return 1
    texts = render(workspace)
    stale = stale_files(options.folder, texts)
    if options.check and stale:
        command = f"python -m ftrack_gen.notation {options.folder.as_posix()}"
        print(f"stale: {', '.join(stale)}; run `{command}` and commit the result", file=sys.stderr)
        return 1
    if not options.check:
        write(options.folder, texts)
    written = sum(len(own) - 1 for own in workspace.descriptions.values())
    print(f"{len(workspace.schemas)} types, {written} described attributes, {len(stale)} files changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
