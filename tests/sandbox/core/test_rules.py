"""Tests what the server writes by itself: each rule of protocol sections 5.1 and 5.2."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from .conftest import TASK_TYPE, USER, Calls, Entity, create, delete, moment, ref, update


def test_contexts_take_their_project_from_the_parent(calls: Calls, project: Entity, shot: Entity, task: Entity) -> None:
    assert (shot["project_id"], task["project_id"]) == (project["id"], project["id"])
    alone = calls.create("Task", name="alone", project=ref("Project", project))
    assert alone["parent_id"] == project["id"]
    assert "needs" in calls.fault(create("Task", name="nowhere")).content


def test_discriminators_and_numbers_are_set(project: Entity, shot: Entity, task: Entity) -> None:
    assert (project["context_type"], project["status"]) == ("show", "active")
    assert (task["context_type"], task["object_type_id"]) == ("task", TASK_TYPE)
    assert (shot["bid"], shot["sort"]) == (0.0, 0.0)
    assert task["priority_id"] == "9661b320-3a0c-11e2-81c1-0800200c9a66"
    assert task["created_by_id"] == USER


def test_the_project_schema_gives_status_and_type(calls: Calls, task: Entity, shot: Entity) -> None:
    row = calls.one(f"select status.state.short, type.name from Task where id is {task['id']}")
    assert (row["status"]["state"]["short"], bool(row["type"]["name"])) == ("NOT_STARTED", True)
    schema = calls.query("select _schemas.statuses.status_id, _schemas.type_id from ProjectSchema")[0]
    of_shots = next(each for each in schema["_schemas"] if each["type_id"] == shot["object_type_id"])
    assert shot["status_id"] in [each["status_id"] for each in of_shots["statuses"]]


def test_an_override_gives_the_status_of_its_type(calls: Calls, project: Entity, shot: Entity) -> None:
    status = calls.create("Status", name="special")
    workflow = calls.create("WorkflowSchema", name="special", statuses=[ref("Status", status)])
    of_work = calls.create("Type", name="special")
    schema = ref("ProjectSchema", project["project_schema_id"])
    override = calls.create(
        "ProjectSchemaOverride",
        project_schema_id=schema["id"],
        type_id=of_work["id"],
        workflow_schema_id=workflow["id"],
    )
    made = calls.create("Task", name="special", parent=ref("Shot", shot), type=ref("Type", of_work))
    assert made["status_id"] == status["id"]
    calls.delete("ProjectSchemaOverride", override["id"])


def test_moving_below_another_project_takes_all_along(
    calls: Calls, project: Entity, shot: Entity, task: Entity
) -> None:
    other = calls.create("Project", name="elsewhere", project_schema_id=project["project_schema_id"])
    assert calls.update("Shot", shot["id"], parent=ref("Project", other))["project_id"] == other["id"]
    assert calls.one(f"select project_id from Task where id is {task['id']}")["project_id"] == other["id"]
    fault = calls.fault(update("Shot", shot["id"], parent=ref("Task", task)))
    assert "within the Shot itself" in fault.content
    assert "within the Shot itself" in calls.fault(update("Shot", shot["id"], parent_id=shot["id"])).content


def test_the_project_is_always_that_of_the_parent(calls: Calls, project: Entity, shot: Entity, task: Entity) -> None:
    other = calls.create("Project", name="another", project_schema_id=project["project_schema_id"])
    for change in ({"project": ref("Project", other)}, {"project_id": other["id"]}):
        fault = calls.fault(update("Task", task["id"], **change))
        assert fault.exception == "ValidationError"
        assert "Task.parent" in fault.content
    contradiction = update("Shot", shot["id"], parent=ref("Project", other), project_id=task["id"])
    assert calls.fault(contradiction).exception == "ValidationError"
    row = calls.one(f"select project_id, parent_id, link from Task where id is {task['id']}")
    assert (row["project_id"], row["parent_id"], row["link"][0]["id"]) == (project["id"], shot["id"], project["id"])
    both = calls.update("Task", task["id"], parent=ref("Project", other), project=ref("Project", other))
    assert (both["project_id"], both["parent_id"]) == (other["id"], other["id"])
    calls.update("Task", task["id"], parent=ref("Shot", shot), project_id=project["id"])
    calls.update("Task", task["id"], project_id=project["id"])


def test_a_user_has_a_name(calls: Calls) -> None:
    made = calls.create("User", username=None)
    query = f"select username from User where id is {made['id']}"
    name_given = calls.one(query)["username"]
    assert name_given
    for name in ("", " \t"):
        assert "must be given" in calls.fault(create("User", username=name)).content
        assert "must be given" in calls.fault(update("User", made["id"], username=name)).content
    assert "must be given" in calls.fault(update("User", made["id"], username=None)).content
    assert calls.one(query)["username"] == name_given


def test_status_changes_are_recorded(calls: Calls, task: Entity, version: Entity) -> None:
    status = calls.one('Status where name is "in progress"')["id"]
    calls.update("Task", task["id"], status_id=status)
    calls.update("Task", task["id"], status_id=status, name="same status")
    steps = "status_changes.status_id, status_changes.from_status_id, status_changes.user.id"
    rows = calls.one(f"select {steps} from Task where id is {task['id']}")["status_changes"]
    assert {(row["from_status_id"], row["status_id"]) for row in rows} == {
        (None, task["status_id"]),
        (task["status_id"], status),
    }
    assert {row["__entity_type__"] for row in rows} == {"TypedContextStatusChange"}
    assert len(calls.query(f"AssetVersionStatusChange where parent_id is {version['id']}")) == 1


def test_versions_are_numbered_within_their_asset(calls: Calls, shot: Entity, asset: Entity, version: Entity) -> None:
    second = calls.create("AssetVersion", asset_id=asset["id"])
    twin = calls.create("Asset", name="plate", parent=ref("Shot", shot))
    other = calls.create("AssetVersion", asset=ref("Asset", twin))
    assert (version["version"], second["version"], other["version"]) == (1, 2, 1)
    assert (version["is_published"], version["comment"], version["user_id"]) == (True, "", USER)
    assert version["status_id"]
    assert version["date"]["__type__"] == "datetime"
    row = calls.one(f"select latest_version.version, versions.is_latest_version from Asset where id is {asset['id']}")
    assert row["latest_version"]["version"] == 2
    latest = {each["id"]: each.get("is_latest_version") for each in (*row["versions"], row["latest_version"])}
    assert (latest[version["id"]], latest[second["id"]]) == (False, True)
    loose = calls.create("AssetVersion")
    assert calls.one(f"select link from AssetVersion where id is {loose['id']}")["link"] is None


def test_notes_have_their_author_date_and_recipients(calls: Calls, task: Entity) -> None:
    other = calls.create("User", username="reader")
    note = calls.create("Note", content="look", author=ref("User", USER))
    recipient = create("Recipient", note_id=note["id"], resource_id=other["id"])
    sent = [ref("Recipient", note["id"], "note_id") | {"resource_id": other["id"]}]
    answers = calls.batch(recipient, update("Note", note["id"], recipients=sent))
    assert {each["resource_id"] for each in answers[1]["data"]["recipients"]} == {USER, other["id"]}
    assert calls.create("Recipient", note_id=note["id"], resource_id=USER)["resource_id"] == USER
    assert len(calls.query(f"Recipient where note_id is {note['id']}")) == 2
    assert note["date"] == note["thread_activity"]


def test_notes_hang_where_they_are_put_and_replies_where_the_note_hangs(
    calls: Calls, project: Entity, task: Entity
) -> None:
    note = calls.create("Note", content="look")
    calls.update("Task", task["id"], notes=[ref("Note", note)])
    reply = calls.create("Note", content="done")
    answer = calls.update("Note", note["id"], replies=[ref("Note", reply)])
    assert answer["replies"] == [ref("Note", reply)]
    row = calls.one(f"select parent_id, parent_type, in_reply_to_id from Note where id is {reply['id']}")
    assert (row["parent_id"], row["parent_type"], row["in_reply_to_id"]) == (task["id"], "Task", note["id"])
    assert row["project_id"] == project["id"]


def test_a_reply_stirs_the_thread(calls: Calls, task: Entity) -> None:
    past = moment("2020-01-01T00:00:00")
    note = calls.create("Note", content="old", parent_id=task["id"], parent_type="Task", thread_activity=past)
    calls.create("Note", content="new", in_reply_to=ref("Note", note))
    assert calls.one(f"select thread_activity from Note where id is {note['id']}")["thread_activity"] != past


def test_the_category_of_a_note_is_its_label(calls: Calls, task: Entity) -> None:
    first, second = (row["id"] for row in calls.query("NoteLabel limit 2"))
    note = calls.create("Note", content="x")
    calls.create("NoteLabelLink", note_id=note["id"], label_id=first)
    category = calls.one(f"select category.name from Note where id is {note['id']}")["category"]
    assert (category["__entity_type__"], category["id"]) == ("NoteCategory", first)
    calls.update("Note", note["id"], category_id=second)
    links = calls.query(f"select label_id from NoteLabelLink where note_id is {note['id']}")
    assert [link["label_id"] for link in links] == [second]
    calls.delete("NoteLabelLink", note["id"], second)
    assert calls.one(f"select category from Note where id is {note['id']}")["category"] is None
    labelled = calls.create("Note", content="y", category=ref("NoteCategory", first))
    assert len(calls.query(f"NoteLabelLink where note_id is {labelled['id']}")) == 1


def test_a_user_has_one_timer(calls: Calls, task: Entity) -> None:
    timer = calls.create("Timer", user=ref("User", USER), context=None, name=None)
    assert (timer["comment"], timer["context"], timer["name"]) == ("", None, None)
    assert timer["start"]["__type__"] == "datetime"
    assert calls.fault(create("Timer", user_id=USER)).exception == "DuplicateEntryError"
    log = create("Timelog", user_id=USER, context_id=task["id"], duration=60)
    calls.batch(log, delete("Timer", timer["id"]))
    assert calls.query(f"Timer where user_id is {USER}") == []


def test_logged_time_is_summed(calls: Calls, shot: Entity) -> None:
    task = calls.create("Task", name="timed", parent=ref("Shot", shot), bid=100)
    for duration in (10, 20.5):
        calls.create("Timelog", context_id=task["id"], duration=duration)
    row = calls.one(f"select time_logged, bid_time_logged_difference from Task where id is {task['id']}")
    assert (row["time_logged"], row["bid_time_logged_difference"]) == (30.5, 69.5)


def test_users_get_a_name_and_keep_it_to_themselves(calls: Calls) -> None:
    assert calls.create("User")["username"]
    first = calls.create("User", username="taken")
    assert calls.fault(create("User", username="TAKEN")).exception == "DuplicateEntryError"
    second = calls.create("User", username="free")
    assert calls.fault(update("User", second["id"], username="taken")).exception == "DuplicateEntryError"
    assert calls.update("User", first["id"], username="taken")


def test_jobs_begin_queued_and_end_with_a_time(calls: Calls) -> None:
    job = calls.create("Job", data='{"description": "x"}')
    assert (job["type"], job["status"], job["user_id"]) == ("api_job", "queued", USER)
    calls.update("Job", job["id"], status="done")
    row = calls.one(f"select finished_at, data from Job where id is {job['id']}")
    assert row["finished_at"] is not None
    assert row["data"] == '{"description": "x"}'


def test_lists_and_reviews(calls: Calls, project: Entity, version: Entity) -> None:
    category = calls.query("ListCategory")[0]
    made = calls.create("AssetVersionList", name="dailies", project=ref("Project", project), category_id=category["id"])
    assert (made["system_type"], made["is_open"], made["user_id"]) == ("assetversion", True, USER)
    span = {"start_date": moment("2024-01-01"), "end_date": moment("2924-01-01")}
    review = calls.create("ReviewSession", project_id=project["id"], **span)
    entry = {"review_session_id": review["id"], "version_id": version["id"]}
    first, second = (calls.create("ReviewSessionObject", name=name, **entry) for name in "ab")
    assert (first["sort_order"], second["sort_order"]) == (0.0, 1.0)
    row = calls.one(f"select is_open, created_by.id from ReviewSession where id is {review['id']}")
    assert (row["is_open"], row["created_by"]["id"]) == (True, USER)


def test_a_review_of_a_name_and_a_project_is_open_for_a_week(calls: Calls, project: Entity) -> None:
    """As the example in ftrack's documentation makes one, without dates."""
    made = calls.create("ReviewSession", name="Weekly review", description="", project=ref("Project", project))
    row = calls.one(f"select start_date, end_date, is_open from ReviewSession where id is {made['id']}")
    start, end = (datetime.fromisoformat(row[name]["value"]) for name in ("start_date", "end_date"))
    assert (end - start, row["is_open"]) == (timedelta(days=7), True)
    later = calls.create("ReviewSession", project_id=project["id"], start_date=moment("2924-01-30"))
    row = calls.one(f"select end_date from ReviewSession where id is {later['id']}")
    assert row["end_date"] == moment("2924-02-06T00:00:00")


def test_what_hangs_on_an_entity_of_any_type_hangs_on_one_that_is_there(calls: Calls, task: Entity) -> None:
    """A note and metadata name their owner without a foreign key; a batch that deletes it cannot hang them on it."""
    hung = {"parent_id": "nothing", "parent_type": "Task"}
    for made in (create("Note", content="x", **hung), create("Metadata", key="k", value="v", **hung)):
        fault = calls.fault(made)
        assert (fault.exception, fault.operation) == ("IntegrityError", 0)
        assert "parent_id names 'nothing', which does not exist" in fault.content
    note = calls.create("Note", content="x", parent_id=task["id"], parent_type="Task")
    other = calls.create("Task", name="other", parent_id=task["parent_id"])
    fault = calls.fault(delete("Task", other["id"]), update("Note", note["id"], parent_id=other["id"]))
    assert (fault.exception, fault.operation) == ("IntegrityError", 1)
    calls.batch(
        create("Metadata", key="k", value="v", parent_id="made-later", parent_type="Task"),
        create("Task", id="made-later", name="later", parent_id=task["parent_id"]),
    )
    user = {"parent_id": USER, "parent_type": "User"}
    assert calls.create("Metadata", key="of a user", value="v", **user)["parent_id"] == USER


def test_what_is_gone_at_the_end_of_a_batch_need_not_name_what_is_there(calls: Calls, task: Entity) -> None:
    """A batch may make two rows and take both away again, but not leave the one that names the other."""
    calls.batch(
        create("Task", id="brief", name="brief", parent_id=task["parent_id"]),
        create("Timelog", context_id="brief", duration=1),
        create("Note", content="x", parent_id="brief", parent_type="Task"),
        delete("Task", "brief"),
    )
    assert calls.query("Note where parent_id is brief") == []
    late = create("Timelog", context_id="brief", duration=1)
    fault = calls.fault(
        create("Task", id="brief", name="brief", parent_id=task["parent_id"]), delete("Task", "brief"), late
    )
    assert (fault.exception, fault.operation) == ("IntegrityError", 2)
    moved = [create("Timelog", id="moved", context_id="brief"), update("Timelog", "moved", context_id=task["id"])]
    assert len(calls.batch(*moved)) == 2


@pytest.mark.parametrize("sent", ["2024-05-06T07:08:09.500Z", {"__type__": "date", "value": "2024-05-06"}])
def test_a_date_is_answered_as_one_however_it_was_sent(calls: Calls, sent: Any) -> None:
    answer = calls.create("Timelog", start=sent)["start"]
    assert answer == moment(sent if isinstance(sent, str) else sent["value"])


def test_numbers_of_rows_that_have_no_uuid(calls: Calls) -> None:
    first, second = (calls.create("Event", action="x")["id"] for _ in range(2))
    assert second == first + 1
    assert calls.one(f"select action from Event where id is {second}")["action"] == "x"
