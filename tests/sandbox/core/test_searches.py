"""Tests the actions ``search`` and ``delayed_job`` (protocol section 2.7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import TASK_TYPE, USER, Calls, Entity, create, ref


def search(expression: str, entity_type: str | None = None, **values: Any) -> Entity:
    given = values if entity_type is None else {"entity_type": entity_type, **values}
    return {"action": "search", "expression": expression, **given}


def ids(calls: Calls, operation: Entity) -> set[str]:
    (result,) = calls.batch(operation)
    assert result["action"] == "search"
    return {row["id"] for row in result["data"]}


@pytest.fixture
def other_task(calls: Calls, project: Entity) -> Entity:
    """A task beside the shot that `task` is below."""
    return calls.create("Task", name="Animatic 100%", description="rough", parent=ref("Project", project))


def test_terms_are_parts_of_texts_whatever_the_case(calls: Calls, task: Entity, other_task: Entity) -> None:
    within = f"Task where project_id is {task['project_id']}"
    assert ids(calls, search(within, "Task", terms=["ANIMAT"])) == {task["id"], other_task["id"]}
    assert ids(calls, search(within, "Task", terms=["animat", "Rough"])) == {other_task["id"]}
    assert ids(calls, search(within, "Task", terms=["0%"])) == {other_task["id"]}
    assert ids(calls, search(within, "Task", terms=["a%n"])) == set()
    assert ids(calls, search(within, "Task", terms=[])) == {task["id"], other_task["id"]}


def test_a_context_limits_to_what_is_below_it(calls: Calls, shot: Entity, task: Entity, other_task: Entity) -> None:
    everything = "select id from TypedContext"
    below = {shot["id"], task["id"]}
    assert ids(calls, search(everything, "TypedContext", context_id=shot["id"])) == below
    assert ids(calls, search(everything, context_id=shot["project_id"])) == {*below, other_task["id"]}
    assert ids(calls, search("Task", context_id=shot["id"], terms=["rough"])) == set()


def test_assets_and_versions_are_below_a_context_too(
    calls: Calls, shot: Entity, other_task: Entity, asset: Entity, version: Entity
) -> None:
    for context_id, expected in ((shot["id"], True), (shot["project_id"], True), (other_task["id"], False)):
        assert ids(calls, search("Asset", terms=["plate"], context_id=context_id)) == (
            {asset["id"]} if expected else set()
        )
        found = ids(calls, search("AssetVersion", terms=["PLATE"], context_id=context_id))
        assert found == ({version["id"]} if expected else set())


def test_object_types_limit_contexts(calls: Calls, shot: Entity, task: Entity) -> None:
    operation = search("TypedContext", context_id=shot["id"], object_type_ids=[TASK_TYPE])
    assert ids(calls, operation) == {task["id"]}
    assert ids(calls, {**operation, "object_type_ids": []}) == {shot["id"], task["id"]}


def test_it_pages_and_projects_like_a_query(calls: Calls, shot: Entity, unique: Callable[[str], str]) -> None:
    for number in range(3):
        calls.create("Task", name=f"step {number}", parent=ref("Shot", shot))
    operation = search("select name from Task order by name limit 2", "Task", terms=["step"], context_id=shot["id"])
    (result,) = calls.batch(operation)
    assert [row["name"] for row in result["data"]] == ["step 0", "step 1"]
    assert result["metadata"] == {"next": {"offset": 2}}


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (search("Task", "Shot"), "must be Task"),
        (search("Task", "Taks"), "Taks"),
        (search("Task", terms="animation"), "terms must be an array of texts"),
        (search("Task", terms=[1]), "terms must be an array of texts"),
        (search("Task", context_id=["x"]), "context_id must be an id"),
        (search("User", context_id="x"), "User hangs on no context"),
        (search("User", object_type_ids=["x"]), "User has no object type"),
        (search("TaskTypeSchemaType", terms=["x"]), "no text"),
    ],
)
def test_values_that_do_not_fit(calls: Calls, operation: Entity, words: str) -> None:
    fault = calls.fault(operation)
    assert fault.exception == "ValidationError"
    assert words in fault.content


def test_an_expression_that_cannot_be_run_is_the_error_of_a_query(calls: Calls) -> None:
    assert calls.fault(search("Taks", terms=["x"])).exception == "ParseError"
    assert calls.fault({"action": "search", "terms": ["x"]}).exception == "ParseError"


@pytest.mark.parametrize("job_type", ["SYNC_USERS_LDAP", "ICONIK_SYNC_STRUCTURE"])
def test_a_delayed_job_is_a_job_that_says_why_it_failed(calls: Calls, job_type: str) -> None:
    (result,) = calls.batch({"action": "delayed_job", "job_type": job_type, "data": {"project_id": "x"}})
    assert result["action"] == "delayed_job"
    assert result["data"]["__entity_type__"] == "Job"
    job = calls.one(f"select status, type, data, user_id, finished_at from Job where id is {result['data']['id']}")
    assert (job["status"], job["type"], job["user_id"]) == ("failed", "api_job", USER)
    assert "failed" in json.loads(job["data"])["description"]
    assert job["finished_at"] is not None


def test_an_unknown_delayed_job_makes_nothing(calls: Calls, unique: Callable[[str], str]) -> None:
    before = len(calls.query("Job"))
    name = unique("scope")
    fault = calls.fault(create("Scope", name=name), {"action": "delayed_job", "job_type": "SYNC_USER_LDAP"})
    assert fault.exception == "ValidationError"
    assert "SYNC_USERS_LDAP" in fault.content
    assert len(calls.query("Job")) == before
    assert calls.names(f'Scope where name is "{name}"') == []
