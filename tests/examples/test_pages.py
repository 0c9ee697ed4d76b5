"""Every block of docs/queries.md and docs/session.md: run in order against the demo project, and checked by mypy."""

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
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)

USED = """
for query in (
    ready, several, either, without, unassigned, no_thumbnail, late, children, by_name, below, mine, of_a_shot,
    reported, worked_on, latest, open_notes, active, projects, found,
):
    query.all()
print(len(ready.all()), len(several.all()), len(children.all()), len(below.all()), len(latest.all()), len(active.all()))
"""
"""What runs the queries that the page only builds."""


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


def run(*command: str, folder: Path, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT), **(variables or {})}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def printed(script: str, folder: Path) -> list[str]:
    """Return the lines that *script* prints, run against a sandbox of its own."""
    (folder / "report.py").write_text(script, "utf-8")
    with Sandbox(demo=True) as sandbox:
        done = run(sys.executable, "report.py", folder=folder, variables=sandbox.environment())
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_queries_find_something(tmp_path: Path) -> None:
    *groups, counts = printed("\n".join(BLOCK.findall(page("queries"))) + USED, tmp_path)
    assert "Approved" in {line.split()[0] for line in groups}
    assert "0" not in counts.split()[1:], counts  # nobody's task is ready to start in the demo project


def test_session_does_what_its_page_says(tmp_path: Path) -> None:
    lines = printed("\n".join(BLOCK.findall(page("session"))), tmp_path)
    assert lines[-1] == "True"
    planned = [line.split()[:2] for line in lines if line.startswith(("+ ", "~ "))]
    assert planned == [["~", "Task"], ["+", "Metadata"], ["+", "Shot"], ["+", "Task"], ["~", "Task"]]
    log = lines[-4:-1]
    (shown,) = re.findall(r"^```text\n(.*?)^```$", page("session"), re.DOTALL | re.MULTILINE)
    for line, promised in zip(log, shown.splitlines(), strict=True):
        what, said = ((text.split(" s  ", 1)[1]) for text in (line, promised))
        assert _shape(what) == _shape(said)


def _shape(line: str) -> str:
    """Return *line* without numbers and the values of a list."""
    return re.sub(r"\(.*|\d+", "", line)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["queries", "session"])
def test_blocks_are_typed(name: str, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "report.py").write_text("\n".join(BLOCK.findall(page(name))), "utf-8")
    done = run(sys.executable, "-m", "mypy", "--strict", "--config-file=", "report.py", folder=tmp_path)
    assert done.returncode == 0, done.stdout


def test_findings_are_those_of_the_linter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines that the page shows are what such scripts get."""
    script = (
        "from ftrack_typed.entities import Task\n"
        "session.query('select name from Task where statsu.name is 1')\n"
        "session.query('select author.username from Nots')\n"
        "session.query(Task).where(Task.name == 'a' and Task.bid == 1)\n"
    )
    (tmp_path / "publish.py").write_text(script, "utf-8")
    assert generator(["lint", str(tmp_path), "--workspace", "standard"]) == 1
    found = [line.split(": ", 1)[1] for line in capsys.readouterr().out.splitlines()]
    shown = re.findall(r"^tools/publish.py:\d+:\d+: (.*)$", page("queries"), re.MULTILINE)
    assert found == shown


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_every_page_is_listed_and_its_links_lead_somewhere(name: str) -> None:
    assert f"docs/{name})" in (ROOT / "README.md").read_text("utf-8")
    text = (ROOT / "docs" / name).read_text("utf-8")
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", text):
        path = (ROOT / "docs" / target).resolve() if target else ROOT / "docs" / name
        assert path.exists(), f"{name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
            assert anchor in {_anchor(heading) for heading in headings}, f"{name} links to {target}#{anchor}"


def _anchor(heading: str) -> str:
    """Return the anchor that a heading has on pages that are made of Markdown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
