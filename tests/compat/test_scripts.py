"""Tests that scripts in the style of public tools print the same with the official client and, unchanged, under compat.

Each client runs all scripts, in their order, against a sandbox of its own with the demo project.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

from ftrack_typed.sandbox import Sandbox
from tests.official_client.conftest import official_python

__all__ = ["official_python"]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("compat_scripts")]

FOLDER = Path(__file__).parent / "scripts"
RUNNER = Path(__file__).with_name("runner.py")
SCRIPTS = sorted(FOLDER.glob("*.py"))
PATIENCE = 900.0


@attrs.frozen
class Run:
    """What a client made of the scripts: by their names the lines and the failure, and how often it asked."""

    outcomes: Mapping[str, Mapping[str, Any]]
    requests: int


def run(command: Sequence[str], folder: Path, **variables: str) -> Run:
    """Run all scripts with *command* before the runner, in a new *folder*."""
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FTRACK_", "PYTHON"))}
    with Sandbox(demo=True, api_user="supervisor") as sandbox:
        environment = {**kept, **sandbox.environment(), "FTRACK_API_SCHEMA_CACHE_PATH": str(folder), **variables}
        done = subprocess.run(
            [*command, str(RUNNER), str(folder / "outcomes.json"), *map(str, SCRIPTS)],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return Run(json.loads((folder / "outcomes.json").read_text("utf-8")), len(sandbox.requests))


@pytest.fixture(scope="module")
def official(official_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What the official client makes of the scripts."""
    return run([str(official_python)], tmp_path_factory.getbasetemp() / "official-scripts")


@pytest.fixture(scope="module")
def ours(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What this package makes of the scripts, without a change to them."""
    command = [sys.executable, "-W", "error", "-m", "ftrack_typed.compat"]
    return run(command, tmp_path_factory.getbasetemp() / "our-scripts", PYTHONPATH=str(root))


def test_there_are_scripts() -> None:
    assert len(SCRIPTS) >= 10
    assert [path.name for path in SCRIPTS if "ftrack_typed" in path.read_text("utf-8")] == []


@pytest.mark.parametrize("name", [path.name for path in SCRIPTS])
def test_script_prints_the_same(name: str, official: Run, ours: Run) -> None:
    expected, found = official.outcomes[name], ours.outcomes[name]
    assert expected["failure"] is None
    assert found["failure"] is None
    assert found["lines"] == expected["lines"]
    assert len(expected["lines"]) >= 8


def test_scripts_ask_less(official: Run, ours: Run) -> None:
    # Measured: 382 requests, where the official client needs 610.
    assert ours.requests <= 0.75 * official.requests
