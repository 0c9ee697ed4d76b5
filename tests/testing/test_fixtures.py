"""Tests the fixtures for users' own tests: projects of users, whose pytest runs in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ftrack_gen.command import main as generate

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "testing.md"


def run_pytest(project: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Run pytest in the folder *project*, and return its exit code and what it prints."""
    found = os.pathsep.join([str(ROOT), str(project)])
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FTRACK_", "PYTEST_"))}
    # The entry point of an installed package loads the module; which package is installed here does not matter.
    environment |= {"PYTHONPATH": found, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "ftrack_typed.testing", "-p", "no:cacheprovider", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    return done.returncode, done.stdout + done.stderr


def write_tests(project: Path, body: str, settings: str = "") -> None:
    """Make a project with the settings of pytest, and a file of tests."""
    (project / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{settings}", "utf-8")
    (project / "test_tool.py").write_text(body, "utf-8")


def test_project_of_the_documentation(tmp_path: Path) -> None:
    blocks = re.findall(r"^```(\w+)\n(?:# (\w+\.py)\n)?(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    for kind, name, text in blocks:
        if kind == "python":
            (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", "utf-8")
    code, printed = run_pytest(tmp_path)
    assert code == 0, printed
    (promised,) = re.findall(r"^\d+ passed$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert f"{promised} in " in printed


def test_every_test_has_a_server_of_its_own(tmp_path: Path) -> None:
    write_tests(
        tmp_path,
        """
import os, subprocess, sys
import ftrack_typed, pytest

seen = []

@pytest.mark.parametrize("number", [1, 2])
def test_isolated(number, ftrack_session, ftrack_project, ftrack_sandbox):
    assert len(ftrack_sandbox.requests) == 0
    assert len(ftrack_session.query("Project").all()) == 1
    assert os.environ["FTRACK_SERVER"] == ftrack_sandbox.server_url
    assert "FTRACK_EVENT_PLUGIN_PATH" not in os.environ and "FTRACK_APIKEY" not in os.environ
    code = "import ftrack_typed; print(len(ftrack_typed.Session().query('Project').all()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "1\\n"
    ftrack_session.create("User", {"username": "forgotten"})
    seen.append(ftrack_session)

def test_afterwards():
    assert os.environ["FTRACK_SERVER"] == "http://studio"
    assert os.environ["FTRACK_EVENT_PLUGIN_PATH"] == "/plugins"
    assert len(seen) == 2 and all(session.closed for session in seen)
""",
    )
    variables = {"FTRACK_SERVER": "http://studio", "FTRACK_EVENT_PLUGIN_PATH": "/plugins", "FTRACK_APIKEY": "k"}
    code, printed = run_pytest(tmp_path, **variables)
    assert code == 0, printed


def test_settings_and_marks(tmp_path: Path) -> None:
    """A generated package and its workspace, told by the settings; a seed and the demo project, told by marks."""
    generate(["--workspace", str(ROOT / "schemas" / "standard"), "--output", str(tmp_path / "studio_ftrack")])
    seed = '[{"action": "create", "entity_type": "Status", "entity_data": {"id": "s1", "name": "Seeded"}}]'
    (tmp_path / "seed.json").write_text(seed, "utf-8")
    write_tests(
        tmp_path,
        """
import pytest, studio_ftrack

pytestmark = pytest.mark.ftrack(seed="seed.json")

def test_package(ftrack_session):
    assert isinstance(ftrack_session, studio_ftrack.Session)
    assert ftrack_session.query("Project").all() == []
    assert ftrack_session.get("Status", "s1")["name"] == "Seeded"

@pytest.mark.ftrack(demo=True, seed=None, entities="ftrack_typed.entities")
def test_nearer_mark(ftrack_session):
    assert not isinstance(ftrack_session, studio_ftrack.Session)
    assert ftrack_session.query("Project").one()["name"] == "demo"
    assert ftrack_session.get("Status", "s1") is None
""",
        f"ftrack_workspace = {ROOT / 'schemas' / 'standard'}\nftrack_entities = studio_ftrack\n",
    )
    code, printed = run_pytest(tmp_path)
    assert code == 0, printed


def test_what_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    write_tests(
        tmp_path,
        """
import pytest

@pytest.mark.ftrack(dmeo=True)
def test_mark(ftrack_sandbox): ...

@pytest.mark.ftrack(workspace="nowhere")
def test_workspace(ftrack_sandbox): ...

@pytest.mark.ftrack(seed="nowhere.json")
def test_seed(ftrack_sandbox): ...

@pytest.mark.ftrack(entities="studio_ftrack")
def test_entities(ftrack_session): ...
""",
    )
    code, printed = run_pytest(tmp_path)
    assert code == 1
    assert "Traceback" not in printed
    assert "another exception" not in printed
    for line in (
        "pytest.mark.ftrack takes workspace, seed, entities, demo by name, not dmeo",
        f"cannot read the workspace {tmp_path / 'nowhere'}: ",
        f"cannot read the seed {tmp_path / 'nowhere.json'}: ",
        "No module named 'studio_ftrack' (ftrack_entities names it: ftrack-gen makes it)",
    ):
        assert line in printed


def test_nothing_is_loaded_where_no_test_asks(tmp_path: Path) -> None:
    write_tests(
        tmp_path,
        """
import sys

def test_loaded():
    assert not {"ftrack_typed.session", "ftrack_typed.sandbox", "requests", "attrs", "sqlalchemy"} & set(sys.modules)
""",
    )
    code, printed = run_pytest(tmp_path)
    assert code == 0, printed


@pytest.mark.parametrize("setting", ["workspace", "seed", "entities", "demo"])
def test_settings_are_listed_and_documented(setting: str, tmp_path: Path) -> None:
    write_tests(tmp_path, "")
    _, printed = run_pytest(tmp_path, "--help")
    assert f"ftrack_{setting} (" in printed
    assert f"`ftrack_{setting}`" in PAGE.read_text("utf-8")
