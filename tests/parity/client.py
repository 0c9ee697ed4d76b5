"""Owns what a fact gets: one client, under the names that both clients share, and the server that it talks to.

The official client's interpreter imports this too, so it needs the standard library alone, and pytest nowhere.
"""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
import os
import re
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

Session: TypeAlias = Any
"""A session of either client."""

Entity: TypeAlias = Any
"""An entity of either client."""

Ask: TypeAlias = Callable[[str, Any], Any]
"""Puts a question, with what it is about, to whoever runs the sandbox, and returns the answer (see `answers`)."""

VARIABLES = ("FTRACK_SERVER", "FTRACK_API_KEY", "FTRACK_APIKEY", "FTRACK_API_USER", "FTRACK_API_SCHEMA_CACHE_PATH")


@dataclasses.dataclass(frozen=True)
class Request:
    """One call of the API that a client made."""

    operations: list[dict[str, Any]]
    headers: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Production:
    """Ids of a project with one shot and its tasks, which no session has seen."""

    project: str
    shot: str
    tasks: tuple[str, ...]


class Server:
    """The sandbox, from outside of the client under test: what it was sent, and what somebody else does to it."""

    def __init__(self, ask: Ask) -> None:
        """Talk through *ask*."""
        self._ask = ask
        where = ask("address", None)
        self.url: str = where["url"]
        self.user: str = where["user"]
        self.key: str = where["key"]
        (schema, *_) = self.rows("select id from ProjectSchema")
        self._project_schema: str = schema["id"]

    def clear(self) -> None:
        """Forget what was sent so far."""
        self._ask("clear", None)

    @property
    def requests(self) -> list[Request]:
        """The calls of the client since `clear`."""
        return [Request(**request) for request in self._ask("requests", None)]

    @property
    def operations(self) -> list[dict[str, Any]]:
        """The operations of all calls since `clear`."""
        return [operation for request in self.requests for operation in request.operations]

    @property
    def actions(self) -> list[str]:
        """What the operations since `clear` do, and to which type of entity: ``create Task``."""
        return [f"{each['action']} {each.get('entity_type', '')}".strip() for each in self.operations]

    @property
    def expressions(self) -> list[str]:
        """The texts of the queries since `clear`."""
        return [operation["expression"] for operation in self.operations if operation["action"] == "query"]

    @property
    def spaced_expressions(self) -> list[str]:
        """The texts of the queries since `clear`, with single spaces."""
        return [re.sub(r"\s+", " ", expression).strip() for expression in self.expressions]

    @contextlib.contextmanager
    def saying(self, **information: object) -> Generator[None, None, None]:
        """Make the server say *information* of itself; None leaves a name out."""
        self._ask("saying", information)
        try:
            yield
        finally:
            self._ask("saying", {})

    def call(self, *operations: Mapping[str, object]) -> list[Any]:
        """Send *operations* as somebody else would."""
        results: list[Any] = self._ask("call", operations)
        return results

    def add(self, entity_type: str, **values: object) -> str:
        """Create an entity as somebody else would, and return its id."""
        operation = _creation(entity_type, **values)
        self.call(operation)
        entity_id: str = operation["entity_key"][0]
        return entity_id

    def add_metadata(self, entity_type: str, entity_id: str, **values: str) -> None:
        """Give an entity metadata as somebody else would."""
        for key, value in values.items():
            data = {"__entity_type__": "Metadata", "parent_id": entity_id, "parent_type": entity_type}
            row = {**data, "key": key, "value": value}
            self.call(
                {"action": "create", "entity_type": "Metadata", "entity_key": [entity_id, key], "entity_data": row}
            )

    def change(self, entity_type: str, *key: str, **values: object) -> None:
        """Update an entity as somebody else would."""
        data = {"__entity_type__": entity_type, **values}
        self.call({"action": "update", "entity_type": entity_type, "entity_key": list(key), "entity_data": data})

    def remove(self, entity_type: str, *key: str) -> None:
        """Delete an entity as somebody else would."""
        self.call({"action": "delete", "entity_type": entity_type, "entity_key": list(key)})

    def rows(self, expression: str) -> list[dict[str, Any]]:
        """Return what the server holds, as raw rows."""
        rows: list[dict[str, Any]] = self.call({"action": "query", "expression": expression})[0]["data"]
        return rows

    def metadata(self, entity_id: str) -> dict[str, str]:
        """Return the metadata that the server holds for an entity."""
        rows = self.rows(f"select key, value from Metadata where parent_id is {entity_id}")
        return {row["key"]: row["value"] for row in rows}

    def notes(self, entity_id: str) -> set[str]:
        """Return the ids of the notes that the server holds for an entity."""
        return {row["id"] for row in self.rows(f"select id from Note where parent_id is {entity_id}")}

    def schema(self, entity_type: str) -> dict[str, Any]:
        """Return the schema that the server gives for a type."""
        (schemas,) = self.call({"action": "query_schemas"})
        return next(schema for schema in schemas if schema["id"] == entity_type)

    def production(self, tasks: int = 3) -> Production:
        """Make a project with one shot and its *tasks*."""
        name = unique("project")
        project = _creation("Project", name=name, full_name=name, project_schema_id=self._project_schema)
        (project_id,) = project["entity_key"]
        shot = _creation("Shot", name="sh010", parent_id=project_id)
        (shot_id,) = shot["entity_key"]
        made = [_creation("Task", name=f"task_{number:03d}", parent_id=shot_id) for number in range(tasks)]
        self.call(project, shot, *made)
        return Production(project_id, shot_id, tuple(task["entity_key"][0] for task in made))


def _creation(entity_type: str, **values: object) -> dict[str, Any]:
    """Return the operation that creates an entity with *values* under a new id."""
    entity_id = str(uuid.uuid4())
    data = {"__entity_type__": entity_type, "id": entity_id, **values}
    return {"action": "create", "entity_type": entity_type, "entity_key": [entity_id], "entity_data": data}


@dataclasses.dataclass(frozen=True)
class Client:
    """One of the two clients."""

    name: str
    session_class: Any
    errors: Any
    symbol: Any
    state: Callable[[Session, Entity], str]
    """Tells the state of an entity: CREATED, MODIFIED, DELETED or NOT_SET."""
    pending: Callable[[Session], int]
    """Tells how many operations wait for a commit."""
    server: Server
    schemas: Path
    """A folder that keeps the schemas from one session to the next."""
    folder: Path
    """A folder of the fact's own."""

    def open(self, **arguments: Any) -> Session:
        """Open a session, of the sandbox unless *arguments* say otherwise; the caller closes it."""
        where = {"server_url": self.server.url, "api_key": self.server.key, "api_user": self.server.user}
        return self.bare(**{**where, "schema_cache_path": str(self.schemas), **arguments})

    def bare(self, **arguments: Any) -> Session:
        """Open a session with nothing but *arguments*."""
        return self.session_class(**({} if self.is_ours else {"plugin_paths": []}), **arguments)

    @property
    def is_ours(self) -> bool:
        """Whether this is the client of the project."""
        return self.name == "ours"

    def expect(self, *, original: T, ours: T) -> T:
        """Return the expectation that holds for this client; docs/differences.md has a line on each such pair."""
        return ours if self.is_ours else original

    def error(self, name: str = "", *, original: str = "", ours: str = "") -> type[Exception]:
        """Return the error class of that name: a builtin, or one of the client's."""
        name = name or self.expect(original=original, ours=ours)
        found: type[Exception] = getattr(builtins, name, None) or getattr(self.errors, name)
        return found

    @property
    def not_set(self) -> Any:
        """The symbol for no value."""
        return self.symbol.NOT_SET


Fact: TypeAlias = Callable[[Client, Session], None]


@contextlib.contextmanager
def raised(error_class: type[Exception], *words: str) -> Generator[list[Exception], None, None]:
    """Check that the body raises an error of the class, with all the words in its text; the list gets the error."""
    caught: list[Exception] = []
    try:
        yield caught
    except error_class as error:
        caught.append(error)
        text = str(error)
    else:
        raise AssertionError(f"no {error_class.__name__} was raised")
    missing = [word for word in words if word not in text]
    assert not missing, f"{missing} not in {text}"


@contextlib.contextmanager
def environment(**variables: str) -> Generator[None, None, None]:
    """Have *variables* in the environment, and none of the others that a session reads."""
    before = {name: os.environ.pop(name, None) for name in VARIABLES}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def unique(prefix: str) -> str:
    """Return a name that nothing else has."""
    return f"{prefix}_{uuid.uuid4().hex[:12]}"


def ids(entities: Sequence[Entity]) -> list[str]:
    """Return the ids of *entities*."""
    return [entity["id"] for entity in entities]
