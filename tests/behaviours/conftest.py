"""Owns what the tests of behaviours share: the sandbox and the sessions of the tests of sessions, and two users."""

from __future__ import annotations

import uuid

import pytest

from ftrack_typed.entities import Session, Task, User
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production, open_session, production, sandbox, session

__all__ = ["open_session", "production", "sandbox", "session"]


@pytest.fixture
def task(session: Session, production: Production, sandbox: Sandbox) -> Task:
    """A task without notes, and an empty request log."""
    found = session.query(Task).where(Task.id == production.task_ids[0]).select(Task.name, Task.project_id).one()
    sandbox.requests.clear()
    return found


@pytest.fixture
def author(session: Session, sandbox: Sandbox) -> User:
    """The user that the session acts for."""
    found = session.query(User).where(User.username == session.api_user).select(User.username).one()
    sandbox.requests.clear()
    return found


@pytest.fixture
def user(session: Session, sandbox: Sandbox) -> User:
    """A user of the test's own."""
    made = session.create(User, username=f"user_{uuid.uuid4().hex[:12]}")
    session.commit()
    sandbox.requests.clear()
    return made
