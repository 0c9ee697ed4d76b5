"""Tests what goes with what is deleted, what stays, and what refuses (protocol sections 5.1 and 10.10)."""

from __future__ import annotations

from .conftest import USER, Calls, Entity, create, delete, ref


def _furnish(calls: Calls, task: Entity, version: Entity) -> None:
    component = create("FileComponent", id=f"c-{task['id']}", version_id=version["id"])
    location = calls.one("Location where name is ftrack.server")["id"]
    calls.batch(
        create("Note", content="x", parent_id=task["id"], parent_type="Task", id=f"n-{task['id']}"),
        create("Note", content="reply", in_reply_to_id=f"n-{task['id']}"),
        create("Metadata", parent_id=task["id"], parent_type="Task", key="k", value="v"),
        create("Timelog", context_id=task["id"], duration=5),
        create("Appointment", context_id=task["id"], resource_id=USER, type="assignment"),
        create("Scope", id=f"s-{task['id']}", name="s"),
        component,
        create("ComponentLocation", component_id=f"c-{task['id']}", location_id=location),
    )
    calls.update("Task", task["id"], scopes=[ref("Scope", f"s-{task['id']}")])
    calls.update("AssetVersion", version["id"], task=ref("Task", task))


GOES = ("TypedContext", "Note", "Recipient", "Metadata", "Timelog", "Appointment", "StatusChange")


def test_a_project_takes_everything_below_it(calls: Calls, project: Entity, task: Entity, version: Entity) -> None:
    _furnish(calls, task, version)
    calls.delete("Project", project["id"])
    for name in (*GOES, "Asset", "AssetVersion", "Component", "ComponentLocation", "CustomAttributeValue"):
        assert calls.query(name) == [], name
    assert calls.query(f"Scope where id is s-{task['id']}")
    assert calls.query("User")


def test_a_task_takes_what_is_on_it_but_not_its_versions(
    calls: Calls, task: Entity, version: Entity, shot: Entity
) -> None:
    _furnish(calls, task, version)
    calls.delete("Task", task["id"])
    for name in ("Note", "Metadata", "Timelog", "Appointment", "Recipient"):
        assert calls.query(name) == [], name
    row = calls.one(f"select task, components from AssetVersion where id is {version['id']}")
    assert row["task"] is None
    assert len(row["components"]) == 1
    calls.delete("Project", shot["project_id"])


def test_an_asset_takes_its_versions(calls: Calls, asset: Entity, version: Entity) -> None:
    calls.create("FileComponent", id="kept?", version_id=version["id"])
    calls.delete("Asset", asset["id"])
    assert calls.query(f"AssetVersion where id is {version['id']}") == []
    assert calls.query('Component where id is "kept?"') == []


def test_components_versions_and_assets_in_one_batch(calls: Calls, asset: Entity, version: Entity) -> None:
    made = calls.create("FileComponent", version_id=version["id"])
    operations = (("FileComponent", made), ("AssetVersion", version), ("Asset", asset))
    answers = calls.batch(*(delete(name, entity["id"]) for name, entity in operations))
    assert answers == [{"action": "delete", "data": True}] * 3


def test_a_version_may_go_before_its_components(calls: Calls, version: Entity) -> None:
    made = calls.create("FileComponent", version_id=version["id"])
    calls.batch(delete("AssetVersion", version["id"]), delete("FileComponent", made["id"]))
    assert calls.query("AssetVersion") == calls.query("Component") == []


def test_a_sequence_takes_its_members(calls: Calls) -> None:
    made = calls.create("SequenceComponent", name="seq")
    calls.create("FileComponent", id="member", container=ref("SequenceComponent", made))
    calls.delete("Component", made["id"])
    assert calls.query("Component where id is member") == []


def test_a_location_in_use_stays(calls: Calls, version: Entity) -> None:
    location = calls.create("Location", name="studio")
    component = calls.create("FileComponent", version_id=version["id"])
    made = calls.create("ComponentLocation", component_id=component["id"], location_id=location["id"])
    fault = calls.fault(delete("Location", location["id"]))
    assert (fault.exception, "in use by ComponentLocation.location_id" in fault.content) == ("IntegrityError", True)
    calls.batch(delete("ComponentLocation", made["id"]), delete("Location", location["id"]))


def test_a_status_in_use_stays(calls: Calls, task: Entity) -> None:
    assert "in use by" in calls.fault(delete("Status", task["status_id"])).content


def test_a_user_takes_timers_logs_and_recipients_but_not_what_was_written(calls: Calls, task: Entity) -> None:
    user = calls.create("User", username="leaver")["id"]
    note = calls.create("Note", content="mine", user_id=user, parent_id=task["id"], parent_type="Task")
    calls.batch(
        create("Timer", user_id=user),
        create("Timelog", user_id=user, duration=1),
        create("Appointment", context_id=task["id"], resource_id=user, type="assignment"),
    )
    calls.delete("User", user)
    for name in ("Timer", "Timelog", "Recipient"):
        assert calls.query(f"{name} where user.id is {user}") == [], name
    assert calls.query(f"Timelog where user_id is {user}") == []
    assert calls.query(f"Recipient where resource_id is {user}") == []
    assert calls.query(f"Appointment where resource_id is {user}") == []
    assert calls.one(f"select content, author from Note where id is {note['id']}")["author"] is None


def test_a_list_lets_go_of_its_items(calls: Calls, project: Entity, task: Entity) -> None:
    category = calls.query("ListCategory")[0]["id"]
    made = calls.create(
        "TypedContextList", name="l", project_id=project["id"], category_id=category, items=[ref("Task", task)]
    )
    calls.delete("TypedContextList", made["id"])
    assert calls.query(f"ListObject where list_id is {made['id']}") == []
    assert calls.query(f"Task where id is {task['id']}")


def test_a_wide_tree_goes_quickly_and_wholly(calls: Calls, project: Entity) -> None:
    shots = [create("Shot", id=f"w{number}", name=f"w{number}", parent_id=project["id"]) for number in range(50)]
    tasks = [create("Task", id=f"w{n}-{m}", name=str(m), parent_id=f"w{n}") for n in range(50) for m in range(20)]
    calls.batch(*shots, *tasks)
    calls.delete("Project", project["id"])
    assert calls.query(f"TypedContext where project_id is {project['id']}") == []
    assert calls.query("StatusChange where parent_id like 'w%'") == []
