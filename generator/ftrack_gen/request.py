"""Owns what is asked of `ftrack-gen`: the command line, and the settings that stand in for what it leaves out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from ftrack_gen.names import is_safe
from ftrack_gen.server import SANDBOX, Server, default_name, is_address, is_safe_folder
from ftrack_gen.settings import SettingsError, read_settings
from ftrack_typed.command_line import CommandLine
from ftrack_typed.settings import SERVER_VARIABLE

EPILOG: Final = """\
another command, with a --help of its own:

  ftrack-gen lint PATH...    checks the query texts of scripts

exit codes:
  0  written, or up to date already
  1  check: the package is stale; its files are listed
  2  the command line or [tool.ftrack-gen] is wrong
  3  the workspace has problems; each is one line on stderr
  4  the output cannot be written; nothing has changed
  5  the server cannot be used; nothing has changed
  130  interrupted by Ctrl-C; each file is written whole or not at all
  141  nobody reads the output any more

Without options, workspace and output come from [tool.ftrack-gen] of the nearest
pyproject.toml, relative to it. It may name a server in place of a workspace: then
ftrack-gen asks that server, and `ftrack-gen check` needs only the cached answers.

variables: FTRACK_SERVER for --server without a value, FTRACK_API_USER,
FTRACK_API_KEY (or FTRACK_APIKEY)
"""

SCHEMAS: Final = "schemas"
"""Folder of the cached workspaces unless another is given."""


@attrs.frozen
class Request:
    """What the command line and the settings ask for."""

    command: str
    workspace: Path
    output: Path
    name: str
    server: Server | None = None
    """Where the workspace is fetched from first; None where it is there already."""


def read_request(arguments: Sequence[str] | None) -> Request:
    """Return what is asked for.

    Raises:
        SettingsError: something is missing or wrong.
        SystemExit: so is the command line, or it asks for help; argparse has said so.
    """
    options = _parser().parse_args(arguments)
    settings = {} if options.workspace and options.output else read_settings(Path.cwd())
    merged = {**settings, **{name: value for name, value in vars(options).items() if value}}
    if options.workspace is None and (options.server is not None or "server" in settings):
        return _from_server(options, settings, merged)
    if not merged.get("workspace"):
        raise SettingsError("--workspace: not given, and not in [tool.ftrack-gen] of a pyproject.toml either")
    output, workspace = _output(merged), Path(merged["workspace"])
    return Request(options.command, workspace, output, merged.get("name") or workspace.resolve().name)


def _from_server(options: argparse.Namespace, settings: Mapping[str, str], merged: Mapping[str, str]) -> Request:
    """Return a request whose workspace is that of a server, fetched now or cached."""
    url = options.server or settings.get("server") or os.environ.get(SERVER_VARIABLE) or ""
    if not is_address(url):
        got = f"got {url.rpartition('@')[2]!r}" if url else f"and {SERVER_VARIABLE} is not set"
        raise SettingsError(f"--server: expected http://..., https://... or {SANDBOX}, {got}")
    if url == SANDBOX and (options.api_user or options.api_key):
        raise SettingsError("--api-user, --api-key: a sandbox that is started for this has a user of its own")
    # A name in the settings belongs to the server in the settings.
    name = options.name or (settings.get("name") if url == settings.get("server", url) else None) or default_name(url)
    if not is_safe_folder(name):
        raise SettingsError(
            f"--name: {name!r} is no name for a folder (use letters, digits, dots, dashes, underscores)"
        )
    fetches = options.server is not None or options.command != "check"
    server = Server(url, options.api_user, options.api_key) if fetches else None
    return Request(options.command, Path(merged.get("schemas") or SCHEMAS) / name, _output(merged), name, server)


TAKEN_PACKAGES: Final = frozenset({"attr", "attrs", "cattrs", "ftrack_api", "ftrack_gen", "ftrack_typed", "requests"})
"""Packages beside those of Python's own library that a generated one must not hide."""


def _output(merged: Mapping[str, str]) -> Path:
    """Return the folder of the package, whose name has to be one of Python's."""
    if not merged.get("output"):
        raise SettingsError("--output: not given, and not in [tool.ftrack-gen] of a pyproject.toml either")
    output = Path(merged["output"])
    package = output.resolve().name
    if not is_safe(package):
        raise SettingsError(f"--output: {package!r} is no name for a Python package (use letters, digits, underscores)")
    if package in sys.stdlib_module_names or package in TAKEN_PACKAGES:
        raise SettingsError(f"--output: a package {package!r} would hide the one that everything here imports")
    return output


def _parser() -> argparse.ArgumentParser:
    parser = CommandLine(
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
        help="generate (the default) writes the package, check tells whether it is stale and writes nothing",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--workspace", metavar="FOLDER", help="folder with query_schemas.json, and what else there is")
    source.add_argument(
        "--server",
        metavar="URL",
        nargs="?",
        const="",
        help=f"fetch the workspace from this server and cache it; {SANDBOX!r} starts one with a demo project for it",
    )
    parser.add_argument("--output", metavar="FOLDER/PACKAGE", help="folder of the package; its last part is its name")
    parser.add_argument(
        "--name", help="name of the workspace: in the files' headers, and of its folder (default: from folder or host)"
    )
    parser.add_argument(
        "--schemas", metavar="FOLDER", help=f"with --server: folder of the cached workspaces (default: {SCHEMAS})"
    )
    parser.add_argument("--api-user", metavar="USER", help="with --server: who asks")
    parser.add_argument("--api-key", metavar="KEY", help="with --server: the key of that user (better in the variable)")
    return parser
