"""Tests custom attributes: dense and sparse values, defaults, which apply, and criteria (protocol 3.5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import TASK_TYPE, Calls, Entity, create, delete, moment, ref, update

Configure = Callable[..., Entity]
KIND = "ContextCustomAttributeValue"


@pytest.fixture
def configure(calls: Calls, unique: Callable[[str], str]) -> Configure:
    """Define a custom attribute of tasks, or of what is given."""

    def make(kind: str = "number", **data: Any) -> Entity:
        key = data.pop("key", None) or unique("key")
        type_id = calls.one(f'CustomAttributeType where name is "{kind}"')["id"]
        data = {"entity_type": "task", "object_type_id": TASK_TYPE, "config": "{}", **data}
        made = calls.create("CustomAttributeConfiguration", key=key, label=key, type_id=type_id, **data)
        return {**made, "key": key}

    return make


def values(calls: Calls, entity_type: str, entity: Entity) -> dict[str, Any]:
    row = calls.one(f"select custom_attributes from {entity_type} where id is {entity['id']}")
    return {each["key"]: each["value"] for each in row["custom_attributes"]}


def set_value(configuration: Entity, owner: Entity, value: Any, kind: str = KIND) -> Entity:
    return update(kind, [configuration["id"], owner["id"]], value=value)


def test_every_configuration_has_a_row_with_the_default(
    calls: Calls, task: Entity, shot: Entity, configure: Configure
) -> None:
    fps = configure(default=24.0)
    row = calls.one(f"select custom_attributes from Task where id is {task['id']}")
    found = [each for each in row["custom_attributes"] if each["key"] == fps["key"]]
    assert found == [
        {
            "__entity_type__": KIND,
            "configuration_id": fps["id"],
            "entity_id": task["id"],
            "key": fps["key"],
            "value": 24.0,
        }
    ]
    assert fps["key"] not in values(calls, "Shot", shot)
    expression = f'select value from {KIND} where (configuration_id is "{fps["id"]}"and entity_id is "{task["id"]}")'
    assert calls.one(expression)["value"] == 24.0
    assert calls.query(f"CustomAttributeValue where configuration.key is {fps['key']}") == []


def test_writing_is_an_upsert(calls: Calls, shot: Entity, configure: Configure) -> None:
    fps = configure(default=24.0)
    answers = calls.batch(
        create("Task", id="upserted", name="new", parent=ref("Shot", shot)),
        set_value(fps, {"id": "upserted"}, 30),
        set_value(fps, {"id": "upserted"}, 25.5),
    )
    assert answers[2]["data"] == {
        "__entity_type__": KIND,
        "configuration_id": fps["id"],
        "entity_id": "upserted",
        "key": fps["key"],
        "value": 25.5,
    }
    assert values(calls, "Task", {"id": "upserted"})[fps["key"]] == 25.5
    assert len(calls.query(f"CustomAttributeValue where configuration.key is {fps['key']}")) == 1
    calls.batch(set_value(fps, {"id": "upserted"}, None))
    assert values(calls, "Task", {"id": "upserted"})[fps["key"]] is None
    calls.delete(KIND, fps["id"], "upserted")
    assert values(calls, "Task", {"id": "upserted"})[fps["key"]] == 24.0
    calls.delete("Task", "upserted")


def test_hierarchical_values_are_raw_and_apply_everywhere(
    calls: Calls, project: Entity, shot: Entity, task: Entity, version: Entity, asset: Entity, configure: Configure
) -> None:
    look = configure("text", entity_type="show", object_type_id=None, is_hierarchical=True, default="plain")
    calls.batch(set_value(look, project, "bright"))
    owners = (("Project", project), ("Shot", shot), ("Task", task), ("Asset", asset), ("AssetVersion", version))
    found = [values(calls, name, owner)[look["key"]] for name, owner in owners]
    assert found == ["bright", None, None, None, None]
    calls.batch(set_value(look, version, "dark", "AssetVersionCustomAttributeValue"))
    assert values(calls, "AssetVersion", version)[look["key"]] == "dark"


def test_configurations_of_a_project_win_over_global_ones(
    calls: Calls, project: Entity, task: Entity, configure: Configure
) -> None:
    everywhere = configure(default=1.0)
    here = configure(key=everywhere["key"], default=2.0, project_id=project["id"])
    elsewhere = configure(project_id="some other project")
    found = values(calls, "Task", task)
    assert (found[here["key"]], elsewhere["key"] in found) == (2.0, False)
    assert calls.fault(set_value(elsewhere, task, 1)).exception == "IntegrityError"


def test_users_and_lists_have_theirs(calls: Calls, project: Entity, configure: Configure) -> None:
    title = configure("text", entity_type="user", object_type_id=None, default="")
    user = {"id": calls.caller.user_id}
    calls.batch(set_value(title, user, "Lead", "UserCustomAttributeValue"))
    assert values(calls, "User", user)[title["key"]] == "Lead"
    on_list = configure("boolean", entity_type="list", object_type_id=None, default=False)
    category = calls.query("ListCategory")[0]["id"]
    made = calls.create("TypedContextList", name="l", project=ref("Project", project), category_id=category)
    assert values(calls, "TypedContextList", made)[on_list["key"]] is False


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("number", 5, "test"),
        ("number", 5.5, True),
        ("text", "x", 5),
        ("boolean", True, 1),
        ("date", moment("2024-01-01T00:00:00"), "soon"),
        ("date", moment("2024-01-01T12:00:00"), 20240101),
        ("enumerator", ["a", "b"], [1]),
        ("enumerator", "a", {"a": 1}),
        ("dynamic enumerator", ["x"], 3),
        ("url", "http://x", []),
    ],
)
def test_values_have_the_type_of_their_configuration(
    calls: Calls, task: Entity, configure: Configure, kind: str, good: Any, bad: Any
) -> None:
    attribute = configure(kind)
    calls.batch(set_value(attribute, task, good))
    assert values(calls, "Task", task)[attribute["key"]] == good
    fault = calls.fault(set_value(attribute, task, bad))
    assert fault.exception == "ValidationError"
    assert f'Custom attribute value for "{attribute["key"]}" must be of type {kind}. Got {bad!r}' in fault.content


@pytest.mark.parametrize(
    ("sent", "answered", "kept"),
    [
        ("2024-06-01", moment("2024-06-01"), moment("2024-06-01T00:00:00")),
        (
            moment("2024-06-01T10:00:00.5+02:00"),
            moment("2024-06-01T10:00:00.5+02:00"),
            moment("2024-06-01T08:00:00"),
        ),
        (*[{"__type__": "date", "value": "2024-06-01"}] * 3,),
    ],
)
def test_dates_are_answered_as_they_were_sent_and_kept_as_all_dates(
    calls: Calls, task: Entity, configure: Configure, sent: Any, answered: Any, kept: Any
) -> None:
    """In UTC and whole seconds, and as dates, so that criteria find them."""
    due = configure("date")
    (answer,) = calls.batch(set_value(due, task, sent))
    assert answer["data"]["value"] == answered
    assert values(calls, "Task", task)[due["key"]] == kept
    on_that_day = f'key is {due["key"]} and value >= "2024-06-01" and value < "2024-06-02"'
    assert len(calls.query(f"Task where custom_attributes any ({on_that_day})")) == 1


def test_enumerators_take_their_choices_only(calls: Calls, task: Entity, configure: Configure) -> None:
    data = json.dumps([{"menu": "Low", "value": "low"}, {"menu": "High", "value": "high"}])
    several = configure("enumerator", config=json.dumps({"multiSelect": True, "data": data}))
    single = configure("enumerator", config=json.dumps({"multiSelect": False, "data": data}))
    for attribute, value in ((several, ["low", "high"]), (several, []), (single, ["low"]), (single, "high")):
        calls.batch(set_value(attribute, task, value))
        assert values(calls, "Task", task)[attribute["key"]] == value
    fault = calls.fault(set_value(several, task, ["low", "hihg"]))
    assert fault.exception == "ValidationError"
    assert f"\"{several['key']}\" must be one of low, high; did you mean 'high'?" in fault.content
    assert "must be one choice" in calls.fault(set_value(single, task, ["low", "high"])).content
    assert "must be one of" in calls.fault(set_value(single, task, "")).content
    unknown = configure("enumerator", config="no JSON")
    calls.batch(set_value(unknown, task, ["anything"]))
    sparse = {"configuration_id": single["id"], "entity_id": task["id"]}
    assert "must be one of" in calls.fault(create("CustomAttributeValue", **sparse, value="middle")).content


@pytest.mark.parametrize("number", [10**400, 2**63, -(2**63) - 1, float("inf"), float("nan"), True])
def test_numbers_that_cannot_be_kept_are_refused(
    calls: Calls, task: Entity, configure: Configure, number: object
) -> None:
    rate, choice = configure(), configure("enumerator")
    calls.batch(set_value(rate, task, 24))
    for operation in (
        set_value(rate, task, number),
        set_value(choice, task, [number]),
        create("CustomAttributeValue", configuration_id=rate["id"], entity_id=task["id"], value=number),
        update("Task", task["id"], bid=float("inf") if isinstance(number, int) and abs(number) < 2**65 else number),
    ):
        assert calls.fault(operation).exception == "ValidationError"
    assert values(calls, "Task", task)[rate["key"]] == 24


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 1.5e308])
def test_the_largest_numbers_are_kept(calls: Calls, task: Entity, configure: Configure, number: float) -> None:
    rate = configure()
    calls.batch(set_value(rate, task, number))
    assert values(calls, "Task", task)[rate["key"]] == number


@pytest.mark.parametrize(
    ("kind", "value", "criteria", "found"),
    [
        ("number", 25, "value > 24.5", True),
        ("number", 25, "value > 100", False),
        ("number", 9, "value < 10", True),  # as numbers, not as texts
        ("number", 25, 'value is "25"', True),
        ("number", 25.5, "value in (25.5, 3)", True),
        ("number", 0, "value is none", False),
        ("text", "Hello World", 'value is "hello world"', True),
        ("text", "100", "value is 100", True),
        ("text", "50% off", r'value like "50\%%"', True),
        ("text", "x", "value is_not x", False),
        ("boolean", True, "value is True", True),
        ("boolean", False, "value is true", False),
        ("date", moment("2024-05-01T00:00:00"), 'value is "2024-05-01"', True),
        ("date", moment("2024-05-01T00:00:00"), 'value > "2024-06-01"', False),
        ("enumerator", ["low", "high"], 'value like "%high%"', True),
        ("enumerator", ["low"], "value is low", True),
        ("text", None, "value is none", True),
    ],
)
def test_criteria_compare_by_type(
    calls: Calls, task: Entity, configure: Configure, kind: str, value: Any, criteria: str, found: bool
) -> None:
    attribute = configure(kind)
    calls.batch(set_value(attribute, task, value))
    key = attribute["key"]
    text = f"Task where custom_attributes any (key is {key} and {criteria}) and project_id is {task['project_id']}"
    assert bool(calls.query(text)) is found
    stored = f"CustomAttributeValue where configuration.key is {key} and {criteria} and entity_id is {task['id']}"
    assert bool(calls.query(stored)) is found


def test_defaults_count_in_criteria(calls: Calls, project: Entity, task: Entity, configure: Configure) -> None:
    fps = configure(default=24.0)
    text = f"custom_attributes any (key is {fps['key']} and value is 24) and project_id is {project['id']}"
    assert [row["id"] for row in calls.query(f"Task where {text}")] == [task["id"]]
    assert calls.query(f"Shot where {text}") == []
    by_path = f"custom_attributes.configuration.key is {fps['key']} and id is {task['id']}"
    assert len(calls.query(f"select custom_attributes from Task where {by_path}")) == 1
    assert (
        calls.query(f"Task where not custom_attributes.configuration.key is {fps['key']} and id is {task['id']}") == []
    )


def test_sparse_values_are_rows_of_their_own(calls: Calls, task: Entity, configure: Configure) -> None:
    attribute = configure()
    row = {"configuration_id": attribute["id"], "entity_id": task["id"]}
    made = calls.create("CustomAttributeValue", value=5, **row)
    assert made == {"__entity_type__": "CustomAttributeValue", **row, "value": 5}
    assert values(calls, "Task", task)[attribute["key"]] == 5
    assert calls.update("CustomAttributeValue", [attribute["id"], task["id"]], value=6)["value"] == 6
    assert calls.fault(create("CustomAttributeValue", value=7, **row)).exception == "IntegrityError"
    assert (
        "must be of type number" in calls.fault(update("CustomAttributeValue", list(row.values()), value="x")).content
    )
    calls.batch(delete("CustomAttributeValue", attribute["id"], task["id"]))
    assert calls.query(f"CustomAttributeValue where configuration.key is {attribute['key']}") == []


def test_links_are_entities_that_criteria_reach(calls: Calls, task: Entity) -> None:
    definition = calls.create(
        "CustomAttributeLinkConfiguration",
        key="supervisor",
        label="Supervisor",
        entity_type="task",
        entity_type_to="user",
        config="{}",
    )
    link = calls.create(
        "UserCustomAttributeLink", configuration_id=definition["id"], from_id=task["id"], to_id=calls.caller.user_id
    )
    assert (link["from_entity_type"], link["to_entity_type"]) == ("Task", "User")
    text = 'Task where custom_attribute_links any (configuration.key is "supervisor" and user.username is "ADMIN")'
    assert [row["id"] for row in calls.query(text)] == [task["id"]]
    assert len(calls.query("User where custom_attribute_links_from any (context.name is animation)")) == 1
    calls.delete("UserCustomAttributeLink", link["id"])
    assert calls.query(text) == []


def test_unknown_configurations_and_owners(calls: Calls, task: Entity, shot: Entity, configure: Configure) -> None:
    assert "no CustomAttributeConfiguration" in calls.fault(update(KIND, ["nothing", task["id"]], value=1)).content
    assert "no Context" in calls.fault(set_value(configure(), {"id": "nothing"}, 1)).content
    assert "no Context" in calls.fault(set_value(configure(), shot, 1)).content
