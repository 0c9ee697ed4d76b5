"""Tests what security roles allow: who may write where (docs/sandbox.md, protocol section 5.1)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import requests

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.roles import ADMINISTRATOR, give_role
from ftrack_typed.sandbox.store import Store

from .conftest import USER, Calls, Entity, create, delete, ref, update


@pytest.fixture(scope="module")
def calls() -> Iterator[Calls]:
    """Give the administrator of a server, which heeds roles."""
    with Sandbox() as sandbox:
        yield administrator(sandbox.service.store)


def administrator(store: Store) -> Calls:
    store.insert_user(USER, "admin")
    give_role(store, USER, ADMINISTRATOR)
    return Calls(store, Caller(USER, "admin"))


Hire = Callable[..., Calls]


@pytest.fixture
def hire(calls: Calls, unique: Callable[[str], str]) -> Hire:
    """Give the function that makes a user with a role, for some projects or for all, or without one."""

    def make(role: str | None = None, *projects: str) -> Calls:
        user = calls.create("User", username=unique("user"), is_active=True)
        if role is not None:
            give_role(calls.store, user["id"], role, projects or None)
        return attrs.evolve(calls, caller=Caller(user["id"], user["username"]))

    return make


def is_refused(calls: Calls, *operations: Entity) -> bool:
    """Tell whether a batch is refused as the protocol says, and check that it is done otherwise."""
    found = calls.attempt(*operations)
    if isinstance(found, list):
        return False
    assert (found.exception, found.status) == ("PermissionError", 403), found
    assert calls.caller.username in found.content
    return True


@pytest.fixture
def other_project(calls: Calls) -> Entity:
    schema = calls.query("ProjectSchema")[0]
    return calls.create("Project", name="other", project_schema=ref("ProjectSchema", schema))


def writes(task: Entity) -> list[list[Entity]]:
    """Return batches that write to the project of a task, each in another way."""
    asset_id = str(uuid.uuid4())
    return [
        [update("Task", task["id"], name=uuid.uuid4().hex)],
        [update("Task", task["id"], metadata=[])],
        [create("Note", content="x", parent_id=task["id"], parent_type="Task")],
        [create("Metadata", parent_id=task["id"], parent_type="Task", key=uuid.uuid4().hex, value="v")],
        [create("Timelog", context_id=task["id"], duration=1)],
        [create("Task", name=uuid.uuid4().hex, parent_id=task["parent_id"])],
        [
            create("Asset", id=asset_id, name="a", context_id=task["parent_id"]),
            create("AssetVersion", asset_id=asset_id),
        ],
    ]


def test_without_a_role_everything_can_be_read_and_nothing_written(calls: Calls, task: Entity, hire: Hire) -> None:
    reader = hire()
    assert reader.one(f"select name from Task where id is {task['id']}")
    assert reader.batch({"action": "search", "expression": "Task", "terms": ["animation"]})
    for batch in [*writes(task), [delete("Task", task["id"])], [create("FileComponent")], [create("Scope", name="x")]]:
        assert is_refused(reader, *batch), batch
    assert is_refused(reader, {"action": "delayed_job", "job_type": "SYNC_USERS_LDAP"})
    assert calls.one(f"select name from Task where id is {task['id']}")["name"] == "animation"


def test_a_role_for_all_projects_writes_in_all(task: Entity, hire: Hire) -> None:
    artist = hire("User")
    for batch in writes(task):
        assert not is_refused(artist, *batch), batch
    assert not is_refused(artist, delete("Task", task["id"]))


def test_a_role_for_a_project_writes_there_alone(
    calls: Calls, project: Entity, task: Entity, other_project: Entity, hire: Hire
) -> None:
    artist, stranger = hire("User", project["id"]), hire("User", other_project["id"])
    for batch in writes(task):
        assert is_refused(stranger, *batch), batch
        assert not is_refused(artist, *batch), batch
    assert is_refused(artist, update("Task", task["id"], parent=ref("Project", other_project)))
    assert is_refused(stranger, delete("Task", task["id"]))
    assert is_refused(artist, create("Project", name="new", project_schema_id=calls.query("ProjectSchema")[0]["id"]))
    assert not is_refused(artist, delete("Task", task["id"]))


def test_nothing_is_taken_over_from_another_project(
    calls: Calls, task: Entity, other_project: Entity, hire: Hire
) -> None:
    note = calls.create("Note", content="mine", parent_id=task["id"], parent_type="Task")
    stranger = hire("User", other_project["id"])
    mine = calls.create("Task", name="mine", parent=ref("Project", other_project))
    assert is_refused(stranger, update("Task", mine["id"], notes=[ref("Note", note)]))
    assert calls.one(f"select parent_id from Note where id is {note['id']}")["parent_id"] == task["id"]


def test_an_assigned_role_writes_where_something_is_assigned(
    calls: Calls, task: Entity, other_project: Entity, hire: Hire
) -> None:
    freelancer = hire("Restricted user", other_project["id"])
    assert is_refused(freelancer, update("Task", task["id"], name="x"))
    calls.create("Appointment", type="assignment", context_id=task["id"], resource_id=freelancer.caller.user_id)
    assert not is_refused(freelancer, update("Task", task["id"], name="x"))


def test_assignments_give_nothing_to_a_role_of_another_type(
    calls: Calls, task: Entity, other_project: Entity, hire: Hire
) -> None:
    artist = hire("User", other_project["id"])
    calls.create("Appointment", type="assignment", context_id=task["id"], resource_id=artist.caller.user_id)
    assert is_refused(artist, update("Task", task["id"], name="x"))


def test_only_one_s_own_assignments_count_and_nothing_else_that_is_booked(
    calls: Calls, task: Entity, other_project: Entity, hire: Hire
) -> None:
    freelancer, colleague = (hire("Restricted user", other_project["id"]) for _ in range(2))
    calls.create("Appointment", type="assignment", context_id=task["id"], resource_id=colleague.caller.user_id)
    calls.create("Appointment", type="allocation", context_id=task["id"], resource_id=freelancer.caller.user_id)
    assert is_refused(freelancer, update("Task", task["id"], name="x"))
    assert not is_refused(colleague, update("Task", task["id"], name="x"))


def test_roles_of_one_user_add_up(calls: Calls, task: Entity, other_project: Entity, hire: Hire) -> None:
    artist = hire("User", other_project["id"])
    give_role(calls.store, artist.caller.user_id, "API")
    assert not is_refused(artist, update("Task", task["id"], name="x"))
    assert not is_refused(artist, update("Project", other_project["id"], full_name="x"))


def test_one_s_own_user_cannot_be_deleted_and_has_a_key_of_its_own(hire: Hire) -> None:
    employee, reader = hire("User"), hire()
    assert is_refused(employee, delete("User", employee.caller.user_id))
    reset: dict[str, Any] = {"action": "reset_remote", "reset_type": "api_key", "entity_type": "User"}
    assert not is_refused(reader, {**reset, "entity_key": reader.caller.user_id})
    assert is_refused(reader, {**reset, "entity_key": employee.caller.user_id})


CONFIGURATION: list[Callable[[Calls], Entity]] = [
    lambda calls: create("Status", name="new", is_active=True),
    lambda calls: update("Status", calls.query("Status")[0]["id"], name="renamed"),
    lambda calls: update("ProjectSchema", calls.query("ProjectSchema")[0]["id"], object_types=[]),
    lambda calls: create("User", username=uuid.uuid4().hex),
    lambda calls: update("User", USER, first_name="x"),
    lambda calls: update("User", calls.caller.user_id, is_active=False),
    lambda calls: create("SecurityRole", name="mine"),
    lambda calls: give(calls, ADMINISTRATOR),
    lambda calls: create("Setting", name="n", group="g", value="v"),
    lambda calls: {"action": "reset_remote", "reset_type": "api_key", "entity_type": "User", "entity_key": USER},
    lambda calls: {"action": "send_user_invite", "user_id": USER},
]


def give(calls: Calls, name: str) -> Entity:
    (role,) = calls.query(f"SecurityRole where name is '{name}'")
    values = {"user_id": calls.caller.user_id, "security_role_id": role["id"], "is_all_projects": True}
    return create("UserSecurityRole", **values)


@pytest.mark.parametrize("operation", CONFIGURATION)
def test_configuration_people_and_roles_are_for_administrators(
    calls: Calls, hire: Hire, operation: Callable[[Calls], Entity]
) -> None:
    for role in ("User", "API"):
        employee = hire(role)
        assert is_refused(employee, operation(employee)), role
    assert not is_refused(hire(ADMINISTRATOR), create("Scope", name=uuid.uuid4().hex))


def test_one_s_own_things_are_one_s_own(calls: Calls, hire: Hire) -> None:
    employee = hire("User")
    job = employee.create("Job")
    assert not is_refused(employee, update("Job", job["id"], status="done"))
    assert is_refused(hire("User"), update("Job", job["id"], status="failed"))
    assert not is_refused(employee, update("User", employee.caller.user_id, first_name="Ann"))
    key: dict[str, Any] = {"action": "reset_remote", "reset_type": "api_key"}
    assert not is_refused(hire(), key)


@pytest.mark.parametrize(
    "details",
    [
        {"first_name": "Ann"},
        {"last_name": "Smith"},
        {"email": "ann@example.com"},
        {"thumbnail_id": None},
        {"thumbnail": None},
        {"metadata": []},
    ],
    ids=lambda details: next(iter(details)),
)
def test_details_of_one_s_own_user_are_one_s_own(hire: Hire, details: Entity) -> None:
    employee = hire("User")
    assert not is_refused(employee, update("User", employee.caller.user_id, **details))
    assert is_refused(hire("User"), update("User", employee.caller.user_id, **details))
    assert is_refused(employee, update("User", employee.caller.user_id, **details, username="x"))


def test_refusal_says_to_whom_it_belongs(calls: Calls, task: Entity, other_project: Entity, hire: Hire) -> None:
    employee, colleague = hire("User", other_project["id"]), hire("User")
    job = colleague.create("Job")
    for operation, reason in (
        (update("Task", task["id"], name="x"), f"no role of this user is for the project {task['project_id']}"),
        (update("Job", job["id"], status="failed"), "it belongs to another user"),
        (create("Scope", name="x"), "it belongs to the site, which needs the role Administrator"),
    ):
        assert reason in employee.fault(operation).content


def upload(component_id: str) -> Entity:
    values = {"component_id": component_id, "file_name": "plate.exr", "file_size": 3}
    return {"action": "get_upload_metadata", **values}


def test_files_are_for_those_who_may_change_the_component(
    calls: Calls, version: Entity, project: Entity, other_project: Entity, hire: Hire
) -> None:
    component = calls.create("FileComponent", name="main", version_id=version["id"])["id"]
    nowhere = str(uuid.uuid4())
    reader, stranger, artist = hire(), hire("User", other_project["id"]), hire("User", project["id"])
    for user, may_change, may_begin in ((reader, False, False), (stranger, False, True), (artist, True, True)):
        assert is_refused(user, upload(component)) is not may_change
        assert is_refused(user, upload(nowhere)) is not may_begin
    assert not is_refused(calls, upload(component))


def test_a_component_needs_no_project_before_it_has_a_version(
    version: Entity, project: Entity, other_project: Entity, hire: Hire
) -> None:
    artist, stranger = hire("User", project["id"]), hire("User", other_project["id"])
    component = str(uuid.uuid4())
    assert not is_refused(artist, create("FileComponent", id=component, name="main"))
    assert is_refused(stranger, update("FileComponent", component, version=ref("AssetVersion", version)))
    assert not is_refused(artist, update("FileComponent", component, version=ref("AssetVersion", version)))
    assert is_refused(stranger, update("FileComponent", component, name="x"))


def test_a_project_that_goes_takes_what_belongs_to_others_along(calls: Calls, task: Entity, hire: Hire) -> None:
    artist, worker = hire("User"), hire("User")
    worker.create("Timer", context_id=task["id"], user_id=worker.caller.user_id)
    assert not is_refused(artist, delete("Task", task["id"]))


def test_an_unknown_role_is_named_with_what_was_meant(calls: Calls) -> None:
    with pytest.raises(Exception, match="Administrator"):
        give_role(calls.store, USER, "Adminstrator")


def test_a_workspace_without_roles_limits_nobody(root: Path) -> None:
    with Sandbox(workspace=root / "tests" / "generator" / "workspaces" / "tricky") as sandbox:
        calls = administrator(sandbox.service.store)
        headers = {"ftrack-user": sandbox.api_user, "ftrack-api-key": sandbox.api_key}
        information = requests.post(
            f"{sandbox.server_url}/api", json=[{"action": "query_server_information"}], headers=headers, timeout=120
        )
        assert information.json()[0]["user_information"]["username"] == sandbox.api_user
        assert not is_refused(attrs.evolve(calls, caller=Caller("x", "somebody")), create("Project", name="x"))
