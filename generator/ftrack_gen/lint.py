"""Owns ``ftrack-gen lint``: checks the query texts of scripts against a workspace, before a script runs."""

from __future__ import annotations

import ast
import json
import sys
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import attrs

from ftrack_gen.lint_conditions import conditions
from ftrack_gen.lint_names import Names
from ftrack_gen.lint_texts import QueryText, query_texts
from ftrack_gen.settings import SettingsError, read_settings
from ftrack_typed.command_line import CommandLine
from ftrack_typed.errors import QuerySyntaxError, SchemaError
from ftrack_typed.query.parser import parse
from ftrack_typed.schema import Schema, standard_workspace, structure_schemas

CLEAN: Final = 0
FOUND: Final = 1
USAGE: Final = 2
BAD_WORKSPACE: Final = 3

_EPILOG: Final = """\
Reads what is given to session.query: literals, f-strings, .format(), % and +. What is only known when the script runs
is not judged. A line that holds "ftrack: ignore" is passed over.

example:  ftrack-gen lint pipeline/ tools/publish.py --workspace schemas/studio

exit codes:
  0  nothing is wrong
  1  something is; each finding is one line, FILE:LINE:COLUMN: what
  2  the command line or [tool.ftrack-gen] is wrong, or a file cannot be read
  3  the workspace cannot be read

Without --workspace, that of [tool.ftrack-gen] of the nearest pyproject.toml; "standard" is a stock server's.
"""


@attrs.frozen(order=True)
class Finding:
    """One thing that is wrong with a script."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


@attrs.frozen
class Linter:
    """What scripts are checked against."""

    names: Names
    wants_select: bool = False

    def check(self, source: str, file: str) -> list[Finding]:
        """Return what is wrong with the script *source*, in the order of its lines.

        Raises:
            SyntaxError: it is no Python.
        """
        tree = ast.parse(source, file)
        ignored = {number for number, line in enumerate(source.splitlines(), 1) if "ftrack: ignore" in line}
        found = [(text.line, text.column, message) for text in query_texts(tree) for message in self._text(text)]
        found += list(conditions(tree, self.names.schemas))
        return sorted(Finding(file, *each) for each in found if each[0] not in ignored)

    def _text(self, given: QueryText) -> Iterator[str]:
        if not given.of_session and not self._looks_like_one(given.text):
            return
        try:
            statement = parse(given.text)
        except QuerySyntaxError as error:
            if given.whole:
                yield str(error).partition("\n")[0]
            return
        yield from self.names.problems(statement)
        if self.wants_select and not statement.projections:
            yield f"no select: what is read of each {statement.entity_type} is asked for later"

    def _looks_like_one(self, text: str) -> bool:
        """Tell whether a text that something else than a session gets, such as a table of data, is a query."""
        first, _, rest = text.strip().partition(" ")
        return (first.casefold() == "select" and " from " in rest) or first in self.names.schemas


def main(arguments: Sequence[str]) -> int:
    """Run the command; return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        names = Names(_schemas(_workspace(options.workspace)))
    except SettingsError as error:
        return _failed(USAGE, str(error))
    except (OSError, ValueError, SchemaError) as error:
        return _failed(BAD_WORKSPACE, " ".join(str(error).split()))
    linter = Linter(names, options.require_select)
    findings: list[Finding] = []
    unread: list[str] = []
    for path in _files(options.paths):
        try:
            with tokenize.open(path) as file:
                findings += linter.check(file.read(), str(path))
        except (OSError, SyntaxError, ValueError) as error:
            unread.append(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}")
    for finding in findings:
        print(finding)
    for message in unread:
        _failed(USAGE, message)
    return USAGE if unread else FOUND if findings else CLEAN


def _failed(code: int, message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code


def _workspace(given: str | None) -> Path:
    if given == "standard":
        return standard_workspace()
    settings = {} if given else read_settings(Path.cwd())
    if "server" in settings:
        raise SettingsError("--workspace: [tool.ftrack-gen] names a server; give the folder of its cached workspace")
    folder = given or settings.get("workspace")
    if not folder:
        raise SettingsError(
            "--workspace: not given, and not in [tool.ftrack-gen] of a pyproject.toml either ('standard' is there)"
        )
    return Path(folder)


def _schemas(folder: Path) -> dict[str, Schema]:
    path = folder / "query_schemas.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: no JSON: {error}") from error
    return {schema.id: schema for schema in structure_schemas(raw)}


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the Python files among *paths* and below them, without those that are hidden."""
    for path in paths:
        if path.is_dir():
            for found in sorted(path.rglob("*.py")):
                if not any(part.startswith(".") for part in found.relative_to(path).parts):
                    yield found
        else:
            yield path


def _parser() -> CommandLine:
    from argparse import RawDescriptionHelpFormatter

    parser = CommandLine(
        prog="ftrack-gen lint",
        description="Check the query texts of scripts against the schemas of a workspace.",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="Python file, or folder of such")
    parser.add_argument("--workspace", metavar="FOLDER", help="cached workspace, or 'standard'")
    parser.add_argument(
        "--require-select", action="store_true", help="report queries without select too: each may cost requests"
    )
    return parser
