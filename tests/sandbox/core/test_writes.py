"""Tests create, update and delete: what they answer, what they refuse, and that a batch is kept whole or not at all."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from ftrack_typed.sandbox.faults import Fault

from .conftest import USER, Calls, Entity, create, delete, moment, query, ref, update


def test_create_answers_what_was_sent_and_what_the_server_set(calls: Calls) -> None:
    user_id = str(uuid.uuid4())
    answer = calls.create("User", id=user_id, username="jane", first_name="Jane", last_name="")
    assert answer == {
        "__entity_type__": "User",
        "id": user_id,
        "username": "jane",
        "first_name": "Jane",
        "last_name": "",
        "is_active": False,
        "is_totp_enabled": False,
        "is_otp_enabled": False,
        "require_details_update": False,
        "user_type_id": "ac9fa5aa-4361-11e0-b7cc-0019bb4983d8",
        "resource_type": "user",
    }


def test_ids_come_from_the_data_or_the_key_or_the_server(calls: Calls) -> None:
    operation = create("Scope", name="a")
    (answer,) = calls.batch({**operation, "entity_key": ["scope-by-key"]})
    assert answer["data"]["id"] == "scope-by-key"
    made = calls.create("Scope", name="b")["id"]
    assert str(uuid.UUID(made)) == made


def test_the_sent_type_is_answered_but_the_concrete_one_is_stored(calls: Calls) -> None:
    answer = calls.create("Component", id="abstract", name="main")
    assert answer["__entity_type__"] == "Component"
    assert calls.one("select system_type from Component where id is abstract") == {
        "__entity_type__": "FileComponent",
        "id": "abstract",
        "system_type": "file",
        "version_id": None,
        "container_id": None,
    }
    assert calls.update("Component", "abstract", name="x")["__entity_type__"] == "Component"
    calls.delete("Component", "abstract")
    assert calls.query("Component where id is abstract") == []
    sequence = calls.create("Component", id="sequence", system_type="sequence")
    assert (sequence["__entity_type__"], calls.query("SequenceComponent")[0]["id"]) == ("Component", "sequence")


def test_bases_without_a_default_are_refused(calls: Calls, project: Entity) -> None:
    fault = calls.fault(create("TypedContext", name="x", parent=ref("Project", project)))
    assert (fault.exception, "TypedContext is a base" in fault.content) == ("ValidationError", True)


def test_a_typed_context_is_what_its_object_type_says(calls: Calls, project: Entity) -> None:
    shot_type = calls.one('ObjectType where name is "shot"')["id"]
    made = calls.create("TypedContext", name="x", parent=ref("Project", project), object_type_id=shot_type)
    assert made["__entity_type__"] == "TypedContext"
    assert calls.one(f"TypedContext where id is {made['id']}")["__entity_type__"] == "Shot"


def test_moments_are_echoed_as_sent_and_kept_in_whole_seconds(calls: Calls, task: Entity) -> None:
    sent = moment("2024-01-01T12:00:00.123456+02:00")
    answer = calls.update("Task", task["id"], start_date=sent, end_date=moment("2024-02-03"))
    assert (answer["start_date"], answer["end_date"]) == (sent, moment("2024-02-03"))
    row = calls.one(f"select start_date, end_date from Task where id is {task['id']}")
    assert (row["start_date"], row["end_date"]) == (moment("2024-01-01T10:00:00"), moment("2024-02-03T00:00:00"))


def test_update_answers_extras_and_every_changed_attribute(
    calls: Calls, project: Entity, shot: Entity, task: Entity
) -> None:
    status = calls.one('Status where name is "in progress"')
    answer = calls.update("Task", task["id"], name="new", status=ref("Status", status), description=None)
    assert answer == {
        "__entity_type__": "Task",
        "id": task["id"],
        "context_type": "task",
        "object_type_id": task["object_type_id"],
        "project_id": project["id"],
        "name": "new",
        "status": ref("Status", status),
        "status_id": status["id"],
        "description": None,
    }
    by_key = calls.update("Task", task["id"], parent_id=project["id"])
    assert by_key["parent"] == ref("Project", project)
    assert calls.update("Task", task["id"], parent=ref("Shot", shot))["parent_id"] == shot["id"]


def test_update_takes_a_bare_key(calls: Calls, task: Entity) -> None:
    (answer,) = calls.batch({**update("Task", "", name="bare"), "entity_key": task["id"]})
    assert answer["data"]["name"] == "bare"


def test_references_and_foreign_keys_are_one_value(calls: Calls, shot: Entity) -> None:
    both = calls.create("Asset", name="a", parent=ref("Shot", shot), context_id=shot["id"])
    assert both["context_id"] == shot["id"]
    fault = calls.fault(create("Asset", name="b", parent=ref("Shot", shot), context_id="elsewhere"))
    assert "name different entities" in fault.content


def test_unknown_attributes_are_ignored(calls: Calls, task: Entity) -> None:
    assert "bogus" not in calls.update("Task", task["id"], bogus=3, name="kept")
    assert calls.create("Scope", name="x", bogus={"a": 1})["name"] == "x"


def test_required_values_are_checked_when_the_batch_ends(calls: Calls) -> None:
    fault = calls.fault(create("Scope", id="late"))
    assert (fault.exception, fault.status) == ("ValidationError", 422)
    assert "Scope late needs name" in fault.content
    calls.batch(create("Scope", id="late"), update("Scope", "late", name="in time"))
    assert calls.names("Scope where id is late") == ["in time"]
    assert "needs name" in calls.fault(update("Scope", "late", name=None)).content


def test_references_may_be_made_later_in_the_batch(calls: Calls, shot: Entity) -> None:
    calls.batch(create("AssetVersion", id="early", asset=ref("Asset", "later")), create("Asset", id="later", name="a"))
    assert calls.one("select asset.name from AssetVersion where id is early")["asset"]["name"] == "a"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"parent_id": "nowhere"}, "Task.parent_id names Context 'nowhere', which does not exist"),
        ({"status": ref("Status", "nothing")}, "Task.status names Status 'nothing'"),
        ({"project_id": "none", "parent_id": None}, "Task.project_id names Project 'none'"),
    ],
)
def test_what_is_named_must_exist(calls: Calls, shot: Entity, data: Entity, words: str) -> None:
    fault = calls.fault(create("Task", name="x", **{"parent_id": shot["id"], **data}))
    assert (fault.exception, words in fault.content) == ("IntegrityError", True)


def test_what_was_deleted_before_in_the_batch_cannot_be_named(calls: Calls, task: Entity, shot: Entity) -> None:
    made = calls.create("Status", name="gone soon")
    operations = (delete("Status", made["id"]), update("Task", task["id"], status_id=made["id"]))
    assert calls.fault(*operations).exception == "IntegrityError"
    assert calls.query(f"Status where id is {made['id']}")


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("name", 5, "Task.name must be a text, got 5 (int)"),
        ("name", ["x"], "Task.name must be a text"),
        ("name", "\ud800", "Task.name must be a text"),
        ("bid", "many", "Task.bid must be a number, got 'many' (str)"),
        ("bid", True, "Task.bid must be a number"),
        ("bid", float("nan"), "Task.bid must be a number"),
        ("bid", 10**400, "Task.bid must be a number"),
        ("start_date", "soon", "Task.start_date must be a date"),
        ("start_date", moment("2024-13-01"), "Task.start_date must be a date"),
        ("start_date", 20240101, "Task.start_date must be a date"),
        ("status_id", 7, "Task.status_id must be an id, as a text"),
        ("status", "some id", "Task.status must be an entity such as a Status, got 'some id' (str)"),
        ("status", ref("Type", "x"), "Task.status must be a Status"),
        ("status", ref("Stetus", "x"), "there is no entity type 'Stetus' (str); did you mean 'Status'"),
        ("status", {"__entity_type__": "Status"}, "Status.id must be given"),
        ("notes", {"a": 1}, "Task.notes must be a list of entities"),
        ("notes", ["x"], "Task.notes must be an entity such as a Note"),
    ],
)
def test_values_of_the_wrong_type(calls: Calls, task: Entity, attribute: str, value: Any, expected: str) -> None:
    fault = calls.fault(update("Task", task["id"], **{attribute: value}))
    assert (fault.exception, fault.content[: len(expected)]) == ("ValidationError", expected)


def test_booleans_integers_and_enumerations_are_checked(calls: Calls) -> None:
    assert "User.is_active must be true or false" in calls.fault(create("User", is_active="yes")).content
    assert "Component.size" in calls.fault(create("Component", size=1.5)).content.replace("FileComponent", "Component")
    assert calls.create("Component", size=2.0)["size"] == 2.0
    assert "Job.status must be one of queued" in calls.fault(create("Job", status="lost")).content


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (create("Tesk", name="x"), "there is no entity type 'Tesk' (str); did you mean 'Task'"),
        ({"action": "create", "entity_type": None, "entity_data": {}}, "there is no entity type None"),
        ({"action": "create", "entity_type": "Task"}, "entity_data must be an object"),
        ({"action": "update", "entity_type": "Task", "entity_data": {}}, "the key of Task is id, got None"),
        (update("Metadata", ["one part"], value="x"), "the key of Metadata is parent_id, key"),
        (delete("Task", "a", "b"), "the key of Task is id"),
        ({"action": "delete", "entity_type": "Task", "entity_key": [None]}, "Task.id must be given"),
        (create("Metadata", key="k", value="v", parent_type="Task"), "Metadata needs parent_id"),
    ],
)
def test_malformed_operations(calls: Calls, operation: Entity, words: str) -> None:
    fault = calls.fault(operation)
    assert (fault.exception, words in fault.content) == ("ValidationError", True)


@pytest.mark.parametrize("action", ["explode", None, 3, "Query"])
def test_unknown_actions_have_the_text_that_clients_look_for(calls: Calls, action: object) -> None:
    fault = calls.fault({"action": action})
    assert (fault.exception, fault.content) == ("Exception", f"Invalid action u'{action}'")


def test_immutable_and_computed_attributes_do_not_change(calls: Calls, shot: Entity, task: Entity) -> None:
    other = calls.one("ObjectType where name is Shot")["id"]
    fault = calls.fault(update("Task", task["id"], object_type_id=other))
    assert "Task.object_type_id is immutable" in fault.content
    assert calls.update("Task", task["id"], object_type_id=task["object_type_id"])
    assert "is immutable" in calls.fault(update("Task", task["id"], created_by=ref("User", "x"))).content
    assert "computed by the server" in calls.fault(update("Task", task["id"], time_logged=5)).content
    assert "worked out by the server" in calls.fault(update("Task", task["id"], ancestors=[])).content
    assert "time_logged" not in calls.create("Task", name="y", parent=ref("Shot", shot), time_logged=5)


def test_an_id_is_taken_once(calls: Calls, shot: Entity, task: Entity) -> None:
    fault = calls.fault(create("Task", id=task["id"], name="other", parent=ref("Shot", shot)))
    assert (fault.exception, fault.status) == ("IntegrityError", 409)
    assert f"there is already a Task {task['id']}" in fault.content


def test_siblings_differ_in_name_whatever_the_case(calls: Calls, shot: Entity, task: Entity, project: Entity) -> None:
    fault = calls.fault(create("Shot", name="ANIMATION", parent=ref("Shot", shot)))
    assert fault.exception == "IntegrityError"
    assert "name 'ANIMATION'" in fault.content
    assert calls.create("Task", name="animation", parent=ref("Project", project))
    second = calls.create("Task", name="second", parent=ref("Shot", shot))
    assert calls.fault(update("Task", second["id"], name="animation")).exception == "IntegrityError"
    calls.batch(delete("Task", task["id"]), create("Task", name="animation", parent=ref("Shot", shot)))


def test_what_is_gone_cannot_change_but_can_be_deleted_again(calls: Calls, task: Entity) -> None:
    calls.delete("Task", task["id"])
    calls.delete("Task", task["id"])
    fault = calls.fault(update("Task", task["id"], name="x"))
    assert (fault.exception, f"there is no Task {task['id']}" in fault.content) == ("IntegrityError", True)
    assert "there is no Shot" in calls.fault(update("Shot", task["id"], name="x")).content


def test_a_failing_operation_undoes_the_whole_batch(calls: Calls, shot: Entity, task: Entity) -> None:
    operations = [
        update("Task", task["id"], name="changed"),
        create("Task", id="undone", name="x", parent=ref("Shot", shot)),
        delete("Shot", shot["id"]),
        query("Task wher"),
    ]
    with pytest.raises(Fault):
        calls.batch(*operations)
    assert calls.names(f"Task where id is {task['id']}") == ["animation"]
    assert calls.query("Task where id is undone") == []


def test_the_server_writes_who_and_when(calls: Calls, task: Entity) -> None:
    row = calls.one(f"select created_by.username, created_at from Task where id is {task['id']}")
    assert row["created_by"]["id"] == USER
    assert row["created_at"]["__type__"] == "datetime"
