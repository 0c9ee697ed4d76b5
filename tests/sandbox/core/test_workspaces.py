"""Tests what a new server has: the rows of its workspace, those that every server has, and nothing else (5.2, 5.3)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from ftrack_typed.errors import SchemaError
from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.store import Store
from ftrack_typed.sandbox.workspace import ROW_FILES, Workspace

from .conftest import USER, Calls, Entity, create, ref, update

SEVEN = "-4164-11df-9218-0019bb4983d8"
CAT = "-ead3-11e2-846c-f23c91dfaa16"

EVERY_SERVER = {
    "Location": {
        "ftrack.origin": "ce9b348f-8809-11e3-821c-20c9d081909b",
        "ftrack.unmanaged": "cb268ecc-8809-11e3-a7e2-20c9d081909b",
        "ftrack.review": "cd41be70-8809-11e3-b98a-20c9d081909b",
        "ftrack.connect": "07b82a97-8cf9-11e3-9383-20c9d081909b",
        "ftrack.server": "3a372bde-05bc-11e4-8908-20c9d081909b",
    },
    "ObjectType": {
        "Task": "11c137c0-ee7e-4f9c-91c5-8c77cec22b2c",
        "Shot": "bad911de-3bd6-47b9-8b46-3476e237cb36",
        "Sequence": "e5139355-61da-4c8f-9db4-3abc870166bc",
        "Episode": "22139355-61da-4c8f-9db4-3abc870166bc",
        "Asset Build": "4be63b64-5010-42fb-bf1f-428af9d638f0",
        "Folder": "3c133785-51cb-11e3-980a-20c9d0831e59",
        "Milestone": "01decdd1-51cb-11e3-9d5b-20c9d0831e59",
    },
    "Priority": {
        "None": "9661b320-3a0c-11e2-81c1-0800200c9a66",
        "Low": f"847f663e{CAT}",
        "Medium": f"847f8146{CAT}",
        "High": f"847f9cda{CAT}",
        "Urgent": f"847fb90e{CAT}",
    },
    "CustomAttributeType": {
        "text": "6268aef0-381c-11e0-acff-0019bb49847a",
        "number": "92009b00-381c-11e0-acff-0019bb49847a",
        "boolean": "ad1034d8-15e2-11e1-b21a-0019bb4983d8",
        "date": "79968e9e-381c-11e0-acff-0019bb49847a",
        "enumerator": f"6ff9c812{CAT}",
        "dynamic enumerator": "882e4aee-fae6-11e3-b623-20c9d0831e59",
        "expression": "d2e6a530-357f-11e2-bd73-0019bb4985b8",
        "url": "ec616dcd-56e2-4147-99f8-7e4a4f040cf9",
    },
}
"""Rows of protocol section 5.3: ids by name."""

PRODUCTION = ("Context", "Asset", "AssetVersion", "Component", "Note", "List", "Timelog", "Job", "Group", "Appointment")


def opened(folder: Path | None = None) -> Calls:
    store = Store(Workspace.standard() if folder is None else Workspace.load(folder))
    store.insert_user(USER, "admin")
    return Calls(store, Caller(USER, "admin", denormalize=True))


@pytest.fixture(scope="module")
def standard() -> Iterator[Calls]:
    calls = opened()
    yield calls
    calls.store.close()


@pytest.fixture(scope="module")
def recorded(recorded_workspace: Path) -> Iterator[Calls]:
    calls = opened(recorded_workspace)
    yield calls
    calls.store.close()


@pytest.mark.parametrize("entity_type", EVERY_SERVER)
def test_every_server_has_these_rows(standard: Calls, entity_type: str) -> None:
    rows = standard.query(f"select id, name from {entity_type}")
    assert {row["name"]: row["id"] for row in rows} == EVERY_SERVER[entity_type]


@pytest.mark.parametrize("entity_type", EVERY_SERVER)
def test_a_workspace_keeps_the_ids_that_every_server_has(recorded: Calls, entity_type: str) -> None:
    present = {row["id"] for row in recorded.query(f"select id from {entity_type}")}
    assert present >= set(EVERY_SERVER[entity_type].values())


def test_a_new_server_has_one_user_and_no_production(standard: Calls, recorded: Calls) -> None:
    for calls in (standard, recorded):
        assert [row["id"] for row in calls.query("select id from Resource")] == [USER]
        for entity_type in PRODUCTION[:-2]:
            assert calls.query(f"{entity_type} limit 1") == []
    (user_type,) = standard.query("select id from UserType")
    assert user_type["id"] == "ac9fa5aa-4361-11e0-b7cc-0019bb4983d8"


def scalars(row: Entity, known: Collection[str]) -> Entity:
    """Return what a row of a file says of itself, as far as the schema has it."""
    return {name: value for name, value in row.items() if not isinstance(value, dict | list) and name in known}


@pytest.mark.parametrize("name", ROW_FILES)
def test_every_row_of_a_recorded_workspace_is_served(recorded: Calls, recorded_workspace: Path, name: str) -> None:
    path = recorded_workspace / name
    if not path.is_file():
        pytest.skip(f"the recorded workspace has no {name}")
    entity = recorded.store.storage.entity(ROW_FILES[name])
    names = ", ".join(sorted(entity.attributes))
    served = {row["id"]: row for row in recorded.query(f"select {names} from {entity.name}")}
    rows: list[Entity] = json.loads(path.read_text("utf-8"))
    assert rows
    for row in rows:
        assert scalars(served[row["id"]], entity.attributes).items() >= scalars(row, entity.attributes).items()
        for relation, value in row.items():
            if isinstance(value, dict) and relation in entity.relations:
                assert recorded.one(f"{entity.name} where id is {row['id']} and {relation}.id is {value['id']}")


def test_collections_of_a_recorded_workspace(recorded: Calls, recorded_workspace: Path) -> None:
    rows: list[Entity] = json.loads((recorded_workspace / "query_project_schema.json").read_text("utf-8"))
    for row in rows:
        for name in ("object_types", "_schemas", "object_type_schemas", "_overrides"):
            expected = {item["id"] for item in row[name]}
            found = recorded.one(f"select {name}.id from ProjectSchema where id is {row['id']}")[name]
            assert {item["id"] for item in found} == expected, name


TWINS = (
    ("_task_type_schema", "task_type_schema", "task_type_schema_id"),
    ("_task_workflow", "task_workflow_schema", "task_workflow_schema_id"),
    ("_version_workflow", "asset_version_workflow_schema", "asset_version_workflow_schema_id"),
)


@pytest.mark.parametrize("names", TWINS)
def test_twin_names_are_one_relation(standard: Calls, names: tuple[str, str, str]) -> None:
    older, newer, key = names
    target = "TaskTypeSchema" if "type" in key else "WorkflowSchema"
    made = standard.create(target, name="another")
    schema = standard.create("ProjectSchema", name="new", **{older: ref(target, made)})
    found = standard.one(f"select {older}.name, {newer}.name, {key} from ProjectSchema where id is {schema['id']}")
    assert (found[older]["id"], found[newer]["id"], found[key]) == (made["id"], made["id"], made["id"])
    other = standard.create(target, name="a third")
    standard.update("ProjectSchema", schema["id"], **{newer: ref(target, other)})
    assert (
        standard.one(f"select {older}.name from ProjectSchema where id is {schema['id']}")[older]["name"] == "a third"
    )


@pytest.mark.parametrize(
    "names", [("_schemas", "object_type_schemas"), ("_overrides", "task_workflow_schema_overrides")]
)
def test_twin_collections_are_one_relation(standard: Calls, names: tuple[str, str]) -> None:
    older, newer = names
    schema = standard.create("ProjectSchema", name="with items")
    item = standard.create(
        "Schema" if "schemas" in older else "ProjectSchemaOverride", **needed(standard, older, schema)
    )
    found = standard.one(f"select {older}, {newer} from ProjectSchema where id is {schema['id']}")
    assert [each["id"] for each in found[older]] == [each["id"] for each in found[newer]] == [item["id"]]


def needed(calls: Calls, relation: str, schema: Entity) -> dict[str, Any]:
    if relation == "_schemas":
        return {"project_schema_id": schema["id"], "type_id": EVERY_SERVER["ObjectType"]["Shot"]}
    workflow = calls.query("WorkflowSchema")[0]
    return {
        "project_schema_id": schema["id"],
        "type_id": calls.query("Type")[0]["id"],
        "workflow_schema_id": workflow["id"],
    }


LINKS = (
    ("WorkflowSchemaStatus", "WorkflowSchema", "workflow_schema_id", "statuses", "Status", "status_id"),
    ("TaskTypeSchemaType", "TaskTypeSchema", "task_type_schema_id", "types", "Type", "type_id"),
    ("ProjectSchemaObjectType", "ProjectSchema", "project_schema_id", "object_types", "ObjectType", "object_type_id"),
)


@pytest.mark.parametrize("link", LINKS, ids=[link[0] for link in LINKS])
def test_link_types_are_the_collections_that_they_join(
    standard: Calls, link: tuple[str, str, str, str, str, str]
) -> None:
    link_type, owner_type, owner_key, collection, item_type, item_key = link
    owner = standard.create(owner_type, name="joined")
    first, second, *_ = standard.query(f"select id from {item_type}")
    standard.create(link_type, **{owner_key: owner["id"], item_key: first["id"]})
    found = standard.one(f"select {collection} from {owner_type} where id is {owner['id']}")
    assert [item["id"] for item in found[collection]] == [first["id"]]
    standard.update(owner_type, owner["id"], **{collection: [ref(item_type, second)]})
    (row,) = standard.query(f"select {item_key} from {link_type} where {owner_key} is {owner['id']}")
    assert row[item_key] == second["id"]


@pytest.fixture
def tricky(root: Path) -> Iterator[Calls]:
    """A server of a workspace of few types, whose rows leave their type to the name of the file."""
    store = Store(Workspace.load(root / "tests" / "generator" / "workspaces" / "tricky"))
    store.insert_user(USER, "admin")
    yield Calls(store, Caller(USER, "admin"))
    store.close()


def test_rows_need_not_repeat_the_type_that_their_file_has(tricky: Calls) -> None:
    assert {row["id"]: row["name"] for row in tricky.query("select name from Status")} == {
        "s1": "Approved",
        "s2": "Approved",
        "s3": 'It\'s "done" \\ really\n',
        "s4": None,
    }
    assert [row["name"] for row in tricky.query("select name from Type")] == ["Animation"]


def test_a_workspace_of_few_types_takes_writes(tricky: Calls) -> None:
    project = tricky.create("Project", name="x")
    shot = tricky.create("Shot", name="sh", parent=ref("Project", project), status=ref("Status", "s2"))
    assert tricky.one("select status.id from Shot")["status"]["id"] == "s2"
    tricky.create("AssetVersion")
    tricky.batch(create("Metadata", parent_id=shot["id"], key="k", value="v"), update("Shot", shot["id"], name="sh2"))
    for entity_type in tricky.store.storage.model.entities:
        tricky.query(entity_type)


def test_rows_may_name_what_they_refer_to(tmp_path: Path, root: Path) -> None:
    folder = Path(shutil.copytree(root / "schemas" / "standard", tmp_path / "studio"))
    (folder / "query_custom_attribute_configurations.json").write_text(
        json.dumps([{"id": "c1", "key": "fps", "entity_type": "show", "type": {"name": "number"}, "default": 24}])
    )
    calls = opened(folder)
    found = calls.one("select type.name, default from CustomAttributeConfiguration")
    assert (found["type"]["id"], found["default"]) == (EVERY_SERVER["CustomAttributeType"]["number"], 24)
    calls.store.close()


def test_a_row_that_does_not_fit_is_named(tmp_path: Path, root: Path) -> None:
    folder = Path(shutil.copytree(root / "schemas" / "standard", tmp_path / "studio"))
    (folder / "query_types.json").write_text(json.dumps([{"id": "a", "name": "x"}, {"id": "b", "name": 1}]))
    with pytest.raises(SchemaError, match=r"query_types\.json, row 1: Type\.name must be a text, got 1"):
        Store(Workspace.load(folder))
