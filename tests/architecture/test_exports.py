"""Tests that the public names are exactly those that are listed here, and that each of them is there."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]

EXPORTS: Mapping[str, frozenset[str]] = {
    "ftrack_typed": frozenset({"NOT_SET", "Criterion", "Entity", "FtrackError", "Query", "Session", "__version__"}),
    "ftrack_typed.session": frozenset(
        {
            "AutoPopulatingContext",
            "OperationPayload",
            "OperationRecordingContext",
            "Session",
            "SessionAuthentication",
        }
    ),
    "ftrack_typed.events": frozenset({"Event", "EventHub", "Subscriber", "Subscription", "quote"}),
    "ftrack_typed.compat": frozenset(
        {"OfficialClientError", "OfficialClientWarning", "Session", "install", "tree", "uninstall"}
    ),
    "ftrack_typed.files": frozenset(
        {
            "Accessor",
            "DiskAccessor",
            "EntityIdStructure",
            "IdStructure",
            "OriginStructure",
            "ResourceIdentifierTransformer",
            "S3Accessor",
            "StandardStructure",
            "Structure",
            "TransferOptions",
            "TransferProgress",
            "transferring",
        }
    ),
    "ftrack_typed.actions": frozenset({"Action", "ActionError", "ActionFolder", "Reply", "Selection", "item"}),
    "ftrack_typed.updates": frozenset({"Action", "Actor", "Change", "ChangeSubscription", "Update"}),
    "ftrack_typed.cache": frozenset(
        {
            "Cache",
            "FileCache",
            "KeyMaker",
            "LayeredCache",
            "Memoiser",
            "MemoryCache",
            "ObjectKeyMaker",
            "ProxyCache",
            "RedisCache",
            "SerialisedCache",
            "StringKeyMaker",
            "TextCache",
            "memoise",
            "memoise_decorator",
            "memoiser",
        }
    ),
    "ftrack_typed.schema": frozenset(
        {
            "CachedSchemas",
            "Deprecation",
            "Property",
            "PropertyKind",
            "Schema",
            "SchemaCache",
            "default_cache_folder",
            "schema_hash",
            "standard_workspace",
            "structure_schemas",
        }
    ),
}
"""What a module promises to its users. A name that is added or removed here belongs into CHANGELOG.md."""


@pytest.mark.parametrize("module", list(EXPORTS))
def test_public_names_are_those_listed(module: str) -> None:
    imported = importlib.import_module(module)
    assert set(imported.__all__) == EXPORTS[module]
    assert len(imported.__all__) == len(EXPORTS[module]), "a name stands in __all__ twice"


@pytest.mark.parametrize(("module", "name"), [(module, name) for module in EXPORTS for name in sorted(EXPORTS[module])])
def test_name_is_there(module: str, name: str) -> None:
    assert getattr(importlib.import_module(module), name) is not None


def test_dir_shows_the_public_names() -> None:
    assert EXPORTS["ftrack_typed"] <= set(dir(importlib.import_module("ftrack_typed")))


def test_misspelt_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Sesion"):
        importlib.import_module("ftrack_typed").Sesion  # noqa: B018


def test_checkers_see_the_names_that_are_there() -> None:
    """What is imported lazily at run time stands under TYPE_CHECKING a second time."""
    tree = ast.parse((ROOT / "ftrack_typed" / "__init__.py").read_text("utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    shown = {alias.asname for node in guarded.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert shown == EXPORTS["ftrack_typed"] - {"__version__"}


def test_every_error_is_a_ftrack_error_and_drawn_in_the_tree() -> None:
    errors = importlib.import_module("ftrack_typed.errors")
    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    own = [value for value in classes if value.__module__.startswith(errors.__name__)]
    assert own
    for error in own:
        assert issubclass(error, (errors.FtrackError, Warning))
        assert error.__name__ in (errors.__doc__ or ""), f"{error.__name__} is missing from the tree at the top"


def test_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert importlib.import_module("ftrack_typed").__version__ == project["version"]
