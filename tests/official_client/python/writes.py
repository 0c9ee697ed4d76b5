"""Scenarios of changes: create, update, delete, batches, and what the server fills in (protocol sections 2 and 5)."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from ._client import Session, ftrack_api, open_session, raised


def _project(session: Session) -> Any:
    schema = session.query('ProjectSchema where name is "VFX"').one()
    name = f"p_{uuid.uuid4().hex[:10]}"
    return session.create("Project", {"name": name, "full_name": name, "project_schema": schema})


def created_tree_is_what_another_session_sees(session: Session) -> None:
    project = _project(session)
    sequence = session.create("Sequence", {"name": "sq", "parent": project})
    shot = session.create("Shot", {"name": "sh", "parent": sequence})
    task = session.create("Task", {"name": "comp", "parent": shot, "bid": 3600})
    session.commit()
    assert session.created == []
    with open_session() as other:
        seen = other.query(
            "select name, bid, project.name, parent.name, parent.parent.name, status, type, priority, created_by,"
            f" created_at from Task where id is {task['id']}"
        ).one()
        assert (seen["name"], seen["bid"]) == ("comp", 3600)
        assert seen["project"]["name"] == project["name"]
        assert seen["parent"]["name"] == "sh"
        assert seen["parent"]["parent"]["name"] == "sq"
        assert seen["status"] is not None
        assert seen["type"] is not None
        assert seen["priority"]["name"] == "None"
        assert seen["created_by"]["username"] == session.api_user
        assert abs((datetime.datetime.now(datetime.timezone.utc) - seen["created_at"].datetime).total_seconds()) < 300


def server_side_defaults_are_read_back(session: Session) -> None:
    user = session.create("User", {"username": f"u_{uuid.uuid4().hex}"})
    session.commit()
    assert user["is_active"] is False
    assert user["resource_type"] == "user"
    unnamed = session.create("User", {})
    session.commit()
    assert unnamed["username"]


def given_id_is_kept(session: Session) -> None:
    user_id = str(uuid.uuid4())
    session.create("User", {"id": user_id, "username": user_id})
    session.commit()
    with open_session() as other:
        assert other.get("User", user_id)["username"] == user_id


def updates_of_scalars_and_references(session: Session) -> None:
    project = _project(session)
    task = session.create("Task", {"name": "before", "parent": project})
    session.commit()
    status = session.query('Status where name is "On Hold"').one()
    task["name"] = "after"
    task["status"] = status
    task["description"] = None
    session.commit()
    assert session.modified == []
    assert task["name"] == "after"
    assert task["status"] is status
    with open_session() as other:
        seen = other.query(f"select name, status.name, description from Task where id is {task['id']}").one()
        assert (seen["name"], seen["status"]["name"], seen["description"]) == ("after", "On Hold", None)


def status_changes_are_recorded(session: Session) -> None:
    project = _project(session)
    task = session.create("Task", {"name": "t", "parent": project})
    session.commit()
    first = task["status"]["id"]
    task["status"] = session.query('Status where name is "Approved"').one()
    session.commit()
    with open_session() as other:
        seen = other.query(
            "select status_changes.from_status_id, status_changes.status.name, status_changes.user.username"
            f" from Task where id is {task['id']}"
        ).one()
        last = [change for change in seen["status_changes"] if change["status"]["name"] == "Approved"]
        assert len(last) == 1
        assert last[0]["from_status_id"] == first
        assert last[0]["user"]["username"] == session.api_user


def moving_to_another_parent(session: Session) -> None:
    project = _project(session)
    left, right = (session.create("Folder", {"name": name, "parent": project}) for name in ("left", "right"))
    task = session.create("Task", {"name": "t", "parent": left})
    session.commit()
    task["parent"] = right
    session.commit()
    with open_session() as other:
        assert [child["id"] for child in other.get("Folder", right["id"])["children"]] == [task["id"]]
        assert list(other.get("Folder", left["id"])["children"]) == []


def deleting_a_project_takes_everything_below(session: Session) -> None:
    project = _project(session)
    shot = session.create("Shot", {"name": "sh", "parent": project})
    task = session.create("Task", {"name": "t", "parent": shot})
    session.commit()
    task.create_note("gone soon", session.query(f"User where username is {session.api_user}").one())
    session.commit()
    session.delete(project)
    session.commit()
    with open_session() as other:
        for entity_type, entity_id in (("Project", project["id"]), ("Shot", shot["id"]), ("Task", task["id"])):
            assert other.query(f"{entity_type} where id is {entity_id}").first() is None
        assert other.query(f"Note where parent_id is {task['id']}").first() is None


def failed_commit_changes_nothing_and_keeps_the_operations(session: Session) -> None:
    project = _project(session)
    session.commit()
    first = session.create("Folder", {"name": "same", "parent": project})
    session.create("Folder", {"name": "same", "parent": project})
    with raised(ftrack_api.exception.ServerError):
        session.commit()
    assert len(session.recorded_operations) > 0
    with open_session() as other:
        assert other.query(f"Folder where id is {first['id']}").first() is None
    session.rollback()
    assert session.created == []


def ensure_creates_once_and_updates_after(session: Session) -> None:
    name = f"u_{uuid.uuid4().hex}"
    user = session.ensure("User", {"username": name, "email": "a@example.com"}, ["username"])
    again = session.ensure("User", {"username": name, "email": "b@example.com"}, ["username"])
    assert again["id"] == user["id"]
    with open_session() as other:
        assert [seen["email"] for seen in other.query(f'User where username is "{name}"')] == ["b@example.com"]


def ensure_with_a_datetime_that_has_microseconds(session: Session) -> None:
    user = session.query(f"User where username is {session.api_user}").one()
    start = datetime.datetime(2026, 3, 4, 5, 6, 7, 891011)
    data = {"start": start, "duration": 10, "user_id": user["id"], "comment": uuid.uuid4().hex}
    first = session.ensure("Timelog", data)
    assert first["start"].datetime.replace(tzinfo=None) == start
    second = session.ensure("Timelog", data)
    assert second["id"] == first["id"]


def collections_take_and_give_up_items(session: Session) -> None:
    project = _project(session)
    scope = session.create("Scope", {"name": f"scope {uuid.uuid4().hex}"})
    task = session.create("Task", {"name": "t", "parent": project})
    task["scopes"].append(scope)
    session.commit()
    with open_session() as other:
        assert other.query(f'Task where scopes.name is "{scope["name"]}"').one()["id"] == task["id"]
    task["scopes"].remove(scope)
    session.commit()
    with open_session() as other:
        assert other.query(f'Task where scopes.name is "{scope["name"]}"').first() is None


def versions_are_numbered_by_the_server(session: Session) -> None:
    project = _project(session)
    shot = session.create("Shot", {"name": "sh", "parent": project})
    asset = session.create("Asset", {"name": "comp", "parent": shot, "type": session.query("AssetType").first()})
    versions = []
    for _ in range(3):
        versions.append(session.create("AssetVersion", {"asset": asset}))
        session.commit()
    assert [version["version"] for version in versions] == [1, 2, 3]
    assert versions[0]["is_published"] is True
    assert versions[0]["user"]["username"] == session.api_user
    with open_session() as other:
        seen = other.query(
            f"select latest_version, versions.is_latest_version from Asset where id is {asset['id']}"
        ).one()
        assert seen["latest_version"]["id"] == versions[2]["id"]
        assert [version["id"] for version in seen["versions"] if version["is_latest_version"]] == [versions[2]["id"]]


def list_of_versions_holds_its_items(session: Session) -> None:
    project = session.query('Project where name is "demo"').one()
    version = session.query("AssetVersion").first()
    category = session.query("ListCategory").first()
    name = f"dailies {uuid.uuid4().hex}"
    made = session.create("AssetVersionList", {"name": name, "owner": None, "project": project, "category": category})
    made["items"].append(version)
    session.commit()
    with open_session() as other:
        seen = other.query(f'AssetVersionList where name is "{name}"').one()
        assert [item["id"] for item in seen["items"]] == [version["id"]]
        assert other.query(f'select id from List where name is "{name}"').one().entity_type == "AssetVersionList"


def project_schema_gives_statuses_and_types(session: Session) -> None:
    schema = session.query('select id from ProjectSchema where name is "VFX"').one()
    for name in ("Task", "Shot", "AssetBuild"):
        assert "In progress" in {status["name"] for status in schema.get_statuses(name)}, name
    assert "Approved" in {status["name"] for status in schema.get_statuses("AssetVersion")}
    assert "Compositing" in {kind["name"] for kind in schema.get_types("Task")}
    with raised(ValueError):
        schema.get_statuses("User")


def component_is_registered_in_a_location(session: Session) -> None:
    version = session.query("AssetVersion").first()
    location = session.query('Location where name is "ftrack.unmanaged"').one()
    component = version.create_component(
        "/render/beauty.exr", {"name": f"beauty_{uuid.uuid4().hex}"}, location=location
    )
    assert component["file_type"] == ".exr"
    assert location.get_component_availability(component) == 100.0
    with open_session() as other:
        seen = other.query(
            f"select component_locations.resource_identifier, version_id from Component where id is {component['id']}"
        ).one()
        assert seen.entity_type == "FileComponent"
        assert seen["version_id"] == version["id"]
        assert [row["resource_identifier"] for row in seen["component_locations"]] == ["/render/beauty.exr"]


def sequence_component_has_its_members(session: Session) -> None:
    component = session.create_component("/render/f.%04d.exr [1-5]", location=None)
    session.commit()
    with open_session() as other:
        seen = other.query(f"select padding, members.name from SequenceComponent where id is {component['id']}").one()
        assert seen["padding"] == 4
        assert sorted(member["name"] for member in seen["members"]) == ["0001", "0002", "0003", "0004", "0005"]


def resetting_a_key_gives_another_each_time(session: Session) -> None:
    user = session.create("User", {"username": f"u_{uuid.uuid4().hex}", "is_active": True})
    session.commit()
    keys = [user.reset_api_key() for _ in range(3)]
    assert len(set(keys)) == 3
    with open_session(api_user=user["username"], api_key=keys[-1]) as theirs:
        assert theirs.query(f'User where username is "{user["username"]}"').one()["id"] == user["id"]
    for wrong in (["id"], "email"):
        with raised(ftrack_api.exception.ServerError):
            session.reset_remote(wrong, user)


def action_that_the_server_lacks_is_a_compatibility_error(session: Session) -> None:
    with raised(ftrack_api.exception.ServerError, "Invalid action u'no_such_action'"):
        session.call([{"action": "no_such_action"}])
