"""Tests the PostgreSQL server that tests share: that a slow machine has time to start it, and who may stop it when."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sql

from tests.conftest import Require
from tests.sandbox.databases import PostgreSQLServer, package, running_server


@pytest.fixture(autouse=True)
def _own_run(require: Require, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a test run of its own of each test, whose server no other test uses."""
    require("postgresql")
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)


def ask(server: PostgreSQLServer, query: str) -> object:
    """Return the only value that a query finds."""
    engine = sql.create_engine(server.address)
    try:
        with engine.connect() as connection:
            return connection.exec_driver_sql(query).scalar_one()
    finally:
        engine.dispose()


def test_a_server_may_take_longer_to_start_than_its_package_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    execute: Callable[..., str] = package().pgexec
    waited: list[object] = []

    def impatient(command: str, *arguments: Any, **options: Any) -> str:
        if command == "pg_ctl" and "timeout" in options:
            options["timeout"] = 60 if waited else 0.01
            waited.append(options["timeout"])
        return execute(command, *arguments, **options)

    monkeypatch.setattr(package(), "pgexec", impatient)
    with running_server() as server:
        assert ask(server, "SELECT 1") == 1
    assert waited[0] == 0.01


def test_the_first_to_leave_stops_it_for_nobody_else() -> None:
    with running_server() as outer:
        with running_server() as inner:
            assert inner.address == outer.address
        assert ask(outer, "SELECT 1") == 1


def test_nothing_counts_rows_by_itself() -> None:
    """What PostgreSQL counts changes its plans, which tests look at."""
    with running_server() as server:
        assert ask(server, "SHOW autovacuum") == "off"
