"""Tests the standard workspace: against a recorded server, and against itself."""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ftrack_gen.notation import CompiledWorkspace, compile_folder, render, stale_files
from ftrack_gen.notation_descriptions import repeats_name
from tests.generator.standard_differences import (
    DIFFERENCES,
    FOREIGN_KEYS_WITHOUT_TARGET,
    SYSTEM_PROJECTIONS_WITHOUT_ATTRIBUTE,
)

ROOT = Path(__file__).parents[2]
STANDARD = ROOT / "schemas" / "standard"
UNORDERED = ("required", "immutable", "computed")

Schemas = dict[str, dict[str, Any]]


def rows(name: str, folder: Path = STANDARD) -> list[dict[str, Any]]:
    """Read one file of a workspace."""
    read: list[dict[str, Any]] = json.loads((folder / name).read_text(encoding="utf-8"))
    return read


def by_id(name: str, folder: Path = STANDARD) -> Schemas:
    """Read one file of a workspace, by the id of each row."""
    return {row["id"]: row for row in rows(name, folder)}


@pytest.fixture(scope="module")
def workspace() -> CompiledWorkspace:
    return compile_folder(STANDARD)


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return by_id("query_schemas.json")


@pytest.fixture(scope="module")
def recorded() -> Path:
    given = Path(os.environ.get("FTRACK_SHARED") or ROOT.parent / "shared" / "workspace")
    for folder in (given, given / "workspace"):
        if (folder / "query_schemas.json").exists():
            return folder
    pytest.skip("no recorded workspace here; FTRACK_SHARED names the folder of one")


def comparable(schema: dict[str, Any], key: str) -> Any:
    """Give one key of a schema without what carries no fact: the order of sets of names."""
    value = schema.get(key)
    return sorted(value) if key in UNORDERED and value is not None else value


def comparable_property(wire: dict[str, Any]) -> dict[str, Any]:
    """Give a property without the server's prose, which the standard workspace puts in words of its own."""
    prose = not wire.get("description", "").startswith("Foreign key(s): ")
    return {key: value for key, value in wire.items() if not (key == "description" and prose)}


def differences(standard: Schemas, other: Schemas) -> dict[str, tuple[object, object]]:
    """Compare two workspaces type by type, attribute by attribute and key by key; give both values by path."""
    found: dict[str, tuple[object, object]] = {}
    for path, left, right in _compared(standard, other):
        if left != right:
            found[path] = (left, right)
    return found


def _compared(standard: Schemas, other: Schemas) -> Iterator[tuple[str, object, object]]:
    for name in sorted({*standard, *other}):
        if name not in standard or name not in other:
            yield name, _presence(name in standard), _presence(name in other)
            continue
        left, right = standard[name], other[name]
        for key in sorted({*left, *right} - {"properties"}):
            yield f"{name}.{key}", comparable(left, key), comparable(right, key)
        for attribute in sorted({*left["properties"], *right["properties"]}):
            yield from _compared_attribute(f"{name}.properties.{attribute}", attribute, left, right)


def _compared_attribute(
    path: str, attribute: str, left: dict[str, Any], right: dict[str, Any]
) -> Iterator[tuple[str, object, object]]:
    ours, theirs = left["properties"].get(attribute), right["properties"].get(attribute)
    if ours is None or theirs is None:
        yield path, _presence(ours is not None), _presence(theirs is not None)
        return
    ours, theirs = comparable_property(ours), comparable_property(theirs)
    absent = "absent"
    for key in sorted({*ours, *theirs}):
        yield f"{path}.{key}", ours.get(key, absent), theirs.get(key, absent)


def _presence(present: bool) -> str | None:
    return "present" if present else None


def test_differs_from_a_recorded_server_only_as_tabled(schemas: Schemas, recorded: Path) -> None:
    tabled = {entry.path: (entry.standard, entry.recorded) for entry in DIFFERENCES}
    found = differences(schemas, by_id("query_schemas.json", recorded))
    assert {path: values for path, values in found.items() if tabled.get(path) != values} == {}


def test_every_tabled_difference_still_applies(schemas: Schemas, recorded: Path) -> None:
    found = differences(schemas, by_id("query_schemas.json", recorded))
    assert [entry.path for entry in DIFFERENCES if entry.path not in found] == []


def test_table_gives_a_reason_for_each_entry_once() -> None:
    assert len({entry.path for entry in DIFFERENCES}) == len(DIFFERENCES)
    assert all(len(entry.reason.split()) > 3 for entry in DIFFERENCES)


def _task_property(schemas: Schemas, attribute: str) -> dict[str, Any]:
    wire: dict[str, Any] = schemas["Task"]["properties"][attribute]
    return wire


CHANGES: dict[str, Callable[[Schemas], Any]] = {
    "Shot": lambda schemas: schemas.pop("Shot"),
    "Task.alias_for": lambda schemas: schemas["Task"]["alias_for"]["classifiers"].clear(),
    "Task.type": lambda schemas: schemas["Task"].pop("type"),
    "Task.metadata": lambda schemas: schemas["Task"].pop("metadata"),
    "Task.$mixin": lambda schemas: schemas["Task"].update({"$mixin": {"$ref": "Context"}}),
    "Task.required": lambda schemas: schemas["Task"]["required"].remove("bid"),
    "Task.immutable": lambda schemas: schemas["Task"]["immutable"].append("bid"),
    "Task.computed": lambda schemas: schemas["Task"].pop("computed"),
    "Task.primary_key": lambda schemas: schemas["Task"]["primary_key"].append("name"),
    "Task.default_projections": lambda schemas: schemas["Task"]["default_projections"].reverse(),
    "Task.system_projections": lambda schemas: schemas["Task"].pop("system_projections"),
    "Task.deprecated": lambda schemas: schemas["Task"].update(deprecated={"$ref": "Shot"}),
    "Task.properties.bid": lambda schemas: schemas["Task"]["properties"].pop("bid"),
    "Task.properties.extra": lambda schemas: schemas["Task"]["properties"].update(extra={"type": "string"}),
    "Task.properties.bid.type": lambda schemas: _task_property(schemas, "bid").update(type="integer"),
    "Task.properties.start_date.format": lambda schemas: _task_property(schemas, "start_date").pop("format"),
    "Task.properties.name.default": lambda schemas: _task_property(schemas, "name").update(default=None),
    "Task.properties.status_id.alias_for": lambda schemas: _task_property(schemas, "status_id").pop("alias_for"),
    "Task.properties.status_id.description": lambda schemas: _task_property(schemas, "status_id").pop("description"),
    "Task.properties.status.$ref": lambda schemas: _task_property(schemas, "status").update({"$ref": "State"}),
    "Task.properties.notes.items": lambda schemas: _task_property(schemas, "notes")["items"].update({"$ref": "Task"}),
    "Task.properties.metadata.key_value_attributes": lambda schemas: _task_property(schemas, "metadata").pop(
        "key_value_attributes"
    ),
    "Job.properties.status.enum": lambda schemas: schemas["Job"]["properties"]["status"]["enum"].pop(),
}


@pytest.mark.parametrize("path", CHANGES)
def test_comparison_finds_a_change_of(path: str, schemas: Schemas) -> None:
    changed = copy.deepcopy(schemas)
    CHANGES[path](changed)
    assert list(differences(schemas, changed)) == [path]


def test_comparison_ignores_prose_and_the_order_of_sets(schemas: Schemas) -> None:
    changed = copy.deepcopy(schemas)
    changed["Task"]["required"].reverse()
    changed["Task"]["properties"]["bid"]["description"] = "Words of a server."
    assert differences(schemas, changed) == {}


def test_compiled_files_are_not_stale(workspace: CompiledWorkspace) -> None:
    assert stale_files(STANDARD, render(workspace)) == []


def test_every_attribute_has_a_description_of_its_own_words(workspace: CompiledWorkspace) -> None:
    poor = []
    for schema in workspace.schemas:
        for attribute in ("", *schema["properties"]):
            description = workspace.describe(schema["id"], attribute) or ""
            if not description.endswith(".") or repeats_name(description, schema["id"], attribute):
                poor.append((schema["id"], attribute, description))
    assert poor == []


def test_descriptions_belong_to_types_and_attributes(workspace: CompiledWorkspace, schemas: Schemas) -> None:
    described = {(name, attribute) for name, own in workspace.descriptions.items() for attribute in own if attribute}
    assert set(workspace.descriptions) == set(schemas)
    assert {(name, attribute) for name, attribute in described if attribute not in schemas[name]["properties"]} == set()


def test_no_prose_in_the_wire_format(schemas: Schemas) -> None:
    wires = [wire for schema in schemas.values() for wire in schema["properties"].values()]
    described = [wire["description"] for wire in wires if "description" in wire]
    assert [text for text in described if not text.startswith("Foreign key(s): ")] == []


def test_every_reference_leads_to_a_type_of_the_workspace(schemas: Schemas) -> None:
    dangling = [
        (name, attribute)
        for name, schema in schemas.items()
        for attribute, wire in schema["properties"].items()
        if (target := wire.get("items", wire).get("$ref")) and target not in schemas
    ]
    assert dangling == []


def test_every_foreign_key_leads_to_an_attribute_or_is_tabled(schemas: Schemas) -> None:
    used: set[str] = set()
    unknown = []
    for name, schema in schemas.items():
        for attribute, wire in schema["properties"].items():
            match = re.fullmatch(r"Foreign key\(s\): (\w+)\.(\w+)", wire.get("description", ""))
            if match and match[2] not in schemas.get(match[1], {"properties": {}})["properties"]:
                entries = {f"{name}.{attribute}", f"*.{match[1]}.{match[2]}"} & set(FOREIGN_KEYS_WITHOUT_TARGET)
                used |= entries
                unknown += [] if entries else [f"{name}.{attribute}: {match[0]}"]
    assert unknown == []
    assert used == set(FOREIGN_KEYS_WITHOUT_TARGET)


@pytest.mark.parametrize("key", ["primary_key", "required", "immutable", "computed", "default_projections"])
def test_every_named_attribute_exists(key: str, schemas: Schemas) -> None:
    named = [(name, attribute) for name, schema in schemas.items() for attribute in schema.get(key, [])]
    assert [(name, attribute) for name, attribute in named if attribute not in schemas[name]["properties"]] == []


def test_every_system_projection_is_a_column_of_an_attribute_or_tabled(schemas: Schemas) -> None:
    without_attribute = set()
    for schema in schemas.values():
        columns = {wire.get("alias_for", name) for name, wire in schema["properties"].items()}
        columns |= set(schema["properties"])
        without_attribute |= set(schema.get("system_projections", [])) - columns
    assert without_attribute == set(SYSTEM_PROJECTIONS_WITHOUT_ATTRIBUTE)


def test_a_type_has_all_that_its_base_has(schemas: Schemas) -> None:
    for name, schema in schemas.items():
        if "$mixin" in schema:
            base = schemas[schema["$mixin"]["$ref"]]
            assert set(base["properties"]) <= set(schema["properties"]), name
            assert set(base["required"]) <= set(schema["required"]), name
            assert set(base["immutable"]) <= set(schema["immutable"]), name


ROW_FILES = {
    "query_object_types.json": "ObjectType",
    "query_priorities.json": "Priority",
    "query_statuses.json": "Status",
    "query_states.json": "State",
    "query_types.json": "Type",
    "query_custom_attribute_configurations.json": "CustomAttributeConfiguration",
    "query_project_schema.json": "ProjectSchema",
    "query_schema.json": "Schema",
}


def entities_in(value: Any) -> Iterator[dict[str, Any]]:
    """Give every entity that a piece of JSON holds, at any depth."""
    if isinstance(value, dict):
        if "__entity_type__" in value:
            yield value
        for member in value.values():
            yield from entities_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from entities_in(member)


@pytest.mark.parametrize("name", ROW_FILES)
def test_rows_use_only_what_the_schemas_know(name: str, schemas: Schemas) -> None:
    read = rows(name)
    assert {row["__entity_type__"] for row in read} <= {ROW_FILES[name]}
    for entity in entities_in(read):
        schema = schemas[entity["__entity_type__"]]
        assert set(entity) - {"__entity_type__"} <= set(schema["properties"])
        assert set(schema["primary_key"]) <= set(entity)


def test_rows_refer_to_rows_that_exist() -> None:
    known: dict[str, set[str]] = {
        entity_type: {row["id"] for row in rows(name)} for name, entity_type in ROW_FILES.items()
    }
    for name in ROW_FILES:
        for entity in entities_in(rows(name)):
            if entity["__entity_type__"] in known:
                assert entity["id"] in known[entity["__entity_type__"]]
    for entity in entities_in(rows("query_schema.json")):
        assert entity.get("status_id", next(iter(known["Status"]))) in known["Status"]
        if entity["__entity_type__"] == "SchemaType":
            assert entity["type_id"] in known["Type"]


def test_ids_are_unique_across_the_rows() -> None:
    ids = [row["id"] for name in ROW_FILES for row in rows(name)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", row_id) for row_id in ids)


def test_each_object_type_has_its_entity_type(schemas: Schemas) -> None:
    classified = {
        schema["alias_for"]["classifiers"]["object_typeid"]: name
        for name, schema in schemas.items()
        if "object_typeid"
        in (schema.get("alias_for") or {} if isinstance(schema.get("alias_for"), dict) else {}).get("classifiers", {})
    }
    found = {row["id"]: row["name"].replace(" ", "") for row in rows("query_object_types.json")}
    assert found == classified
    for object_type_id, name in found.items():
        assert schemas[name]["properties"]["object_type_id"]["default"] == object_type_id


def test_flags_of_object_types_agree_with_what_their_types_let_change(schemas: Schemas) -> None:
    for row in rows("query_object_types.json"):
        immutable = schemas[row["name"].replace(" ", "")]["immutable"]
        assert row["is_typeable"] == ("type_id" not in immutable), row["name"]
        assert row["is_schedulable"] == ("end_date" not in immutable), row["name"]
        assert row["is_prioritizable"] == ("priority_id" not in immutable), row["name"]
        if not row["is_statusable"]:
            assert "status_id" in immutable, row["name"]


def test_stock_project_schema_covers_each_object_type_with_a_status() -> None:
    (project_schema,) = rows("query_project_schema.json")
    assert project_schema["id"] == "caddd816-acb5-11e1-8668-f23c91df1211"
    covered = {row["object_type_id"] for row in rows("query_schema.json")}
    with_status = {row["id"] for row in rows("query_object_types.json") if row["is_statusable"]}
    tasks = "11c137c0-ee7e-4f9c-91c5-8c77cec22b2c"
    assert covered == with_status - {tasks}
    assert all(row["statuses"] for row in rows("query_schema.json"))


@pytest.mark.parametrize("name", sorted(ROW_FILES.keys() - {"query_states.json"}))
def test_rows_have_the_keys_of_a_recorded_server(name: str, recorded: Path) -> None:
    theirs = {frozenset(row) for row in rows(name, recorded)}
    assert {frozenset(row) for row in rows(name)} <= theirs


@pytest.mark.parametrize("name", ["query_object_types.json", "query_priorities.json"])
def test_fixed_rows_agree_with_a_recorded_server(name: str, recorded: Path) -> None:
    theirs = by_id(name, recorded)
    for row_id, row in by_id(name).items():
        scalars = {key: value for key, value in row.items() if not isinstance(value, list)}
        assert scalars == {key: theirs[row_id][key] for key in scalars}


@pytest.mark.parametrize("name", ["query_statuses.json", "query_types.json"])
def test_known_rows_keep_the_names_of_a_recorded_server(name: str, recorded: Path) -> None:
    theirs = by_id(name, recorded)
    assert {row_id: row["name"] for row_id, row in by_id(name).items()} == {
        row_id: theirs[row_id]["name"] for row_id in by_id(name)
    }
