"""Every block of docs/events.md and docs/actions.md, checked by mypy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)

PRELUDE = """
from ftrack_typed.entities import Session
from ftrack_typed.events import Event
session = Session()
def render(event: Event) -> None: ...
def catch_up(session: Session) -> None: ...
"""
"""What blocks use of other parts of a program."""


@pytest.mark.slow
@pytest.mark.parametrize("page", ["events", "actions"])
def test_blocks_are_checked(tmp_path: Path, page: str) -> None:
    pytest.importorskip("mypy")
    blocks = BLOCK.findall((ROOT / "docs" / f"{page}.md").read_text("utf-8"))
    assert blocks
    names: list[str] = []
    for number, block in enumerate(blocks):
        names.append(f"block_{number}.py")
        whole = "session" not in block or "Session(" in block or "def register(session" in block
        (tmp_path / names[-1]).write_text(block if whole else PRELUDE + block, "utf-8")
    cache = ROOT / ".mypy_cache"
    command = [sys.executable, "-m", "mypy", "--config-file=", "--check-untyped-defs", f"--cache-dir={cache}", *names]
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
