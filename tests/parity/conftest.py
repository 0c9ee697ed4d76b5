"""Owns how facts are run: the sandbox that both clients use, what it tells them, and the official client's outcomes."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.responses import JSONResponse, Response

from ftrack_typed import Session, errors, inspection, symbols
from ftrack_typed.sandbox import Sandbox
from tests.official_client.conftest import _alone as alone
from tests.official_client.conftest import official_python
from tests.parity.client import Client, Server

__all__ = ["official_python"]

ELSEWHERE = "x-parity-elsewhere"
"""Header of the calls that somebody else makes; they are none of the client's."""

WORKER = "tests.parity.worker"


class Recorder:
    """Answers what facts ask about one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Answer for *sandbox*, which no other test uses."""
        self._sandbox = sandbox
        self._saying: dict[str, object] = {}
        sandbox.intercept = self._answered

    def ask(self, name: str, about: Any) -> Any:
        """Answer the question *name*; *about* and the answer are JSON (see `Server`)."""
        answers: dict[str, Callable[[Any], Any]] = {
            "address": self._address,
            "clear": self._clear,
            "requests": self._requests,
            "saying": self._say,
            "call": self._call,
        }
        return answers[name](about)

    def _address(self, _about: None) -> dict[str, str]:
        return {"url": self._sandbox.server_url, "user": self._sandbox.api_user, "key": self._sandbox.api_key}

    def _clear(self, _about: None) -> None:
        self._sandbox.requests.clear()

    def _requests(self, _about: None) -> list[dict[str, Any]]:
        return [
            {"operations": request.operations, "headers": dict(request.headers)}
            for request in self._sandbox.requests
            if ELSEWHERE not in request.headers
        ]

    def _say(self, information: dict[str, object]) -> None:
        self._saying = information

    def _call(self, operations: list[dict[str, Any]]) -> Any:
        credentials = {"ftrack-user": self._sandbox.api_user, "ftrack-api-key": self._sandbox.api_key}
        headers = {**credentials, ELSEWHERE: "yes", "content-type": "application/json"}
        request = urllib.request.Request(
            f"{self._sandbox.server_url}/api", json.dumps(operations).encode(), headers=headers
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            results = json.load(response)
        assert isinstance(results, list), results
        return results

    def _answered(self, request: Any, answer: Callable[[], Response]) -> Response:
        response = answer()
        if not self._saying or b"query_server_information" not in request.body:
            return response
        (information,) = json.loads(bytes(response.body))
        changed = {name: value for name, value in {**information, **self._saying}.items() if value is not None}
        return JSONResponse([changed])


@pytest.fixture(scope="session")
def recorder() -> Iterator[Recorder]:
    """Give what answers facts about a sandbox with the demo project."""
    with Sandbox(demo=True, api_user="supervisor") as running:
        yield Recorder(running)


@pytest.fixture(scope="session")
def make_ours(recorder: Recorder, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Client]:
    """Give the function that makes our client, for a fact that has a folder of its own."""

    def state(_session: Any, entity: Any) -> str:
        return str(inspection.state(entity))

    def pending(session: Any) -> int:
        return len(session.recorded_operations)

    server = Server(recorder.ask)
    schemas = tmp_path_factory.mktemp("schemas")
    return lambda folder: Client("ours", Session, errors, symbols, state, pending, server, schemas, folder)


@pytest.fixture(scope="session")
def official_outcomes(
    official_python: Path, recorder: Recorder, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, str | None]:
    """Run every fact with the official client and give, by name, None or how it failed.

    Several processes of one test run do that once: the first one runs the facts, the others wait for it.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    kept = folder / "parity.json"
    with alone(folder / "parity.lock"):
        if not kept.exists():
            kept.write_text(json.dumps(_official_outcomes(official_python, recorder, root)), encoding="utf-8")
        outcomes: dict[str, str | None] = json.loads(kept.read_text("utf-8"))
    return outcomes


def _official_outcomes(python: Path, recorder: Recorder, root: Path) -> dict[str, str | None]:
    names = {name: value for name, value in os.environ.items() if not name.startswith(("FTRACK_", "PYTHON"))}
    outcomes: dict[str, str | None] = {}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as log,
        subprocess.Popen(
            [str(python), "-m", WORKER],
            cwd=root,
            env={**names, "FTRACK_EVENT_PLUGIN_PATH": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        for line in process.stdout:
            message = cast("dict[str, Any]", json.loads(line))
            if "ask" in message:
                process.stdin.write(json.dumps(recorder.ask(message["ask"], message["about"])) + "\n")
                process.stdin.flush()
            else:
                outcomes[message["fact"]] = message["failure"]
        process.wait()
        log.seek(0)
        assert process.returncode == 0, log.read()[-4000:]
    return outcomes
