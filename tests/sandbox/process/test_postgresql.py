"""Tests the sandbox on a server of PostgreSQL: what it refuses to use, what a restart leaves, and what differs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import sqlalchemy as sql

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.dialects import dialect_of
from ftrack_typed.sandbox.serving import DatabaseUnusableError, PackageMissingError, SeedUnusableError
from tests.sandbox.databases import PostgreSQLServer
from tests.sandbox.process.conftest import PATIENCE, Api, Start, create, environment, run, update
from tests.sandbox.process.test_command import assert_refused
from tests.sandbox.process.test_seeds import SEED

SECRET = "s3cret/word"


@pytest.fixture
def url(postgresql: PostgreSQLServer) -> str:
    return postgresql.new_database()


@pytest.fixture
def sandbox(url: str) -> Iterator[Sandbox]:
    with Sandbox(database=url) as running:
        yield running


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    with requests.Session() as http:
        yield Api(sandbox.server_url, sandbox.api_user, sandbox.api_key, http)


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements, as an administrator of the database would, and return the rows of the last one."""
    engine = sql.create_engine(sql.make_url(url).set(drivername="postgresql+psycopg"))
    rows: list[tuple[object, ...]] = []
    with engine.begin() as connection:
        for statement in statements:
            result = connection.exec_driver_sql(statement)
            rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


# What cannot be used.


@pytest.mark.parametrize(
    "database",
    [
        f"postgresql://ann:{SECRET}@127.0.0.1:1/studio",
        f"postgres://ann@127.0.0.1:1/studio?password={SECRET}",
        f"postgresql+psycopg2://ann:{SECRET}@127.0.0.1/studio",
        f"mysql://ann:{SECRET}@127.0.0.1/studio",
        f"postgresql://ann:{SECRET}@127.0.0.1:port/studio",
        f"postgresql:ann:{SECRET}@127.0.0.1/studio",
        f"postgresql:/ann:{SECRET}@127.0.0.1/studio",
        f"postgresql://ann:{SECRET}@127.0.0.1/studio?colour=red",
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_its_password(database: str) -> None:
    done = run("--database", database)
    assert_refused(done, 4, "127.0.0.1")
    assert SECRET not in done.stderr
    assert "***" in done.stderr


def test_a_server_that_does_not_listen_is_told_so() -> None:
    assert_refused(run("--database", "postgresql://ann@127.0.0.1:1/studio"), 4, "ann@127.0.0.1:1/studio", "refused")


def test_a_database_that_does_not_exist_is_told_so(postgresql: PostgreSQLServer) -> None:
    assert_refused(run("--database", postgresql.url("absent")), 4, 'database "absent" does not exist')


def test_the_missing_package_is_named_with_what_installs_it(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['psycopg'] = None\n", "utf-8")
    paths = os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])
    for command in ((), ("export",), ("user", "list")):
        done = run(*command, "--database", "postgresql://ann@127.0.0.1:1/studio", PYTHONPATH=paths)
        assert_refused(done, 6, "psycopg", "pip install 'ftrack-typed[sandbox,postgres]'")


def test_the_missing_package_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(PackageMissingError, match="psycopg"):
        Sandbox(database="postgresql://ann@127.0.0.1:1/studio").start()


def test_a_database_of_something_else_is_left_alone(url: str) -> None:
    execute(url, "CREATE TABLE note (id integer)", "CREATE TABLE auth_user (id integer)")
    assert_refused(run("--database", url), 4, "the tables of something else (auth_user)", "an empty one")
    assert execute(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(2,)]
    assert_refused(run("user", "list", "--database", url), 4, "there is no database")


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    engine = sql.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE invoice (id INTEGER)")
    engine.dispose()
    assert_refused(run("--database", str(path)), 4, "the tables of something else (invoice)", "an empty one")
    assert sql.inspect(engine).get_table_names() == ["invoice"]
    engine.dispose()


def test_tables_beside_those_of_a_sandbox_do_no_harm(url: str) -> None:
    Sandbox(database=url).start().stop()
    execute(url, "CREATE TABLE report (id integer)")
    Sandbox(database=url).start().stop()


def test_an_encoding_that_lacks_characters_is_refused(postgresql: PostgreSQLServer) -> None:
    url = postgresql.new_database("TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    assert_refused(run("--database", url), 4, "LATIN1", "UTF8")


def test_a_search_path_without_a_schema_is_refused(url: str) -> None:
    assert_refused(run("--database", f"{url}&options=-csearch_path=absent"), 4, "no schema")


def test_schemas_of_one_database_are_databases_of_their_own(url: str) -> None:
    execute(url, "CREATE SCHEMA one", "CREATE SCHEMA two")
    with (
        Sandbox(database=f"{url}&options=-csearch_path=one") as one,
        Sandbox(database=f"{url}&options=-csearch_path%3Dtwo") as two,
    ):
        for sandbox, name in ((one, "first"), (two, "second")):
            api = Api(sandbox.server_url, sandbox.api_user, sandbox.api_key)
            api.call(create("Scope", name=name))
            assert [row["name"] for row in api.rows("select name from Scope")] == [name]
            api.http.close()
    assert execute(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


# Seeds.


def test_a_bad_seed_leaves_no_database(url: str, tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps([*SEED, create("Scope", name=5)]), "utf-8")
    with pytest.raises(SeedUnusableError, match=f"operation {len(SEED)}: ValidationError"):
        Sandbox(seed=seed, database=url).start()
    assert execute(url, "SELECT schemaname FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'") == []
    seed.write_text(json.dumps(SEED), "utf-8")
    with Sandbox(seed=seed, database=url) as sandbox, requests.Session() as http:
        api = Api(sandbox.server_url, sandbox.api_user, sandbox.api_key, http)
        assert [row["name"] for row in api.rows("select name from Project")] == ["seeded"]
        assert api.call({"action": "send_user_invite", "user_id": api.rows("User")[0]["id"]}) == [{"sent": True}]
    assert execute(url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'ftrack%%'") == []


def test_what_a_killed_start_left_is_no_database(url: str, tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps(SEED), "utf-8")
    filling = dialect_of(url).filling()
    assert filling is not None
    half = filling.__enter__()  # and never left
    execute(half, "CREATE TABLE sandbox_database (layout integer)", "CREATE TABLE note (id integer)")
    assert not dialect_of(url).is_there()
    with Sandbox(seed=seed, database=url) as sandbox, requests.Session() as http:
        api = Api(sandbox.server_url, sandbox.api_user, sandbox.api_key, http)
        assert [row["name"] for row in api.rows("select name from Project")] == ["seeded"]


# Connections that end.

END = f"""
SELECT pg_terminate_backend(pid, {PATIENCE * 1000:.0f}) FROM pg_stat_activity
WHERE datname = current_database() AND pid != pg_backend_pid()
"""
"""Ends the connections of everybody else, and waits until they have ended."""

WAITING = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (
    SELECT oid FROM pg_database WHERE datname = current_database()
)
"""
"""Counts who waits for a lock in this database; other tests use others of the same server."""


def test_a_restarted_server_is_found_again(sandbox: Sandbox, api: Api, url: str) -> None:
    api.call(create("Scope", name="before"))
    execute(url, END)
    assert [row["name"] for row in api.rows("select name from Scope")] == ["before"]
    api.call(create("Scope", name="after"))
    with pytest.raises(DatabaseUnusableError, match="another ftrack-sandbox serves it"):
        Sandbox(database=url).start()


def test_who_lost_the_database_to_another_writes_nothing(sandbox: Sandbox, api: Api, url: str) -> None:
    """A restart of the server frees the database: whoever takes it then has it alone."""
    api.call(create("Scope", name="before"))
    execute(url, END)
    with Sandbox(database=url):
        for _ in range(2):
            response = api.post([create("Scope", name="lost")], ftrack_strict_api="true")
            assert (response.status_code, response.json()["exception"]) == (500, "DatabaseError")
            assert "another ftrack-sandbox serves it" in response.json()["content"]
    assert [row["name"] for row in api.rows("select name from Scope")] == ["before"]
    api.call(create("Scope", name="after"))


def test_a_writer_waits_for_one_of_another_process_and_readers_do_not(api: Api, url: str) -> None:
    other = dialect_of(url)
    engine = other.engine()
    with ThreadPoolExecutor(1) as pool:
        with other.transaction(engine, writing=True):
            writing = pool.submit(api.call, create("Scope", name="later"))
            until(lambda: execute(url, WAITING) == [(1,)])
            assert not writing.done()
            reader = Api(api.url, api.user, api.key)
            assert reader.rows("select name from Scope") == []
            reader.http.close()
        writing.result(PATIENCE)
    engine.dispose()
    assert [row["name"] for row in api.rows("select name from Scope")] == ["later"]


# What differs.


@pytest.mark.parametrize("where", ["ftrack-user", "key"])
def test_a_nul_is_refused_wherever_it_comes_from(api: Api, where: str) -> None:
    credentials = {"username": "a\0b" if where == "ftrack-user" else api.user, "apiKey": api.key}
    for path in ("get", "thumbnail", "remove"):
        parameters = {**credentials, "id": "a\0b"}
        response = api.http.get(f"{api.url}/component/{path}", params=parameters, timeout=PATIENCE)
        assert 400 <= response.status_code < 500, (path, response.text)
    nested = create("Metadata", parent_id="x", parent_type="Task", key="k", value="a\0b")
    response = api.post([{"action": "query", "expression": "Scope"}, nested], ftrack_strict_api="true")
    assert response.status_code == 422
    assert response.json()["content"].startswith("Metadata.value has the character U+0000")


def test_numbers_out_of_range_and_long_names_are_refused(api: Api) -> None:
    (schema, *_) = api.rows("ProjectSchema")
    long = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(5_000))
    batches = [
        [create("Project", name=long, project_schema_id=schema["id"])],
        [{"action": "query", "expression": "Task where bid is 1e400 or sort < -1e400"}],
        [{"action": "query", "expression": f"Task where {' or '.join(['(' * 3000 + 'bid is 1' + ')' * 3000])}"}],
    ]
    for batch in batches:
        response = api.post(batch, ftrack_strict_api="true")
        assert response.status_code == 422, response.text[:300]


def test_files_lie_in_a_folder_of_the_user_that_is_of_this_database_alone(postgresql: PostgreSQLServer) -> None:
    urls = [postgresql.new_database(), postgresql.new_database()]
    folders: list[Path] = []
    for url in (*urls, f"{urls[0]}&application_name=again"):
        with Sandbox(database=url) as sandbox:
            folders.append(sandbox.service.files.storage.folder)
    assert folders[0] == folders[2] != folders[1]
    assert all(folder.is_dir() and os.environ["XDG_DATA_HOME"] in str(folder) for folder in folders)


@pytest.mark.slow
def test_the_demo_and_every_command_work(start: Start, url: str) -> None:
    process = start("--database", url, "--demo")
    api = process.api()
    (task, *_) = api.rows("select name from Task where project.name is demo")
    api.call(update("Task", task["id"], name="edited"))
    assert run("user", "list", "--database", url).stdout.startswith("anna.lind\tactive\tno key")
    assert_refused(run("user", "add", "ann", "--database", url), 4, "another ftrack-sandbox serves it")
    process.stop()
    assert run("user", "add", "ann", "--database", url, "--project", "demo").returncode == 0
    assert '"edited"' in run("export", "--database", url).stdout
