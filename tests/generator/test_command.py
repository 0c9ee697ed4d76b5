"""The command line of `ftrack-gen`: options, settings, exit codes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftrack_gen.command import USAGE, main
from ftrack_typed.standard_output import INTERRUPTED, OUTPUT_CLOSED

from .conftest import Outcome, RunCommand, RunModule, WriteWorkspace

MakeSchema = Callable[..., dict[str, Any]]


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    text = capsys.readouterr().out
    assert caught.value.code == 0
    for line in ("0  written", "1  check:", "2  the command line", "3  the workspace", "4  the output"):
        assert line in text
    assert "pyproject.toml" in text


@pytest.mark.parametrize("arguments", [["publish"], ["--work"], ["--workspace"], ["generate", "x"]])
def test_wrong_command_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == USAGE
    assert "usage: ftrack-gen" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["json", "ftrack_typed", "attrs"])
def test_package_name_must_hide_nothing(run: RunCommand, tmp_path: Path, name: str) -> None:
    outcome = run("--workspace", tmp_path, "--output", tmp_path / name)
    assert outcome.code == USAGE
    assert outcome.errors == [f"error: --output: a package {name!r} would hide the one that everything here imports"]
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["my-package", "1st", "class", "a b"])
def test_package_name_must_be_an_identifier(run: RunCommand, tmp_path: Path, name: str) -> None:
    outcome = run("--workspace", tmp_path, "--output", tmp_path / name)
    said = f"error: --output: {name!r} is no name for a Python package (use letters, digits, underscores)"
    assert outcome == Outcome(USAGE, [], [said])


def test_nothing_given_and_no_settings(run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run()
    said = "error: --workspace: not given, and not in [tool.ftrack-gen] of a pyproject.toml either"
    assert (outcome.code, outcome.errors) == (USAGE, [said])


@pytest.mark.parametrize("arguments", [["--wrokspace", "studio"], ["check", "--wrokspace=studio"]])
def test_misspelt_option_is_named_before_its_value_is_taken_for_a_command(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == USAGE
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == "ftrack-gen: error: there is no option --wrokspace; did you mean '--workspace'?"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_interruption_is_one_line(tmp_path: Path) -> None:
    """Ctrl-C while a server does not answer."""
    # A shell may have started this process with the signal ignored.
    code = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from ftrack_gen.command import main
sys.exit(main(sys.argv[1:]))
"""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(120)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        options = ["--server", url, "--name", "x", "--output", "studio", "--api-user", "u", "--api-key", "k"]
        with subprocess.Popen(
            [sys.executable, "-c", code, *options], cwd=tmp_path, stderr=subprocess.PIPE, text=True
        ) as running:
            asked, _ = silent.accept()
            with asked:
                asked.recv(1)
                running.send_signal(signal.SIGINT)
                _, said = running.communicate(timeout=120)
    assert (running.returncode, said) == (INTERRUPTED, "interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_settings_are_relative_to_their_file(
    write_workspace: WriteWorkspace, schema: MakeSchema, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_workspace([schema("Task")])
    root = folder.parent
    (root / "pyproject.toml").write_text('[tool.ftrack-gen]\nworkspace = "studio"\noutput = "src/studio_ftrack"\n')
    inner = root / "deep" / "down"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert run().code == 0
    assert (root / "src" / "studio_ftrack" / "task.py").exists()
    assert run("check").code == 0
    assert run("check", "--output", root / "src" / "other").code == 1
    assert run("check", "--name", "renamed").code == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.ftrack-gen]\nworkspcae = 'x'\n", "tool.ftrack-gen.workspcae: no such setting (there are workspace, "),
        ("[tool.ftrack-gen]\noutput = 3\n", "tool.ftrack-gen.output: expected a text, got 3"),
        ("[tool.ftrack-gen\n", "cannot be read: "),
    ],
)
def test_wrong_settings(run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    outcome = run("check")
    assert outcome.code == USAGE
    (line,) = outcome.errors
    assert line.startswith(f"error: {tmp_path / 'pyproject.toml'}: {said}")


def test_name_of_the_workspace_is_that_of_its_folder_or_given(
    write_workspace: WriteWorkspace, schema: MakeSchema, run: RunCommand, tmp_path: Path
) -> None:
    folder = write_workspace([schema("Task")], name='our "studio" \\')
    for options, name in (((), 'our "studio" \\\\'), (("--name", "x"), "x")):
        assert run("--workspace", folder, "--output", tmp_path / "package", *options).code == 0
        first = (tmp_path / "package" / "task.py").read_text().splitlines()[0]
        assert first.startswith(f'"""Generated by ftrack-gen from workspace {name} (')


def test_only_the_schemas_are_needed(
    write_workspace: WriteWorkspace, schema: MakeSchema, run: RunCommand, tmp_path: Path
) -> None:
    assert run("--workspace", write_workspace([schema("Task")]), "--output", tmp_path / "package").code == 0
    written = sorted(path.name for path in (tmp_path / "package").iterdir())
    assert written == ["__init__.py", "ftrack-gen.json", "py.typed", "task.py"]


def test_nothing_in_the_package_names_a_place_or_a_time(
    write_workspace: WriteWorkspace, schema: MakeSchema, run: RunCommand, tmp_path: Path
) -> None:
    run("--workspace", write_workspace([schema("Task")]), "--output", tmp_path / "package")
    for path in (tmp_path / "package").iterdir():
        text = path.read_text()
        assert str(tmp_path) not in text
        assert "202" not in text


def test_start_is_lean(tmp_path: Path, run_module: RunModule) -> None:
    """Nothing of the network, and no template engine's extras, comes with the command."""
    code = "import sys, ftrack_gen.command; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = run_module("-c", code, cwd=tmp_path).stdout.split()
    assert "jinja2" in loaded
    assert not {"requests", "urllib3", "lark", "cattrs", "websocket"} & set(loaded)


@pytest.mark.parametrize("arguments", [("--help",), ("--workspace", "{folder}", "--output", "package")])
def test_nobody_reads_the_output(
    arguments: tuple[str, ...], write_workspace: WriteWorkspace, schema: MakeSchema, tmp_path: Path
) -> None:
    folder = write_workspace([schema("Task")])
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ftrack_gen", *(each.format(folder=folder) for each in arguments)],
            stdout=writing,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": ""},
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (OUTPUT_CLOSED, b"")
    assert (tmp_path / "package" / "__init__.py").exists() == ("--output" in arguments)
