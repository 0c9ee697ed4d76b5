"""Tests collections: their replacement, metadata, links and lists (protocol sections 3.3 and 3.4)."""

from __future__ import annotations

import pytest

from .conftest import Calls, Entity, create, delete, ref, update


def meta(owner: Entity, key: str) -> Entity:
    return {"__entity_type__": "Metadata", "parent_id": owner["id"], "key": key}


def add_meta(owner: Entity, key: str, value: str) -> Entity:
    return create("Metadata", parent_id=owner["id"], parent_type="Task", key=key, value=value)


def metadata(calls: Calls, task: Entity) -> dict[str, str]:
    row = calls.one(f"select metadata.key, metadata.value, metadata.parent_type from Task where id is {task['id']}")
    assert all(each["parent_type"] == "Task" for each in row["metadata"])
    return {each["key"]: each["value"] for each in row["metadata"]}


def test_metadata_as_clients_write_it(calls: Calls, task: Entity) -> None:
    key = task["id"]
    answers = calls.batch(
        add_meta(task, "a", "1"),
        add_meta(task, "b", "2"),
        update("Task", key, metadata=[meta(task, "a"), meta(task, "b")]),
    )
    assert answers[2]["data"]["metadata"] == [meta(task, "a"), meta(task, "b")]
    assert metadata(calls, task) == {"a": "1", "b": "2"}
    assert calls.update("Metadata", [key, "a"], value="changed")["value"] == "changed"
    # removing one key: the shorter list, then the row, which is gone by then
    calls.batch(update("Task", key, metadata=[meta(task, "a")]), delete("Metadata", key, "b"))
    assert metadata(calls, task) == {"a": "changed"}
    # replacing the whole mapping
    calls.batch(
        delete("Metadata", key, "a"), add_meta(task, "a", "new"), update("Task", key, metadata=[meta(task, "a")])
    )
    assert metadata(calls, task) == {"a": "new"}
    calls.update("Task", key, metadata=[])
    assert metadata(calls, task) == {}


def test_keys_of_metadata_are_exact(calls: Calls, task: Entity) -> None:
    calls.batch(add_meta(task, "Key", "1"), add_meta(task, "key", "2"))
    assert metadata(calls, task) == {"Key": "1", "key": "2"}
    assert calls.fault(add_meta(task, "key", "3")).exception == "IntegrityError"


def test_metadata_cannot_move(calls: Calls, shot: Entity, task: Entity) -> None:
    calls.batch(add_meta(task, "k", "1"))
    assert "cannot move" in calls.fault(update("Shot", shot["id"], metadata=[meta(task, "k")])).content


def test_items_that_may_be_without_an_owner_are_set_free(calls: Calls, version: Entity) -> None:
    first, second = (calls.create("FileComponent", name=name) for name in "ab")
    calls.update("AssetVersion", version["id"], components=[ref("FileComponent", first), ref("FileComponent", second)])
    expression = f"select components.name from AssetVersion where id is {version['id']}"
    assert {each["id"] for each in calls.one(expression)["components"]} == {first["id"], second["id"]}
    answer = calls.update("AssetVersion", version["id"], components=[ref("Component", second)])
    assert answer["components"] == [ref("Component", second)]
    assert [each["id"] for each in calls.one(expression)["components"]] == [second["id"]]
    assert calls.one(f"select version_id from Component where id is {first['id']}")["version_id"] is None


def test_many_to_many(calls: Calls, shot: Entity, task: Entity) -> None:
    first, second = (calls.create("Scope", name=f"{name}{task['id']}") for name in "ab")
    both = [ref("Scope", first), ref("Scope", second)]
    assert calls.update("Task", task["id"], scopes=both)["scopes"] == both
    calls.update("Shot", shot["id"], scopes=[ref("Scope", first)])
    found = calls.query(f'TypedContext where scopes.name is "{first["name"]}"')
    assert {row["id"] for row in found} == {shot["id"], task["id"]}
    calls.update("Task", task["id"], scopes=[ref("Scope", second)])
    assert [row["id"] for row in calls.query(f'TypedContext where scopes.name is "{first["name"]}"')] == [shot["id"]]
    made = calls.create("Task", name="scoped", parent=ref("Shot", shot), scopes=both)
    assert made["scopes"] == both
    assert len(calls.one(f"select scopes from Task where id is {made['id']}")["scopes"]) == 2


def test_lists_hold_contexts_of_any_type_by_list_objects(
    calls: Calls, project: Entity, shot: Entity, task: Entity
) -> None:
    category = calls.query("ListCategory")[0]["id"]
    made = calls.create("TypedContextList", name="l", project=ref("Project", project), category_id=category)
    calls.update("TypedContextList", made["id"], items=[ref("Task", task), ref("Shot", shot)])
    row = calls.one(f"select items.name from TypedContextList where id is {made['id']}")
    assert {each["__entity_type__"] for each in row["items"]} == {"Task", "Shot"}
    assert len(calls.query(f"ListObject where list_id is {made['id']}")) == 2
    assert [each["id"] for each in calls.one(f"select lists from Task where id is {task['id']}")["lists"]] == [
        made["id"]
    ]
    calls.update("TypedContextList", made["id"], items=[ref("Shot", shot)])
    (entry,) = calls.query(f"select entity_id from ListObject where list_id is {made['id']}")
    assert entry["entity_id"] == shot["id"]


def test_assignments_are_a_view_of_the_appointments(calls: Calls, task: Entity) -> None:
    user = ref("User", calls.caller.user_id)
    made = calls.create("Appointment", context=ref("Task", task), resource=user, type="assignment")
    row = calls.one(f"select assignments.resource, allocations, appointments from Task where id is {task['id']}")
    assert [each["id"] for each in row["assignments"]] == [made["id"]]
    assert (row["allocations"], len(row["appointments"])) == ([], 1)


def test_dependencies_and_uses(calls: Calls, shot: Entity, task: Entity, asset: Entity, version: Entity) -> None:
    link = {"from": ref("Shot", shot), "to": ref("Task", task)}
    made = calls.create("TypedContextLink", **link)
    row = calls.one(f"select incoming_links.from, outgoing_links from Task where id is {task['id']}")
    assert (row["incoming_links"][0]["from"]["id"], row["outgoing_links"]) == (shot["id"], [])
    assert calls.names("Task where incoming_links.from.name is sh010 and id is " + task["id"]) == ["animation"]
    assert made["from_id"] == shot["id"]
    other = calls.create("AssetVersion", asset=ref("Asset", asset))
    calls.update("AssetVersion", version["id"], uses_versions=[ref("AssetVersion", other)])
    row = calls.one(f"select used_in_versions from AssetVersion where id is {other['id']}")
    assert [each["id"] for each in row["used_in_versions"]] == [version["id"]]


def test_members_of_a_container(calls: Calls) -> None:
    container = calls.create("SequenceComponent", name="seq", padding=4)
    members = [
        calls.create("FileComponent", name=f"{n:04}", container=ref("SequenceComponent", container)) for n in (1, 2)
    ]
    sent = [ref("FileComponent", each) for each in members]
    assert calls.update("SequenceComponent", container["id"], members=sent)["members"] == sent
    row = calls.one(f"select members.name from SequenceComponent where id is {container['id']}")
    assert {each["name"] for each in row["members"]} == {"0001", "0002"}


@pytest.mark.parametrize("relation", ["notes", "scopes", "metadata"])
def test_items_must_exist(calls: Calls, task: Entity, relation: str) -> None:
    target = {"notes": "Note", "scopes": "Scope", "metadata": "Metadata"}[relation]
    item = meta(task, "nothing") if relation == "metadata" else ref(target, "nothing")
    fault = calls.fault(update("Task", task["id"], **{relation: [item]}))
    assert (fault.exception, "which does not exist" in fault.content) == ("IntegrityError", True)


def test_children_cannot_be_without_a_parent(calls: Calls, shot: Entity, task: Entity) -> None:
    assert calls.update("Shot", shot["id"], children=[ref("Task", task)])["children"] == [ref("Task", task)]
    assert "needs parent_id" in calls.fault(update("Shot", shot["id"], children=[])).content
    other = calls.create("Shot", name="sh020", parent_id=shot["project_id"])
    calls.update("Shot", other["id"], children=[ref("Task", task)])
    assert calls.one(f"select parent_id from Task where id is {task['id']}")["parent_id"] == other["id"]


def test_a_note_that_is_taken_off_stays(calls: Calls, task: Entity) -> None:
    note = calls.create("Note", content="x", parent_id=task["id"], parent_type="Task")
    calls.update("Task", task["id"], notes=[])
    assert calls.one(f"select parent_id from Note where id is {note['id']}")["parent_id"] is None
