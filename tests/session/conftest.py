"""Owns what the tests of sessions share: a sandbox over HTTP, a session on it, and a project of the test's own."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import attrs
import pytest

from ftrack_typed.entities import Project, ProjectSchema, Session, Shot, Task
from ftrack_typed.retries import Retries
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.transport import HttpTransport


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with the demo project, shared by the tests of one process; each works in a project of its own."""
    with Sandbox(demo=True) as running:
        yield running


@pytest.fixture
def open_session(sandbox: Sandbox, tmp_path: Path) -> Iterator[type[Session]]:
    """The session class, bound to the sandbox: ``open_session()`` makes one more session."""
    opened: list[Session] = []

    class Bound(Session):
        def __init__(self, **options: object) -> None:
            given = {
                "server_url": sandbox.server_url,
                "api_key": sandbox.api_key,
                "api_user": sandbox.api_user,
                "schema_cache_path": tmp_path,
                "retries": Retries(attempts=1),
                "timeout": 600,  # no answer fails to come, however busy the machine is
                **options,
            }
            super().__init__(**given)  # type: ignore[arg-type]
            opened.append(self)

    yield Bound
    for session in opened:
        if not session.closed:
            session.rollback()
            session.close()


@pytest.fixture
def session(open_session: type[Session], sandbox: Sandbox) -> Session:
    """A session on the sandbox, whose request log is empty."""
    opened = open_session()
    sandbox.requests.clear()
    return opened


@attrs.frozen
class Production:
    """A committed project with one shot and its tasks, known to no session but the one that made it."""

    project_id: str
    shot_id: str
    task_ids: tuple[str, ...]
    name: str


@pytest.fixture
def production(open_session: type[Session], sandbox: Sandbox) -> Production:
    """A project of the test's own with a shot and three tasks."""
    made = make_production(open_session(), 3)
    sandbox.requests.clear()
    return made


def make_production(session: Session, tasks: int) -> Production:
    """Commit a project with one shot of *tasks* tasks, and return its ids."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    schema = session.query(ProjectSchema).first()
    assert schema is not None
    project = session.create(Project, name=name, full_name=f"Test {name}", project_schema=schema)
    shot = session.create(Shot, name="sh010", parent=project)
    made = [session.create(Task, name=f"task_{number:03d}", parent=shot) for number in range(tasks)]
    session.commit()
    return Production(project.id, shot.id, tuple(task.id for task in made), name)


def operations_of(sandbox: Sandbox) -> list[Mapping[str, object]]:
    """Return every operation that the sandbox received since its log was cleared."""
    return [operation for batch in sandbox.requests.operations for operation in batch]


def actions_of(sandbox: Sandbox) -> list[list[str]]:
    """Return the actions of each call that the sandbox received since its log was cleared."""
    return [request.actions for request in sandbox.requests]


@contextlib.contextmanager
def timeout_of(session: Session, seconds: float) -> Generator[HttpTransport]:
    """Let the calls of *session* wait for *seconds* in this block alone, and give what carries them.

    It is for calls that nobody answers. Those before and after keep the time that a busy machine may need.
    """
    transport = session._transport
    assert isinstance(transport, HttpTransport)
    before = transport.timeout
    transport.timeout = seconds
    try:
        yield transport
    finally:
        transport.timeout = before
