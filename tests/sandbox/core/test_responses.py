"""Tests the shape of answers: what a row carries, and what is written once (protocol sections 2.3 and 3.2)."""

from __future__ import annotations

import attrs

from .conftest import TASK_TYPE, USER, Calls, Entity, create, query, ref, update


def test_rows_hold_key_extras_and_what_was_asked_for(calls: Calls, project: Entity, shot: Entity, task: Entity) -> None:
    row = calls.one(f"select name, bid, description, start_date from Task where id is {task['id']}")
    assert row == {
        "__entity_type__": "Task",
        "id": task["id"],
        "context_type": "task",
        "object_type_id": TASK_TYPE,
        "project_id": project["id"],
        "name": "animation",
        "bid": 0.0,
        "description": None,
        "start_date": None,
    }


def test_bare_expressions_have_the_default_projections(calls: Calls, project: Entity, task: Entity) -> None:
    row = calls.one(f"Project where id is {project['id']}")
    assert row == {"__entity_type__": "Project", "id": project["id"], "context_type": "show", "name": project["name"]}
    assert set(calls.one(f"Task where id is {task['id']}")) == {
        "__entity_type__",
        "id",
        "context_type",
        "object_type_id",
        "project_id",
        "name",
    }


def test_relations_are_nested_with_concrete_types(calls: Calls, project: Entity, shot: Entity, task: Entity) -> None:
    expression = f"select parent.parent.name, thumbnail.size, notes, assets from Task where id is {task['id']}"
    row = calls.one(expression)
    assert (row["thumbnail"], row["notes"], row["assets"]) == (None, [], [])
    assert (row["parent"]["__entity_type__"], row["parent"]["id"]) == ("Shot", shot["id"])
    assert "name" not in row["parent"]
    assert row["parent"]["parent"] == {
        "__entity_type__": "Project",
        "id": project["id"],
        "context_type": "show",
        "name": project["name"],
    }


def test_casts_select_attributes_of_matching_rows_only(
    calls: Calls, project: Entity, shot: Entity, task: Entity
) -> None:
    calls.create("Task", name="direct", parent=ref("Project", project))
    expression = f"select parent[Shot].bid from Task where project_id is {project['id']} order by name"
    first, second = calls.query(expression)
    assert first["parent"]["bid"] == 0.0
    assert second["parent"] == {"__entity_type__": "Project", "id": project["id"], "context_type": "show"}


def test_an_entity_is_written_in_full_once(calls: Calls, project: Entity, shot: Entity, task: Entity) -> None:
    calls.create("Task", name="second", parent=ref("Shot", shot))
    expression = f"select parent.name, status.state.short from Task where project_id is {project['id']}"
    first, second = calls.query(expression)
    assert first["parent"]["name"] == "sh010"
    assert second["parent"] == {"__entity_type__": "Shot", "id": shot["id"]}
    assert first["status"]["state"]["short"] == "NOT_STARTED"
    assert second["status"] == {"__entity_type__": "Status", "id": first["status"]["id"]}


def test_an_entity_reached_by_two_paths_holds_what_both_ask_for(calls: Calls, asset: Entity, version: Entity) -> None:
    row = calls.one(f"select version, asset.versions.comment from AssetVersion where id is {version['id']}")
    assert (row["version"], row["comment"]) == (1, "")
    assert row["asset"]["versions"] == [{"__entity_type__": "AssetVersion", "id": version["id"]}]


def test_the_whole_answer_shares_what_was_written(calls: Calls, task: Entity) -> None:
    by_name, again, more = (
        answer["data"][0]
        for answer in calls.batch(
            query(f"select name from Task where id is {task['id']}"),
            query(f"select name from Task where id is {task['id']}"),
            query(f"select name, bid from Task where id is {task['id']}"),
        )
    )
    assert by_name["name"] == "animation"
    assert again == {"__entity_type__": "Task", "id": task["id"]}
    assert more["bid"] == 0.0


def test_a_query_after_an_update_of_the_same_batch_shows_the_new_value(calls: Calls, task: Entity) -> None:
    text = f"select name from Task where id is {task['id']}"
    before, _, after = calls.batch(query(text), update("Task", task["id"], name="new"), query(text))
    assert (before["data"][0]["name"], after["data"][0]["name"]) == ("animation", "new")


def test_denormalized_answers_are_in_full_but_not_endless(calls: Calls, shot: Entity, task: Entity) -> None:
    calls.create("Task", name="second", parent=ref("Shot", shot))
    denormalizing = Calls(calls.store, attrs.evolve(calls.caller, denormalize=True))
    rows = denormalizing.query(f"select parent.name, parent.children.name from Task where parent_id is {shot['id']}")
    assert [row["parent"]["name"] for row in rows] == ["sh010", "sh010"]
    for row in rows:
        others = [child for child in row["parent"]["children"] if child["id"] != row["id"]]
        assert all(child["name"] for child in others)
        assert {"__entity_type__": "Task", "id": row["id"]} in row["parent"]["children"]


def test_paths_are_lists_from_the_project_down(calls: Calls, project: Entity, shot: Entity, task: Entity) -> None:
    asset = calls.create("Asset", name="plate", parent=ref("Task", task))
    version = calls.create("AssetVersion", asset=ref("Asset", asset))
    path = [
        {"id": project["id"], "name": project["name"], "type": "Project"},
        {"id": shot["id"], "name": "sh010", "type": "TypedContext"},
        {"id": task["id"], "name": "animation", "type": "TypedContext"},
    ]
    row = calls.one(f"select link, _link, ancestors from Task where id is {task['id']}")
    assert (row["link"], row["_link"]) == (path, path)
    assert [each["id"] for each in row["ancestors"]] == [shot["id"]]
    found = calls.one(f"select link from AssetVersion where id is {version['id']}")["link"]
    assert found[:-1] == path
    assert (found[-1]["id"], found[-1]["type"]) == (version["id"], "AssetVersion")


def test_trees_of_relations(calls: Calls, project: Entity, shot: Entity, task: Entity) -> None:
    calls.create(
        "Appointment", context=ref("Task", task), resource=ref("User", calls.caller.user_id), type="assignment"
    )
    steps = "children, children.children, children.children.assignments, children.children.assignments.resource"
    row = calls.one(f"select {steps}, descendants.name from Project where id is {project['id']}")
    (child,) = row["children"]
    (grandchild,) = child["children"]
    assert [each["id"] for each in row["descendants"]] == [shot["id"], task["id"]]
    assert grandchild["assignments"][0]["resource"]["__entity_type__"] == "User"


def test_addresses_come_from_the_application(calls: Calls, version: Entity) -> None:
    class Links:
        def component(self, component_id: str) -> str | None:
            return f"http://x/file/{component_id}"

        def thumbnail(self, component_id: str) -> str | None:
            return f"http://x/thumbnail/{component_id}"

    location = calls.one("Location where name is ftrack.server")["id"]
    _, answer = calls.batch(
        create("FileComponent", id="link1", version_id=version["id"]),
        create("ComponentLocation", id="link2", component_id="link1", location_id=location),
    )
    assert answer["data"]["component_id"] == "link1"
    calls.update("AssetVersion", version["id"], thumbnail_id="link1")
    text = f"select thumbnail_url, components.component_locations.url from AssetVersion where id is {version['id']}"
    assert calls.one(text)["thumbnail_url"] is None
    unlinked, calls.store.links = calls.store.links, lambda _caller: Links()
    try:
        row = calls.one(text)
    finally:
        calls.store.links = unlinked
    assert row["thumbnail_url"] == {"url": "http://x/thumbnail/link1"}
    assert row["components"][0]["component_locations"][0]["url"] == {"url": "http://x/file/link1"}


def test_what_one_subtype_brings_in_needs_no_cast(calls: Calls, shot: Entity, task: Entity) -> None:
    """As ftrack's own example of the tasks that are assigned to a user asks, and as code in the wild does."""
    calls.create("Appointment", type="assignment", context_id=task["id"], resource_id=USER)
    group = calls.create("Group", name="crew")
    calls.create("Appointment", type="assignment", context_id=shot["id"], resource_id=group["id"])
    here = f'project_id is "{task["project_id"]}"'
    for criteria in (
        'assignments any (resource.username = "admin")',
        "assignments.resource.username in (admin)",
        'parent.status.name like "%" and name is animation',
    ):
        assert [row["id"] for row in calls.query(f"Task where {here} and {criteria}")] == [task["id"]], criteria
    assert calls.query(f'Shot where {here} and assignments any (resource.username like "%")') == []
    row = calls.one(f"select assignments.resource.username, parent.status.name from Task where {here}")
    assert row["assignments"][0]["resource"]["username"] == "admin"
    assert row["parent"]["status"]["name"]
    row = calls.one(f"select assignments.resource.username from Shot where {here}")
    assert "username" not in row["assignments"][0]["resource"]
    assert len(calls.query(f"select link from Context where {here} order by full_name, object_type.name")) == 2


def test_what_several_subtypes_bring_in_needs_a_cast(calls: Calls) -> None:
    for text in ("Appointment where resource.memberships any ()", "select resource.memberships from Appointment"):
        assert "Group and User have it: write it behind a cast such as [Group]" in calls.fault(query(text)).content
    assert "has no attribute 'usrname'" in calls.fault(query("Appointment where resource.usrname is x")).content
