"""Owns what the tests of updates share: a session that listens, another that changes things, and waiting for events."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from ftrack_typed.entities import Session, Task
from ftrack_typed.sandbox.in_process import Sandbox
from tests.events.event_server import PATIENCE, eventually
from tests.session.conftest import Production, open_session, production, sandbox, session

__all__ = ["open_session", "production", "sandbox", "session"]


@attrs.define
class Studio:
    """A session whose hub is connected, and one in which somebody else works."""

    listener: Session
    other: Session
    production: Production

    def task(self, number: int = 0) -> Task:
        """Return a task as the other session has it."""
        found = self.other.get(Task, self.production.task_ids[number])
        assert found is not None
        return found

    def handle(self, until: Callable[[], object]) -> None:
        """Handle events until *until* holds."""

        def done() -> bool:
            self.listener.event_hub.wait(0.01)
            return bool(until())

        eventually(done)

    def settle(self) -> None:
        """Handle the events of all commits so far, by way of one more."""
        marks: list[str] = []
        identifier = self.listener.on(Task.sort).call(lambda change: marks.append(change.entity_id))
        assert self.listener.event_hub.flush(PATIENCE)
        self.task(2).sort += 1
        self.other.commit()
        self.handle(lambda: self.production.task_ids[2] in marks)
        self.listener.event_hub.unsubscribe(identifier)


@pytest.fixture
def studio(open_session: type[Session], production: Production, sandbox: Sandbox) -> Studio:
    """A session that listens and one that works, on a project with one shot and three tasks.

    Nothing that was committed before is still to be told of: the server tells of it later than it answers.
    """
    listener = open_session()
    listener.event_hub.connect()
    made = Studio(listener, open_session(), production)
    made.settle()
    return made
