"""Tests who imports whom: the sources are read, so that imports inside functions and for checkers alone count too."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "ftrack_typed"
GENERATOR = ROOT / "generator" / "ftrack_gen"

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"symbols", "errors", "backports", "garbage", "redaction", "standard_output", "command_line"}),
    frozenset({"operations", "payload", "wire", "facts", "settings", "values", "query", "data", "retries"})
    | frozenset({"events.expression"}),
    frozenset({"attributes", "collection", "custom_attributes", "custom_paths", "operators", "page"}),
    frozenset({"entity", "documentation"}),
    frozenset({"declaration", "attrs_fields"}),
    frozenset({"behaviours", "entities.*", "query.builder", "query.result"})
    | frozenset({"files.accessor", "files.storage", "files.structure", "files.transformer"}),
    frozenset(
        {"identity", "mappings", "unit_of_work", "changes", "state", "loading", "assignment", "creation", "deletion"}
    )
    | frozenset({"commit", "session_parts", "cache", "entity_cache", "encoding", "recorded_operations", "inspection"})
    | frozenset({"answers", "custom_values", "ensuring", "formatter", "registry", "schema_types", "entity_types"})
    | frozenset(
        {"connections", "transport", "schema", "events", "server", "lookup", "reconstruction", "drift", "population"}
    )
    | frozenset({"plugins", "request_log", "updates", "files"}),
    frozenset({"session"}),
    frozenset({"", "entities"}),
    frozenset({"actions"}),
    frozenset({"compat"}),
    frozenset({"sandbox"}),
    frozenset({"testing"}),
)
"""Modules from the bottom up; each may import what stands in its own layer or below. ``""`` is the package itself.

A name means the module and all below it, unless those have a place of their own; ``entities.*`` means what is below
`ftrack_typed.entities`, whose own module exports the session of the package.
"""

ALONE: Mapping[str, frozenset[str]] = {
    "schema": frozenset({"errors", "wire", "symbols"}),
    "transport": frozenset({"errors", "wire", "symbols", "garbage", "redaction", "retries", "connections"}),
    "cache": frozenset(),
    "events": frozenset({"errors", "wire", "symbols", "redaction", "events.expression"}),
    "events.expression": frozenset({"errors"}),
    "sandbox": frozenset(
        {"errors", "wire", "symbols", "schema", "query", "events.expression", "standard_output", "command_line"}
    ),
}
"""What modules that stand beside the layers may import, apart from themselves."""

GENERATOR_MAY_IMPORT = frozenset(
    {"schema", "transport", "retries", "query", "errors", "symbols", "settings", "standard_output", "command_line"}
)
"""What the generator may import of the runtime; `settings` so that both find server, user and key in one way."""

TYPING_ONLY: Mapping[tuple[str, str], str] = {
    ("attributes", "entity"): "a reference's descriptor is bound to the entity class; at run time it never asks for it",
    ("collection", "entity"): "the same, for the elements of a collection",
    ("custom_attributes", "entity"): "the same, for the owner of custom attributes",
    ("operators", "entity"): "a stub, which no interpreter reads: the operators that checkers see on entity classes",
    ("page", "entity"): "a page lists entities; it asks nothing of their class",
    ("page", "state"): "a page belongs to the state of a session",
    **dict.fromkeys(
        ((name, "session") for name in ("entity", "state")),
        "an entity keeps the session that it belongs to, by the page it came with",
    ),
    ("files.transformer", "session"): "a transformer is made for a session, which it may ask",
    ("files", "session"): "what the server holds is reached with the user, key and timeout of a session",
    ("registry", "session"): "a registry names the session class of its package",
    ("updates", "session"): "a record of a change names the session that heard of it",
    ("session_parts", "session"): "a function that makes a cache is called with the session",
    ("behaviours", "session"): "a behaviour works with the session that its entity belongs to",
}
"""Imports upwards for checkers alone, each with its reason."""

DEFERRED: Mapping[tuple[str, str], str] = {
    ("server", ""): "a server is told the version of its client, which the package states",
    ("registry", "session"): "a package's session class is made when it is first asked for, from the registry",
    ("session", "entities"): "a session that no package made has the entities that come with the runtime",
}
"""Imports upwards inside a function, each with its reason."""


@attrs.frozen
class Import:
    """One import of a module of the project by another."""

    importer: str
    imported: str
    line: int
    how: str
    """``"run"`` when the importer is loaded, ``"deferred"`` in a function, ``"typing"`` under ``TYPE_CHECKING``."""

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported} ({self.how})"


def module_name(path: Path, package: Path) -> str:
    """Return the dotted name of a file, with that of its top-level package."""
    parts = [package.name, *path.relative_to(package).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources(package: Path) -> dict[str, Path]:
    """Return the modules of a package, stubs among them, by dotted name."""
    paths = itertools.chain(package.rglob("*.py"), package.rglob("*.pyi"))
    return {module_name(path, package): path for path in sorted(paths)}


def imports_of(name: str, path: Path, known: frozenset[str]) -> Iterator[Import]:
    """Yield what a module imports of the *known* modules."""
    tree = ast.parse(path.read_text("utf-8"), str(path))
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node, how in imports_in(tree, "run"):
        for target in targets(node, package, known):
            yield Import(name, target, node.lineno, how)


def imports_in(node: ast.AST, how: str) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Yield the import statements below *node* with how they are reached; a call of import_module() is one too."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node, how
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "import_module":
        named = [each for each in node.args[:1] if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        for each in named:
            yield ast.Import([ast.alias(str(each.value))], lineno=node.lineno, col_offset=0), how
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and how == "run":
        how = "deferred"
    guarded: list[ast.stmt] = []
    if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
        guarded = node.body
    for child in ast.iter_child_nodes(node):
        yield from imports_in(child, "typing" if child in guarded else how)


def targets(node: ast.Import | ast.ImportFrom, package: str, known: frozenset[str]) -> Iterator[str]:
    """Yield the *known* modules that a statement names; importing a name from a module means that module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in known)
        return
    base = node.module or ""
    if node.level:
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*above, *([base] if base else [])])
    if base.partition(".")[0] not in known:
        return
    for alias in node.names:
        submodule = f"{base}.{alias.name}"
        yield submodule if submodule in known else base


def short(name: str) -> str:
    """Return a module's name without that of the runtime's package."""
    return name.partition(".")[2]


def place_of(name: str) -> str | None:
    """Return the entry of `LAYERS` that a module of the runtime belongs to; the longest one counts."""
    entries = frozenset[str]().union(*LAYERS)
    if name in entries:
        return name
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        prefix = ".".join(parts[:length])
        for entry in (f"{prefix}.*", prefix):
            if entry in entries:
                return entry
    return None


def layer_of(place: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if place in layer)


def fault_of(found: Import) -> str | None:
    """Say why an import of the runtime breaks the rule, or return None."""
    importer, imported = place_of(short(found.importer)), place_of(short(found.imported))
    if importer is None or imported is None:
        return None  # test_every_module_has_a_place reports it
    if importer == imported:
        return None
    if importer in ALONE and imported not in ALONE[importer]:
        return f"{found}: {importer} may import only {', '.join(sorted(ALONE[importer]))}"
    if layer_of(imported) <= layer_of(importer):
        return None
    excused = {"typing": TYPING_ONLY, "deferred": DEFERRED}.get(found.how, {})
    return None if (importer, imported) in excused else f"{found}: {imported} stands above {importer}"


RUNTIME_SOURCES = sources(RUNTIME)
GENERATOR_SOURCES = sources(GENERATOR)
KNOWN = frozenset({*RUNTIME_SOURCES, *GENERATOR_SOURCES})
RUNTIME_IMPORTS = tuple(found for name, path in RUNTIME_SOURCES.items() for found in imports_of(name, path, KNOWN))
GENERATOR_IMPORTS = tuple(found for name, path in GENERATOR_SOURCES.items() for found in imports_of(name, path, KNOWN))


def test_sources_are_found() -> None:
    assert {"ftrack_typed", "ftrack_typed.errors", "ftrack_typed.schema.model"} <= set(RUNTIME_SOURCES)
    assert "ftrack_gen" in GENERATOR_SOURCES
    assert len(RUNTIME_IMPORTS) > 20
    assert GENERATOR_IMPORTS


def test_every_module_has_a_place() -> None:
    homeless = [name for name in RUNTIME_SOURCES if place_of(short(name)) is None]
    assert homeless == [], "give each of these a place in LAYERS"


def test_modules_import_what_stands_below_them() -> None:
    runtime = [found for found in RUNTIME_IMPORTS if found.imported in RUNTIME_SOURCES]
    assert [fault for found in runtime if (fault := fault_of(found))] == []


def test_exceptions_are_needed() -> None:
    used = {
        (place_of(short(found.importer)), place_of(short(found.imported)), found.how)
        for found in RUNTIME_IMPORTS
        if found.imported in RUNTIME_SOURCES
    }
    listed = {(*pair, "typing") for pair in TYPING_ONLY} | {(*pair, "deferred") for pair in DEFERRED}
    assert listed - used == set(), "nothing imports like this any more: remove the exception"


def test_runtime_does_not_know_the_generator() -> None:
    assert [str(found) for found in RUNTIME_IMPORTS if found.imported in GENERATOR_SOURCES] == []


def test_generator_knows_little_of_the_runtime() -> None:
    foreign = [
        str(found)
        for found in GENERATOR_IMPORTS
        if found.imported in RUNTIME_SOURCES and short(found.imported).partition(".")[0] not in GENERATOR_MAY_IMPORT
    ]
    assert foreign == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from .session import Session", "session (run)"),
        ("from . import session", "session (run)"),
        ("import ftrack_typed.session", "session (run)"),
        ("from ftrack_typed.session import Session", "session (run)"),
        ("def f():\n    from .session import Session", "session (deferred)"),
        ("if TYPE_CHECKING:\n    from .session import Session", "session (typing)"),
        ("if typing.TYPE_CHECKING:\n    pass\nelse:\n    from .session import Session", "session (run)"),
        ("class A:\n    if TYPE_CHECKING:\n        from .session import Session", "session (typing)"),
        ("try:\n    from .session import Session\nexcept ImportError:\n    pass", "session (run)"),
        ("def f():\n    return importlib.import_module('ftrack_typed.session').A", "session (deferred)"),
        ("import json", None),
    ],
)
def test_import_in_every_form_is_seen(source: str, expected: str | None, tmp_path: Path) -> None:
    path = tmp_path / "entity.py"
    path.write_text(source)
    known = frozenset({"ftrack_typed", "ftrack_typed.session", "ftrack_typed.entity"})
    found = [f"{short(each.imported)} ({each.how})" for each in imports_of("ftrack_typed.entity", path, known)]
    assert found == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("importer", "imported", "how", "is_fault"),
    [
        ("entity", "session", "run", True),
        ("attributes", "session", "typing", True),
        ("entity", "attributes", "run", False),
        ("attributes", "entity", "typing", False),
        ("attributes", "entity", "run", True),
        ("entities.task", "session", "typing", True),
        ("entities.task", "entities.shot", "typing", False),
        ("entities.task", "behaviours.notes", "run", False),
        ("entities", "session", "run", False),
        ("schema.cache", "errors", "run", False),
        ("schema.cache", "schema.model", "run", False),
        ("schema.cache", "facts", "run", True),
        ("transport", "schema", "run", True),
        ("session", "transport", "deferred", False),
        ("session", "", "run", True),
        ("session", "sandbox", "deferred", True),
        ("sandbox.store", "query.tokens", "run", False),
        ("sandbox.store", "entity", "run", True),
    ],
)
def test_rule_itself(importer: str, imported: str, how: str, is_fault: bool) -> None:
    found = Import(f"ftrack_typed.{importer}", f"ftrack_typed.{imported}".rstrip("."), 1, how)
    assert (fault_of(found) is not None) == is_fault
