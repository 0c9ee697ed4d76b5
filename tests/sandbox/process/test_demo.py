"""Tests the demo project: what is in it, that it is the same everywhere, and that a second start leaves it alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftrack_typed.sandbox.demo import demo_id
from tests.sandbox.process.conftest import Api, SandboxProcess, Start, update

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    process = SandboxProcess(["--demo"])
    yield (found := process.api())
    found.http.close()
    process.close()


def count(api: Api, expression: str) -> int:
    return len(api.rows(expression))


def test_one_project_with_sequences_shots_tasks_and_builds(api: Api) -> None:
    (project,) = api.rows("select name, full_name, status from Project")
    assert (project["name"], project["full_name"], project["status"]) == ("demo", "Night Train", "active")
    assert sorted(row["name"] for row in api.rows("select name from Sequence")) == ["sq010", "sq020", "sq030"]
    assert count(api, "select id from Shot") == 12
    assert count(api, "select id from AssetBuild") == 3
    assert count(api, "select id from Task") == 42


def test_tasks_have_types_statuses_dates_and_one_assignee_each(api: Api) -> None:
    tasks = api.rows(
        "select bid, type.name, status.name, start_date, end_date, priority.name, assignments.resource_id from Task"
    )
    assert len({task["status"]["id"] for task in tasks}) == 6
    assert len({task["type"]["id"] for task in tasks}) == 7
    for task in tasks:
        assert task["bid"] > 0
        assert task["start_date"]["value"] < task["end_date"]["value"]
        assert len(task["assignments"]) == 1


def test_people_form_a_group_and_have_no_key(api: Api) -> None:
    people = api.rows('select username from User where memberships any (group.name is "Night Train artists")')
    assert sorted(row["username"] for row in people) == ["anna.lind", "ben.okafor", "chloe.martin", "diego.santos"]
    answer = api.as_user("anna.lind", "demo").post([]).json()
    assert answer["exception"] == "InvalidCredentialsError"


def test_versions_are_numbered_and_some_are_approved(api: Api) -> None:
    versions = api.rows("select version, asset_id, status.name, task_id, comment from AssetVersion order by version")
    approved = [row for row in versions if row["status"].get("name") == "Approved" or row["version"] == 3]
    assert 0 < len(approved) < len(versions)
    by_asset = Counter(row["asset_id"] for row in versions)
    for asset, number in by_asset.items():
        numbers = [row["version"] for row in versions if row["asset_id"] == asset]
        assert numbers == list(range(1, number + 1))
    assert count(api, "select id from FileComponent where version_id is_not None") == len(versions)


def test_notes_with_reply_labels_and_owner(api: Api) -> None:
    (note,) = api.rows(
        "select replies.content, note_label_links.label.name, parent_type, parent_id from Note"
        ' where content like "Love the fog%"'
    )
    assert len(note["replies"]) == 1
    assert note["note_label_links"][0]["label"]["name"] == "Client feedback"
    assert note["parent_type"] == "AssetVersion"
    assert note["parent_id"] == demo_id("AssetVersion", "sq010_sh020", "Compositing", "2")
    assert count(api, "select id from Note") == 4


def test_lists_metadata_and_time_logs(api: Api) -> None:
    (review,) = api.rows("select items from AssetVersionList")
    assert len(review["items"]) == 2
    (sparks,) = api.rows("select items.name from TypedContextList")
    assert {item["name"] for item in sparks["items"]} == {"fx"}
    (project,) = api.rows("select metadata.key, metadata.value from Project")
    assert {item["key"] for item in project["metadata"]} == {"delivery", "edit"}
    assert count(api, "select id from Timelog where duration > 0") > 10


def test_custom_attributes_of_each_kind(api: Api) -> None:
    configurations = api.rows("select key, is_hierarchical, type.name, entity_type from CustomAttributeConfiguration")
    assert {(row["key"], row["entity_type"], row["is_hierarchical"]) for row in configurations} == {
        *((key, "task", False) for key in ("fstart", "fend", "handles", "fps", "client_due", "department")),
        ("fps", "show", False),
        ("turnover", "show", True),
        ("is_hero", "show", True),
    }
    (shot,) = api.rows('select custom_attributes.key, custom_attributes.value from Shot where name is "sq030_sh010"')
    values = {item["key"]: item["value"] for item in shot["custom_attributes"]}
    assert (values["fstart"], values["fend"], values["handles"], values["fps"]) == (1001, 1210, 8, 24.0)


def test_ids_are_the_same_on_every_server(api: Api, start: Start) -> None:
    other = start("--demo", "--api-user", "somebody").api()
    for entity_type in ("Project", "Shot", "Task", "Asset", "AssetVersion", "Note", "User"):
        ids, others = ({row["id"] for row in each.rows(f"select id from {entity_type}")} for each in (api, other))
        if entity_type == "User":
            assert len(ids & others) == 4
        else:
            assert ids == others
    assert api.rows(f"Shot where id is {demo_id('Shot', 'sq010_sh010')}")


def test_second_start_changes_nothing(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    first = start("--demo", "--database", path)
    shot = demo_id("Shot", "sq010_sh010")
    first.api().call(update("Shot", shot, name="renamed"))
    first.stop()
    api = start("--demo", "--database", path).api()
    (row,) = api.rows(f"select name from Shot where id is {shot}")
    assert row["name"] == "renamed"
    assert count(api, "select id from Shot") == 12


def test_recorded_workspace_has_a_place_for_it(start: Start, recorded_workspace: Path) -> None:
    api = start("--demo", "--workspace", recorded_workspace).api()
    assert count(api, 'select id from Shot where project.name is "demo"') == 12
