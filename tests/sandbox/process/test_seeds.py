"""Tests ``--seed``: operations run as one batch on a new database, and files that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.serving import SeedUnusableError
from tests.sandbox.core.conftest import Calls, create, ref, update
from tests.sandbox.process.conftest import run
from tests.sandbox.process.test_command import assert_refused

SCHEMA = "caddd816-acb5-11e1-8668-f23c91df1211"
PROJECT = "5671dcb0-66de-11e1-8e6e-f23c91df25eb"
ADMINISTRATOR = "bcdf57b0-acc6-11e1-a554-f23c91df1211"

SEED = [
    create("User", id=ADMINISTRATOR, username="sandbox", first_name="Ann", is_active=True),
    create("Project", id=PROJECT, name="seeded", project_schema=ref("ProjectSchema", SCHEMA)),
    create("Shot", id="shot", name="sh010", parent=ref("Project", PROJECT)),
    create("Task", id="task", name="anim", parent=ref("Shot", "shot"), assignments=[]),
    create("Scope", id="scope"),
    update("Scope", "scope", name="later"),
    create("WorkflowSchema", id="workflow", name="seeded"),
    create("WorkflowSchemaStatus", workflow_schema_id="workflow", status_id="44dd9fb2-4164-11df-9218-0019bb4983d8"),
    update("Task", "task", scopes=[ref("Scope", "scope")]),
    update("Setting", ["storage_scenario", "STORAGE"], value="{}"),
    create("Status", id="44dd9fb2-4164-11df-9218-0019bb4983d8", name="Renamed by a create"),
]


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(SEED))
    return path


def calls(sandbox: Sandbox) -> Calls:
    return Calls(sandbox.service.store, Caller("", "", denormalize=True))


def test_a_seed_is_a_batch_of_the_administrator(seed: Path) -> None:
    with Sandbox(seed=seed) as sandbox:
        server = calls(sandbox)
        project = server.one("select name, created_by_id, status from Project")
        assert (project["id"], project["name"], project["status"]) == (PROJECT, "seeded", "active")
        task = server.one("select project_id, created_by_id, status.name, scopes.name, parent.name from Task")
        assert (task["project_id"], task["created_by_id"], task["parent"]["name"]) == (PROJECT, ADMINISTRATOR, "sh010")
        assert task["status"]["name"] == "Renamed by a create"
        assert [scope["name"] for scope in task["scopes"]] == ["later"]
        assert server.one("select username, first_name from User")["first_name"] == "Ann"
        (workflow,) = server.query("select statuses.name from WorkflowSchema where id is workflow")
        assert [status["name"] for status in workflow["statuses"]] == ["Renamed by a create"]


def test_a_database_that_is_not_new_is_left_alone(seed: Path, tmp_path: Path, lasting_database: str) -> None:
    with Sandbox(seed=seed, database=lasting_database) as sandbox:
        calls(sandbox).update("Project", PROJECT, name="edited")
    with Sandbox(seed=seed, database=lasting_database) as sandbox:
        assert calls(sandbox).names("Project") == ["edited"]
    assert not list(tmp_path.glob("*.seeding*"))


def test_what_a_killed_start_left_is_no_database(seed: Path, tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    path.with_name("studio.db.seeding").write_bytes(b"half a database")
    with Sandbox(seed=seed, database=str(path)) as sandbox:
        assert calls(sandbox).names("Project") == ["seeded"]
    assert not list(tmp_path.glob("*.seeding*"))


BAD: list[tuple[Any, str]] = [
    ("{", "cannot read the seed"),
    ({"action": "create"}, "must hold a JSON array"),
    ([create("Scope", name="x"), 5], "operation 1 must be a JSON object"),
    ([{"action": "delete", "entity_type": "Task", "entity_key": ["x"]}], "operation 0 has the action 'delete'"),
    ([{"action": "create", "entity_data": {}}], "operation 0 must name its type"),
    ([{"action": "create", "entity_type": "Task"}], "operation 0 must have an object as entity_data"),
    ([create("Scope", name="x"), create("Taks", name="x")], "operation 1: ValidationError: there is no entity type"),
    ([create("Scope", name="x"), create("Scope", name=5)], "operation 1: ValidationError: Scope.name must be a text"),
    ([create("Scope", name="x"), create("Scope"), create("Scope", name="y")], "operation 1: ValidationError"),
    ([create("Scope", name="x"), create("Task", name="x", parent_id="gone")], "operation 1: IntegrityError"),
    ([update("Task", "gone", name="x")], "operation 0: IntegrityError"),
]


@pytest.mark.parametrize(("content", "words"), BAD)
def test_a_bad_seed_leaves_nothing(tmp_path: Path, content: Any, words: str) -> None:
    seed, folder = tmp_path / "seed.json", tmp_path / "data"
    folder.mkdir()
    seed.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(SeedUnusableError) as caught, Sandbox(seed=seed, database=str(folder / "studio.db")):
        pass
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [path.name for path in folder.iterdir() if not path.name.endswith(".lock")] == []


@pytest.mark.slow
def test_a_bad_seed_is_one_line_and_an_exit_code(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps([create("Scope", name="x"), create("Scope", name=5)]))
    assert_refused(run("--seed", str(seed)), 8, str(seed), "operation 1", "Scope.name must be a text")
    assert_refused(run("--seed", str(tmp_path / "missing.json")), 8, "cannot read the seed")
