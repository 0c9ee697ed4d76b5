"""Owns what the tests of old code share: a sandbox, a folder of schemas, and a way to run code in an interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ftrack_typed import compat
from ftrack_typed.compat.session import Session
from ftrack_typed.sandbox import Sandbox

Environment = Callable[..., "dict[str, str]"]
"""Makes the variables of a process that has the sources, a sandbox, and what is told by name."""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox with the demo project, shared by the tests of one process; each works on entities of its own."""
    with Sandbox(demo=True, api_user="supervisor") as running:
        yield running


@pytest.fixture
def session(sandbox: Sandbox, tmp_path: Path) -> Iterator[Session]:
    """Give a session of old code on the sandbox, whose request log is empty."""
    with open_session(sandbox, tmp_path) as opened:
        sandbox.requests.clear()
        yield opened
        opened.recorded_operations.clear()


def open_session(sandbox: Sandbox, schemas: Path) -> Session:
    """Open a session of old code on *sandbox*."""
    return Session(
        server_url=sandbox.server_url,
        api_key=sandbox.api_key,
        api_user=sandbox.api_user,
        schema_cache_path=str(schemas),
        plugin_paths=[],
    )


@pytest.fixture
def environment(root: Path) -> Environment:
    """Give what makes the environment of a process: nothing of ftrack's, nor of Python's, from that of the tests."""

    def make(sandbox: Sandbox | None = None, path: tuple[str, ...] = (), **variables: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FTRACK_", "PYTHON"))}
        entries = os.pathsep.join((str(root), *path))
        server = {} if sandbox is None else sandbox.environment()
        return {**kept, "PYTHONPATH": entries, "PYTHONDONTWRITEBYTECODE": "1", **server, **variables}

    return make


@pytest.fixture
def python(environment: Environment, tmp_path: Path) -> Run:
    """Give what runs a fresh interpreter with *arguments*, in a folder of the test's own."""

    def run(*arguments: str, path: tuple[str, ...] = (), **variables: str) -> subprocess.CompletedProcess[str]:
        told = environment(None, path, **variables)
        return subprocess.run(
            [sys.executable, *arguments], env=told, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def switched_on() -> Iterator[None]:
    """Have ``import ftrack_api`` mean this package, in this process, for one test."""
    compat.install()
    yield
    compat.uninstall()
