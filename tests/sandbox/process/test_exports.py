"""Tests ``ftrack-sandbox export``: what it writes makes a database that gives the same export again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.exports import Export, export
from ftrack_typed.sandbox.store import Store
from tests.sandbox.core.conftest import Calls, ref
from tests.sandbox.process.conftest import run
from tests.sandbox.process.test_command import assert_refused


def exported(sandbox: Sandbox) -> Export:
    store = sandbox.service.store
    trial = Store(store.workspace)
    try:
        return export(store, trial)
    finally:
        trial.close()


def administrator(sandbox: Sandbox) -> Calls:
    store = sandbox.service.store
    user_id = sandbox.service.users.find(sandbox.api_user)
    return Calls(store, Caller(user_id or "", sandbox.api_user, denormalize=True))


def edit(calls: Calls) -> None:
    """Leave rows that no creation leaves: renumbered, emptied, moved, linked, of people who are gone."""
    version, *_ = calls.query("AssetVersion")
    calls.update("AssetVersion", version["id"], version=900, user_id=None)
    task, other, *_ = calls.query("select parent_id, project_id, status_id from Task")
    approved = calls.one("Status where name is approved")
    calls.update("Task", task["id"], status=ref("Status", approved), parent=ref("Project", other["project_id"]))
    scope = calls.create("Scope", name='a "quoted" name, \N{SNOWMAN}')
    calls.update("Task", other["id"], scopes=[ref("Scope", scope)], description="")
    calls.update("Status", approved["id"], name="Final")
    user = calls.create("User", username="leaver", is_active=True)
    calls.create("Note", content="bye", user_id=user["id"], parent_id=task["id"], parent_type="Task")
    calls.create("AssetVersion", asset_id=version["asset_id"], user_id=user["id"])
    calls.delete("User", user["id"])


@pytest.mark.parametrize("change", [lambda calls: None, edit], ids=["demo", "edited"])
def test_an_export_makes_a_database_that_gives_the_same_export(
    tmp_path: Path, lasting_database: str, change: Callable[[Calls], None]
) -> None:
    with Sandbox(demo=True, database=lasting_database) as sandbox:
        change(administrator(sandbox))
        first = exported(sandbox)
        assert exported(sandbox).text() == first.text()
        tasks = administrator(sandbox).query("select name, status.name, parent.name, scopes.name from Task")
    path = tmp_path / "export.json"
    path.write_text(first.text(), encoding="utf-8", newline="\n")
    with Sandbox(seed=path) as sandbox:
        assert administrator(sandbox).query("select name, status.name, parent.name, scopes.name from Task") == tasks
        assert exported(sandbox).text() == first.text()
    assert len(first.left) == (2 if change is edit else 0), first.left


def test_a_new_database_has_nothing_but_its_administrator_to_export() -> None:
    with Sandbox(api_key="a secret key") as sandbox:
        found = exported(sandbox)
    assert [operation["entity_type"] for operation in found.operations if operation["action"] == "create"] == [
        "User",
        "UserSecurityRole",
    ]
    assert "a secret key" not in found.text()


@pytest.mark.slow
def test_the_command_writes_a_seed(tmp_path: Path, lasting_database: str) -> None:
    database, output = lasting_database, tmp_path / "export.json"
    with Sandbox(database=database) as sandbox:
        administrator(sandbox).create("Scope", id="scope", name="x")
        done = run("export", "--database", database, "--output", str(output))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    names = [operation["entity_data"].get("name") for operation in json.loads(output.read_text("utf-8"))]
    assert "x" in names
    assert run("export", "--database", database).stdout == output.read_text("utf-8")
    assert_refused(run("export", "--database", str(tmp_path / "missing.db")), 4, "there is no database")
