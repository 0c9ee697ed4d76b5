"""Tests the actions that give security roles and take them away, and those that only ask or tell (protocol 2.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.roles import ADMINISTRATOR, give_role, role_ids

from .conftest import USER, Calls, Entity, create, ref, update


@pytest.fixture(scope="module")
def calls() -> Iterator[Calls]:
    """Give the administrator of a server, which heeds roles."""
    with Sandbox() as sandbox:
        store = sandbox.service.store
        store.insert_user(USER, "admin")
        give_role(store, USER, ADMINISTRATOR)
        yield Calls(store, Caller(USER, "admin"))


@pytest.fixture
def newcomer(calls: Calls, unique: Callable[[str], str]) -> Calls:
    """Give a user without any role."""
    user = calls.create("User", username=unique("user"), is_active=True)
    return attrs.evolve(calls, caller=Caller(user["id"], user["username"]))


def act(calls: Calls, action: str, **data: Any) -> Any:
    (answer,) = calls.batch({"action": action, **data})
    return answer


def may_write(user: Calls, task: Entity) -> bool:
    """Tell what the server says before, and check that it is so."""
    context = {"entity_type": "Task", "entity_key": [task["id"]]}
    asked = {"action": "update", "data": {"entity_type": "Task"}, "context": context}
    allowed = act(user, "_authorize_operation", data=asked)["result"]
    assert isinstance(user.attempt(update("Task", task["id"], description="x")), list) is allowed
    assert isinstance(allowed, bool)
    return allowed


def test_roles_are_given_for_projects_and_taken_away(calls: Calls, newcomer: Calls, task: Entity) -> None:
    roles = role_ids(calls.store)
    given = {"user_id": newcomer.caller.user_id, "role_id": roles["User"]}
    here = {**given, "project_id": task["project_id"]}
    answer = act(calls, "add_user_security_role", **given)
    assert answer["action"] == "add_user_security_role"
    assert answer["data"]["__entity_type__"] == "UserSecurityRole"
    assert not may_write(newcomer, task)
    assert act(calls, "grant_user_security_role_project", **here)["data"]["id"] == answer["data"]["id"]
    act(calls, "grant_user_security_role_project", **here)
    assert may_write(newcomer, task)
    act(calls, "revoke_user_security_role_project", **here)
    assert not may_write(newcomer, task)
    act(calls, "grant_user_security_role_project", **given, all_open_projects=True)
    assert may_write(newcomer, task)
    act(calls, "update_user_security_role", **given, new_role_id=roles["Project manager"])
    assert may_write(newcomer, task)
    act(calls, "remove_user_security_role", **{**given, "role_id": roles["Project manager"]})
    assert not may_write(newcomer, task)
    assert calls.query(f"UserSecurityRole where user_id is {given['user_id']}") == []


def test_who_may_do_everything_or_nothing_is_told_so(calls: Calls, newcomer: Calls, task: Entity) -> None:
    component = calls.create("FileComponent", name="loose")["id"]
    context = {"entity_type": "FileComponent", "entity_key": [component]}
    setting = {"entity_type": "Status", "entity_key": [calls.query("Status")[0]["id"]]}
    for asked in (context, setting):
        told = {"action": "update", "context": asked}
        assert act(calls, "_authorize_operation", data=told) == {"result": True}
        assert act(newcomer, "_authorize_operation", data=told) == {"result": False}


def test_a_role_is_given_once(calls: Calls, newcomer: Calls) -> None:
    given = {"user_id": newcomer.caller.user_id, "role_id": role_ids(calls.store)["User"]}
    first = act(calls, "add_user_security_role", **given, all_open_projects=True)
    assert act(calls, "add_user_security_role", **given)["data"]["id"] == first["data"]["id"]
    row = calls.one(f"select is_all_projects from UserSecurityRole where user_id is {given['user_id']}")
    assert row["is_all_projects"] is True


@pytest.mark.parametrize(
    ("missing", "content"),
    [
        ({"user_id": None}, "user_id must be the id of a User"),
        ({"role_id": ["x"]}, "role_id must be the id of a SecurityRole"),
        ({"role_id": "nothing"}, "there is no SecurityRole nothing"),
        ({}, "does not have the SecurityRole"),
    ],
)
def test_what_is_not_there_is_told(calls: Calls, newcomer: Calls, missing: Entity, content: str) -> None:
    given = {"user_id": newcomer.caller.user_id, "role_id": role_ids(calls.store)["User"], **missing}
    fault = calls.fault({"action": "grant_user_security_role_project", **given, "project_id": "x"})
    assert content in fault.content


def test_roles_are_for_administrators_to_give(calls: Calls, newcomer: Calls, task: Entity) -> None:
    roles = role_ids(calls.store)
    given = {"user_id": newcomer.caller.user_id, "role_id": roles["User"]}
    act(calls, "add_user_security_role", **given, all_open_projects=True)
    further = {"user_id": given["user_id"], "role_id": roles[ADMINISTRATOR]}
    assert newcomer.fault({"action": "add_user_security_role", **further}).exception == "PermissionError"
    replaced = {**given, "new_role_id": roles[ADMINISTRATOR]}
    assert newcomer.fault({"action": "update_user_security_role", **replaced}).exception == "PermissionError"


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("add_user_security_role", {}),
        ("remove_user_security_role", {}),
        ("update_user_security_role", {"new_role_id": "of an administrator"}),
        ("grant_user_security_role_project", {"all_open_projects": True}),
        ("revoke_user_security_role_project", {"project_id": "of the task"}),
        ("delayed_job", {"job_type": "SYNC_USERS_LDAP"}),
        ("send_user_invite", {}),
        ("reset_remote", {"reset_type": "api_key", "entity_type": "User", "entity_key": USER}),
    ],
)
def test_what_concerns_others_needs_the_role_of_an_administrator(
    calls: Calls, newcomer: Calls, task: Entity, action: str, more: Entity
) -> None:
    roles = role_ids(calls.store)
    given = {"user_id": newcomer.caller.user_id, "role_id": roles["User"]}
    act(calls, "add_user_security_role", **given)
    act(calls, "grant_user_security_role_project", **given, project_id=task["project_id"])
    known = {"new_role_id": roles[ADMINISTRATOR], "project_id": task["project_id"]}
    fault = newcomer.fault({"action": action, **given, **more, **{name: known[name] for name in known if name in more}})
    assert fault.exception == "PermissionError"
    assert "needs the role Administrator" in fault.content
    assert "for others" in fault.content
    assert may_write(newcomer, task)
    assert len(calls.query(f"UserSecurityRole where user_id is {given['user_id']}")) == 1


def test_use_is_told_by_whom_may_only_read(newcomer: Calls) -> None:
    told = {"type": "event", "name": "STARTED", "metadata": {}}
    assert act(newcomer, "_track_usage", data=told) == {"action": "_track_usage", "data": None}
    assert newcomer.fault(create("Note", content="x")).exception == "PermissionError"
    fault = newcomer.fault({"action": "_authorize_operation", "data": {"action": "create"}})
    assert fault.exception == "ValidationError"
    nobody = {"context": {"entity_type": "Task", "entity_key": ["nobody"]}}
    assert newcomer.fault({"action": "_authorize_operation", "data": nobody}).exception == "IntegrityError"


def test_invitees_know_when_they_were_invited_last(calls: Calls, project: Entity) -> None:
    review = calls.create("ReviewSession", name="r", project=ref("Project", project))
    invitee = calls.create("ReviewSessionInvitee", name="n", email="n@x.y", review_session_id=review["id"])
    act(calls, "send_review_session_invite", review_session_invitee_id=invitee["id"])
    row = calls.one(f"select last_sent_at from ReviewSessionInvitee where id is {invitee['id']}")
    assert row["last_sent_at"]["__type__"] == "datetime"
