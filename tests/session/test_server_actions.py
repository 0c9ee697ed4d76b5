"""Tests the actions of a server that are about no rows, as a session asks for them, against the sandbox over HTTP."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

from ftrack_typed.entities import ReviewSession, ReviewSessionInvitee, Session, Task, User
from ftrack_typed.errors import AuthenticationError, ServerCompatibilityError, ServerError, UnexpectedResponseError
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.sandbox.widgets import LIFETIME, Widgets
from tests.session.conftest import Production, operations_of


def make_user(session: Session) -> User:
    """Commit a new active user."""
    name = f"user_{uuid.uuid4().hex[:12]}"
    user = session.create(User, username=name, is_active=True, email=f"{name}@example.com")
    session.commit()
    return user


def fetch(url: str) -> tuple[int, str]:
    """Return the status and the body of what is at *url*; no header authorises this."""
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_reset_of_a_key_gives_another_one_each_time(session: Session, open_session: type[Session]) -> None:
    user = make_user(session)
    first = session.reset_remote("api_key", user)["api_key"]
    second = session.reset_remote("api_key", entity=user)["api_key"]
    assert first != second
    assert open_session(api_user=user.username, api_key=second).api_user == user.username
    with pytest.raises(AuthenticationError):
        open_session(api_user=user.username, api_key=first)


def test_reset_sends_the_key_as_text(session: Session, sandbox: Sandbox) -> None:
    user = make_user(session)
    sandbox.requests.clear()
    session.reset_remote("api_key", user)
    expected = {"action": "reset_remote", "reset_type": "api_key", "entity_type": "User", "entity_key": user.id}
    assert operations_of(sandbox) == [expected]


@pytest.mark.parametrize("reset_type", ["password", ["id"], ["email"]])
def test_reset_of_anything_else_is_refused(session: Session, reset_type: Any) -> None:
    with pytest.raises(ServerError, match="reset_type"):
        session.reset_remote(reset_type)


def test_widget_url_answers_without_credentials(session: Session, production: Production, sandbox: Sandbox) -> None:
    task = session.get(Task, production.task_ids[0])
    sandbox.requests.clear()
    url = session.get_widget_url("info", entity=task, theme="dark")
    assert operations_of(sandbox) == [
        {
            "action": "get_widget_url",
            "name": "info",
            "theme": "dark",
            "entity_type": "Task",
            "entity_key": [production.task_ids[0]],
        }
    ]
    assert url.startswith(f"{sandbox.server_url}/")
    status, page = fetch(url)
    assert status == 200
    assert f"info of Task {production.task_ids[0]}" in page


def test_widget_url_needs_no_entity(session: Session) -> None:
    assert fetch(session.get_widget_url("tasks"))[0] == 200


def test_widget_url_that_was_changed_or_expired_is_refused(session: Session, sandbox: Sandbox) -> None:
    url = session.get_widget_url("tasks")
    head, _, token = url.rpartition("token=")
    text, _, signature = token.partition(".")
    for changed in ("", "x", f"{text}x.{signature}", f"{text}.{signature[:-1]}", "%C3%A9.%C3%A9"):
        assert fetch(f"{head}token={changed}")[0] == 403
    widgets: Widgets = sandbox.service.widgets
    widgets._signer.clock = lambda: time.time() + LIFETIME + 1
    try:
        assert fetch(url)[0] == 403
    finally:
        widgets._signer.clock = time.time


def test_widget_of_what_is_not_there_is_refused(session: Session, sandbox: Sandbox) -> None:
    with pytest.raises(ServerError, match="name must be one of"):
        session.get_widget_url("unheard of")
    with pytest.raises(ServerError, match="theme"):
        session.get_widget_url("info", theme="pink")
    operation = {"action": "get_widget_url", "name": "info", "theme": None}
    with pytest.raises(ServerError, match="there is no Task"):
        session.call([{**operation, "entity_type": "Task", "entity_key": [str(uuid.uuid4())]}])
    with pytest.raises(ServerError, match="no entity type"):
        session.call([{**operation, "entity_type": "Tusk", "entity_key": ["x"]}])
    with pytest.raises(ServerError, match="array of 1"):
        session.call([{**operation, "entity_type": "Task", "entity_key": "x"}])


def test_invitations_of_users_lie_in_the_outbox(session: Session, sandbox: Sandbox) -> None:
    first, second = make_user(session), make_user(session)
    sandbox.outbox.clear()
    sandbox.requests.clear()
    session.send_user_invite(first)
    session.send_user_invites([first, second])
    assert [request.actions for request in sandbox.requests] == [["send_user_invite"], ["send_user_invite"] * 2]
    assert [each.entity_id for each in sandbox.outbox] == [first.id, first.id, second.id]
    last = sandbox.outbox[-1]
    assert last.recipient == second.email
    assert last.sender == sandbox.api_user
    assert last.action == "send_user_invite"


def test_invitations_to_a_review_lie_in_the_outbox(session: Session, production: Production, sandbox: Sandbox) -> None:
    now = datetime.now(timezone.utc)
    project_id = production.project_id
    review = session.create(ReviewSession, name="dailies", project_id=project_id, start_date=now, end_date=now)
    invitee = session.create(ReviewSessionInvitee, name="Kim", email="kim@example.com", review_session=review)
    session.commit()
    sandbox.outbox.clear()
    session.send_review_session_invite(invitee)
    session.send_review_session_invites([invitee])
    assert [(each.action, each.recipient) for each in sandbox.outbox] == [
        ("send_review_session_invite", "kim@example.com")
    ] * 2


def test_no_invitations_send_nothing(session: Session, sandbox: Sandbox) -> None:
    session.send_user_invites([])
    session.send_review_session_invites([])
    assert len(sandbox.requests) == 0


def test_one_invitation_that_is_refused_keeps_all_back(session: Session, sandbox: Sandbox) -> None:
    user = make_user(session)
    gone = make_user(session)
    session.delete(gone)
    session.commit()
    sandbox.outbox.clear()
    with pytest.raises(ServerError, match="there is no User"):
        session.send_user_invites([user, gone])
    assert len(sandbox.outbox) == 0


def test_unknown_action_is_an_error_of_the_server(session: Session) -> None:
    with pytest.raises(ServerCompatibilityError, match="Invalid action u'make_coffee'"):
        session.call([{"action": "make_coffee"}])


class Silent:
    """A transport whose server answers actions with something else."""

    def call(self, operations: Sequence[Mapping[str, object]]) -> list[Any]:
        return [{"version": "dev"} for _ in operations]

    def close(self) -> None:
        pass


def test_answer_that_lacks_what_was_asked_for_is_named() -> None:
    session = Session("http://user:secret@silent.example.com", "key", "user", transport=Silent())
    with pytest.raises(UnexpectedResponseError, match="get_widget_url has no widget_url") as caught:
        session.get_widget_url("info")
    assert "secret" not in str(caught.value)
