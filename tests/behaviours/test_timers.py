"""Tests the timers of users (session.md section 15, protocol section 5.1) against the sandbox over HTTP."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, cast

import pytest
from starlette.responses import Response

from ftrack_typed.behaviours import timers
from ftrack_typed.entities import Session, Task, Timelog, Timer, User
from ftrack_typed.errors import CommitOutcomeUnknownError, NoResultFoundError, NotUniqueError, ServerError
from ftrack_typed.sandbox.in_process import HangUp, Sandbox
from tests.session.conftest import actions_of, operations_of


def test_start_commits(session: Session, user: User, task: Task, open_session: type[Session], sandbox: Sandbox) -> None:
    timer = user.start_timer(context=task, comment="trying", name="work")
    assert type(timer) is Timer
    assert actions_of(sandbox) == [["create"]]
    assert not session._state.unit
    row = open_session().query(Timer).where(Timer.user_id == user.id).one()
    assert (row.id, row.context_id, row.comment, row.name) == (timer.id, task.id, "trying", "work")


def test_what_is_not_given_is_sent_as_null(user: User, sandbox: Sandbox) -> None:
    # Protocol section 5.1: explicit nulls for context and name.
    timer = user.start_timer()
    (operation,) = operations_of(sandbox)
    sent = cast("Mapping[str, Any]", operation["entity_data"])
    context = {name: value for name, value in sent.items() if name in ("context", "context_id")}
    assert list(context.values()) == [None]
    assert (sent["name"], sent["comment"]) == (None, "")
    assert (timer.context, timer.name) == (None, None)


def test_stop_gives_the_timelog(
    session: Session, user: User, task: Task, open_session: type[Session], sandbox: Sandbox
) -> None:
    timer = user.start_timer(context=task, comment="trying", name="work")
    timer.start = datetime.now(timezone.utc) - timedelta(seconds=90)
    session.commit()
    sandbox.requests.clear()
    timelog = user.stop_timer()
    at_most = (datetime.now(timezone.utc) - timer.start).total_seconds()
    assert type(timelog) is Timelog
    assert actions_of(sandbox) == [["query"], ["create", "delete"]]
    assert not session._state.unit
    row = open_session().query(Timelog).where(Timelog.id == timelog.id).one()
    assert (row.user_id, row.context_id, row.comment, row.name) == (user.id, task.id, "trying", "work")
    assert 90 <= row.duration <= at_most
    assert row.duration == int(row.duration)
    assert abs(row.start - timer.start) < timedelta(seconds=1)
    assert open_session().query(Timer).where(Timer.user_id == user.id).count() == 0


def test_stop_without_a_timer(user: User) -> None:
    with pytest.raises(NoResultFoundError):
        user.stop_timer()


def test_second_timer_is_refused(session: Session, user: User, open_session: type[Session]) -> None:
    first = user.start_timer()
    with pytest.raises(NotUniqueError, match="force=True") as caught:
        user.start_timer()
    assert isinstance(caught.value.__cause__, ServerError)
    # No reset is needed: what is refused does not wait.
    assert not session._state.unit
    session.commit()
    assert open_session().query(Timer).where(Timer.user_id == user.id).one() == first
    assert session.query(Timer).where(Timer.user_id == user.id).select(Timer.comment).one() is first
    assert user.stop_timer().user_id == user.id


def test_refused_timer_leaves_other_changes_waiting(session: Session, user: User, task: Task) -> None:
    user.start_timer()
    task.description = "mine"
    with pytest.raises(NotUniqueError):
        user.start_timer()
    assert [entity for entity, _ in session._state.unit.entities()] == [task]
    session.commit()
    assert session.query(Task).where(Task.id == task.id).select(Task.description).one().description == "mine"


def test_refused_timer_is_forgotten_by_all(session: Session, user: User, sandbox: Sandbox) -> None:
    first = user.start_timer()
    other = session.create(User, username=f"user_{uuid.uuid4().hex[:12]}")
    session.commit()
    waiting = session.create(Timer, user=other)
    with pytest.raises(NotUniqueError):
        user.start_timer()
    # It is neither known nor the sibling of what waited beside it.
    mine = [each for each in session._state.identity if isinstance(each, Timer) and each in (first, waiting)]
    assert [each for each in session._state.identity if isinstance(each, Timer)] == mine
    session.commit()
    del vars(waiting)["start"]
    sandbox.requests.clear()
    assert waiting.start is not None
    (operation,) = operations_of(sandbox)
    assert str(operation["expression"]).count('"') == 2


def test_force_stops_the_other_one(session: Session, user: User, open_session: type[Session]) -> None:
    first = user.start_timer(comment="first")
    second = user.start_timer(comment="second", force=True)
    other = open_session()
    assert other.query(Timer).where(Timer.user_id == user.id).one().id == second.id != first.id
    assert [timelog.comment for timelog in other.query(Timelog).where(Timelog.user_id == user.id)] == ["first"]


def test_force_without_another_one(user: User) -> None:
    assert user.start_timer(force=True).user_id == user.id


def test_other_refusals_come_as_they_are(session: Session, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(operations: object) -> list[Any]:
        raise ServerError("the disk is full")

    monkeypatch.setattr(session, "call", refuse)
    with pytest.raises(ServerError, match="disk is full"):
        user.start_timer()
    assert not session._state.unit


@pytest.mark.parametrize(
    "refusal",
    [
        ServerError("DuplicateEntryError: the user has one"),
        ServerError("there is one", exception="DuplicateEntryError"),
    ],
)
def test_duplicate_is_known_by_the_message_or_the_exception(
    session: Session, user: User, monkeypatch: pytest.MonkeyPatch, refusal: ServerError
) -> None:
    def refuse(operations: object) -> list[Any]:
        raise refusal

    monkeypatch.setattr(session, "call", refuse)
    with pytest.raises(NotUniqueError, match="force=True") as caught:
        user.start_timer()
    assert caught.value.__cause__ is refusal
    assert not session._state.unit


def test_timer_whose_commit_got_no_answer_waits_until_it_is_resolved(
    session: Session, user: User, sandbox: Sandbox, open_session: type[Session]
) -> None:
    def lose(request: object, answer: Callable[[], Response]) -> Response:
        answer()
        return HangUp()

    sandbox.intercept = lose
    try:
        with pytest.raises(CommitOutcomeUnknownError):
            user.start_timer(comment="lost")
    finally:
        sandbox.intercept = None
    (timer,) = session.created
    session.resolve_commit()
    assert session.created == []
    assert open_session().query(Timer).where(Timer.user_id == user.id).one() == timer
    assert user.stop_timer().comment == "lost"


def test_stop_that_fails_can_be_tried_again(
    session: Session, user: User, monkeypatch: pytest.MonkeyPatch, open_session: type[Session]
) -> None:
    user.start_timer()
    call = session.call

    def refuse(operations: Any) -> list[Any]:
        if operations[0]["action"] == "query":
            return call(operations)
        raise ServerError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(session, "call", refuse)
        with pytest.raises(ServerError, match="disk is full"):
            user.stop_timer()
    assert not session._state.unit
    timelog = user.stop_timer()
    assert [row.id for row in open_session().query(Timelog).where(Timelog.user_id == user.id)] == [timelog.id]


class Server:
    """What a timer asks of a session."""

    server_url = "https://studio.example"

    def __init__(self, information: Mapping[str, object]) -> None:
        self.server_information = information


def now(**information: object) -> datetime:
    return timers._now(cast("Session", Server(information)))


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time that is nine hours before UTC."""
    if not hasattr(time, "tzset"):
        pytest.skip("the time zone of a process can be set on POSIX systems alone")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "FAR+9")
        time.tzset()
        yield
    time.tzset()


def seconds_before_utc(moment: datetime) -> float:
    return (datetime.now(timezone.utc) - moment).total_seconds()


def test_server_with_time_zones(far_from_utc: None) -> None:
    assert abs(seconds_before_utc(now(is_timezone_support_enabled=True))) < 60


def test_server_without_time_zones(far_from_utc: None) -> None:
    # It writes local time as if it were UTC.
    assert abs(seconds_before_utc(now(is_timezone_support_enabled=False)) - 9 * 3600) < 60


def test_server_that_does_not_say(far_from_utc: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert abs(seconds_before_utc(now())) < 60
    assert "time zones" in caplog.text
