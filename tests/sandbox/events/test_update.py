"""Tests the event that tells of a committed batch (protocol section 7.7)."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import pytest
import requests

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.batch import Change
from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.demo import demo_id

from .conftest import PATIENCE, Connect, RawClient, wait_until

PROJECT = demo_id("Project", "demo")
SHOT = demo_id("Shot", "sq010_sh010")
NAMES = (f"name{number}" for number in itertools.count())


@attrs.define
class Api:
    """Commits batches, and tells which event came of each."""

    sandbox: Sandbox
    client: RawClient

    def post(self, *operations: dict[str, Any], **headers: str) -> Any:
        credentials = {"ftrack-user": self.sandbox.api_user, "ftrack-api-key": self.sandbox.api_key}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self.sandbox.server_url}/api"
        answer = requests.post(url, json=list(operations), headers={**credentials, **given}, timeout=PATIENCE)
        return answer.json()

    def commit(self, *operations: dict[str, Any], **headers: str) -> dict[str, Any]:
        """Send a batch and return the event that it leads to."""
        answer = self.post(*operations, **headers)
        assert isinstance(answer, list), answer
        return self.client.next_event("ftrack.update")

    def entries(self, *operations: dict[str, Any]) -> list[dict[str, Any]]:
        """Send a batch and return what its event says of each entity."""
        entries: list[dict[str, Any]] = self.commit(*operations)["data"]["entities"]
        return entries

    def shot(self, **values: object) -> str:
        """Create a shot of its own for a test, and return its id."""
        shot_id = str(uuid.uuid4())
        self.commit(create("Shot", id=shot_id, name=next(NAMES), parent_id=PROJECT, **values))
        return shot_id


def create(entity_type: str, **values: object) -> dict[str, Any]:
    data = {"__entity_type__": entity_type, **values}
    return {"action": "create", "entity_type": entity_type, "entity_data": data}


def update(entity_type: str, *key: str, **values: object) -> dict[str, Any]:
    data = {"__entity_type__": entity_type, **values}
    return {"action": "update", "entity_type": entity_type, "entity_key": list(key), "entity_data": data}


def delete(entity_type: str, *key: str) -> dict[str, Any]:
    return {"action": "delete", "entity_type": entity_type, "entity_key": list(key)}


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox(demo=True) as running:
        yield running


@pytest.fixture
def api(sandbox: Sandbox, connect: Connect) -> Api:
    client = connect()
    client.subscribe("topic=ftrack.update")
    return Api(sandbox, client)


def test_event_as_a_whole(api: Api, sandbox: Sandbox) -> None:
    operation = update("Shot", SHOT, description="dusk")
    event = api.commit(operation, ftrack_clienttoken="a-client", ftrack_pushtoken="a-push")
    user_id = sandbox.service.users.find(sandbox.api_user)
    assert set(event) == {"topic", "id", "data", "sent", "source", "target", "inReplyToEvent"}
    assert event["source"]["user"] == {"username": sandbox.api_user, "id": user_id}
    assert event["source"]["id"] == "a-client"
    assert (event["target"], event["sent"], event["inReplyToEvent"]) == ("", None, None)
    data = event["data"]
    assert (data["clientToken"], data["pushToken"]) == ("a-client", "a-push")
    assert data["user"] == {"userid": user_id, "name": sandbox.api_user}
    (entry,) = data["entities"]
    assert set(data["parents"]) == {parent["entityId"] for parent in entry["parents"]}
    assert sandbox.events[-1].event == event
    assert sandbox.events[-1].publisher is None


def test_user_is_named_in_full(api: Api, sandbox: Sandbox) -> None:
    user_id = sandbox.service.users.find(sandbox.api_user) or ""
    api.commit(update("User", user_id, first_name="Jane", last_name="Doe"))
    event = api.commit(update("Shot", SHOT, description=next(NAMES)))
    assert event["data"]["user"]["name"] == "Jane Doe"
    api.commit(update("User", user_id, first_name=None, last_name=None))


def test_updated_entity(api: Api) -> None:
    shot_id = api.shot(description="before")
    (entry,) = api.entries(update("Shot", shot_id, description="after", start_date=moment("2026-03-01T10:00:00")))
    assert entry["action"] == "update"
    assert (entry["entityType"], entry["entity_type"], entry["entityId"]) == ("task", "Shot", shot_id)
    assert entry["parentId"] == PROJECT
    assert entry["objectTypeId"]
    assert sorted(entry["keys"]) == ["description", "startdate"]
    assert entry["changes"]["description"] == {"new": "after", "old": "before"}
    assert entry["changes"]["startdate"] == {"new": "2026-03-01T10:00:00", "old": None}


def moment(text: str) -> dict[str, str]:
    return {"__type__": "datetime", "value": text}


def test_added_entity_with_its_parents(api: Api) -> None:
    shot_id, task_id, name = api.shot(), str(uuid.uuid4()), next(NAMES)
    (entry,) = api.entries(create("Task", id=task_id, name=name, parent_id=shot_id))
    assert entry["action"] == "add"
    assert entry["changes"]["name"] == {"new": name, "old": None}
    assert {"name", "statusid", "typeid", "showid", "parent_id"} <= set(entry["keys"])
    assert all(change["old"] is None and change["new"] is not None for change in entry["changes"].values())
    assert entry["parents"] == [
        {"entityId": task_id, "entityType": "task", "entity_type": "Task", "parentId": shot_id},
        {"entityId": shot_id, "entityType": "task", "entity_type": "Shot", "parentId": PROJECT},
        {"entityId": PROJECT, "entityType": "show", "entity_type": "Project", "parentId": None},
    ]


def test_removed_entity_and_what_went_with_it(api: Api) -> None:
    shot_id, task_id, name = api.shot(), str(uuid.uuid4()), next(NAMES)
    metadata = create("Metadata", parent_id=task_id, parent_type="Task", key="k", value="v")
    api.commit(create("Task", id=task_id, name=name, parent_id=shot_id), metadata)
    entries = {entry["entityId"]: entry for entry in api.entries(delete("Shot", shot_id))}
    assert set(entries) == {shot_id, task_id}
    assert {entry["action"] for entry in entries.values()} == {"remove"}
    assert entries[task_id]["changes"]["name"] == {"new": None, "old": name}
    assert [parent["entityId"] for parent in entries[task_id]["parents"]] == [task_id, shot_id, PROJECT]


def test_another_parent_is_a_move(api: Api) -> None:
    here, there = api.shot(), api.shot()
    task_id = str(uuid.uuid4())
    api.commit(create("Task", id=task_id, name="t", parent_id=here))
    (entry,) = api.entries(update("Task", task_id, parent_id=there))
    assert entry["action"] == "move"
    assert entry["changes"]["parent_id"] == {"new": there, "old": here}
    assert [parent["entityId"] for parent in entry["parents"]] == [task_id, there, PROJECT]


def test_custom_attribute_is_told_on_its_owner_as_text(api: Api, sandbox: Sandbox) -> None:
    ids = {}
    for key in ("fstart", "is_hero"):
        expression = f'select id from CustomAttributeConfiguration where key is "{key}"'
        (result,) = api.post({"action": "query", "expression": expression})
        ids[key] = result["data"][0]["id"]
    shot_id = api.shot()
    values = {"fstart": 1001, "is_hero": True}
    operations = [update("ContextCustomAttributeValue", ids[key], shot_id, value=values[key]) for key in values]
    (entry,) = api.entries(*operations)
    assert (entry["entity_type"], entry["entityId"], entry["action"]) == ("Shot", shot_id, "update")
    assert entry["changes"] == {"fstart": {"new": "1001", "old": None}, "is_hero": {"new": "1", "old": None}}
    again = update("ContextCustomAttributeValue", ids["fstart"], shot_id, value=1002.5)
    (entry,) = api.entries(again, update("Shot", shot_id, description="d"))
    assert entry["changes"]["fstart"] == {"new": "1002.5", "old": "1001"}
    assert sorted(entry["keys"]) == ["description", "fstart"]


def test_metadata_is_told_by_itself(api: Api) -> None:
    (entry,) = api.entries(create("Metadata", parent_id=SHOT, parent_type="Shot", key="a_key_of_its_own", value="a"))
    assert (entry["entityType"], entry["entity_type"], entry["action"]) == ("meta", "Metadata", "add")
    assert (entry["parentId"], entry["entityKey"]) == (SHOT, [SHOT, "a_key_of_its_own"])
    assert entry["parents"][1]["entityId"] == SHOT
    assert entry["parents"][-1]["entityType"] == "show"
    (entry,) = api.entries(update("Metadata", SHOT, "a_key_of_its_own", value="b"))
    assert entry["changes"] == {"value": {"new": "b", "old": "a"}}
    (entry,) = api.entries(delete("Metadata", SHOT, "a_key_of_its_own"))
    assert entry["action"] == "remove"


def test_versions_notes_links_and_the_like_have_their_older_names(api: Api, sandbox: Sandbox) -> None:
    shot_id, other_id, asset_id, version_id = api.shot(), api.shot(), str(uuid.uuid4()), str(uuid.uuid4())
    entries = api.entries(
        create("Asset", id=asset_id, name="plate", context_id=shot_id),
        create("AssetVersion", id=version_id, asset_id=asset_id, comment="first"),
        create("FileComponent", name="main", version_id=version_id),
        create("Note", content="hello", parent_id=version_id, parent_type="AssetVersion"),
        create("TypedContextLink", from_id=shot_id, to_id=other_id),
        create("Timelog", context_id=shot_id, duration=60),
        create("TypedContextList", name=next(NAMES), project_id=PROJECT, category_id=category(api)),
    )
    by_type = {entry["entity_type"]: entry for entry in entries}
    older = {name: entry["entityType"] for name, entry in by_type.items()}
    expected = {"Asset": "asset", "AssetVersion": "assetversion", "FileComponent": "component", "Note": "note"}
    assert {**older, **expected, "TypedContextLink": "dependency", "Timelog": "timelog"} == older
    assert older["TypedContextList"] == "list"
    above = ["AssetVersion", "Asset", "Shot", "Project"]
    assert [parent["entity_type"] for parent in by_type["FileComponent"]["parents"][1:]] == above
    assert [parent["entity_type"] for parent in by_type["Note"]["parents"][1:]] == above
    assert by_type["AssetVersion"]["changes"]["version"]["new"] == 1
    assert by_type["Note"]["changes"]["text"] == {"new": "hello", "old": None}
    assert "noteid" in by_type["Note"]["keys"]
    (entry,) = api.entries(update("AssetVersion", version_id, comment="second"))
    assert entry["changes"] == {"comment": {"new": "second", "old": "first"}}


def category(api: Api) -> str:
    (result,) = api.post({"action": "query", "expression": "select id from ListCategory limit 1"})
    return str(result["data"][0]["id"])


def test_several_operations_on_one_entity_are_one_entry(api: Api) -> None:
    shot_id = str(uuid.uuid4())
    entries = api.entries(
        create("Shot", id=shot_id, name=next(NAMES), parent_id=PROJECT, description="one"),
        update("Shot", shot_id, description="two"),
    )
    assert [(entry["action"], entry["changes"]["description"]["new"]) for entry in entries] == [("add", "two")]
    (entry,) = api.entries(update("Shot", shot_id, description="three"), update("Shot", shot_id, description="four"))
    assert entry["changes"] == {"description": {"new": "four", "old": "two"}}


def test_nothing_is_told_where_nothing_changed(api: Api) -> None:
    shot_id, gone = api.shot(description="same"), str(uuid.uuid4())
    api.post(update("Shot", shot_id, description="same"))
    api.post(update("Shot", shot_id, description="x"), update("Shot", shot_id, description="same"))
    api.post(create("Shot", id=gone, name=next(NAMES), parent_id=PROJECT), delete("Shot", gone))
    api.post({"action": "query", "expression": "select id from Shot limit 1"})
    failed = api.post(update("Shot", shot_id, description="never"), update("Shot", "nowhere", description="x"))
    assert failed["exception"] == "IntegrityError"
    (entry,) = api.entries(update("Shot", shot_id, description="marker"))
    assert entry["changes"] == {"description": {"new": "marker", "old": "same"}}


def test_status_change_is_told_once(api: Api) -> None:
    (result,) = api.post({"action": "query", "expression": "select id, name from Status"})
    shot_id = api.shot()
    (shot,) = api.post({"action": "query", "expression": f'select status_id from Shot where id is "{shot_id}"'})
    current = shot["data"][0]["status_id"]
    other = next(row["id"] for row in result["data"] if row["id"] != current)
    (entry,) = api.entries(update("Shot", shot_id, status_id=other))
    assert entry["changes"] == {"statusid": {"new": other, "old": current}}


def test_order_is_that_of_the_commits(api: Api) -> None:
    shot_id = api.shot(description="start")
    with ThreadPoolExecutor(4) as clients:
        for _ in clients.map(lambda number: api.post(update("Shot", shot_id, description=str(number))), range(40)):
            pass
    told = [api.client.next_event("ftrack.update") for _ in range(40)]
    changes = [event["data"]["entities"][0]["changes"]["description"] for event in told]
    assert [change["old"] for change in changes] == ["start", *(change["new"] for change in changes[:-1])]


def test_hooks_hear_of_a_commit_before_the_next_one(api: Api, sandbox: Sandbox) -> None:
    shot_id, heard, entered = api.shot(), list[Any](), threading.Event()
    second = threading.Thread(target=lambda: api.post(update("Shot", shot_id, description="second")))

    def hook(changes: Sequence[Change], _caller: Caller) -> None:
        if changes[0].new["description"] == "first":
            second.start()
            entered.wait(0.3)  # in vain
        else:
            entered.set()
        heard.append(changes[0].new["description"])

    hooks = sandbox.service.store.after_commit
    hooks.append(hook)
    try:
        api.post(update("Shot", shot_id, description="first"))
        second.join(PATIENCE)
    finally:
        hooks.remove(hook)
    assert heard == ["first", "second"]
    for _ in heard:
        api.client.next_event("ftrack.update")  # or it comes in the middle of the next test


def test_nothing_is_computed_while_nobody_is_connected(sandbox: Sandbox, connect: Connect) -> None:
    client, unheard, heard = connect(), next(NAMES), next(NAMES)
    client.close()
    wait_until(lambda: sandbox.events.connections == 0, "the client is gone")
    Api(sandbox, client).post(update("Shot", SHOT, description=unheard))
    later = connect()
    later.subscribe("topic=ftrack.update")
    Api(sandbox, later).commit(update("Shot", SHOT, description=heard))
    told = [event.data["entities"][0]["changes"].get("description", {}).get("new") for event in sandbox.events]
    assert heard in told
    assert unheard not in told
