"""Scenarios of the actions beyond rows: widgets, invitations, search, jobs, uploads in parts; and of permissions."""

from __future__ import annotations

import os
import urllib.request
import uuid
from typing import Any

from ._client import Session, ftrack_api, open_session, raised


def _demo(session: Session) -> Any:
    return session.query("Project where name is demo").one()


def _user(session: Session, **values: object) -> Any:
    user = session.create("User", {"username": f"u_{uuid.uuid4().hex}", "is_active": True, **values})
    session.commit()
    return user


def widget_has_a_page_that_needs_no_key(session: Session) -> None:
    project = _demo(session)
    for name, theme in (("info", "dark"), ("tasks", "light"), ("tasks_browser", None)):
        url = session.get_widget_url(name, entity=project, theme=theme)
        assert session.api_key not in url
        with urllib.request.urlopen(url, timeout=60) as page:
            assert page.status == 200
            assert project["id"] in page.read().decode()
    with raised(ftrack_api.exception.ServerError, "ValidationError", "no_such_widget"):
        session.get_widget_url("no_such_widget", entity=project)


def invitations_are_sent(session: Session) -> None:
    users = [_user(session, email=f"python-{number}@example.com") for number in range(2)]
    session.send_user_invite(users[0])
    session.send_user_invites(users)
    review = session.create("ReviewSession", {"name": "review", "description": "", "project": _demo(session)})
    people = [
        session.create("ReviewSessionInvitee", {"review_session": review, "name": name, "email": f"{name}@example.com"})
        for name in ("ann", "ben")
    ]
    session.commit()
    session.send_review_session_invite(people[0])
    session.send_review_session_invites(people)


def roles_are_given_for_projects_and_taken_away(session: Session) -> None:
    user, project = _user(session), _demo(session)
    roles = {
        role["name"]: role["id"] for role in session.query('select name from SecurityRole where type is "PROJECT"')
    }
    given = {"user_id": user["id"], "role_id": roles["User"]}
    here = {**given, "project_id": project["id"]}
    session.call(
        [
            {"action": "add_user_security_role", **given},
            {"action": "grant_user_security_role_project", **here},
        ]
    )
    row = session.query(f"UserSecurityRole where user.id is {user['id']}").one()
    assert [each["project_id"] for each in row["user_security_role_projects"]] == [project["id"]]
    session.call(
        [
            {"action": "revoke_user_security_role_project", **here},
            {"action": "update_user_security_role", **given, "new_role_id": roles["Project manager"]},
            {"action": "remove_user_security_role", **given, "role_id": roles["Project manager"]},
        ]
    )
    assert not session.query(f"UserSecurityRole where user.id is {user['id']}")


def questions_and_reports_of_connect_are_answered(session: Session) -> None:
    context = {"entity_type": "Project", "entity_key": [_demo(session)["id"]]}
    asked = {"action": "create", "data": {"entity_type": "Task"}, "context": context}
    answers = session.call(
        [
            {"action": "_authorize_operation", "data": asked},
            {"action": "_track_usage", "data": {"type": "event", "name": "STARTED", "metadata": {}}},
        ]
    )
    assert answers[0] == {"result": True}


def invitation_of_nobody_is_an_error(session: Session) -> None:
    with raised(ftrack_api.exception.ServerError, "no-such-user"):
        session.call([{"action": "send_user_invite", "user_id": "no-such-user"}])


def search_finds_terms_below_a_context(session: Session) -> None:
    project, word = _demo(session), f"needle_{uuid.uuid4().hex}"
    session.create("Folder", {"name": word, "parent": project})
    session.commit()
    expression = "select name from TypedContext"
    operation: dict[str, object] = {"action": "search", "expression": expression, "entity_type": "TypedContext"}
    operation |= {"context_id": project["id"], "object_type_ids": [], "terms": [word.upper()]}
    ((found,), (none,)) = (session.call([operation]), session.call([{**operation, "terms": ["no such word"]}]))
    assert [each["name"] for each in found["data"]] == [word]
    assert none["data"] == []


def delayed_job_is_a_job(session: Session) -> None:
    (result,) = session.call([{"action": "delayed_job", "job_type": "SYNC_USERS_LDAP"}])
    job = session.get("Job", result["data"]["id"])
    assert (job["status"], job["user"]["username"]) == ("failed", session.api_user)


def upload_in_parts_is_put_together(session: Session) -> None:
    component_id, parts = str(uuid.uuid4()), [os.urandom(1000), os.urandom(1000), b"end"]
    values = {"component_id": component_id, "file_name": "take.mov", "file_size": 2003, "parts": 3}
    (begun,) = session.call([{"action": "get_upload_metadata", **values}])
    sent = []
    for url, part in zip(begun["urls"], parts):  # noqa: B905 - three of each
        request = urllib.request.Request(url["signed_url"], data=part, method="PUT")
        with urllib.request.urlopen(request, timeout=60) as response:
            sent.append({"part_number": url["part_number"], "e_tag": response.headers["ETag"].strip('"')})
    completion = {"component_id": component_id, "upload_id": begun["upload_id"], "parts": sent}
    (done,) = session.call([{"action": "complete_multipart_upload", **completion}])
    assert (done["action"], done["component_id"]) == ("complete_multipart_upload", component_id)
    location = session.query("Location where name is ftrack.server").one()
    session.create("FileComponent", {"id": component_id, "name": "take", "file_type": ".mov", "size": 2003})
    key = {"component_id": component_id, "location_id": location["id"], "resource_identifier": component_id}
    session.create("ComponentLocation", key)
    session.commit()
    file = location.accessor.open(component_id, "rb")
    assert file.read() == b"".join(parts)
    file.close()


def user_without_a_role_reads_and_changes_nothing(session: Session) -> None:
    user = _user(session)
    with open_session(api_user=user["username"], api_key=user.reset_api_key()) as theirs:
        project = _demo(theirs)
        project["full_name"] = "taken over"
        with raised(ftrack_api.exception.ServerError, "PermissionError"):
            theirs.commit()
    assert _demo(session)["full_name"] == "Night Train"
