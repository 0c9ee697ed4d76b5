"""Owns the databases that tests of the sandbox run on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Require
from tests.sandbox.databases import PostgreSQLServer, running_server


@pytest.fixture(scope="session", autouse=True)
def _data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep files that lie in a folder of the user out of that of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def postgresql(require: Require) -> Iterator[PostgreSQLServer]:
    """Give a server of PostgreSQL; skip where there is none."""
    require("postgresql")
    with running_server() as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Give the URL of a new database, of each kind in turn."""
    if request.param == "sqlite":
        return "sqlite://"
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture(params=["file", "postgresql"])
def lasting_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a new database that outlives whoever opens it, of each kind in turn."""
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'studio.db'}"
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    return server.new_database()
