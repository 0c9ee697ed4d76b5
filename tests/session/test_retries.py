"""Tests what is sent again where no answer comes, and that nothing is sent twice which may have happened."""

from __future__ import annotations

import itertools
import logging
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import stamina
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from ftrack_typed.entities import Session, Task, User
from ftrack_typed.errors import (
    AuthenticationError,
    ServerUnreachableError,
    TransportError,
    UnexpectedResponseError,
)
from ftrack_typed.retries import Retries
from ftrack_typed.sandbox.in_process import HangUp, Sandbox
from tests.ports import held_port
from tests.session.conftest import Production, timeout_of

QUICK = Retries(attempts=4, wait_initial=0.01, wait_jitter=0.01)

FAILURES: dict[str, Callable[[], Response]] = {
    "busy": lambda: PlainTextResponse("busy", status_code=503),
    "too many requests": lambda: PlainTextResponse("slow down", status_code=429),
    "gateway": lambda: HTMLResponse("<html>bad gateway</html>", status_code=502),
    "half a document": lambda: Response('[{"data": [', media_type="application/json"),
    "broken off": HangUp,
}


@contextmanager
def failing(sandbox: Sandbox, times: int, failure: Callable[[], Response]) -> Generator[None]:
    """Answer the next *times* calls with *failure*, after having done what they ask for."""
    left = times

    def intercept(request: object, answer: Callable[[], Response]) -> Response:
        nonlocal left
        answered = answer()
        left -= 1
        return failure() if left >= 0 else answered

    sandbox.intercept = intercept
    sandbox.requests.clear()
    try:
        yield
    finally:
        sandbox.intercept = None


class _OnAnnouncement(logging.Handler):
    """Does something when a try is announced the *number*-th time, before it is made."""

    def __init__(self, number: int, act: Callable[[], object]) -> None:
        super().__init__()
        self._left = number
        self._act = act

    def emit(self, record: logging.LogRecord) -> None:
        self._left -= 1
        if self._left == 0:
            self._act()


@contextmanager
def at_announcement(number: int, act: Callable[[], object]) -> Generator[None]:
    """Call *act* when a try is announced the *number*-th time, in the thread that makes it, before it is made."""
    logger, handler = logging.getLogger("ftrack_typed.retries"), _OnAnnouncement(number, act)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@pytest.mark.parametrize("failure", FAILURES.values(), ids=list(FAILURES))
def test_query_is_sent_again(
    failure: Callable[[], Response], open_session: type[Session], sandbox: Sandbox, production: Production
) -> None:
    session = open_session(retries=QUICK)
    with failing(sandbox, 3, failure):
        found = session.query(Task).where(Task.parent_id == production.shot_id).all()
        assert len(sandbox.requests) == 4
    assert {task.id for task in found} == set(production.task_ids)


def test_number_of_attempts_is_a_limit(open_session: type[Session], sandbox: Sandbox) -> None:
    session = open_session(retries=QUICK)
    with failing(sandbox, 100, FAILURES["busy"]):
        with pytest.raises(UnexpectedResponseError, match="status 503"):
            session.query(User).first()
        assert len(sandbox.requests) == QUICK.attempts
    assert session.query(User).first() is not None


def test_one_attempt_is_never_repeated(open_session: type[Session], sandbox: Sandbox) -> None:
    session = open_session(retries=Retries(attempts=1))
    with failing(sandbox, 1, FAILURES["busy"]):
        with pytest.raises(TransportError):
            session.query(User).first()
        assert len(sandbox.requests) == 1


def test_no_try_starts_after_the_timeout(open_session: type[Session], sandbox: Sandbox) -> None:
    # Time for the first try on a busy machine; and as every pause has its length, for no more than seven tries.
    patient = Retries(attempts=1000, timeout=3, wait_initial=0.5, wait_max=0.5, wait_jitter=0)
    session = open_session(retries=patient)
    with failing(sandbox, 1000, FAILURES["busy"]):
        with pytest.raises(UnexpectedResponseError):
            session.query(User).first()
        assert 1 < len(sandbox.requests) <= 7


UNKNOWN = {name: failure for name, failure in FAILURES.items() if name != "too many requests"}


@pytest.mark.parametrize("failure", UNKNOWN.values(), ids=list(UNKNOWN))
def test_change_that_may_have_happened_is_not_sent_again(
    failure: Callable[[], Response], open_session: type[Session], sandbox: Sandbox, task_id: str
) -> None:
    session = open_session(retries=QUICK)
    task = session.get(Task, task_id)
    assert task is not None
    task.description = "changed"
    with failing(sandbox, 1, failure):
        with pytest.raises(TransportError) as caught:
            session.commit()
        assert len(sandbox.requests) == 1
    assert caught.value.outcome_unknown


def test_change_that_the_server_put_off_is_sent_again(
    open_session: type[Session], sandbox: Sandbox, task_id: str
) -> None:
    session = open_session(retries=QUICK)
    task = session.get(Task, task_id)
    assert task is not None
    task.description = "changed"
    answers = iter([FAILURES["too many requests"]()])
    sandbox.intercept = lambda request, answer: next(answers, None) or answer()
    sandbox.requests.clear()
    try:
        session.commit()
    finally:
        sandbox.intercept = None
    assert len(sandbox.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        lambda: HTMLResponse("<html>log in</html>"),
        lambda: PlainTextResponse("no", status_code=404),
        lambda: Response(status_code=302, headers={"location": "https://login.example.com"}),
    ],
    ids=["a login page", "not found", "a redirect"],
)
def test_answer_that_will_stay_the_same_is_an_error_at_once(
    answer: Callable[[], Response], open_session: type[Session], sandbox: Sandbox
) -> None:
    session = open_session(retries=QUICK)
    with failing(sandbox, 1, answer):
        with pytest.raises(UnexpectedResponseError) as caught:
            session.query(User).first()
        assert len(sandbox.requests) == 1
    assert not caught.value.temporary


def test_refused_user_is_an_error_at_once(open_session: type[Session], sandbox: Sandbox) -> None:
    sandbox.requests.clear()
    with pytest.raises(AuthenticationError):
        open_session(api_key="wrong", retries=QUICK)
    assert len(sandbox.requests) == 1


def test_host_without_address_is_an_error_at_once(
    open_session: type[Session], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ServerUnreachableError) as caught:
        open_session(server_url="http://nowhere.invalid", retries=QUICK)
    assert not caught.value.temporary
    assert not caught.value.outcome_unknown
    assert "trying again" not in caplog.text


def test_late_answer_to_a_query_is_asked_for_again(open_session: type[Session], sandbox: Sandbox) -> None:
    session = open_session(retries=QUICK)
    release = threading.Event()
    numbers = itertools.count(1)

    def intercept(request: object, answer: Callable[[], Response]) -> Response:
        if next(numbers) == 1:
            transport.timeout = 60  # for the second try, whose answer is not to be late
            release.wait(60)
        return answer()

    sandbox.intercept = intercept
    with timeout_of(session, 2) as transport:
        try:
            assert session.query(User).first() is not None
        finally:
            release.set()
            sandbox.intercept = None
    assert next(numbers) == 3


def test_late_answer_to_a_change_is_of_unknown_outcome(
    open_session: type[Session], sandbox: Sandbox, task_id: str
) -> None:
    session = open_session(retries=QUICK)
    task = session.get(Task, task_id)
    assert task is not None
    task.description = "late"
    release = threading.Event()

    def intercept(request: object, answer: Callable[[], Response]) -> Response:
        release.wait(60)
        return answer()

    sandbox.intercept = intercept
    sandbox.requests.clear()
    try:
        with timeout_of(session, 2), pytest.raises(TransportError) as caught:
            session.commit()
    finally:
        release.set()
        sandbox.intercept = None
    assert caught.value.outcome_unknown
    assert len(sandbox.requests) == 1


def test_log_names_the_try_and_no_secret(
    open_session: type[Session], sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    session = open_session(retries=QUICK)
    with caplog.at_level(logging.DEBUG), failing(sandbox, 2, FAILURES["busy"]):
        session.query(User).first()
    ours = [record for record in caplog.records if record.name == "ftrack_typed.retries"]
    assert [record.levelname for record in ours] == ["WARNING"] * 2
    for number, record in enumerate(ours, 1):
        for part in ("status 503", f"attempt {number} of 4 failed", "trying again in "):
            assert part in record.getMessage()
    assert "in 0.01 to 0.02 seconds" in ours[0].getMessage()  # the first pause, and with all of its random part
    assert sandbox.api_key not in caplog.text
    assert "stamina" not in {record.name for record in caplog.records}


def test_last_attempt_announces_none(
    open_session: type[Session], sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    session = open_session(retries=QUICK)
    with failing(sandbox, 100, FAILURES["busy"]), pytest.raises(UnexpectedResponseError):
        session.query(User).first()
    assert len([record for record in caplog.records if "trying again" in record.getMessage()]) == QUICK.attempts - 1


def test_other_users_of_stamina_keep_their_lines(
    open_session: type[Session], sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    hooks = stamina.instrumentation.get_on_retry_hooks()
    session = open_session(retries=QUICK)
    with failing(sandbox, 1, FAILURES["busy"]):
        session.query(User).first()
    for attempt in stamina.retry_context(on=OSError, attempts=2, wait_initial=0, wait_jitter=0):
        with attempt:
            if attempt.num == 1:
                raise OSError("theirs")
    assert [record.msg for record in caplog.records if record.name == "stamina"] == ["stamina.retry_scheduled"]
    assert stamina.instrumentation.get_on_retry_hooks() == hooks
    assert logging.getLogger("stamina").filters == []


def test_restarted_server_costs_neither_what_is_known_nor_what_waits(tmp_path: Path) -> None:
    with held_port() as port:
        given: dict[str, Any] = {"database": str(tmp_path / "studio.db"), "port": port, "api_key": "key"}
        first, second = Sandbox(**given), Sandbox(**given)
        first.start()
        with Session(first.server_url, "key", first.api_user, schema_cache_path=False, retries=QUICK) as session:
            user = session.query(User).select(User.first_name).first()
            assert user is not None
            user.first_name = "Survivor"
            first.stop()
            try:
                with at_announcement(2, second.start):
                    session.commit()
                assert session.get(User, user.id) is user
                assert second.requests.operations[0][0]["action"] == "update"
            finally:
                second.stop()


def test_every_try_says_why_and_none_is_told_within_another(
    open_session: type[Session], caplog: pytest.LogCaptureFixture
) -> None:
    with (
        held_port() as port,
        pytest.raises(ServerUnreachableError, match=r"\(Connection refused\)$") as caught,
    ):
        open_session(server_url=f"http://127.0.0.1:{port}", retries=QUICK)
    announced = [record.getMessage() for record in caplog.records if record.name == "ftrack_typed.retries"]
    assert len(announced) == QUICK.attempts - 1
    assert all("(Connection refused)" in line for line in announced)
    assert caught.value.__context__ is None


def test_error_that_the_caller_handles_is_no_cause(open_session: type[Session], sandbox: Sandbox, task_id: str) -> None:
    session = open_session(retries=QUICK)
    task = session.get(Task, task_id)
    assert task is not None
    task.description = "changed"

    def commit_in_a_handler() -> None:
        try:
            raise socket.gaierror("of another host")
        except OSError:
            session.commit()

    with failing(sandbox, 1, HangUp):
        with pytest.raises(TransportError) as caught:
            commit_in_a_handler()
        assert len(sandbox.requests) == 1
    assert caught.value.outcome_unknown


def test_change_that_is_lost_after_a_refused_connection_is_not_sent_a_third_time(tmp_path: Path) -> None:
    with held_port() as port:
        given: dict[str, Any] = {"database": str(tmp_path / "studio.db"), "port": port, "api_key": "key"}
        first, second = Sandbox(**given), Sandbox(**given)
        with first.start():
            session = Session(first.server_url, "key", first.api_user, schema_cache_path=False, retries=QUICK)
            user = session.query(User).one()
            user.first_name = "Lost"
        try:
            with failing(second, 1, HangUp):
                with at_announcement(1, second.start), pytest.raises(TransportError) as caught:
                    session.commit()
                assert len(second.requests) == 1
            assert caught.value.outcome_unknown
            assert session.resolve_commit().pending == ()
        finally:
            session.close()
            second.stop()


@pytest.mark.parametrize(
    "wrong", [{"attempts": 0}, {"timeout": 0}, {"wait_initial": -1}, {"wait_max": -1}, {"wait_jitter": -1}]
)
def test_policy_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Retries(**wrong)


def test_something_else_than_a_policy_is_refused(open_session: type[Session]) -> None:
    with pytest.raises(TypeError, match="retries is an"):
        open_session(retries=3)  # type: ignore[arg-type]


@pytest.fixture
def task_id(production: Production) -> str:
    return production.task_ids[0]
