"""Owns what the generator's tests share: workspaces to generate from, and the command as people run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

from ftrack_gen.command import main

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

WriteWorkspace = Callable[..., Path]
RunCommand = Callable[..., "Outcome"]
CheckPackage = Callable[[Path, str], None]
RunModule = Callable[..., "subprocess.CompletedProcess[str]"]


@attrs.frozen
class Outcome:
    """What a run of the command gave back."""

    code: int
    lines: list[str]
    errors: list[str]


@pytest.fixture(scope="session")
def tricky_workspace() -> Path:
    """Give the workspace whose names and facts are as awkward as names and facts can be."""
    return HERE / "workspaces" / "tricky"


@pytest.fixture(scope="session")
def golden_package() -> Path:
    """Give the committed package of the tricky workspace."""
    return HERE / "golden" / "tricky_studio"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """Give a function that runs ``ftrack-gen`` in this process."""

    def run_command(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out.splitlines(), captured.err.splitlines())

    return run_command


@pytest.fixture(scope="session")
def run_module() -> RunModule:
    """Give a function that runs a module in a fresh Python that finds the source tree and *paths*."""

    def run_python(
        *arguments: str | Path, cwd: Path, paths: Sequence[Path] = (), environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        search = os.pathsep.join(str(path) for path in (*paths, ROOT, ROOT / "generator"))
        variables = {**os.environ, "PYTHONPATH": search, "MYPYPATH": search, **(environment or {})}
        command = [sys.executable, *(str(argument) for argument in arguments)]
        return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, check=False)

    return run_python


@pytest.fixture
def write_workspace(tmp_path: Path) -> WriteWorkspace:
    """Give a function that writes schemas, and other files by name, as a workspace."""

    def write(schemas: object, name: str = "studio", **files: object) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for file, content in {"query_schemas": schemas, **files}.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (folder / f"{file}.json").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def schema() -> Callable[..., dict[str, Any]]:
    """Give a function that makes the schema of an entity type with an id and some more properties."""

    def make(name: str, properties: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        return {
            "id": name,
            "type": "object",
            "primary_key": ["id"],
            "required": ["id"],
            "immutable": ["id"],
            "default_projections": ["id"],
            "properties": {"id": {"type": "string", "default": "{uid}"}, **(properties or {})},
            **more,
        }

    return make


@pytest.fixture
def accepted_by_mypy(tmp_path: Path, run_module: RunModule) -> CheckPackage:
    """Give a function that asserts that mypy --strict accepts a package and a script that uses it."""
    pytest.importorskip("mypy")

    def check(package: Path, script: str) -> None:
        (tmp_path / "script.py").write_text(script, encoding="utf-8")
        options = ("--strict", "--config-file=", "--enable-error-code=truthy-bool", "--python-version=3.10")
        targets = ("-p", package.name, "-m", "script")
        done = run_module("-m", "mypy", *options, *targets[:2], cwd=tmp_path, paths=[package.parent])
        assert done.returncode == 0, done.stdout + done.stderr
        done = run_module("-m", "mypy", *options, *targets[2:], cwd=tmp_path, paths=[package.parent])
        assert done.returncode == 0, done.stdout + done.stderr

    return check


@pytest.fixture
def accepted_by_pyright(tmp_path: Path, run_module: RunModule) -> CheckPackage:
    """Give a function that asserts that pyright accepts a package, which it copies, and a script that uses it."""
    pytest.importorskip("pyright")

    def check(package: Path, script: str) -> None:
        (tmp_path / "script.py").write_text(script, encoding="utf-8")
        shutil.copytree(package, tmp_path / package.name)
        settings = {
            "include": ["script.py", package.name],
            "extraPaths": [str(ROOT)],
            "typeCheckingMode": "strict",
            "reportPrivateUsage": False,
            "pythonVersion": "3.10",
        }
        (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
        done = run_module("-m", "pyright", "--stats", "--pythonpath", sys.executable, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        files = len(list(package.glob("*.py"))) + 1
        assert f"Found {files} source files" in done.stdout

    return check
