"""What derives from what: as the server says, else as its schemas show, with the same result."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftrack_gen.inheritance import FAMILIES, KNOWN_BASES, Tree, find_bases
from ftrack_gen.problems import Problems
from ftrack_typed.schema import standard_workspace, structure_schemas

MakeSchema = Callable[..., dict[str, Any]]
TASK = "11c137c0-ee7e-4f9c-91c5-8c77cec22b2c"


def bases_of(schemas: list[dict[str, Any]]) -> dict[str, str | None]:
    problems = Problems("test")
    bases = find_bases({schema.id: schema for schema in structure_schemas(schemas)}, problems)
    assert problems.found == []
    return bases


def stripped(schemas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return schemas as a server sends them that knows no ``$mixin``."""
    older = copy.deepcopy(schemas)
    for schema in older:
        schema.pop("$mixin", None)
    return older


def standard_schemas() -> list[dict[str, Any]]:
    schemas: list[dict[str, Any]] = json.loads((standard_workspace() / "query_schemas.json").read_text())
    return schemas


def test_recorded_schemas_without_mixin_give_the_same(recorded_schemas: list[dict[str, Any]]) -> None:
    bases = bases_of(recorded_schemas)
    assert sum(base is not None for base in bases.values()) == 43
    assert bases_of(stripped(recorded_schemas)) == bases


def test_standard_schemas_without_mixin_give_the_same() -> None:
    bases = bases_of(standard_schemas())
    assert sum(base is not None for base in bases.values()) > 30
    assert bases_of(stripped(standard_schemas())) == bases


def test_server_before_base_user(recorded_schemas: list[dict[str, Any]]) -> None:
    gone = {"BaseUser", "CustomConfigurationBase", "Collaborator"}
    older = [schema for schema in stripped(recorded_schemas) if schema["id"] not in gone]
    bases = bases_of(older)
    assert bases["User"] == "Resource"
    assert bases["CustomAttributeConfiguration"] is None


def test_type_of_a_studio_is_found_by_its_classifier(schema: MakeSchema) -> None:
    alias = {"id": "Task", "classifiers": {"object_typeid": "a-studios-own"}}
    schemas = [schema("TypedContext", alias_for="Task"), schema("Scene", alias_for=alias), schema("Context")]
    assert bases_of(schemas) == {"TypedContext": "Context", "Scene": "TypedContext", "Context": None}


def test_classifier_of_a_model_that_is_a_type(schema: MakeSchema) -> None:
    alias = {"id": "List", "classifiers": {"entity": "task"}}
    assert bases_of([schema("List"), schema("TypedContextList", alias_for=alias)])["TypedContextList"] == "List"


def test_classifier_of_no_known_model(schema: MakeSchema) -> None:
    alias = {"id": "Task", "classifiers": {"object_typeid": TASK}}
    assert bases_of([schema("Task", alias_for=alias)]) == {"Task": None}


def test_mixin_counts_more_than_the_tables(schema: MakeSchema) -> None:
    schemas = [schema("Resource"), schema("Person"), schema("User", **{"$mixin": {"$ref": "Person"}})]
    assert bases_of(schemas)["User"] == "Person"


@pytest.mark.parametrize("name", sorted(KNOWN_BASES))
def test_every_known_base_is_what_the_standard_schemas_say(name: str) -> None:
    """Keep rows of the table from going stale."""
    bases = bases_of(standard_schemas())
    if name not in bases:
        pytest.skip(f"the standard workspace has no {name}")
    assert bases[name] == next(base for base in KNOWN_BASES[name] if base in bases)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_members(family: str) -> None:
    assert [name for name, base in bases_of(standard_schemas()).items() if base == family]


def test_tree_walks_bases_first() -> None:
    tree = Tree({"A": None, "B": "A", "C": "B", "D": None, "E": "A"})
    assert list(tree) == ["A", "B", "C", "E", "D"]
    assert list(tree.lineage("C")) == ["C", "B", "A"]
    assert list(tree.descendants("A")) == ["B", "C", "E"]


def test_generated_classes_derive_alike(tmp_path: Path, recorded_workspace: Path) -> None:
    """Compare the whole output, in which only the hashes of the workspaces differ."""
    from ftrack_gen.command import generate

    schemas = json.loads((recorded_workspace / "query_schemas.json").read_text())
    for path in recorded_workspace.glob("query_*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "query_schemas.json").write_text(json.dumps(stripped(schemas)))
    packages = [generate(folder, "studio").contents for folder in (recorded_workspace, tmp_path)]
    bodies = [
        {path: text.split(b"\n", 1)[1] for path, text in package.items() if path.endswith(".py") and path[0] != "_"}
        for package in packages
    ]
    assert bodies[0] == bodies[1]
