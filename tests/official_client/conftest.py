"""Owns the official Python client, in a virtual environment of its own, and runs every scenario with it once.

The client pulls other packages back, so that it cannot stand beside ours. Its environment is made once and kept in
pytest's cache. Scenarios are functions of the modules in ``scenarios``, which the client's interpreter runs; what they
expect is what the documentation of ftrack and of its client promises.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import pytest

from ftrack_typed.sandbox import Sandbox
from tests.conftest import Require

CLIENT = "ftrack-python-api==3.1.0"
FOLDER = Path(__file__).parent / "scenarios"
RUNNER = "tests.official_client.scenarios.runner"
PATIENCE = 300.0


def scenario_names() -> list[str]:
    """Return the scenarios as ``module.function``, in the order in which they stand in the files."""
    names: list[str] = []
    for path in sorted(FOLDER.glob("[!_]*.py")):
        body = [] if path.stem == "runner" else ast.parse(path.read_text("utf-8")).body
        functions = (node.name for node in body if isinstance(node, ast.FunctionDef))
        names.extend(f"{path.stem}.{name}" for name in functions if not name.startswith("_"))
    return names


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


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
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
