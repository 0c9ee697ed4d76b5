"""Tests that a session works on where nothing can be written to disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production

WORK = """
import logging, resource, sys
from ftrack_typed.cache import FileCache
from ftrack_typed.entities import Session, Task
logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
url, key, user, folder, shot_id = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(__LIMIT__), resource.RLIM_INFINITY))
with Session(url, key, user, schema_cache_path=folder, cache=FileCache(folder + "/entities.db")) as session:
    assert session.schemas
    tasks = session.query(Task).where(Task.parent_id == shot_id).all()
    for number, task in enumerate(tasks):
        task.description = f"{number} of a full disk"
        task.metadata["key"] = "value"
    session.commit()
    session.populate(tasks, "description, metadata, status.name")
    assert [task.description for task in tasks] == [f"{number} of a full disk" for number in range(len(tasks))]
    print(len(tasks), len(session.schemas), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of files")
@pytest.mark.parametrize("limit", [0, 4096, 40_000])
def test_session_works_on_with_a_full_disk(
    limit: int, sandbox: Sandbox, production: Production, tmp_path: Path
) -> None:
    """A limit for the size of files fails each write as a full disk does: with an error, or half done."""
    code = WORK.replace("__LIMIT__", str(limit))
    command = [sys.executable, "-c", code, sandbox.server_url, sandbox.api_key, sandbox.api_user]
    done = subprocess.run(
        [*command, str(tmp_path / "cache"), production.shot_id],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 ")
    assert "cannot be cached" in done.stderr
    assert sandbox.api_key not in done.stderr
    assert not list((tmp_path / "cache").glob("*.tmp"))
