"""Every block of docs/queries.md, run in order against the demo project, and checked by mypy --strict."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ftrack_gen.command import main as generator
from ftrack_typed.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "queries.md"
BLOCKS: list[str] = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)

USED = """
for query in (
    ready, several, either, without, unassigned, no_thumbnail, late, children, by_name, below, mine, of_a_shot,
    reported, worked_on, latest, open_notes, active, projects, found,
):
    query.all()
print(len(ready.all()), len(several.all()), len(children.all()), len(below.all()), len(latest.all()), len(active.all()))
"""
"""What runs the queries that the page only builds."""


def run(*command: str, folder: Path, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT), **(variables or {})}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_blocks_run_and_find_something(tmp_path: Path) -> None:
    (tmp_path / "queries.py").write_text("\n".join(BLOCKS) + USED, "utf-8")
    with Sandbox(demo=True) as sandbox:
        done = run(sys.executable, "queries.py", folder=tmp_path, variables=sandbox.environment())
    assert done.returncode == 0, done.stderr
    *groups, counts = done.stdout.splitlines()
    assert "Approved" in {line.split()[0] for line in groups}
    assert counts.split()[-1] > "0"
    assert "0" not in counts.split()[1:], counts


@pytest.mark.slow
def test_blocks_are_typed(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "queries.py").write_text("\n".join(BLOCKS), "utf-8")
    done = run(sys.executable, "-m", "mypy", "--strict", "--config-file=", "queries.py", folder=tmp_path)
    assert done.returncode == 0, done.stdout


def test_findings_are_those_of_the_linter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines that the page shows are what such scripts get."""
    script = (
        "from ftrack_typed.entities import Task\n"
        "session.query('select name from Task where statsu.name is 1')\n"
        "session.query('select author.username from Note')\n"
        "session.query(Task).where(Task.name == 'a' and Task.bid == 1)\n"
    )
    (tmp_path / "publish.py").write_text(script, "utf-8")
    assert generator(["lint", str(tmp_path), "--workspace", "standard"]) == 1
    found = [line.split(": ", 1)[1] for line in capsys.readouterr().out.splitlines()]
    shown = re.findall(r"^tools/publish.py:\d+:\d+: (.*)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert found == shown
