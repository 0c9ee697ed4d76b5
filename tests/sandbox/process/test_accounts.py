"""Tests ``ftrack-sandbox user``: users, keys and roles of a database, while no server and while one serves it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ftrack_typed.sandbox.demo import demo_id
from ftrack_typed.standard_output import OUTPUT_CLOSED
from tests.sandbox.process.conftest import PATIENCE, Api, Start, command, create, environment, run, update
from tests.sandbox.process.test_command import assert_refused

pytestmark = pytest.mark.slow


@pytest.fixture
def database(start: Start, tmp_path: Path) -> Path:
    """Give a database with the demo project, which no server serves."""
    path = tmp_path / "studio.db"
    process = start("--database", path, "--demo")
    process.api()
    process.stop()
    return path


def user(database: Path, *arguments: str) -> list[str]:
    """Run a command that is expected to succeed, and return the lines that it prints."""
    done = run("user", arguments[0], "--database", str(database), *arguments[1:])
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def exception(api: Api, operation: object) -> str | None:
    """Return the name of the error that an operation is answered with, or None where it is done."""
    answer = api.post([operation]).json()
    return answer["exception"] if isinstance(answer, dict) else None


def test_users_read_and_write_as_their_roles_say(database: Path, start: Start) -> None:
    (artist_key,) = user(database, "add", "ann", "--email", "ann@example.com")
    (guest_key,) = user(database, "add", "guest", "--read-only")
    user(database, "add", "chief", "--role", "Administrator", "--api-key", "secret")
    server = start("--database", database)
    api = server.api()
    (task, *_) = api.rows("select name from Task where project.name is demo")
    edit = update("Task", task["id"], name="edited")
    site = create("Setting", name="a", group="b", value="c")
    expected = {("ann", artist_key): (None, "PermissionError"), ("guest", guest_key): ("PermissionError",) * 2}
    for (name, key), outcome in (expected | {("chief", "secret"): (None, None)}).items():
        caller = api.as_user(name, key)
        assert caller.rows(f"select name from Task where id is {task['id']}")
        assert (exception(caller, edit), exception(caller, site)) == outcome, name
    assert api.as_user("guest", guest_key).post([edit], ftrack_strict_api="true").status_code == 403
    (stored,) = api.rows("select email, is_active from User where username is ann")
    assert (stored["email"], stored["is_active"]) == ("ann@example.com", True)


def test_a_new_key_ends_the_old_one(database: Path, start: Start) -> None:
    (old,) = user(database, "add", "ann")
    (new,) = user(database, "reset-key", "ann")
    api = start("--database", database).api()
    information = {"action": "query_server_information"}
    assert exception(api.as_user("ann", old), information) == "InvalidCredentialsError"
    assert exception(api.as_user("ann", new), information) is None


def test_users_are_listed_also_while_a_server_serves(database: Path, start: Start) -> None:
    user(database, "add", "guest", "--read-only")
    start("--database", database).api()
    lines = user(database, "list")
    assert "guest\tactive\tkey\tno role" in lines
    assert "sandbox\tactive\tkey\tAdministrator" in lines
    assert any(line.startswith("anna.lind\tactive\tno key") for line in lines)
    for arguments in (("add", "ann"), ("reset-key", "guest")):
        done = run("user", arguments[0], "--database", str(database), arguments[1])
        assert_refused(done, 4, "another ftrack-sandbox serves it")


def test_projects_are_told_by_name_full_name_or_id(database: Path, start: Start) -> None:
    keys = {
        name: user(database, "add", name, "--project", project)[0]
        for name, project in (("ann", "demo"), ("bob", "Night Train"), ("cid", demo_id("Project", "demo")))
    }
    api = start("--database", database).api()
    (task, *_) = api.rows("select name from Task where project.name is demo")
    api.call(create("Project", name="other", project_schema_id=demo_schema(api)))
    (other,) = api.rows("select id from Project where name is other")
    for name, key in keys.items():
        caller = api.as_user(name, key)
        assert exception(caller, update("Task", task["id"], description=name)) is None
        assert exception(caller, create("Task", name=name, parent_id=other["id"])) == "PermissionError"


def demo_schema(api: Api) -> str:
    """Return the id of the project schema of the demo project."""
    (project,) = api.rows("select project_schema_id from Project where name is demo")
    return str(project["project_schema_id"])


def test_a_name_that_several_projects_have_is_refused(database: Path, start: Start) -> None:
    server = start("--database", database)
    api = server.api()
    api.call(create("Project", name="demo", full_name="Day Train", project_schema_id=demo_schema(api)))
    ids = [row["id"] for row in api.rows("select id from Project where name is demo")]
    server.stop()
    at = ("--database", str(database))
    assert_refused(run("user", "add", *at, "ann", "--project", "demo"), 9, "2 projects 'demo'", *ids)
    assert_refused(run("user", "add", *at, "ann", "--project", "Day Trian"), 9, "did you mean 'Day Train'")


def test_an_empty_name_is_refused(database: Path) -> None:
    for name in ("", "  "):
        assert_refused(run("user", "add", "--database", str(database), name), 9, "must be given")
    assert all(line.partition("\t")[0].strip() for line in user(database, "list"))


@pytest.mark.parametrize("arguments", [("user", "list"), ("export",), ("--help",), ("user", "--help")])
def test_nobody_reads_the_output(database: Path, arguments: tuple[str, ...]) -> None:
    at = [] if "--help" in arguments else ["--database", str(database)]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            command(*arguments, *at),
            env=environment(),
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    finally:
        os.close(writing)
    errors = [line for line in done.stderr.splitlines() if "not the same in a database" not in line]
    assert (done.returncode, errors) == (OUTPUT_CLOSED, [])


def test_what_is_not_there_or_there_already(database: Path, tmp_path: Path) -> None:
    at = ("--database", str(database))
    assert_refused(run("user", "add", *at, "sandbox"), 9, "another User")
    assert_refused(run("user", "add", *at, "ann", "--role", "Usr"), 9, "'Usr'", "User")
    assert_refused(run("user", "add", *at, "ann", "--project", "dmeo"), 9, "'dmeo'", "demo")
    assert_refused(run("user", "reset-key", *at, "sandbx"), 9, "'sandbx'", "sandbox")
    assert not any(line.startswith("ann\t") for line in user(database, "list"))
    missing = tmp_path / "missing.db"
    assert_refused(run("user", "list", "--database", str(missing)), 4, "there is no database")
    assert list(tmp_path.glob("missing*")) == []
    assert run("user", "list").returncode == 2
