"""The examples of the README that need no package of a studio: they run as they stand, against the sandbox."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ftrack_typed.entities import Session, Task
from ftrack_typed.sandbox.in_process import Sandbox

README = Path(__file__).resolve().parents[2] / "README.md"


def test_groups_and_batches(capsys: pytest.CaptureFixture[str]) -> None:
    blocks: list[str] = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    (block,) = [each for each in blocks if "group_by" in each]
    with (
        Sandbox(demo=True) as sandbox,
        Session(sandbox.server_url, sandbox.api_key, sandbox.api_user, schema_cache_path=False) as session,
    ):
        task = session.query(Task).all()[0]
        task.description = "changed"
        exec(compile(block, str(README), "exec"), {"session": session, "Task": Task})
        names = {each.status.name for each in session.query(Task).select(Task.status.name)}
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "1 of 1 operations, 1 of 1 batches"
    assert len(lines) == len(names) + 1
