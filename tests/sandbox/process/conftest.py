"""Owns real sandbox processes, and plain HTTP to talk to them: no client of ftrack has a part in these tests."""

from __future__ import annotations

import os
import re
import selectors
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
import requests

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120.0
"""Seconds that a process may take to answer or to stop: only what would never come is cut short."""

Operation = Mapping[str, object]


@attrs.define
class Api:
    """The API of one server, as one user."""

    url: str
    user: str
    key: str
    http: requests.Session = attrs.field(factory=requests.Session, repr=False)

    def post(self, operations: object, **headers: str) -> requests.Response:
        """Send a batch; underscores in the names of headers are dashes."""
        return self.send(None, headers, operations)

    def send(self, body: bytes | None, headers: Mapping[str, str] = {}, json: object = None) -> requests.Response:
        """Send any body."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        credentials = {"ftrack-user": self.user, "ftrack-api-key": self.key}
        return self.http.post(
            f"{self.url}/api", data=body, json=json, headers={**credentials, **given}, timeout=PATIENCE
        )

    def call(self, *operations: Operation) -> list[Any]:
        """Send a batch that is expected to succeed, and return the results."""
        answer = self.post(list(operations)).json()
        assert isinstance(answer, list), answer
        return answer

    def rows(self, expression: str) -> list[Any]:
        """Return the rows of one query."""
        (result,) = self.call({"action": "query", "expression": expression})
        rows: list[Any] = result["data"]
        return rows

    def as_user(self, user: str, key: str) -> Api:
        """Return the same server's API for other credentials."""
        return attrs.evolve(self, user=user, key=key)


def create(entity_type: str, **values: object) -> dict[str, object]:
    """Return the operation that creates an entity."""
    data = {"__entity_type__": entity_type, **values}
    return {"action": "create", "entity_type": entity_type, "entity_data": data}


def update(entity_type: str, entity_id: str, **values: object) -> dict[str, object]:
    """Return the operation that updates an entity."""
    data = {"__entity_type__": entity_type, **values}
    return {"action": "update", "entity_type": entity_type, "entity_key": [entity_id], "entity_data": data}


def command(*arguments: str) -> list[str]:
    """Return the command line of a sandbox, run from this source tree."""
    return [sys.executable, "-m", "ftrack_typed.sandbox", *arguments]


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of a sandbox: its modules come from this source tree."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "", **variables}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a sandbox that is expected to end by itself."""
    given = environment(**variables)
    return subprocess.run(command(*arguments), env=given, capture_output=True, text=True, timeout=PATIENCE, check=False)


def _heed_signals() -> None:
    """Undo what a shell does to programs in the background, such as this test run: it has them ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class SandboxProcess:
    """A running ``ftrack-sandbox``."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            preexec_fn=_heed_signals,
        )
        self._errors: list[str] = []
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self._errors.extend(self.process.stderr)

    def read_output(self, patience: float = PATIENCE) -> str:
        """Return everything that the process writes to its standard output, which it closes once it answers.

        It has *patience* seconds to do so.
        """
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            assert selector.select(patience), f"the sandbox prints nothing: {self._errors}"
        return self.process.stdout.read()

    def api(self) -> Api:
        """Wait until the server answers, and return its API as the administrator."""
        output = self.read_output()
        variables = {}
        for line in output.splitlines():
            match = re.fullmatch(r"export (\w+)=(.*)", line)
            assert match is not None, line
            (variables[match[1]],) = shlex.split(match[2])
        assert variables, self.errors()
        return Api(variables["FTRACK_SERVER"], variables["FTRACK_API_USER"], variables["FTRACK_API_KEY"])

    def stop(self, with_signal: signal.Signals = signal.SIGINT) -> int:
        """Stop the process and return its exit code."""
        self.process.send_signal(with_signal)
        return self.process.wait(PATIENCE)

    def errors(self) -> str:
        """Return what the process wrote to its standard error output until it ended."""
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return "".join(self._errors)

    def wait_for_error(self, text: str) -> bool:
        """Tell whether *text* appears on the standard error output."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if text in "".join(self._errors):
                return True
            time.sleep(0.01)
        return False

    def close(self) -> None:
        """End the process, however."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


Start = Callable[..., SandboxProcess]
"""Starts ``ftrack-sandbox`` with the given arguments."""


@pytest.fixture
def start() -> Iterator[Start]:
    """Give the function that starts sandboxes; all are ended after the test."""
    started: list[SandboxProcess] = []

    def start_one(*arguments: object) -> SandboxProcess:
        started.append(SandboxProcess([str(argument) for argument in arguments]))
        return started[-1]

    yield start_one
    for process in started:
        process.close()


@pytest.fixture(scope="session")
def shared_api() -> Iterator[Api]:
    """Give the API of one sandbox for all tests that leave no trace, or only one of their own."""
    process = SandboxProcess([])
    api = process.api()
    yield api
    api.http.close()
    process.close()
