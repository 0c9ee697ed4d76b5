"""Tests that a farm can start: many processes open a session at once on one folder of schemas, and one dies writing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.schema import SchemaCache

PROCESSES = 50

START = """
import sys
from ftrack_typed.entities import Session, Task
url, key, user, folder = sys.argv[1:]
with Session(url, key, user, schema_cache_path=folder) as session:
    print(len(session.schemas), len(session.types["Task"].__mro__) > 2, flush=True)
"""

KILLED = (
    """
import os, sys
print("writing", flush=True)
replace = os.replace
def wait(*names):
    print("written", flush=True)
    sys.stdin.read()
    replace(*names)
os.replace = wait
"""
    + START
)


def start(code: str, sandbox: Sandbox, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, sandbox.server_url, sandbox.api_key, sandbox.api_user, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.load
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_fifty_processes_start_at_once_and_one_dies_writing(tmp_path: Path) -> None:
    with Sandbox(demo=True) as sandbox:
        # It has written all of its temporary file, and is killed before that gets its name.
        doomed = start(KILLED, sandbox, tmp_path)
        assert doomed.stdout is not None
        assert [doomed.stdout.readline(), doomed.stdout.readline()] == ["writing\n", "written\n"]
        processes = [start(START, sandbox, tmp_path) for _ in range(PROCESSES - 1)]
        os.kill(doomed.pid, signal.SIGKILL)
        doomed.communicate()
        told = [process.communicate(timeout=300) for process in processes]
        schemas = SchemaCache(tmp_path).read(sandbox.server_url)
    assert schemas is not None
    assert set(told) == {(f"{len(schemas)} True\n", "")}
    assert [process.returncode for process in processes] == [0] * (PROCESSES - 1)
    left = sorted(path.suffix for path in tmp_path.iterdir())
    assert left == [".json", ".tmp"], "the file of the one that died, which a later writer removes, and no other"
