"""The example `publish.py`: run as people run it, with a server of its own and with another, and what it checks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftrack_typed.entities import AssetVersion, Session
from ftrack_typed.sandbox.in_process import Sandbox
from tests.conftest import Require

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "publish.py"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A demo server of the test's own."""
    with Sandbox(demo=True) as running:
        yield running


def published(*options: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the example with *options*; its temporary files, and nothing else, are in *folder*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FTRACK_")}
    environment = {**kept, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), **variables}
    environment["FTRACK_API_SCHEMA_CACHE_PATH"] = str(folder.parent)
    command = [sys.executable, str(EXAMPLE), *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def test_one_command_publishes_encodes_and_reads_back(require: Require, scratch: Path) -> None:
    require("ffmpeg")
    done = published("--frames", "6", folder=scratch)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"sq010_sh010 publish v001 \(.{36}\)", lines[0])
    assert lines[1:3] == ["  example.projects: 7 files", "  ftrack.server: 7 files"]
    assert lines[3].endswith("/projects/demo/sq010/sq010_sh010/publish/v001/plate.%04d.png")
    assert re.fullmatch(r"  encoding: .*done; ftrackreview-mp4, thumbnail", lines[4])
    assert re.fullmatch(r"publish v001, read by process \d+", lines[5])
    assert lines[6:] == [
        f"  {location}: {component}: {count} of {count} files are as they were published"
        for component, count in (("plate", 6), ("take", 1))
        for location in ("example.projects", "ftrack.server")
    ]
    assert list(scratch.iterdir()) == []


def test_data_that_was_altered_is_found(require: Require, sandbox: Sandbox, scratch: Path, tmp_path: Path) -> None:
    require("ffmpeg")
    store = tmp_path / "store"
    variables = dict(sandbox.environment())
    done = published("--frames", "3", "--shot", "sq020_sh030", "--store", str(store), folder=scratch, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    with Session(sandbox.server_url, sandbox.api_key, sandbox.api_user, schema_cache_path=tmp_path) as session:
        version = session.query(AssetVersion).where(AssetVersion.asset.name == "publish").one()
        assert version.asset.parent.name == "sq020_sh030"
    (frame,) = store.rglob("plate.1002.png")
    frame.write_bytes(frame.read_bytes() + b"x")
    checked = published("--check", version.id, "--store", str(store), folder=scratch, **variables)
    assert checked.returncode == 1
    assert "  example.projects: plate: 2 of 3 files are as they were published" in checked.stdout
    assert "  ftrack.server: plate: 3 of 3 files are as they were published" in checked.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--shot", "sq999"), "error: there is no shot sq999 in a project 'demo'"),
        (("--check", "a" * 36, "--store", "."), "error: there is no version"),
        (("--check", "a" * 36), "--check needs --store"),
    ],
)
def test_mistakes_are_one_line(
    require: Require, sandbox: Sandbox, scratch: Path, options: tuple[str, ...], said: str
) -> None:
    require("ffmpeg")
    done = published(*options, folder=scratch, **sandbox.environment())
    assert done.returncode == (2 if "--store" not in options and "--check" in options else 1)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
