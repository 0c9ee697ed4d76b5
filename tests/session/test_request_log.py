"""Tests the log of requests: what it notes, for which lines, and that nothing of it stays behind."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ftrack_typed.entities import Session, Task
from ftrack_typed.errors import ServerError
from ftrack_typed.sandbox import Sandbox
from tests.session.conftest import Production

HERE = Path(__file__).name


def test_requests_their_rows_and_their_lines(session: Session, production: Production, sandbox: Sandbox) -> None:
    with session.request_log() as log:
        tasks = session.query(Task).select(Task.name).where(Task.parent_id == production.shot_id).all()
        for task in tasks:
            assert task.status.name
        tasks[0].description = "changed"
        tasks[1].description = "changed"
        session.commit()
    assert [each.actions for each in log] == [tuple(request.actions) for request in sandbox.requests]
    assert [each.actions for each in log] == [("query",), ("query",), ("update", "update")]
    assert [each.rows for each in log] == [3, 3, 0]
    assert log[0].expression.startswith("select name from Task where parent_id is ")
    assert "status" in log[1].expression
    lines = Path(__file__).read_text("utf-8").splitlines()
    shown = [lines[int(each.place.rpartition(":")[2]) - 1].strip() for each in log]
    assert shown[0].startswith("tasks = session.query(Task)")
    assert shown[1:] == ["assert task.status.name", "session.commit()"]
    assert all(each.place.startswith(f"{__file__}:") and each.seconds > 0 and not each.error for each in log)


def test_report(session: Session, production: Production) -> None:
    with session.request_log() as log:
        for task_id in production.task_ids:
            session.get(Task, task_id)
    *requests, total, repeated = str(log).splitlines()
    assert len(requests) == 3
    assert all(f"  query  1 rows  {HERE}:" in line for line in requests)
    assert total.endswith(" s  in 3 requests")
    (place,) = log.repeated
    assert repeated == f"{HERE}:{place.rpartition(':')[2]} asked 3 times"
    assert log.seconds == pytest.approx(sum(each.seconds for each in log))


def test_failures_are_noted_and_raised(session: Session) -> None:
    with session.request_log() as log:
        with pytest.raises(ServerError):
            session.query("Task where nothing.like is that").all()
        session.query(Task).first()
    assert [each.error for each in log] == ["ServerError", ""]
    assert "  ServerError  " in str(log).splitlines()[0]


def test_log_ends_with_its_block(session: Session) -> None:
    with session.request_log() as outer:
        with session.request_log() as inner:
            session.query(Task).first()
        session.query(Task).first()
    session.query(Task).first()
    assert (len(outer), len(inner)) == (2, 1)
    with pytest.raises(RuntimeError, match="of the test"), session.request_log():
        raise RuntimeError("of the test")
    session.query(Task).first()
    assert session.query(Task).count() > 0


def test_logs_of_two_threads_may_end_in_any_order(session: Session) -> None:
    one, other = session.request_log(), session.request_log()
    first, second = one.__enter__(), other.__enter__()
    one.__exit__(None, None, None)
    session.query(Task).first()
    other.__exit__(None, None, None)
    session.query(Task).first()
    assert (len(first), len(second)) == (0, 1)


def test_all_threads_are_logged(session: Session) -> None:
    def ask() -> None:
        session.query(Task).first()

    with session.request_log() as log:
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(log) == 4
