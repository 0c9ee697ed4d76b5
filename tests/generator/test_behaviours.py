"""Which classes inherit which behaviours: as the table says, where the schema has what they need."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftrack_gen.behaviours import RULES, find_behaviours
from ftrack_gen.inheritance import Tree, find_bases
from ftrack_gen.model import Behaviour
from ftrack_gen.problems import Problems
from ftrack_typed.schema import standard_workspace, structure_schemas

from .conftest import CheckPackage, RunCommand, WriteWorkspace

MakeSchema = Callable[..., dict[str, Any]]


def reference(name: str) -> dict[str, Any]:
    return {"$ref": name}


def many(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": name}}


def found_in(schemas: list[dict[str, Any]]) -> dict[str, tuple[Behaviour, ...]]:
    by_name = {schema.id: schema for schema in structure_schemas(schemas)}
    found = find_behaviours(by_name, Tree(find_bases(by_name, Problems("test"))))
    return {name: behaviours for name, behaviours in found.items() if behaviours}


@pytest.fixture
def schemas(schema: MakeSchema) -> list[dict[str, Any]]:
    """Give what notes need at least, on a base and what derives from it, and on a type of its own."""
    notes = {"notes": many("Note")}
    return [
        schema("User"),
        schema("Note", {"author": reference("User"), "category": reference("NoteCategory")}),
        schema("NoteCategory"),
        schema("Recipient", {"recipient": reference("User")}),
        schema("Context", notes),
        schema("Task", notes, **{"$mixin": {"$ref": "Context"}}),
        schema("Version", notes),
        schema("Folder"),
    ]


def test_every_rule_applies_to_the_standard_workspace() -> None:
    found = found_in(json.loads((standard_workspace() / "query_schemas.json").read_text("utf-8")))
    assert {each.name for behaviours in found.values() for each in behaviours} == {rule.behaviour for rule in RULES}
    labels = ("Note", "BaseUser", "Resource", "NoteCategory", "NoteLabel")
    bound = ("Component", "Location")
    expected = (Behaviour("CreatesNotes", labels), Behaviour("CreatesThumbnails", bound[:1]))
    components, media = Behaviour("CreatesComponents", bound), Behaviour("EncodesMedia", ("Job",))
    assert found["AssetVersion"] == (*expected, components, media)


def test_every_rule_applies_to_the_recorded_workspace(recorded_schemas: list[dict[str, Any]]) -> None:
    found = found_in(recorded_schemas)
    assert {each.name for behaviours in found.values() for each in behaviours} == {rule.behaviour for rule in RULES}


def test_base_has_what_all_below_it_have(schemas: list[dict[str, Any]]) -> None:
    found = found_in(schemas)
    assert sorted(found) == ["Context", "User", "Version"]
    # Without links to labels, categories take their place among the types.
    bound = ("Note", "User", "User", "NoteCategory", "NoteCategory")
    assert found["Context"] == found["Version"] == (Behaviour("CreatesNotes", bound),)


@pytest.mark.parametrize("missing", ["Recipient", "Note"])
def test_without_a_type_that_it_needs_there_is_no_behaviour(schemas: list[dict[str, Any]], missing: str) -> None:
    found = found_in([schema for schema in schemas if schema["id"] != missing])
    assert sorted(found) == ["User"]


def test_notes_that_are_none(schema: MakeSchema, schemas: list[dict[str, Any]]) -> None:
    others = [schema("Paper", {"notes": {"type": "string"}}), schema("Piano", {"notes": many("Folder")})]
    assert found_in([*schemas, *others]) == found_in(schemas)


def test_replies_need_their_attribute(schema: MakeSchema, schemas: list[dict[str, Any]]) -> None:
    (note,) = (each for each in schemas if each["id"] == "Note")
    note["properties"]["replies"] = many("Note")
    assert found_in(schemas)["Note"] == (Behaviour("CreatesReplies", ("Note", "User")),)


@pytest.mark.slow
def test_package_of_awkward_names_is_accepted(
    schema: MakeSchema,
    schemas: list[dict[str, Any]],
    write_workspace: WriteWorkspace,
    run: RunCommand,
    accepted_by_mypy: CheckPackage,
    accepted_by_pyright: CheckPackage,
    tmp_path: Path,
) -> None:
    # Attributes that hide the names of classes, and a class with the name of a behaviour.
    (version,) = (each for each in schemas if each["id"] == "Version")
    version["properties"].update({"Note": reference("Note"), "User": many("User"), "CreatesNotes": {"type": "string"}})
    package = tmp_path / "made" / "awkward"
    outcome = run("--workspace", write_workspace([*schemas, schema("CreatesNotes")]), "--output", package)
    assert outcome.code == 0, outcome.errors
    script = (
        "from awkward import Note, Task, User, Version\n\n\n"
        "def look(task: Task, version: Version, user: User) -> list[Note]:\n"
        '    return [task.create_note("look", user), version.create_note("look", user, recipients=[user])]\n'
    )
    accepted_by_mypy(package, script)
    accepted_by_pyright(package, script)
