"""The runner `demo.py`: what a step that fails leaves behind. That all of them succeed, ``tox run -e demo`` shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_failing_step_ends_the_demo_and_cleans_up(tmp_path: Path) -> None:
    # Without mypy, the third step fails.
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "mypy.py").write_text("raise SystemExit('mypy is hidden')\n")
    (tmp_path / "temporary").mkdir()
    paths = os.pathsep.join(map(str, (tmp_path / "hidden", ROOT, ROOT / "generator")))
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "demo.py")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths, "TMPDIR": str(tmp_path / "temporary")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "mypy is hidden" in done.stderr
    assert re.search(r"^error: .*mypy --strict .*open_tasks.py failed: exit code 1$", done.stderr, re.MULTILINE)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert re.search(r"http://\S+ answers", done.stdout)
    # The address may be another server's by now, but a number of a process is not given again so soon.
    server = re.search(r"answers, as process (\d+)", done.stderr)
    assert server is not None, done.stderr
    with pytest.raises(ProcessLookupError):
        os.kill(int(server[1]), 0)
