"""Tests what users get: the wheel and the sdist, and the generator run from each way of having the project.

Everything is built from a copy of the tree, so that nothing that lies about in the tree can help.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import attrs
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

SOURCES = (
    *("ftrack_typed", "generator", "schemas", "templates"),
    *("pyproject.toml", "tox.ini", "README.md", "LICENSE", "CHANGELOG.md"),
)
"""What the distributions are built from, and what stands beside it."""

IMPORT_ALL = """
import importlib, pathlib, sys
sys.path.insert(0, sys.argv[1])
package = importlib.import_module(sys.argv[2])
names = [name for name in dir(package) if not name.startswith("_")]
for name in names:
    getattr(package, name)
print(package.__file__)
print(len(names))
"""
"""Imports the package argv[2] from the folder argv[1] and everything that it exports."""


@attrs.frozen
class Installation:
    """One way of having the project: an interpreter, and the environment that it runs in."""

    python: Path
    origin: Path
    """Folder that the modules have to come from."""

    environment: dict[str, str] = attrs.field(factory=dict)

    def run(self, *arguments: str, cwd: Path) -> str:
        """Run the interpreter and return what it prints; fail the test when it fails."""
        return run(str(self.python), *arguments, cwd=cwd, environment=self.environment)

    def program(self, name: str) -> Path:
        """Return the path of an installed program."""
        return self.python.parent / name


def run(*command: str, cwd: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command without this process's Python settings; fail the test, with what it said, when it fails."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        command, cwd=cwd, env=outer | (environment or {}), capture_output=True, text=True, check=False, timeout=1200
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def create_environment(folder: Path) -> Path:
    """Make a virtual environment without pip, and return its interpreter."""
    run(sys.executable, "-m", "venv", "--without-pip", str(folder), cwd=folder.parent)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(python: Path, *requirements: str) -> None:
    """Install requirements into the environment of *python*, with the pip of this one."""
    pip = (sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check")
    run(*pip, "install", "--quiet", *requirements, cwd=python.parent)


@pytest.fixture(scope="session")
def clone(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the sources."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    folder.mkdir()
    for name in SOURCES:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(source, folder / name)
    return folder


@pytest.fixture(scope="session")
def builder(require: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Give an environment with the build backend that pyproject.toml names."""
    require("packages")
    folder = tmp_path_factory.mktemp("builder") / "venv"
    python = create_environment(folder)
    install(python, "hatchling>=1.27")
    return Installation(python, folder)


@pytest.fixture(scope="session")
def sdist(builder: Installation, clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the source distribution."""
    return build(builder, "sdist", clone, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def wheel(builder: Installation, clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the wheel."""
    return build(builder, "wheel", clone, tmp_path_factory.mktemp("wheel"))


def build(builder: Installation, target: str, source: Path, folder: Path) -> Path:
    """Build one distribution of *source* into the empty *folder*, and return its path."""
    builder.run("-m", "hatchling", "build", "-t", target, "-d", str(folder), cwd=source)
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="session")
def bare_installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Give an environment with the wheel and no extra."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    python = create_environment(folder)
    install(python, str(wheel))
    return Installation(python, folder)


@pytest.fixture(scope="session")
def wheel_installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Give an environment with the wheel and the extra of the generator."""
    folder = tmp_path_factory.mktemp("wheel") / "venv"
    python = create_environment(folder)
    install(python, f"{wheel}[gen]")
    return Installation(python, folder)


@pytest.fixture(scope="session")
def editable_installation(
    require: Callable[[str], None], clone: Path, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """Give an environment in which the clone is installed as editable."""
    require("packages")
    folder = tmp_path_factory.mktemp("editable") / "venv"
    python = create_environment(folder)
    install(python, "--editable", f"{clone}[gen]")
    return Installation(python, clone)


@pytest.fixture(scope="session")
def clone_alone(clone: Path) -> Installation:
    """Give the clone as it is: nothing installed but what it depends on."""
    path = os.pathsep.join([str(clone), str(clone / "generator")])
    return Installation(Path(sys.executable), clone, {"PYTHONPATH": path})


@pytest.fixture(params=["wheel_installation", "editable_installation", "clone_alone"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """Give each way of having the project in turn."""
    found: Installation = request.getfixturevalue(request.param)
    return found


def files_below(folder: Path, prefix: str) -> set[str]:
    """Return the names that a folder's files have in the wheel."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    # Whoever imported from there first left what Python compiles.
    return {str(PurePosixPath(prefix, *path.parts)) for path in found if "__pycache__" not in path.parts}


def test_wheel_is_for_every_platform(wheel: Path) -> None:
    assert wheel.name == "ftrack_typed-0.1.0-py3-none-any.whl"


def test_wheel_holds_both_packages_and_their_data_and_nothing_else(wheel: Path, clone: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    packed = {name for name in names if ".dist-info/" not in name}
    assert packed == (
        files_below(clone / "ftrack_typed", "ftrack_typed")
        | files_below(clone / "generator" / "ftrack_gen", "ftrack_gen")
        | files_below(clone / "templates", "ftrack_gen/templates")
        | files_below(clone / "schemas" / "standard", "ftrack_typed/standard")
    )
    assert {"ftrack_typed/py.typed", "ftrack_gen/py.typed", "ftrack_typed/standard/query_schemas.json"} <= packed
    assert any(name.startswith("ftrack_gen/templates/") for name in packed)
    assert {name.partition("/")[2] for name in names - packed} == {
        *("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    }


def test_sdist_builds_the_same_wheel(builder: Installation, sdist: Path, wheel: Path, tmp_path: Path) -> None:
    if sys.version_info >= (3, 12):
        shutil.unpack_archive(sdist, tmp_path, filter="data")
    else:
        shutil.unpack_archive(sdist, tmp_path)
    (unpacked,) = tmp_path.iterdir()
    (tmp_path / "rebuilt").mkdir()
    rebuilt = build(builder, "wheel", unpacked, tmp_path / "rebuilt")
    assert rebuilt.name == wheel.name
    assert contents(rebuilt) == contents(wheel)


def contents(wheel: Path) -> dict[str, bytes]:
    """Return the files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_bare_installation_imports_and_structures_a_schema(bare_installation: Installation, tmp_path: Path) -> None:
    code = """
import importlib.util, json
import ftrack_typed.entities, ftrack_typed.session
from ftrack_typed.schema import standard_workspace, structure_schemas
for extra in ("jinja2", "lark", "starlette", "sqlalchemy"):
    assert importlib.util.find_spec(extra) is None, extra
text = (standard_workspace() / "query_schemas.json").read_text("utf-8")
print(len(structure_schemas(json.loads(text))))
print(standard_workspace())
"""
    count, folder = bare_installation.run("-c", code, cwd=tmp_path).splitlines()
    assert int(count) > 100
    assert Path(folder).is_relative_to(bare_installation.origin)


def test_bare_installation_names_the_extra_that_is_missing(bare_installation: Installation, tmp_path: Path) -> None:
    code = """
import importlib.util, sys
from ftrack_typed.cache import RedisCache
from ftrack_typed.files import S3Accessor
for extra, use in (("redis", RedisCache), ("boto3", lambda: S3Accessor("studio"))):
    assert importlib.util.find_spec(extra) is None, extra
    try:
        use()
    except ImportError as error:
        print(error)
"""
    redis, s3 = bare_installation.run("-c", code, cwd=tmp_path).splitlines()
    assert "pip install 'ftrack-typed[redis]'" in redis
    assert "pip install 'ftrack-typed[s3]'" in s3


def test_every_way_finds_its_own_modules_and_data(installation: Installation, tmp_path: Path) -> None:
    code = """
import ftrack_gen, ftrack_typed
from ftrack_gen.data import templates
from ftrack_typed.schema import standard_workspace
for place in (ftrack_gen.__file__, ftrack_typed.__file__, templates(), standard_workspace()):
    print(place)
"""
    for place in installation.run("-c", code, cwd=tmp_path).splitlines():
        assert Path(place).resolve().is_relative_to(installation.origin.resolve())


def test_every_way_generates_from_the_standard_workspace(installation: Installation, tmp_path: Path) -> None:
    assert "usage: ftrack-gen" in installation.run("-m", "ftrack_gen", "--help", cwd=tmp_path)
    code = "from ftrack_typed.schema import standard_workspace; print(standard_workspace())"
    workspace = installation.run("-c", code, cwd=tmp_path).strip()
    installation.run("-m", "ftrack_gen", "--workspace", workspace, "--output", "studio", cwd=tmp_path)
    installation.run("-m", "ftrack_gen", "check", "--workspace", workspace, "--output", "studio", cwd=tmp_path)
    place, count = installation.run("-c", IMPORT_ALL, str(tmp_path), "studio", cwd=tmp_path).splitlines()
    assert Path(place) == tmp_path / "studio" / "__init__.py"
    assert int(count) > 100


def test_pytest_finds_the_fixtures(bare_installation: Installation, tmp_path: Path) -> None:
    code = """
from importlib.metadata import entry_points
print(*[point.value for point in entry_points(group="pytest11") if point.name == "ftrack-typed"])
"""
    assert bare_installation.run("-c", code, cwd=tmp_path) == "ftrack_typed.testing\n"


@pytest.mark.parametrize("fixture", ["wheel_installation", "editable_installation"])
def test_program_is_installed(fixture: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    installation: Installation = request.getfixturevalue(fixture)
    assert "usage: ftrack-gen" in run(str(installation.program("ftrack-gen")), "--help", cwd=tmp_path)


def test_editable_installation_holds_no_copy(editable_installation: Installation) -> None:
    site = next(editable_installation.python.parent.parent.rglob("site-packages"))
    assert not list(site.glob("ftrack_typed/*"))
    assert not list(site.glob("ftrack_gen/*"))
