"""Owns the store that these tests call, and the words for calling it."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
import pytest

from ftrack_typed.sandbox.caller import Caller
from ftrack_typed.sandbox.faults import Fault
from ftrack_typed.sandbox.store import Store
from ftrack_typed.sandbox.workspace import Workspace

Entity = dict[str, Any]

USER = "00000000-0000-4000-8000-000000000001"
TASK_TYPE = "11c137c0-ee7e-4f9c-91c5-8c77cec22b2c"


def ref(entity_type: str, entity: Mapping[str, Any] | str, key: str = "id") -> Entity:
    """Name an entity as clients do."""
    return {"__entity_type__": entity_type, key: entity if isinstance(entity, str) else entity[key]}


def moment(text: str) -> Entity:
    return {"__type__": "datetime", "value": text}


@attrs.frozen
class Calls:
    """One caller of a store."""

    store: Store
    caller: Caller

    def batch(self, *operations: Entity) -> list[Any]:
        return self.store.execute(operations, self.caller)

    def result(self, expression: str) -> Entity:
        (answer,) = self.batch(query(expression))
        assert isinstance(answer, dict)
        return answer

    def query(self, expression: str) -> list[Entity]:
        data = self.result(expression)["data"]
        assert isinstance(data, list)
        return data

    def names(self, expression: str) -> list[Any]:
        """Return the names of what a query without a select finds, in its order."""
        return [row["name"] for row in self.query(f"select name from {expression}")]

    def one(self, expression: str) -> Entity:
        (row,) = self.query(expression)
        return row

    def create(self, entity_type: str, /, **data: Any) -> Entity:
        (answer,) = self.batch(create(entity_type, **data))
        assert answer["action"] == "create"
        found = answer["data"]
        assert isinstance(found, dict)
        return found

    def update(self, entity_type: str, key: Any, /, **data: Any) -> Entity:
        (answer,) = self.batch(update(entity_type, key, **data))
        assert answer["action"] == "update"
        found = answer["data"]
        assert isinstance(found, dict)
        return found

    def delete(self, entity_type: str, *key: str) -> None:
        assert self.batch(delete(entity_type, *key)) == [{"action": "delete", "data": True}]

    def attempt(self, *operations: Entity) -> list[Any] | Fault:
        """Return the answers of a batch, or the error."""
        try:
            return self.batch(*operations)
        except Fault as fault:
            return fault

    def fault(self, *operations: Entity) -> Fault:
        """Return the error that a batch is answered with."""
        with pytest.raises(Fault) as caught:
            self.batch(*operations)
        return caught.value


def query(expression: str) -> Entity:
    return {"action": "query", "expression": expression}


def create(entity_type: str, /, **data: Any) -> Entity:
    return {"action": "create", "entity_type": entity_type, "entity_data": {"__entity_type__": entity_type, **data}}


def update(entity_type: str, key: Any, /, **data: Any) -> Entity:
    entity_key = [key] if isinstance(key, str) else list(key)
    entity_data = {"__entity_type__": entity_type, **data}
    return {"action": "update", "entity_type": entity_type, "entity_key": entity_key, "entity_data": entity_data}


def delete(entity_type: str, *key: str) -> Entity:
    return {"action": "delete", "entity_type": entity_type, "entity_key": list(key)}


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    return Workspace.standard()


@pytest.fixture(scope="module")
def store(workspace: Workspace, database: str) -> Iterator[Store]:
    """Give one store to all tests of a module; each makes a project of its own in it."""
    made = Store(workspace, database)
    made.insert_user(USER, "admin")
    yield made
    made.close()


@pytest.fixture(scope="module")
def calls(store: Store) -> Calls:
    return Calls(store, Caller(USER, "admin"))


_NUMBERS = itertools.count(1)


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Give names that no other test uses."""
    return lambda word: f"{word}_{next(_NUMBERS)}"


@pytest.fixture
def project(calls: Calls, unique: Callable[[str], str]) -> Entity:
    schema = calls.query("ProjectSchema")[0]
    return calls.create(
        "Project", id=str(uuid.uuid4()), name=unique("project"), project_schema=ref("ProjectSchema", schema)
    )


@pytest.fixture
def shot(calls: Calls, project: Entity) -> Entity:
    return calls.create("Shot", name="sh010", parent=ref("Project", project))


@pytest.fixture
def task(calls: Calls, shot: Entity) -> Entity:
    return calls.create("Task", name="animation", parent=ref("Shot", shot))


@pytest.fixture
def asset(calls: Calls, shot: Entity) -> Entity:
    return calls.create("Asset", name="plate", parent=ref("Shot", shot))


@pytest.fixture
def version(calls: Calls, asset: Entity) -> Entity:
    return calls.create("AssetVersion", asset=ref("Asset", asset))
