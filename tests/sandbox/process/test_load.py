"""Tests what load and kills leave: every acknowledged batch, none by half, and no version number twice."""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
import requests

from ftrack_typed.sandbox import Sandbox
from tests.sandbox.process.conftest import PATIENCE, Api, Start, create, update

KILLS = 20
CLIENTS = 8
ROUNDS = 10


def api_of(sandbox: Sandbox) -> Api:
    return Api(sandbox.server_url, sandbox.api_user, sandbox.api_key)


def new_asset(api: Api) -> tuple[str, str]:
    """Make a project with an asset, and return the ids of both."""
    project, asset = str(uuid.uuid4()), str(uuid.uuid4())
    (schema, *_) = api.rows("ProjectSchema")
    api.call(
        create("Project", id=project, name=project, project_schema_id=schema["id"]),
        create("Asset", id=asset, name="plate", context_id=project),
    )
    return project, asset


def test_clients_that_publish_at_once_in_memory_get_distinct_numbers() -> None:
    publish_at_once("sqlite://")


def test_clients_that_publish_at_once_get_distinct_numbers_and_lose_no_update(lasting_database: str) -> None:
    publish_at_once(lasting_database)


def publish_at_once(database: str) -> None:
    with Sandbox(database=database) as sandbox:
        api = api_of(sandbox)
        project, asset = new_asset(api)
        start = threading.Barrier(CLIENTS)

        def publish(client: int) -> list[int]:
            mine = api_of(sandbox)
            numbers: list[int] = []
            start.wait()
            for count in range(ROUNDS):
                key = str(client)
                note = {"parent_id": project, "parent_type": "Project", "key": key, "value": str(count)}
                tell = create("Metadata", **note)
                if count:
                    tell = {**update("Metadata", "", value=str(count)), "entity_key": [project, key]}
                version, _ = mine.call(create("AssetVersion", asset_id=asset), tell)
                numbers.append(version["data"]["version"])
            mine.http.close()
            return numbers

        with ThreadPoolExecutor(CLIENTS) as pool:
            given = list(pool.map(publish, range(CLIENTS)))
        assert sorted(number for numbers in given for number in numbers) == list(range(1, CLIENTS * ROUNDS + 1))
        assert all(numbers == sorted(numbers) for numbers in given)
        stored = api.rows(f"select version from AssetVersion where asset_id is '{asset}'")
        assert sorted(row["version"] for row in stored) == list(range(1, CLIENTS * ROUNDS + 1))
        metadata = api.rows(f"select key, value from Metadata where parent_id is '{project}'")
        assert {row["key"]: row["value"] for row in metadata} == {str(n): str(ROUNDS - 1) for n in range(CLIENTS)}
        api.http.close()


class Writer(threading.Thread):
    """Sends batches until the server dies, and keeps which of them it acknowledged."""

    def __init__(self, api: Api, asset: str, enough: threading.Semaphore) -> None:
        super().__init__()
        self.api, self.asset, self.enough = api, asset, enough
        self.acknowledged: list[tuple[str, int]] = []

    def run(self) -> None:
        while True:
            batch = uuid.uuid4().hex
            halves = [create("Scope", id=f"{batch}-{half}", name=batch) for half in "ab"]
            try:
                answer: Any = self.api.post([halves[0], create("AssetVersion", asset_id=self.asset), halves[1]]).json()
            except (requests.RequestException, ValueError):
                return
            self.acknowledged.append((batch, answer[1]["data"]["version"]))
            self.enough.release()


@pytest.mark.load
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a signal of POSIX")
def test_kills_during_writes_lose_nothing_acknowledged(start: Start, lasting_database: str) -> None:
    database = lasting_database
    acknowledged: list[tuple[str, int]] = []
    asset = ""
    for kill in range(KILLS + 1):
        process = start("--database", database)
        api = process.api()
        if not asset:
            _, asset = new_asset(api)
        names = [row["name"] for row in api.rows("select name from Scope")]
        assert {batch for batch, _ in acknowledged} <= set(names), f"after kill {kill}"
        assert all(names.count(name) == 2 for name in set(names)), f"after kill {kill}"
        versions = [row["version"] for row in api.rows("select version from AssetVersion")]
        assert sorted(versions) == list(range(1, len(names) // 2 + 1)), f"after kill {kill}"
        assert {number for _, number in acknowledged} <= set(versions)
        if kill < KILLS:
            acknowledged += killed_while_writing(process, api, asset, acknowledgements=5 + kill)
    assert len({number for _, number in acknowledged}) == len(acknowledged)
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def killed_while_writing(process: Any, api: Api, asset: str, acknowledgements: int) -> list[tuple[str, int]]:
    """Kill a server while four clients write to it, and return what it acknowledged."""
    enough = threading.Semaphore(0)
    writers = [Writer(Api(api.url, api.user, api.key), asset, enough) for _ in range(4)]
    for writer in writers:
        writer.start()
    for _ in range(acknowledgements):
        assert enough.acquire(timeout=PATIENCE)
    process.process.kill()
    for writer in writers:
        writer.join()
        writer.api.http.close()
    process.close()
    return [each for writer in writers for each in writer.acknowledged]
