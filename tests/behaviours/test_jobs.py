"""Tests which jobs can be made (session.md section 15) against the sandbox over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from ftrack_typed.entities import Job, Session, User
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
