"""Tests that a session survives a server that is killed while it commits, and started again."""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from pathlib import Path

import pytest

from ftrack_typed.entities import Project, ProjectSchema, Session, Shot, Task
from ftrack_typed.errors import CommitOutcomeUnknownError, TransportError
from ftrack_typed.retries import Retries
from tests.ports import held_port
from tests.sandbox.process.conftest import Api, SandboxProcess

pytestmark = [
    pytest.mark.load,
    pytest.mark.usefixtures("watchdog"),
    pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="Windows cannot kill a process without a word"),
]

PATIENT = Retries(attempts=3000, timeout=600, wait_initial=0.05, wait_max=0.2, wait_jitter=0.05)
"""A policy that outlasts the start of a server, however busy the machine is."""


class Restarted:
    """A sandbox process with its database on disk, which can be killed and started again at the same address."""

    def __init__(self, folder: Path, port: int) -> None:
        options = ("--port", port, "--database", folder / "studio.db", "--api-key", "key", "--files", folder / "files")
        self._arguments = [str(each) for each in options]
        self.api = self.start()

    def start(self) -> Api:
        """Start the server, and return once it answers."""
        self._process = SandboxProcess(self._arguments)
        return self._process.api()

    def kill(self) -> None:
        """Kill the server; what it was doing is never ended."""
        self._process.close()

    def restart(self) -> None:
        """Kill the server, and start it again."""
        self.kill()
        self.start()


def survive(server: Restarted, kills: int, seed: int) -> Counter[str]:
    """Commit while the server is killed *kills* times; return what the commits came to."""
    chance = random.Random(seed)
    seen: Counter[str] = Counter()
    try:
        with Session(server.api.url, "key", server.api.user, schema_cache_path=False, retries=PATIENT) as session:
            schema = session.query(ProjectSchema).first()
            assert schema is not None
            project = session.create(Project, name="killed", full_name="Killed", project_schema=schema)
            shot = session.create(Shot, name="sh010", parent=project)
            session.commit()
            expected: list[str] = []
            counter = session.create(Task, name="counter", parent=shot)
            session.commit()
            for number in range(kills):
                restarting = threading.Thread(target=server.restart)
                moment = chance.randrange(6)
                for turn in range(6):
                    expected.append(f"made_{number}_{turn}")
                    session.create(Task, name=expected[-1], parent=shot)
                    counter.description = f"{len(expected)}"
                    counter.metadata[expected[-1]] = "seen"
                    if turn == moment:
                        restarting.start()
                    seen[committed(session)] += 1
                    assert not session.recorded_operations
                restarting.join()
            with Session(server.api.url, "key", server.api.user, schema_cache_path=False) as other:
                rows = other.query(Task).where(Task.parent_id == shot.id).select(Task.name)
                assert Counter(task.name for task in rows) == Counter([*expected, "counter"])
                stored = other.query(Task).where(Task.id == counter.id).select(Task.description, Task.metadata).one()
                assert stored.description == f"{len(expected)}" == counter.description
                assert set(stored.metadata) == set(expected)
    finally:
        server.kill()
    return seen


def committed(session: Session) -> str:
    """Commit, and find out where the outcome is unknown; return what it came to."""
    try:
        session.commit()
    except CommitOutcomeUnknownError as error:
        found = session.resolve_commit()
        if len(found.committed) == len(error.operations):
            return "had happened"
        session.commit()
        return "had not happened"
    except TransportError:
        session.commit()
        return "was not sent"
    return "was answered"


def test_session_goes_on_after_the_server_was_killed_while_it_commits(tmp_path: Path) -> None:
    with held_port() as port:
        seen = survive(Restarted(tmp_path, port), 20, 5)
    print(dict(seen))
    # While one commit finds no server, none goes after it: each kill costs the answer of one at most.
    assert seen["was answered"] >= 100
