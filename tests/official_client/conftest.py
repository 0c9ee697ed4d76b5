"""Owns the official clients for Python and JavaScript, and runs every scenario with each of them once.

The Python client pulls other packages back, so that it cannot stand beside ours: it has a virtual environment of its
own. Both are downloaded once and kept in pytest's cache. Scenarios are functions of the modules in ``python`` and
``javascript``, which the client's own interpreter runs; what they expect is what the documentation of ftrack and of its
clients promises.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import pytest

from ftrack_typed.sandbox import Sandbox
from tests.conftest import Require

CLIENT = "ftrack-python-api==3.1.0"
PACKAGES = ("@ftrack/api@1.11", "ws@8", "jsdom@24")
FOLDER = Path(__file__).parent / "python"
RUNNER = "tests.official_client.python.runner"
JAVASCRIPT = Path(__file__).parent / "javascript"
PATIENCE = 900.0
"""Seconds that an installation, or all scenarios of a client together, may take on a busy machine."""


def scenario_names() -> list[str]:
    """Return the scenarios as ``module.function``, in the order in which they stand in the files."""
    names: list[str] = []
    for path in sorted(FOLDER.glob("[!_]*.py")):
        body = [] if path.stem == "runner" else ast.parse(path.read_text("utf-8")).body
        functions = (node.name for node in body if isinstance(node, ast.FunctionDef))
        names.extend(f"{path.stem}.{name}" for name in functions if not name.startswith("_"))
    return names


def javascript_names() -> list[str]:
    """Return the scenarios in JavaScript as ``module.function``."""
    found = re.compile(r"^export async function (\w+)\(_?session\)", re.MULTILINE)
    return [
        f"{path.stem}.{name}"
        for path in sorted(JAVASCRIPT.glob("[!_]*.mjs"))
        for name in found.findall(path.read_text("utf-8"))
    ]


def unused_actions(sandbox: Sandbox) -> set[str]:
    """Return the actions of a sandbox that no client has called."""
    return set(sandbox.service.store.actions) - {action for request in sandbox.requests for action in request.actions}


@pytest.fixture(scope="session")
def official_python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, require: Require) -> Path:
    """Give an interpreter that has the official client; skip where it cannot be downloaded."""
    cache = getattr(request.config, "cache", None)
    parent = tmp_path_factory.getbasetemp() if cache is None else Path(cache.mkdir("official-client"))
    folder = parent / f"{CLIENT.rpartition('=')[2]}-python{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    with _alone(parent / f"{folder.name}.lock"):
        if not (folder / "complete").exists():
            require("packages")
            shutil.rmtree(folder, ignore_errors=True)
            _run(sys.executable, "-m", "venv", str(folder))
            _run(str(python), "-m", "pip", "install", "--quiet", CLIENT)
            (folder / "complete").touch()
    return python


@contextlib.contextmanager
def _alone(lock: Path) -> Generator[None]:
    """Keep other processes of the same test run from making the same environment meanwhile."""
    with contextlib.closing(sqlite3.connect(lock, timeout=PATIENCE, isolation_level=None)) as connection:
        connection.execute("begin exclusive")
        yield


def _run(*command: str, folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)} failed: {done.stderr[-2000:]}", pytrace=False)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox with the demo project."""
    with Sandbox(demo=True, api_user="supervisor") as running:
        yield running


@pytest.fixture(scope="session")
def outcomes(
    official_python: Path, sandbox: Sandbox, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, str | None]:
    """Run every scenario and give, by name, None or how it failed."""
    folder = tmp_path_factory.mktemp("official-client")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("FTRACK_", "PYTHON"))},
        **sandbox.environment(),
        "FTRACK_API_SCHEMA_CACHE_PATH": str(folder),
        "FTRACK_EVENT_PLUGIN_PATH": "",
    }
    command = [str(official_python), "-m", RUNNER, str(folder / "outcomes.json")]
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    outcomes: dict[str, str | None] = json.loads((folder / "outcomes.json").read_text("utf-8"))
    return outcomes


@pytest.fixture(scope="session")
def javascript_client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, require: Require
) -> Path:
    """Give a folder whose scripts can import the official client; skip where it cannot be downloaded."""
    require("node")
    require("npm")
    cache = getattr(request.config, "cache", None)
    parent = tmp_path_factory.getbasetemp() if cache is None else Path(cache.mkdir("official-javascript-client"))
    folder = parent / "-".join(re.sub(r"\W+", "", name) for name in PACKAGES)
    with _alone(parent / f"{folder.name}.lock"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "package.json").write_text("{}", "utf-8")
            _run("npm", "install", "--silent", "--no-audit", "--no-fund", *PACKAGES, folder=folder)
            (folder / "complete").touch()
    return folder


@pytest.fixture(scope="session")
def javascript_sandbox() -> Iterator[Sandbox]:
    """Give a sandbox with the demo project, which nobody but the JavaScript client uses."""
    with Sandbox(demo=True) as running:
        yield running


@pytest.fixture(scope="session")
def javascript_outcomes(javascript_client: Path, javascript_sandbox: Sandbox) -> Iterator[Mapping[str, str | None]]:
    """Run every scenario in JavaScript and give, by name, None or how it failed."""
    # Beside the packages, because that is where a script looks for them.
    folder = Path(tempfile.mkdtemp(dir=javascript_client))
    try:
        shutil.copytree(JAVASCRIPT, folder, dirs_exist_ok=True)
        environment = {**os.environ, **javascript_sandbox.environment()}
        command = ["node", str(folder / "runner.mjs"), str(folder / "outcomes.json")]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, done.stderr[-4000:]
        outcomes: dict[str, str | None] = json.loads((folder / "outcomes.json").read_text("utf-8"))
        yield outcomes
    finally:
        shutil.rmtree(folder)
