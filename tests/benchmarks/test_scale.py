"""Tests the benchmark of the sandbox: that it builds what it says, and measures every call on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.scale.command import MARKERS, ON_POSTGRESQL, main
from benchmarks.scale.measures import MEASURES
from benchmarks.scale.production import Production, build, identifier
from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.store import Store
from ftrack_typed.sandbox.workspace import Workspace
from tests.conftest import Require
from tests.sandbox.databases import running_server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, require: Require) -> Iterator[str | None]:
    """Give the URL of a new PostgreSQL database, and None for SQLite, in turn."""
    if request.param == "sqlite":
        yield None
        return
    require("postgresql")
    with running_server() as server:
        yield server.new_database()


def test_production_has_its_tasks_where_calls_look_for_them(tmp_path: Path) -> None:
    production = Production(20)
    url = f"sqlite:///{tmp_path / 'studio.db'}"
    build(url, production)
    store = Store(Workspace.standard(), url)
    expressions = [
        f"select name from Task where parent_id is {production.shot_of(9)} order by name",
        f"select parent.name from Task where id is {identifier('task', 19)} and project.name is project_0000",
    ]
    operations = [{"action": "query", "expression": each} for each in expressions]
    siblings, last = (each["data"] for each in store.execute(operations, Caller("", "")))  # type: ignore[index]
    store.close()
    assert [task["name"] for task in siblings] == [production.name_of(number) for number in range(8, 16)]
    assert [task["parent"]["name"] for task in last] == ["sh0000002"]


@pytest.mark.load
def test_every_call_is_answered_and_stands_in_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], database: str | None
) -> None:
    page = tmp_path / "page.md"
    page.write_text("\n".join(("before", *(MARKERS if database is None else ON_POSTGRESQL), "after")), "utf-8")
    given = [] if database is None else ["--database", database]
    options = ["--tasks", "20", "30", "--seconds", "0.01", "--folder", str(tmp_path), "--markdown", str(page)]
    assert main([*options, *given]) == 0
    written = page.read_text("utf-8")
    assert written.startswith("before\n")
    assert written.endswith("\nafter")
    assert ("SQLite in a file" if database is None else "PostgreSQL 1") in written
    for each in MEASURES:
        assert f"| {each.name} | 20 |" in written
    assert capsys.readouterr().out
