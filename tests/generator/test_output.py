"""The output folder is replaced at once or not at all, and holds nothing that a manifest does not list."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftrack_gen import output
from ftrack_gen.command import BAD_OUTPUT, DONE, STALE

from .conftest import RunCommand, WriteWorkspace

MakeSchema = Callable[..., dict[str, Any]]
CONTENTS = {"__init__.py": "x = 1\n", "task.py": "y = 2\n"}


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Give a folder that was written with `CONTENTS`."""
    folder = tmp_path / "studio_ftrack"
    output.write(folder, output.with_manifest(CONTENTS, "studio", "cafe"))
    return folder


def test_manifest_lists_what_was_written(package: Path) -> None:
    manifest = json.loads((package / output.MANIFEST).read_text())
    assert sorted(manifest) == ["files", "hash", "workspace"]
    assert (manifest["workspace"], manifest["hash"], sorted(manifest["files"])) == ("studio", "cafe", sorted(CONTENTS))
    assert [path.name for path in package.parent.iterdir()] == ["studio_ftrack"]


def test_second_run_touches_nothing(write_workspace: WriteWorkspace, schema: MakeSchema, run: RunCommand) -> None:
    folder = write_workspace([schema("Task")])
    package = folder.parent / "studio_ftrack"
    first = run("--workspace", folder, "--output", package)
    before = snapshot(package)
    second = run("--workspace", folder, "--output", package)
    assert first.lines == [f"{package}: 1 entity types, 4 of 4 files written"]
    assert second.lines == [f"{package}: 1 entity types, up to date, nothing written"]
    assert snapshot(package) == before


def test_edited_and_vanished_files_come_back_and_obsolete_ones_go(package: Path) -> None:
    (package / "task.py").write_text("edited by hand\n")
    (package / "__init__.py").unlink()
    contents = output.with_manifest({"__init__.py": "x = 1\n", "shot.py": ""}, "studio", "cafe")
    assert output.stale_files(package, contents) == ["__init__.py", "ftrack-gen.json", "shot.py", "task.py"]
    output.write(package, contents)
    assert sorted(path.name for path in package.iterdir()) == ["__init__.py", "ftrack-gen.json", "shot.py"]
    assert output.stale_files(package, contents) == []


@pytest.mark.parametrize("foreign", ["notes.txt", "helpers.py", "sub/inner.py", ".hidden"])
def test_foreign_files_are_named_and_kept(package: Path, foreign: str) -> None:
    path = package / foreign
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine\n")
    before = snapshot(package)
    with pytest.raises(output.OutputError, match="holds files that ftrack-gen did not write: ") as caught:
        output.write(package, output.with_manifest({}, "studio", "cafe"))
    assert foreign.split("/")[0] in str(caught.value)
    assert snapshot(package) == before


def test_folder_without_manifest_is_foreign(tmp_path: Path, package: Path) -> None:
    (package / output.MANIFEST).unlink()
    before = snapshot(package)
    with pytest.raises(output.OutputError, match=r"did not write: __init__\.py, task\.py"):
        output.write(package, output.with_manifest(CONTENTS, "studio", "cafe"))
    assert snapshot(package) == before
    empty = tmp_path / "empty"
    empty.mkdir()
    output.write(empty, output.with_manifest(CONTENTS, "studio", "cafe"))
    assert (empty / "task.py").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 3}', "[" * 100_000])
def test_broken_manifest_stops(package: Path, text: str) -> None:
    (package / output.MANIFEST).write_text(text)
    before = snapshot(package)
    with pytest.raises(output.OutputError, match="is no manifest of ftrack-gen any more"):
        output.write(package, output.with_manifest(CONTENTS, "studio", "cafe"))
    assert snapshot(package) == before


def test_caches_are_neither_foreign_nor_lost(package: Path) -> None:
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "task.cpython-311.pyc").write_bytes(b"code")
    (package / ".mypy_cache").mkdir()
    (package / "old.pyc").write_bytes(b"code")
    output.write(package, output.with_manifest({"__init__.py": ""}, "studio", "cafe"))
    assert (package / "__pycache__" / "task.cpython-311.pyc").read_bytes() == b"code"
    assert (package / ".mypy_cache").is_dir()
    assert (package / "old.pyc").is_file()


@pytest.mark.parametrize("failing", ["write_bytes", "rename"])
def test_failure_at_any_step_changes_nothing(package: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    """Let the disk fail at each call in turn, and find everything as it was."""
    real: Callable[..., Any] = getattr(Path, failing)
    before = snapshot(package)
    for allowed in range(2):
        calls: list[Path] = []

        def fail_late(self: Path, *arguments: Any, calls: list[Path] = calls, allowed: int = allowed) -> Any:
            calls.append(self)
            if len(calls) == allowed + 1:
                raise OSError(28, "No space left on device")
            return real(self, *arguments)

        monkeypatch.setattr(Path, failing, fail_late)
        with pytest.raises(output.OutputError, match="cannot be written: No space left on device"):
            output.write(package, output.with_manifest({"new.py": "1", "newer.py": "2"}, "studio", "cafe"))
        monkeypatch.setattr(Path, failing, real)
        assert snapshot(package) == before
        assert [path.name for path in package.parent.iterdir()] == ["studio_ftrack"]


def test_place_that_cannot_be_written(
    write_workspace: WriteWorkspace, schema: MakeSchema, run: RunCommand, tmp_path: Path
) -> None:
    folder = write_workspace([schema("Task")])
    (tmp_path / "file").write_text("")
    below_file = run("--workspace", folder, "--output", tmp_path / "file" / "studio")
    assert below_file.code == BAD_OUTPUT
    (line,) = below_file.errors
    assert line.startswith(f"error: {tmp_path / 'file' / 'studio'}: cannot be ")
    on_file = run("--workspace", folder, "--output", tmp_path / "file")
    assert on_file.code == BAD_OUTPUT
    assert on_file.errors == [f"error: {tmp_path / 'file'}: is no folder (name the folder of the package)"]


def test_check_lists_what_is_stale(
    write_workspace: WriteWorkspace, schema: MakeSchema, run: RunCommand, tmp_path: Path
) -> None:
    folder, package = write_workspace([schema("Task")]), tmp_path / "studio_ftrack"
    options = ("--workspace", folder, "--output", package)
    missing = run("check", *options)
    assert (missing.code, len(missing.lines), package.exists()) == (STALE, 4, False)
    assert run(*options).code == DONE
    assert run("check", *options).code == DONE
    (package / "task.py").write_text("")
    before = snapshot(package)
    stale = run("check", *options)
    assert (stale.code, stale.lines) == (STALE, [str(package / "task.py")])
    assert stale.errors == [f"error: {package}: 1 file is stale (run ftrack-gen)"]
    assert snapshot(package) == before
    (package / "mine.py").write_text("")
    assert run("check", *options).code == BAD_OUTPUT


def test_linked_folder_stays_a_link(package: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked"
    link.symlink_to(package)
    output.write(link, output.with_manifest({"__init__.py": ""}, "studio", "cafe"))
    assert link.is_symlink()
    assert sorted(path.name for path in package.iterdir()) == ["__init__.py", "ftrack-gen.json"]
    shutil.rmtree(package)
    with pytest.raises(output.OutputError, match="is no folder"):
        output.write(link, output.with_manifest({"__init__.py": ""}, "studio", "cafe"))
