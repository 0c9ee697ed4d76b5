"""Tests what becomes of a commit whose answer is lost: nothing is lost, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone

import pytest
from starlette.responses import PlainTextResponse, Response

from ftrack_typed.entities import ListCategory, Note, Session, Task, TypedContextList, User
from ftrack_typed.errors import CommitOutcomeUnknownError, PartialCommitError, TransportError
from ftrack_typed.sandbox.in_process import HangUp, Sandbox
from tests.session.conftest import Production, operations_of


@pytest.fixture
def lose_answers(sandbox: Sandbox) -> Iterator[Callable[[bool, int], None]]:
    """``lose_answers(happens, after)``: changes happen, or not, and all answers but the first *after* are lost."""

    def begin(happens: bool, after: int = 0) -> None:
        left = after

        def intercept(request: object, answer: Callable[[], Response]) -> Response:
            nonlocal left
            if all(operation["action"] == "query" for operation in request.operations()):  # type: ignore[attr-defined]
                return answer()
            left -= 1
            if left >= 0:
                return answer()
            if happens:
                answer()
            return HangUp()

        sandbox.intercept = intercept

    yield begin
    sandbox.intercept = None


def changes(sandbox: Sandbox) -> list[Mapping[str, object]]:
    return [operation for operation in operations_of(sandbox) if operation["action"] != "query"]


@pytest.mark.parametrize("happens", [True, False])
def test_every_kind_of_change_is_found_out(
    happens: bool,
    session: Session,
    production: Production,
    sandbox: Sandbox,
    lose_answers: Callable[..., None],
    open_session: type[Session],
) -> None:
    first, second, third = (session.get(Task, each) for each in production.task_ids)
    assert first is not None
    assert second is not None
    assert third is not None
    user = session.query(User).first()
    assert user is not None
    first.description = "renamed"
    first.start_date = datetime(2030, 1, 31, tzinfo=timezone.utc)
    second.metadata["key"] = "value"
    session.delete(third)
    note = session.create(Note, content="hello", author=user, parent_id=first.id, parent_type="task")
    lose_answers(happens)
    with pytest.raises(CommitOutcomeUnknownError, match=r"session\.resolve_commit") as caught:
        session.commit()
    assert len(caught.value.operations) == 4
    assert isinstance(caught.value, TransportError)
    assert session.created == [note]
    sandbox.intercept = None
    sandbox.requests.clear()
    found = session.resolve_commit()
    assert len(sandbox.requests) == 1
    assert len(found.committed if happens else found.pending) == 4
    assert not (found.pending if happens else found.committed)
    assert bool(session.recorded_operations) is not happens
    session.commit()
    assert len(changes(sandbox)) == (0 if happens else 4)
    again = open_session()
    stored = again.get(Task, first.id)
    assert stored is not None
    assert (stored.description, stored.start_date) == ("renamed", first.start_date)
    assert again.query(f"Task where id is {third.id}").first() is None
    assert [each.content for each in stored.notes] == ["hello"]
    other = again.get(Task, second.id)
    assert other is not None
    assert dict(other.metadata) == {"key": "value"}


@pytest.mark.parametrize("happens", [True, False])
@pytest.mark.parametrize("kind", ["update", "metadata", "delete", "create", "reference"])
def test_one_kind_of_change_alone_is_found_out(
    kind: str,
    happens: bool,
    session: Session,
    production: Production,
    sandbox: Sandbox,
    lose_answers: Callable[..., None],
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    if kind == "update":
        task.description = "renamed"
    elif kind == "metadata":
        task.metadata["key"] = "value"
        session.commit()
        task.metadata["key"] = "other"
    elif kind == "delete":
        session.delete(task)
    elif kind == "create":
        session.create(Task, name="new", parent_id=production.shot_id)
    else:
        statuses = session.query("Status").all()
        task.status = next(each for each in statuses if each != task.status)  # type: ignore[assignment]
    lose_answers(happens)
    with pytest.raises(CommitOutcomeUnknownError):
        session.commit()
    sandbox.intercept = None
    found = session.resolve_commit()
    assert bool(found.committed) is happens
    assert bool(session.recorded_operations) is not happens
    session.commit()
    assert not session.recorded_operations


def test_next_commit_finds_out_by_itself(
    session: Session, production: Production, sandbox: Sandbox, lose_answers: Callable[..., None]
) -> None:
    made = session.create(Task, name="once", parent_id=production.shot_id)
    lose_answers(True)
    with pytest.raises(CommitOutcomeUnknownError):
        session.commit()
    sandbox.intercept = None
    made.description = "written since"
    sandbox.requests.clear()
    session.commit()
    assert [(each["action"], each["entity_key"]) for each in changes(sandbox)] == [("update", [made.id])]
    assert session.query(f'Task where name is "once" and parent_id is {production.shot_id}').all() == [made]


def test_what_is_written_after_the_loss_still_waits(
    session: Session, production: Production, sandbox: Sandbox, lose_answers: Callable[..., None]
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.description, task.bid = "first", 8.0
    lose_answers(True)
    with pytest.raises(CommitOutcomeUnknownError):
        session.commit()
    task.description = "second"
    sandbox.intercept = None
    session.resolve_commit()
    assert task.description == "second"
    sandbox.requests.clear()
    session.commit()
    (update,) = changes(sandbox)
    assert update["entity_data"] == {"__entity_type__": "Task", "description": "second"}


def test_server_that_does_not_say_leaves_everything_as_it_is(
    session: Session, production: Production, sandbox: Sandbox, lose_answers: Callable[..., None]
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.description = "waits"
    lose_answers(True)
    with pytest.raises(CommitOutcomeUnknownError):
        session.commit()
    sandbox.intercept = lambda request, answer: PlainTextResponse("busy", status_code=503)
    with pytest.raises(TransportError):
        session.resolve_commit()
    with pytest.raises(TransportError):
        session.commit()
    assert session.modified == [task]
    sandbox.intercept = None
    assert len(session.resolve_commit().committed) == 1


def test_rollback_gives_the_commit_up(
    session: Session, production: Production, sandbox: Sandbox, lose_answers: Callable[..., None]
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.description = "given up"
    lose_answers(False)
    with pytest.raises(CommitOutcomeUnknownError):
        session.commit()
    sandbox.intercept = None
    session.rollback()
    sandbox.requests.clear()
    assert session.resolve_commit().pending == ()
    session.commit()
    assert len(sandbox.requests) == 0


@pytest.mark.parametrize("happens", [True, False])
def test_batch_that_is_lost_is_found_out_alone(
    happens: bool, session: Session, production: Production, sandbox: Sandbox, lose_answers: Callable[..., None]
) -> None:
    made = [session.create(Task, name=f"made {number}", parent_id=production.shot_id) for number in range(6)]
    lose_answers(happens, 1)
    with pytest.raises(PartialCommitError, match="not known") as caught:
        session.commit(batch_size=2)
    assert isinstance(caught.value.__cause__, CommitOutcomeUnknownError)
    sandbox.intercept = None
    assert session.created == made[2:]
    session.resolve_commit()
    assert session.created == (made[4:] if happens else made[2:])
    session.commit()
    rows = session.query(f"select name from Task where parent_id is {production.shot_id} and name like 'made%'").all()
    assert sorted(row["name"] for row in rows) == [f"made {number}" for number in range(6)]


def test_commit_that_did_not_happen_is_found_out_once(
    session: Session, production: Production, sandbox: Sandbox, lose_answers: Callable[..., None]
) -> None:
    session.create(Task, name="waits", parent_id=production.shot_id)
    lose_answers(False)
    with pytest.raises(CommitOutcomeUnknownError):
        session.commit()
    sandbox.intercept = None
    assert len(session.resolve_commit().pending) == 1
    sandbox.requests.clear()
    assert session.resolve_commit().pending == ()
    assert len(sandbox.requests) == 0
    assert len(session.created) == 1


def test_change_that_was_taken_back_after_the_loss_is_in_nobodys_way(
    session: Session, production: Production, sandbox: Sandbox, lose_answers: Callable[..., None]
) -> None:
    first, second, _ = session.query(Task).where(Task.parent_id == production.shot_id).select(Task.description).all()
    first.description = second.description = "sent"
    lose_answers(True)
    with pytest.raises(CommitOutcomeUnknownError):
        session.commit()
    del first["description"]
    sandbox.intercept = None
    assert len(session.resolve_commit().committed) == 2
    assert not session.recorded_operations
    assert second.description == "sent"
    session.populate(first, Task.description)
    assert first.description == "sent"


def test_new_entity_proves_the_commit_whatever_became_of_the_rest(
    session: Session,
    production: Production,
    sandbox: Sandbox,
    lose_answers: Callable[..., None],
    open_session: type[Session],
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.description = "sent"
    session.create(Task, name="proof", parent_id=production.shot_id)
    lose_answers(True)
    with pytest.raises(CommitOutcomeUnknownError):
        session.commit()
    sandbox.intercept = None
    other = open_session()
    theirs = other.get(Task, task.id)
    assert theirs is not None
    theirs.description = "written since"
    other.commit()
    assert len(session.resolve_commit().committed) == 2
    assert not session.recorded_operations


def commit_twice(session: Session, sandbox: Sandbox) -> None:
    """Commit, with each batch carried out twice: the second answer is the one that comes."""

    def repeat(request: object, answer: Callable[[], Response]) -> Response:
        answer()
        return answer()

    sandbox.intercept = repeat
    try:
        session.commit()
    finally:
        sandbox.intercept = None
    assert not session.recorded_operations


def test_commit_that_the_server_gets_twice_is_done_once(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    task = session.get(Task, production.task_ids[0])
    author, category = session.query(User).first(), session.query(ListCategory).first()
    assert task is not None
    assert author is not None
    assert category is not None
    note = task.create_note("once", author)
    made = session.create(
        TypedContextList, name="once", project=task.project, category=category, owner=author, items_=[task]
    )
    commit_twice(session, sandbox)
    assert list(task.notes) == [note]
    assert list(made.items_) == [task]


def test_metadata_that_the_server_gets_twice_is_there_once(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.metadata["once"] = "only"
    commit_twice(session, sandbox)
    assert dict(task.metadata) == {"once": "only"}


def test_without_a_lost_commit_nothing_is_asked(session: Session, sandbox: Sandbox) -> None:
    found = session.resolve_commit()
    assert (found.committed, found.pending) == ((), ())
    assert len(sandbox.requests) == 0


def test_reset_forgets_the_commit_whose_answer_was_lost(
    session: Session, production: Production, sandbox: Sandbox, lose_answers: Callable[..., None]
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.description = "given up"
    lose_answers(True)
    with pytest.raises(CommitOutcomeUnknownError):
        session.commit()
    sandbox.intercept = None
    session.reset()
    sandbox.requests.clear()
    found = session.resolve_commit()
    assert (found.committed, found.pending) == ((), ())
    assert len(sandbox.requests) == 0
