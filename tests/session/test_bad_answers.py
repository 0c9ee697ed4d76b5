"""Tests answers that are none: a named error with the address, a session that works afterwards, and nothing lost."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from ftrack_typed.entities import Session, Task, User
from ftrack_typed.errors import (
    AuthenticationError,
    CommitOutcomeUnknownError,
    FtrackError,
    RequestTimeoutError,
    ServerError,
    ServerUnreachableError,
    TransportError,
    UnexpectedResponseError,
)
from ftrack_typed.retries import Retries
from ftrack_typed.sandbox.in_process import HangUp, Sandbox
from tests.ports import held_port
from tests.session.conftest import Production, operations_of, timeout_of

TIMEOUT = 2.0
ONCE = Retries(attempts=1)


@attrs.frozen
class Bad:
    """An answer, the error that it is, and words of its message."""

    answer: Response
    error: type[FtrackError]
    words: tuple[str, ...] = ()


REFUSED = {"exception": "InvalidCredentialsError", "content": "no", "error_code": "api_credentials_invalid"}

BAD: Mapping[str, Bad] = {
    "a page": Bad(HTMLResponse("<html>maintenance</html>"), UnexpectedResponseError, ("200", "text/html")),
    "nothing": Bad(Response(b""), UnexpectedResponseError, ("200", "0 bytes")),
    "no content": Bad(Response(status_code=204), UnexpectedResponseError, ("204",)),
    "half a document": Bad(Response(b'[{"data": [{"id"', media_type="application/json"), UnexpectedResponseError),
    "no text": Bad(Response(b"\xff\xfe[", media_type="application/json"), UnexpectedResponseError),
    "depth": Bad(Response(b"[" * 200_000, media_type="application/json"), UnexpectedResponseError),
    "null": Bad(JSONResponse(None), UnexpectedResponseError),
    "an object": Bad(JSONResponse({"data": []}), UnexpectedResponseError),
    "too many results": Bad(JSONResponse([{}, {}, {}, {}]), UnexpectedResponseError),
    "a result of null": Bad(JSONResponse([None]), UnexpectedResponseError),
    "a result of text": Bad(JSONResponse(["ok"]), UnexpectedResponseError),
    "500 as a page": Bad(HTMLResponse("<html>oops</html>", 500), UnexpectedResponseError, ("500", "text/html")),
    "500 with results": Bad(JSONResponse([{"data": []}], 500), UnexpectedResponseError, ("500",)),
    "500 with an error": Bad(JSONResponse({"exception": "Exception", "content": "oops"}, 500), ServerError, ("oops",)),
    "401 as a page": Bad(HTMLResponse("<html>who?</html>", 401), UnexpectedResponseError, ("401",)),
    "401 with an error": Bad(JSONResponse(REFUSED, 401), AuthenticationError, ("InvalidCredentialsError",)),
    "a redirect to a login page": Bad(
        RedirectResponse("https://login.example.com/in?token=s3cret"), UnexpectedResponseError, ("login.example.com",)
    ),
    "a connection that breaks": Bad(HangUp(), ServerUnreachableError, ("cannot be reached",)),
}


@pytest.fixture
def task(session: Session, production: Production, sandbox: Sandbox) -> Task:
    """A task with a change that waits."""
    found = session.get(Task, production.task_ids[0])
    assert found is not None
    found.description = "waits"
    sandbox.requests.clear()
    return found


@pytest.fixture(autouse=True)
def answering_again(sandbox: Sandbox) -> Iterator[None]:
    """Leave the sandbox, which other tests share, as it was."""
    yield
    sandbox.intercept = None


@contextlib.contextmanager
def assert_refused(sandbox: Sandbox, bad: Bad) -> Generator[None]:
    """Answer with *bad* meanwhile, and check the error that this gives."""
    sandbox.intercept = lambda request, answer: bad.answer
    try:
        with pytest.raises((bad.error, CommitOutcomeUnknownError)) as caught:
            yield
    finally:
        sandbox.intercept = None
    error = reason_of(caught.value)
    assert isinstance(error, bad.error)
    text = f"{error} {error!r} {error.details}"
    for word in bad.words:
        assert word in str(error)
    if issubclass(bad.error, TransportError):
        assert str(error).startswith(f"{sandbox.server_url}: ")
        assert isinstance(error, TransportError)
        assert error.server_url == sandbox.server_url
    assert sandbox.api_key not in text
    assert "s3cret" not in text


def reason_of(error: FtrackError) -> FtrackError:
    """Return what ended the call: *error*, or what was wrong with the answer to a commit that may have happened."""
    if not isinstance(error, CommitOutcomeUnknownError):
        return error
    assert error.reason.text in str(error)
    assert "resolve_commit" in str(error)
    return error.reason


def check_usable(session: Session, task: Task, sandbox: Sandbox) -> None:
    """Check that *session* reads and that the change of *task*, which waited, is sent once."""
    assert session.query(User).first() is not None
    assert session.modified == [task]
    assert task.description == "waits"
    sandbox.requests.clear()
    session.commit()
    # A commit without an answer is asked for first; then the change is sent, once.
    (operation,) = [each for each in operations_of(sandbox) if each["action"] != "query"]
    assert operation["entity_data"] == {"__entity_type__": "Task", "description": "waits"}
    assert session.modified == []


def query(session: Session, task: Task) -> None:
    session.query(User).all()


def load(session: Session, task: Task) -> None:
    _ = task.bid


def find(session: Session, task: Task) -> None:
    session.get(User, "nobody")


def count(session: Session, task: Task) -> None:
    session.query(User).count()


def populate(session: Session, task: Task) -> None:
    session.populate(task, "bid")


def commit(session: Session, task: Task) -> None:
    session.commit()


def schemas(session: Session, task: Task) -> None:
    _ = session.schemas


def call(session: Session, task: Task) -> None:
    session.call([{"action": "query", "expression": "User"}])


def widget(session: Session, task: Task) -> None:
    session.get_widget_url("tasks")


ACTIONS = (query, load, find, count, populate, commit, schemas, call, widget)
TAKES_ANY_RESULT = (commit, call)
"""What does not read the results: `call` hands them on, and a commit has been done whatever is said of it."""

OF_EACH_KIND = ("nothing", "a result of null", "500 as a page", "a redirect to a login page")
"""What every action is tried with; `query`, `commit` and the start of a session are tried with all answers."""

TRIED = [
    pytest.param(action, name, id=f"{action.__name__}-{name.replace(' ', '_')}")
    for action in ACTIONS
    for name in (BAD if action in (query, commit) else OF_EACH_KIND)
    if not (name.startswith("a result of") and action in TAKES_ANY_RESULT)
]


@pytest.mark.parametrize(("action", "name"), TRIED)
def test_answer_that_is_none_is_named_and_nothing_is_lost(
    session: Session, task: Task, sandbox: Sandbox, action: Callable[[Session, Task], None], name: str
) -> None:
    with assert_refused(sandbox, BAD[name]):
        action(session, task)
    check_usable(session, task, sandbox)
    action(session, task)


@pytest.mark.parametrize("name", list(BAD))
def test_session_that_cannot_start_is_named(open_session: type[Session], sandbox: Sandbox, name: str) -> None:
    with assert_refused(sandbox, BAD[name]):
        open_session()
    assert open_session().query(User).first() is not None


@pytest.mark.parametrize("answer", [[{"data": None}], [{"data": {}}], [{"data": [None]}], [{"data": ["x"]}]])
def test_rows_that_are_none_are_named(session: Session, task: Task, sandbox: Sandbox, answer: object) -> None:
    with assert_refused(sandbox, Bad(JSONResponse(answer), UnexpectedResponseError)):
        session.query(User).all()
    check_usable(session, task, sandbox)


@pytest.mark.parametrize("row", [{"__entity_type__": "User"}, {"__entity_type__": "User", "username": "x"}])
def test_rows_without_a_key_are_named(session: Session, task: Task, sandbox: Sandbox, row: Mapping[str, str]) -> None:
    rows = [{"__entity_type__": "User", "id": "first", "username": "whole"}, row]
    with assert_refused(sandbox, Bad(JSONResponse([{"data": rows}]), UnexpectedResponseError, ("a row", "'id'"))):
        session.query(User).all()
    check_usable(session, task, sandbox)


BAD_DATE = {"__type__": "datetime", "value": "2026-13-45T00:00:00"}


def test_row_with_a_malformed_date_leaves_nothing_behind(
    session: Session, task: Task, production: Production, sandbox: Sandbox
) -> None:
    first, second = production.task_ids[1:]
    whole = {"__entity_type__": "Task", "id": first, "name": "whole", "end_date": None}
    broken = {
        "__entity_type__": "Task",
        "id": second,
        "parent": {"__entity_type__": "Shot", "id": production.shot_id, "name": "kept"},
        "end_date": BAD_DATE,
        "link": [],
    }
    with assert_refused(
        sandbox, Bad(JSONResponse([{"data": [whole, broken]}]), UnexpectedResponseError, ("2026-13-45",))
    ):
        session.query("select name, end_date, parent.name, link from Task").all()
    # What was read before it is known, of the broken row is nothing: the server is asked for it, alone.
    sandbox.requests.clear()
    known = session.get(Task, first)
    assert known is not None
    assert known.name == "whole"
    assert len(sandbox.requests) == 0
    again = session.get(Task, second)
    assert again is not None
    assert len(sandbox.requests) == 1
    assert again.end_date is None
    assert again.parent.id == production.shot_id
    sandbox.requests.clear()
    _ = known.bid
    (operation,) = operations_of(sandbox)
    assert second not in str(operation["expression"])
    check_usable(session, task, sandbox)


def test_known_entity_keeps_its_values_where_a_row_is_malformed(session: Session, task: Task, sandbox: Sandbox) -> None:
    name = task.name
    row = {"__entity_type__": "Task", "id": task.id, "name": "half", "end_date": BAD_DATE}
    with assert_refused(sandbox, Bad(JSONResponse([{"data": [row]}]), UnexpectedResponseError, ("a row",))):
        session.query("select name, end_date from Task").all()
    assert task.name == name
    assert session.get(Task, task.id) is task
    check_usable(session, task, sandbox)


def test_commit_whose_answer_is_malformed_is_done(
    session: Session, task: Task, production: Production, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    other = session.get(Task, production.task_ids[1])
    assert other is not None
    session.delete(other)

    def malformed(request: object, answer: Callable[[], Response]) -> Response:
        results = json.loads(bytes(answer().body))
        results[0]["data"]["end_date"] = BAD_DATE
        return JSONResponse(results)

    sandbox.intercept = malformed
    session.commit()
    sandbox.intercept = None
    assert "2026-13-45" in caplog.text
    assert session.modified == session.deleted == []
    assert task.description == "waits"
    assert session.get(Task, task.id) is task
    assert session.get(Task, other.id) is None


@pytest.mark.parametrize("answer", [None, "x", {}, [], [None], [{}], [{"id": 3}]])
def test_schemas_that_are_none_are_named_and_not_kept(
    open_session: type[Session], sandbox: Sandbox, tmp_path: Path, answer: object
) -> None:
    folder = tmp_path / "schemas"
    session = open_session(schema_cache_path=folder)
    with assert_refused(sandbox, Bad(JSONResponse([answer]), UnexpectedResponseError, ("schema",))):
        _ = session.schemas
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert {schema["id"] for schema in session.schemas} >= {"Task", "User"}
    assert {schema["id"] for schema in open_session(schema_cache_path=folder).schemas} >= {"Task", "User"}


@pytest.mark.parametrize("answer", [None, [], "3.5.1"])
def test_information_that_is_none_is_named(open_session: type[Session], sandbox: Sandbox, answer: object) -> None:
    with assert_refused(sandbox, Bad(JSONResponse([answer]), UnexpectedResponseError, ("information",))):
        open_session()


@pytest.mark.parametrize("action", [query, commit])
def test_late_answer_is_named_and_nothing_is_lost(
    session: Session, task: Task, sandbox: Sandbox, action: Callable[[Session, Task], None]
) -> None:
    release, done = threading.Event(), threading.Event()

    def late(request: object, answer: object) -> Response:
        release.wait(60)
        done.set()
        return JSONResponse([])

    sandbox.intercept = late
    try:
        with timeout_of(session, TIMEOUT), pytest.raises(TransportError, match=rf"{TIMEOUT} seconds") as caught:
            action(session, task)
    finally:
        release.set()
        assert done.wait(60)
        sandbox.intercept = None
    error = reason_of(caught.value)
    assert isinstance(error, RequestTimeoutError)
    assert isinstance(error, TimeoutError)
    assert caught.value.server_url == sandbox.server_url
    assert sandbox.api_key not in f"{caught.value!r} {caught.value.details}"
    check_usable(session, task, sandbox)


@contextlib.contextmanager
def silent_server(*, accepts: bool) -> Generator[str]:
    """Give the address of a server that takes connections, or leaves them waiting, and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening, contextlib.ExitStack() as held:

        def hold() -> None:
            with contextlib.suppress(OSError):
                while True:
                    held.enter_context(listening.accept()[0])

        thread = threading.Thread(target=hold, daemon=True)
        if accepts:
            thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)  # which, unlike closing it, ends the waiting for a connection
        if accepts:
            thread.join()


@pytest.mark.parametrize("accepts", [True, False])
def test_server_that_says_nothing_at_the_start_is_named(open_session: type[Session], accepts: bool) -> None:
    with silent_server(accepts=accepts) as url, pytest.raises(RequestTimeoutError, match=r"0\.2 seconds") as caught:
        open_session(server_url=url, timeout=0.2, api_key="the-key")
    assert str(caught.value).startswith(f"{url}: ")
    assert "the-key" not in repr(caught.value)


def test_sandbox_that_is_restarted_is_found_again(tmp_path: Path) -> None:
    # The kept connection is gone: the next call fails or makes a new one, and nothing that waits is lost.
    with held_port() as port:
        with Sandbox(database=f"sqlite:///{tmp_path / 'rows.db'}", port=port) as first:
            session = Session(first.server_url, first.api_key, first.api_user, schema_cache_path=False, retries=ONCE)
            user = session.query(User).all()[0]
            user.first_name = "waits"
        with pytest.raises(ServerUnreachableError, match=f"127.0.0.1:{port}"):
            session.commit()
        with pytest.raises(ServerUnreachableError):
            session.query(User).all()
    assert session.modified == [user]
    assert user.first_name == "waits"
    session.rollback()
    session.close()


def test_entity_type_that_nobody_knows_is_named(session: Session, task: Task, sandbox: Sandbox) -> None:
    rows: list[Any] = [{"__entity_type__": "Tsak", "id": "x"}]
    sandbox.intercept = lambda request, answer: (
        answer() if b"query_schemas" in request.body else JSONResponse([{"data": rows}])
    )
    with pytest.raises(FtrackError, match=r"'Tsak'.*'Task'"):
        session.query(User).all()
    sandbox.intercept = None
    check_usable(session, task, sandbox)


def test_commit_whose_results_say_nothing_is_done(session: Session, task: Task, sandbox: Sandbox) -> None:
    def short(request: object, answer: Callable[[], Response]) -> Response:
        results = json.loads(bytes(answer().body))
        return JSONResponse([None for _ in results])

    sandbox.intercept = short
    session.commit()
    sandbox.intercept = None
    assert session.modified == []
    assert task.description == "waits"
