"""Tests the store as a whole: files, threads, hooks, further actions, seeded rows, indexes and other workspaces."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ftrack_typed.sandbox.batch import Batch, Change
from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.derivation import derive
from ftrack_typed.sandbox.faults import Fault
from ftrack_typed.sandbox.store import Store
from ftrack_typed.sandbox.workspace import SCHEMAS_FILE, Workspace
from ftrack_typed.schema import schema_hash

from .conftest import USER, Calls, Entity, create, delete, moment, query, ref, update


def opened(workspace: Workspace, url: str = "sqlite://") -> Calls:
    store = Store(workspace, url)
    store.insert_user(USER, "admin")
    return Calls(store, Caller(USER, "admin"))


def test_a_file_is_in_wal_mode(workspace: Workspace, tmp_path: Path) -> None:
    calls = opened(workspace, f"sqlite:///{tmp_path / 'file.db'}")
    with calls.store.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    calls.store.close()


def test_a_database_keeps_what_was_committed(workspace: Workspace, lasting_database: str) -> None:
    url = lasting_database
    first = opened(workspace, url)
    assert first.store.is_new
    first.create("Scope", name="kept")
    statuses = len(first.query("Status"))
    first.store.close()
    again = opened(workspace, url)
    assert not again.store.is_new
    assert again.names("Scope") == ["kept"]
    assert (len(again.query("Status")), len(again.query("User"))) == (statuses, 1)
    again.store.close()


_WRITER = """
import sys
from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.store import Store
from ftrack_typed.sandbox.workspace import Workspace
store = Store(Workspace.standard(), sys.argv[1])
number = 0
while True:
    number += 1
    data = [{"__entity_type__": "Scope", "id": f"{number}-{half}", "name": str(number)} for half in "ab"]
    operations = [{"action": "create", "entity_type": "Scope", "entity_data": each} for each in data]
    store.execute(operations, Caller("", ""))
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a signal of POSIX")
def test_a_kill_loses_no_commit_and_keeps_no_half(workspace: Workspace, lasting_database: str) -> None:
    url = lasting_database
    with subprocess.Popen([sys.executable, "-c", _WRITER, url], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [next(process.stdout) for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    calls = opened(workspace, url)
    names = calls.names("Scope")
    assert {int(line) for line in lines if line.endswith("\n")} <= {int(name) for name in names}
    assert all(names.count(name) == 2 for name in names)
    if url.startswith("sqlite"):
        with calls.store.transaction() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    calls.store.close()


def test_threads_share_a_store_in_memory(workspace: Workspace) -> None:
    _share(opened(workspace))


def test_threads_share_a_store(workspace: Workspace, lasting_database: str) -> None:
    _share(opened(workspace, lasting_database))


def _share(calls: Calls) -> None:
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for number in range(10):
                calls.batch(
                    create("Scope", name=f"{name}{number}"), query("Scope"), query("select state.name from Status")
                )
                assert calls.query(f'Scope where name is "{name}{number}"')
                with pytest.raises(Fault):
                    calls.batch(create("Scope", name="undone"), query("nonsense"))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(calls.query("Scope")) == 60
    calls.store.close()


def test_readers_do_not_wait_for_a_writer(workspace: Workspace, lasting_database: str) -> None:
    calls = opened(workspace, lasting_database)
    found: list[Entity] = []
    with calls.store.transaction() as connection:
        table = calls.store.storage.tables["scope"]
        connection.execute(table.insert(), {"id": "x", "name": "not yet"})
        reader = threading.Thread(target=lambda: found.extend(calls.query("Status where name is approved")))
        reader.start()
        reader.join(timeout=120)
        assert len(found) == 1
        assert calls.query("Scope") == []
    assert calls.names("Scope") == ["not yet"]
    calls.store.close()


def test_hooks_are_told_what_was_committed(calls: Calls, project: Entity) -> None:
    told: list[tuple[Sequence[Change], Caller]] = []
    calls.store.after_commit.append(lambda changes, caller: told.append((changes, caller)))
    try:
        calls.batch(create("Scope", id="told", name="a"), update("Scope", "told", name="b"), delete("Scope", "told"))
        calls.query("Scope")
        calls.fault(create("Scope", id="untold", name="a"), query("nonsense"))
    finally:
        calls.store.after_commit.clear()
    ((changes, caller),) = told
    assert caller == calls.caller
    assert [(each.action, each.entity_type, each.key) for each in changes] == [
        ("add", "Scope", ("told",)),
        ("update", "Scope", ("told",)),
        ("remove", "Scope", ("told",)),
    ]
    assert (changes[1].old, changes[1].new) == ({"name": "a"}, {"name": "b"})


def test_actions_can_be_added(calls: Calls) -> None:
    def shout(batch: Batch, operation: Any) -> object:
        return {"shouted": str(operation["words"]).upper(), "by": batch.caller.username}

    calls.store.actions["shout"] = shout
    assert calls.batch({"action": "shout", "words": "hi"}) == [{"shouted": "HI", "by": "admin"}]
    del calls.store.actions["shout"]


def test_the_server_is_described(calls: Calls, workspace: Workspace) -> None:
    schemas, information = calls.batch({"action": "query_schemas"}, {"action": "query_server_information"})
    assert schemas is workspace.schemas
    assert isinstance(information, dict)
    assert information["schema_hash"] == schema_hash(schemas) == workspace.schema_hash


def test_users_are_inserted_once(calls: Calls) -> None:
    assert calls.store.insert_user("u-new", "new", {"first_name": "New", "bogus": 1})
    assert not calls.store.insert_user("u-new", "renamed")
    row = calls.one("select username, first_name, is_active, resource_type from User where id is u-new")
    assert (row["username"], row["first_name"], row["is_active"], row["resource_type"]) == ("new", "New", True, "user")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Location where name is ftrack.origin", "ce9b348f-8809-11e3-821c-20c9d081909b"),
        ("Location where name is ftrack.unmanaged", "cb268ecc-8809-11e3-a7e2-20c9d081909b"),
        ("Location where name is ftrack.review", "cd41be70-8809-11e3-b98a-20c9d081909b"),
        ("Location where name is ftrack.connect", "07b82a97-8cf9-11e3-9383-20c9d081909b"),
        ("Location where name is ftrack.server", "3a372bde-05bc-11e4-8908-20c9d081909b"),
        ("ObjectType where name is 'asset build'", "4be63b64-5010-42fb-bf1f-428af9d638f0"),
        ("Priority where name is none", None),
        ('Priority where name is "none"', "9661b320-3a0c-11e2-81c1-0800200c9a66"),
        ("Status where name is 'in progress'", "44ddd0fe-4164-11df-9218-0019bb4983d8"),
        ("CustomAttributeType where name is enumerator", "6ff9c812-ead3-11e2-846c-f23c91dfaa16"),
        ("UserType", "ac9fa5aa-4361-11e0-b7cc-0019bb4983d8"),
        ("SecurityRole where type is API", "*"),
        ("NoteCategory limit 1", "*"),
        ("ListCategory limit 1", "*"),
        ("AssetType limit 1", "*"),
    ],
)
def test_rows_that_every_server_has(calls: Calls, expression: str, expected: str | None) -> None:
    found = [row["id"] for row in calls.query(expression)]
    assert found == ([] if expected is None else found if expected == "*" else [expected])
    assert bool(found) is (expected is not None)


def test_the_project_schema_is_whole(calls: Calls) -> None:
    paths = "_task_workflow.statuses.name, _version_workflow.statuses, _task_type_schema.types, object_types, "
    row = calls.query(f"select {paths} task_workflow_schema, _schemas.statuses.task_status.name from ProjectSchema")[0]
    assert row["_task_workflow"]["statuses"][0]["name"]
    assert row["_version_workflow"]["statuses"]
    assert row["_task_type_schema"]["types"]
    assert len(row["object_types"]) == 7
    assert row["task_workflow_schema"]["id"] == row["_task_workflow"]["id"]
    assert any(each["task_status"] for schema in row["_schemas"] for each in schema["statuses"])


def test_a_setting_has_a_key_of_two_parts(calls: Calls) -> None:
    row = calls.one('select value from Setting where name is "storage_scenario" and group is "STORAGE"')
    assert json.loads(row["value"])["scenario"]


# Every attribute of every type can be selected and compared, and a relation followed.


def test_everything_in_the_schema_can_be_read(calls: Calls, workspace: Workspace) -> None:
    for schema in workspace.structured:
        selected = [each.name for each in schema.properties.values() if not each.restricted_projection]
        rows = calls.query(f"select {', '.join(selected)} from {schema.id} limit 3")
        assert all(set(selected) <= set(row) or row.keys() <= {"__entity_type__", *schema.primary_key} for row in rows)
        model = calls.store.storage.entity(schema.id)
        readable = [name for name in schema.properties if name not in model.computed]
        calls.query(f"{schema.id} where {' or '.join(f'{name} is none' for name in readable)} limit 1")
        many = [f"{name} any ()" for name, each in model.relations.items() if each.many]
        single = [f"{name} has ()" for name, each in model.relations.items() if not each.many]
        if many or single:
            calls.query(f"{schema.id} where {' and '.join([*many, *single])} limit 1")


def test_a_database_grows_with_the_workspace(workspace: Workspace, lasting_database: str, tmp_path: Path) -> None:
    """Serve a studio's own object type, from a database that was made before the type got an attribute."""
    url = lasting_database
    folder = tmp_path / "studio"
    folder.mkdir()
    schemas = copy.deepcopy(workspace.schemas)
    scene = copy.deepcopy(next(each for each in schemas if each["id"] == "Shot"))
    scene["id"], scene["alias_for"]["classifiers"]["object_typeid"] = "Scene", "scene-type"
    scene["properties"]["object_type_id"]["default"] = "scene-type"
    schemas.append(scene)
    rows = [{"__entity_type__": "ObjectType", "id": "scene-type", "name": "Scene"}]
    (folder / "query_object_types.json").write_text(json.dumps(rows), "utf-8")
    (folder / SCHEMAS_FILE).write_text(json.dumps(schemas), "utf-8")
    calls = opened(Workspace.load(folder), url)
    project = calls.create("Project", name="p", project_schema_id=calls.query("ProjectSchema")[0]["id"])
    made = calls.create("Scene", name="sc010", parent=ref("Project", project))
    assert made["object_type_id"] == "scene-type"
    calls.create("Task", name="t", parent=ref("Scene", made))
    assert calls.one("select parent from Task")["parent"]["__entity_type__"] == "Scene"
    assert [row["__entity_type__"] for row in calls.query("TypedContext where object_type.name is scene")] == ["Scene"]
    calls.store.close()
    scene["properties"]["weather"] = {"type": "string"}
    (folder / SCHEMAS_FILE).write_text(json.dumps(schemas), "utf-8")
    calls = opened(Workspace.load(folder), url)
    calls.update("Scene", made["id"], weather="rain")
    assert calls.names("Scene where weather is RAIN") == ["sc010"]
    calls.store.close()


def test_inheritance_is_known_without_mixins(workspace: Workspace) -> None:
    older = [{key: value for key, value in schema.items() if key != "$mixin"} for schema in workspace.schemas]
    gone = ("BaseUser", "Collaborator")
    older = [schema for schema in older if schema["id"] not in gone]
    bare = derive(Workspace("older", older, _structured(older), {}, "").structured)
    full = derive(workspace.structured)
    for name in (
        "Task",
        "Project",
        "FileComponent",
        "User",
        "Group",
        "AssetVersionList",
        "NoteCategory",
        "StatusChange",
    ):
        assert bare.entities[name].table == full.entities[name].table
    assert bare.entities["Shot"].lineage == ("Shot", "TypedContext", "Context")


def _structured(raw: list[dict[str, Any]]) -> Any:
    from ftrack_typed.schema import structure_schemas

    return structure_schemas(raw)


def test_a_batch_that_reads_sees_one_moment(workspace: Workspace, lasting_database: str) -> None:
    """A writer commits between two queries of a batch; the second one does not see it."""
    calls = opened(workspace, lasting_database)
    calls.create("Scope", name="before")

    def write(_batch: Batch, _operation: Any) -> object:
        thread = threading.Thread(target=lambda: calls.create("Scope", name="meanwhile"))
        thread.start()
        thread.join(120)
        return not thread.is_alive()

    calls.store.actions["write"] = write
    calls.store.reading.add("write")
    scopes = query("select name from Scope order by name")
    first, is_written, second = calls.batch(scopes, {"action": "write"}, scopes)
    assert is_written is True
    assert [row["id"] for row in first["data"]] == [row["id"] for row in second["data"]]
    assert [row["name"] for row in first["data"]] == ["before"]
    assert calls.names("Scope order by name") == ["before", "meanwhile"]
    calls.store.close()


def test_indexes_may_have_longer_names_than_databases_take(
    workspace: Workspace, lasting_database: str, tmp_path: Path
) -> None:
    schemas = copy.deepcopy(workspace.schemas)
    logs = copy.deepcopy(next(each for each in schemas if each["id"] == "Timelog"))
    logs["id"] = "Timelog" + "OfTheSecondLoggingUnit" * 2
    (tmp_path / SCHEMAS_FILE).write_text(json.dumps([*schemas, logs]), "utf-8")
    calls = opened(Workspace.load(tmp_path), lasting_database)
    table = calls.store.storage.tables[calls.store.storage.entity(logs["id"]).table]
    assert max(len(str(index.name)) for index in table.indexes) > 63
    made = calls.create(logs["id"], user_id=USER, duration=60, start=moment("2024-01-01T00:00:00"), comment="")
    assert calls.one(f"{logs['id']} where user.id is {USER}")["id"] == made["id"]
    calls.store.close()
