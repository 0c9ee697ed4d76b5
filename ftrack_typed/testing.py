"""Owns the pytest fixtures with which studios test code of their own against a sandbox: see docs/testing.md.

pytest loads this module in every run where the package is installed, so that it imports nothing else of the package
before a test asks for a fixture.
"""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest

if TYPE_CHECKING:
    from .entity import Entity
    from .sandbox import Sandbox
    from .session import Session

T = TypeVar("T")

_STANDARD: Final = "ftrack_typed.entities"

_SETTINGS: Final = {
    "workspace": "folder of the cached workspace that the sandbox serves; without it, a stock server",
    "seed": "file of operations that the sandbox begins with, as `ftrack-sandbox --seed` takes it",
    "entities": f"generated package whose Session ftrack_session is; without it, {_STANDARD}",
    "demo": "whether the sandbox has the demo project",
}
"""What a project sets as `ftrack_NAME` in its settings of pytest, and a test as `pytest.mark.ftrack(NAME=...)`."""

_PATHS: Final = ("workspace", "seed")

_NEEDS: Final = "pip install 'ftrack-typed[testing]' installs what tests need"

_HIDDEN: Final = ("FTRACK_APIKEY", "FTRACK_EVENT_PLUGIN_PATH")
"""Variables that would lead code under test to a studio's key or plugins."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the settings of a project to those of pytest."""
    for name, meaning in _SETTINGS.items():
        if name == "demo":
            parser.addini(f"ftrack_{name}", meaning, type="bool")
        else:
            parser.addini(f"ftrack_{name}", meaning, type="string")


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker."""
    config.addinivalue_line("markers", f"ftrack({', '.join(_SETTINGS)}): what the sandbox of a test is made of")


@pytest.fixture
def ftrack_sandbox(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    _ftrack_databases: dict[str, Path],
) -> Iterator[Sandbox]:
    """A server for this test alone. Sessions that code under test opens without arguments use it."""
    settings = _settings(request)
    folder = tmp_path_factory.mktemp("ftrack")
    key = repr(sorted(settings.items(), key=str))

    def start() -> Sandbox:
        if key not in _ftrack_databases:
            _ftrack_databases[key] = _new_database(tmp_path_factory.mktemp("ftrack-new"), settings)
        # A copy takes a fraction of the time in which a database is made.
        shutil.copy(_ftrack_databases[key], folder / "ftrack.db")
        return _sandbox(folder, workspace=settings.get("workspace")).start()

    with _usable(start, _NEEDS) as sandbox:
        for name, value in sandbox.environment().items():
            monkeypatch.setenv(name, value)
        for name in _HIDDEN:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("FTRACK_API_SCHEMA_CACHE_PATH", str(folder))
        yield sandbox


@pytest.fixture
def ftrack_session(request: pytest.FixtureRequest, ftrack_sandbox: Sandbox) -> Iterator[Session]:
    """A session of the administrator, of the package that the project names; what it did not commit is forgotten."""
    package = str(_settings(request).get("entities") or _STANDARD)
    needs = "ftrack_entities names it: ftrack-gen makes it"
    make: type[Session] = _usable(lambda: importlib.import_module(package).Session, needs, AttributeError)
    session = make(ftrack_sandbox.server_url, ftrack_sandbox.api_key, ftrack_sandbox.api_user)
    ftrack_sandbox.requests.clear()
    yield session
    if not session.closed:
        session.rollback()
        session.close()


@pytest.fixture
def ftrack_project(ftrack_session: Session, ftrack_sandbox: Sandbox) -> Entity:
    """A new project, named ``test``, of the first project schema; the requests for it are not in the log."""
    schema = ftrack_session.query("ProjectSchema").first()
    values = {"name": "test", "full_name": "Test", "project_schema": schema}
    project = ftrack_session.create(ftrack_session.types["Project"], **values)
    ftrack_session.commit()
    ftrack_sandbox.requests.clear()
    return project


@pytest.fixture(scope="session")
def _ftrack_databases() -> dict[str, Path]:
    """The databases that tests begin with, by their settings."""
    return {}


def _new_database(folder: Path, settings: Mapping[str, object]) -> Path:
    made = {name: settings[name] for name in ("workspace", "seed", "demo") if name in settings}
    with _sandbox(folder, **made):
        return folder / "ftrack.db"


def _sandbox(folder: Path, **options: Any) -> Sandbox:
    from .sandbox.in_process import Sandbox

    return Sandbox(database=str(folder / "ftrack.db"), files=folder / "files", **options)


def _settings(request: pytest.FixtureRequest) -> dict[str, object]:
    """Return what the project sets, and in its place what the marks of the test say, the nearest one first."""
    config = request.config
    settings: dict[str, object] = {name: config.getini(f"ftrack_{name}") for name in _SETTINGS}
    for mark in reversed(list(request.node.iter_markers("ftrack"))):
        unknown = sorted(mark.kwargs.keys() - _SETTINGS.keys())
        if unknown or mark.args:
            wrong = unknown[0] if unknown else repr(mark.args[0])
            pytest.fail(f"pytest.mark.ftrack takes {', '.join(_SETTINGS)} by name, not {wrong}", pytrace=False)
        settings.update(mark.kwargs)
    settings = {name: value for name, value in settings.items() if value}
    base = config.inipath.parent if config.inipath else config.rootpath
    return settings | {name: base / str(settings[name]) for name in _PATHS if name in settings}


def _usable(make: Callable[[], T], needs: str, *errors: type[Exception]) -> T:
    """Return what *make* makes; fail the test with one line where something that it needs is not there."""
    from .errors import FtrackError

    caught: tuple[type[Exception], ...] = (FtrackError, *errors)
    try:
        return make()
    except ModuleNotFoundError as error:
        reason = f"{error} ({needs})"
    except caught as error:
        reason = str(error)
    pytest.fail(f"the ftrack sandbox of this test: {reason}", pytrace=False)
