"""The workspace of a real server: every type, typed, fast, twice the same, and accepted by both checkers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import CheckPackage, RunModule

SCRIPT = """
from datetime import datetime

from studio_ftrack import Asset, AssetVersion, Context, Episode, Project, Session, Shot, State, Task, User
from typing_extensions import assert_type


def use(session: Session, shot: Shot, task: Task, version: AssetVersion, episode: Episode, context: Context) -> None:
    assert_type(shot.custom_attributes.fps, float)
    assert_type(shot.custom_attributes.someboolean, bool | None)
    assert_type(episode.custom_attributes.somedate, datetime | None)
    assert_type(task.project, Project)
    assert_type(task.parent, Context)
    assert_type(context.parent, Context | None)
    assert_type(version.asset, Asset)
    assert_type(version.user, User | None)
    assert_type(task.status.state, State | None)
    for other in session.query(Task).where(Task.project.name == "demo", Shot.custom_attributes.fps > 24):
        print(other.name)
"""


@pytest.fixture(scope="module")
def package(recorded_workspace: Path, tmp_path_factory: pytest.TempPathFactory, run_module: RunModule) -> Path:
    """Give the package of the recorded workspace."""
    folder = tmp_path_factory.mktemp("recorded") / "studio_ftrack"
    done = run_module("-m", "ftrack_gen", "--workspace", recorded_workspace, "--output", folder, cwd=folder.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{folder}: 130 entity types, 135 of 135 files written\n"
    return folder


def test_twice_the_same_bytes(package: Path, recorded_workspace: Path, tmp_path: Path, run_module: RunModule) -> None:
    again = tmp_path / "studio_ftrack"
    run_module("-m", "ftrack_gen", "--workspace", recorded_workspace, "--output", again, cwd=tmp_path)
    first, second = ({path.name: path.read_bytes() for path in folder.glob("*.*")} for folder in (package, again))
    assert first == second
    assert len(first) == 135


HIGHEST_RATIO_TO_COMPILING = 12.0
"""What generating may cost, in times of compiling what is generated. Measured on a busy machine: 6.1 to 6.5."""


def _work() -> float:
    """Return the seconds of a processor that the processes used which this one has waited for."""
    resource = pytest.importorskip("resource", reason="Windows does not count the work of other processes")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    work: float = used.ru_utime + used.ru_stime
    return work


def test_generating_costs_a_few_times_what_compiling_does(
    package: Path, recorded_workspace: Path, tmp_path: Path, run_module: RunModule
) -> None:
    compiling = (
        "import pathlib, sys\nfor p in pathlib.Path(sys.argv[1]).glob('*.py'): compile(p.read_text(), str(p), 'exec')"
    )
    generated, compiled = [], []
    for number in range(3):
        output = tmp_path / str(number) / "studio_ftrack"
        output.parent.mkdir()
        begin = _work()
        run_module("-m", "ftrack_gen", "--workspace", recorded_workspace, "--output", output, cwd=tmp_path)
        middle = _work()
        run_module("-c", compiling, package, cwd=tmp_path)
        generated.append(middle - begin)
        compiled.append(_work() - middle)
    assert min(generated) < HIGHEST_RATIO_TO_COMPILING * min(compiled), (generated, compiled)


def test_every_type_of_the_schema_has_its_class(package: Path, recorded_workspace: Path, run_module: RunModule) -> None:
    code = "import studio_ftrack as p; print(*[p.REGISTRY.entity_type(n).entity_type for n in p.REGISTRY], sep='\\n')"
    done = run_module("-c", code, cwd=package.parent)
    schemas = json.loads((recorded_workspace / "query_schemas.json").read_text())
    assert sorted(done.stdout.split()) == sorted(schema["id"] for schema in schemas)


@pytest.mark.slow
def test_mypy_accepts_the_package_and_a_script(package: Path, accepted_by_mypy: CheckPackage) -> None:
    accepted_by_mypy(package, SCRIPT)


@pytest.mark.slow
def test_pyright_accepts_the_package_and_a_script(package: Path, accepted_by_pyright: CheckPackage) -> None:
    accepted_by_pyright(package, SCRIPT)
