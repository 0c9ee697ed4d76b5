"""Tests that every program of docs/migration.md runs as it stands, and prints what the page says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftrack_typed import compat
from ftrack_typed.sandbox import Sandbox
from tests.compat.conftest import Environment

pytestmark = pytest.mark.slow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "migration.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"# (\w+\.py)\n")


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCK.findall(PAGE.read_text("utf-8")) if found == kind]


PROGRAMS = blocks("python")
COMMANDS = [text.partition("\n") for text in blocks("console")]


def named(program: str) -> str:
    """Return the name of the file that *program* says to be."""
    found = NAMED.match(program)
    assert found is not None, program
    return found[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the program that the page starts with."""
    (tmp_path / named(PROGRAMS[0])).write_text(PROGRAMS[0], "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Give the sandbox that the page starts: one with the demo project."""
    with Sandbox(demo=True) as running:
        yield running


def test_page_has_programs_and_one_output() -> None:
    assert len(PROGRAMS) >= 6
    assert len(COMMANDS) >= 2
    assert len({output for _, _, output in COMMANDS}) == 1


@pytest.mark.parametrize("number", range(len(COMMANDS)))
def test_command_prints_what_the_page_says(
    number: int, folder: Path, sandbox: Sandbox, environment: Environment
) -> None:
    line, _, output = COMMANDS[number]
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("the commands of the page are those of a shell")
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(sys.executable)
    told = environment(sandbox, FTRACK_API_SCHEMA_CACHE_PATH=str(folder))
    told["PATH"] = f"{folder / 'bin'}:{told['PATH']}"
    done = subprocess.run(
        [shell, "-c", line.removeprefix("$ ")], cwd=folder, env=told, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (output, "")


@pytest.mark.parametrize("number", range(1, len(PROGRAMS)))
def test_program_prints_what_the_first_one_does(
    number: int, folder: Path, sandbox: Sandbox, environment: Environment
) -> None:
    (folder / named(PROGRAMS[number])).write_text(PROGRAMS[number], "utf-8")
    told = environment(sandbox, FTRACK_API_SCHEMA_CACHE_PATH=str(folder))
    command = [sys.executable, "-W", "error", named(PROGRAMS[number])]
    done = subprocess.run(command, cwd=folder, env=told, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (COMMANDS[0][2], "")


@pytest.mark.load
def test_checker_reads_old_and_typed_programs(tmp_path: Path, root: Path) -> None:
    pytest.importorskip("mypy")
    programs = {f"step_{number}.py": text for number, text in enumerate(PROGRAMS) if "start.py" not in text}
    wrong = PROGRAMS[0].replace("def main():", "def main() -> None:").replace("session.commit()", "session.comit()")
    programs["misspelt.py"] = wrong
    for name, text in programs.items():
        (tmp_path / name).write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "--cache-dir", str(tmp_path / "cache"), *programs],
        cwd=tmp_path,
        env={"MYPYPATH": f"{root}:{compat.tree()}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == 'misspelt.py:13: error: "Session" has no attribute "comit"; maybe "commit"?  [attr-defined]\n'
