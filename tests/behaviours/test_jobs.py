"""Tests which jobs can be made (session.md section 15) against the sandbox over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from ftrack_typed.behaviours import jobs
from ftrack_typed.entities import Job, Session, User
from ftrack_typed.errors import JobTimeoutError
from ftrack_typed.sandbox.in_process import Sandbox


@pytest.mark.parametrize("values", [{}, {"type": None}, {"type": "api_job"}])
def test_job_of_the_api(session: Session, author: User, values: dict[str, object], open_session: type[Session]) -> None:
    create = cast("Callable[..., Job]", session.create)
    job = create(Job, {"user": author, "status": "done", **values})
    assert job.type == "api_job"
    session.commit()
    found = open_session().get(Job, job.id)
    assert found is not None
    assert (found.type, found.status) == ("api_job", "done")


def test_another_type_is_refused_before_anything_is_recorded(session: Session, author: User, sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="'api_job', not 'render'"):
        session.create(Job, type="render", user=author)
    assert not session._state.unit
    session.commit()
    assert not list(sandbox.requests)


class Clock:
    """A clock that moves only when somebody sleeps, and remembers for how long."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return sum(self.pauses)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


def test_waiting_asks_less_and_less_often_and_ends_on_time(
    session: Session, author: User, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = session.create(Job, user=author, status="queued")
    session.commit()
    clock = Clock()
    monkeypatch.setattr(jobs, "time", clock)
    sandbox.requests.clear()
    with pytest.raises(JobTimeoutError):
        job.wait(timeout=60)
    *regular, last = clock.pauses
    assert regular == pytest.approx([min(0.1 * 1.5**number, 5.0) for number in range(len(regular))])
    assert regular[-1] == 5.0
    assert last < 5.0
    assert sum(clock.pauses) == pytest.approx(60)
    assert len(sandbox.requests) == len(clock.pauses) + 1


def test_waiting_loads_when_the_job_ended(
    session: Session, author: User, open_session: type[Session], sandbox: Sandbox
) -> None:
    made = session.create(Job, user=author, status="done")
    session.commit()
    other = open_session()
    job = other.query(Job).where(Job.id == made.id).select(Job.type).one()
    job.wait()
    sandbox.requests.clear()
    with other.auto_populating(False):
        assert (job.status, job.finished_at) == ("done", made.finished_at)
    assert len(sandbox.requests) == 0
