"""Tests the official JavaScript client's event hub, on Node."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from ftrack_typed.sandbox import Sandbox
from tests.conftest import Require

PACKAGES = ("@ftrack/api@1.11", "ws@8")
PATIENCE = 120.0


@pytest.fixture(scope="session")
def javascript_client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, require: Require
) -> Path:
    """Give a folder whose scripts can import the official client; it is made once and kept in pytest's cache."""
    require("node")
    require("npm")
    cache = getattr(request.config, "cache", None)
    parent = tmp_path_factory.getbasetemp() if cache is None else Path(cache.mkdir("official-javascript-client"))
    folder = parent / "1.11"
    with contextlib.closing(sqlite3.connect(parent / "1.11.lock", timeout=PATIENCE, isolation_level=None)) as lock:
        lock.execute("begin exclusive")
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "package.json").write_text("{}", "utf-8")
            _run(["npm", "install", "--silent", "--no-audit", "--no-fund", *PACKAGES], folder, {})
            (folder / "complete").touch()
    return folder


def _run(command: list[str], folder: Path, variables: dict[str, str]) -> str:
    environment = {**os.environ, **variables}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_hub_publishes_replies_and_hears_of_commits(sandbox: Sandbox, javascript_client: Path) -> None:
    script = javascript_client / "hub.mjs"
    shutil.copyfile(Path(__file__).with_name("hub.mjs"), script)
    output = _run(["node", str(script)], javascript_client, sandbox.environment())
    outcome = json.loads(output.splitlines()[-1])
    assert outcome["heard"] == [{"text": "é"}]
    assert outcome["reply"]["data"] == {"answer": 42}
    assert outcome["reply"]["topic"] == "ftrack.meta.reply"
    (entry,) = [entry for entry in outcome["update"]["entities"] if entry["entity_type"] == "User"]
    assert entry["changes"]["username"] == {"new": "made-by-javascript", "old": None}
    assert outcome["update"]["clientToken"].startswith("ftrack-javascript-api--")
    question = sandbox.events[0]
    assert (question.topic, question.publisher) == ("studio.question", sandbox.api_user)
