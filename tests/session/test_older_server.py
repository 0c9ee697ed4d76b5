"""Tests a server that lacks what the code has: it is refused where it is used, and never sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ftrack_typed.entities import Milestone, Note, Project, ProjectSchema, Session, Shot, Status, Task
from ftrack_typed.errors import SchemaDriftError, ServerError
from ftrack_typed.formatter import format
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.schema import standard_workspace
from ftrack_typed.symbols import NOT_SET

LOST = {"Task": ("bid", "priority", "priority_id", "description"), "Status": ("color",)}
"""Attributes that the server of these tests does not have; Milestone is a type that it does not have."""


def lose(schemas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = [schema for schema in schemas if schema["id"] != "Milestone"]
    for schema in kept:
        for name in LOST.get(schema["id"], ()):
            del schema["properties"][name]
            for key in ("required", "immutable", "computed", "default_projections"):
                schema[key] = [each for each in schema.get(key, ()) if each != name]
        for name, described in list(schema["properties"].items()):
            if "Milestone" in json.dumps(described):
                del schema["properties"][name]
    return kept


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A server whose schema lacks attributes of tasks and statuses, and an entity type."""
    folder = tmp_path_factory.mktemp("older")
    for path in standard_workspace().glob("query_*.json"):
        (folder / path.name).write_bytes(path.read_bytes())
    schemas: list[dict[str, Any]] = json.loads((folder / "query_schemas.json").read_text("utf-8"))
    (folder / "query_schemas.json").write_text(json.dumps(lose(schemas)), "utf-8")
    types: list[dict[str, Any]] = json.loads((folder / "query_object_types.json").read_text("utf-8"))
    kept = [each for each in types if each["name"] != "Milestone"]
    (folder / "query_object_types.json").write_text(json.dumps(kept), "utf-8")
    with Sandbox(workspace=folder) as running:
        yield running


@pytest.fixture
def session(older: Sandbox) -> Iterator[Session]:
    with Session(older.server_url, older.api_key, older.api_user, schema_cache_path=False) as opened:
        yield opened
        opened.rollback()
        for project in opened.query(Project).where(Project.name == "older").all():
            opened.delete(project)
        opened.commit()


@pytest.fixture
def task(session: Session, older: Sandbox) -> Task:
    schema = session.query(ProjectSchema).first()
    assert schema is not None
    project = session.create(Project, name="older", full_name="Older", project_schema=schema)
    shot = session.create(Shot, name="sh010", parent=project)
    made = session.create(Task, name="comp", parent=shot)
    session.commit()
    older.requests.clear()
    return made


def texts(server: Sandbox) -> str:
    return json.dumps([list(batch) for batch in server.requests.operations])


USES: dict[str, Callable[[Any, Any], object]] = {
    "read": lambda session, task: task.bid,
    "read by the server's name": lambda session, task: task["bid"],
    "read of a reference": lambda session, task: task.priority,
    "write": lambda session, task: setattr(task, "bid", 3.0),
    "write of what is written plainly": lambda session, task: setattr(task, "description", "x"),
    "write by the server's name": lambda session, task: task.__setitem__("bid", 3.0),
    "write of a reference": lambda session, task: setattr(task, "priority", None),
    "creation": lambda session, task: session.create(Task, name="x", parent=task.parent, bid=1.0),
    "reconstruction": lambda session, task: session.create(Task, {"id": "x", "bid": 1.0}, reconstructing=True),
    "ensure": lambda session, task: session.ensure(Task, {"name": "x", "bid": 1.0}),
    "criterion": lambda session, task: session.query(Task).where(Task.bid > 1.0).all(),
    "negated criterion": lambda session, task: session.query(Task).where(~(Task.bid.is_(None) | (Task.id == ""))).one(),
    "criterion of another type": lambda session, task: session.query(Shot).where(Shot.status.color == "x").first(),
    "criterion within has": lambda session, task: session.query(Task).where(Task.status.has(Status.color == "x")).all(),
    "criterion of a subquery": lambda session, task: (
        session.query(Note).where(Note.parent_id.in_(session.query(Task).where(Task.bid > 1).select(Task.id))).all()
    ),
    "criterion through a cast": lambda session, task: (
        session.query(Note).where(Note.id.in_(session.query(Task).select(Task.status.color))).all()
    ),
    "selection": lambda session, task: session.query(Task).select(Task.bid).all(),
    "order": lambda session, task: session.query(Task).order_by(Task.bid).all(),
    "count": lambda session, task: session.query(Task).where(Task.bid > 1).count(),
    "groups": lambda session, task: session.query(Task).group_by(Task.bid).aggregate(Task.id.count()).all(),
    "aggregate": lambda session, task: session.query(Task).aggregate(Task.bid.sum()).all(),
    "populate": lambda session, task: session.populate(task, Task.bid),
    "populate by text": lambda session, task: session.populate(task, "name, status.color"),
}


@pytest.mark.parametrize("use", USES.values(), ids=list(USES))
def test_attribute_that_the_server_lacks_is_refused_and_not_sent(
    session: Session, task: Task, older: Sandbox, use: Callable[[Any, Any], object]
) -> None:
    with pytest.raises(SchemaDriftError) as caught:
        use(session, task)
    error = caught.value
    assert (error.entity_type, error.name) in {(each, name) for each, names in LOST.items() for name in names}
    assert str(error) == (
        f"{error.entity_type}.{error.name} is in the code, but not in the schema of {older.server_url}: "
        f"run ftrack-gen --server {older.server_url} --output PACKAGE"
    )
    assert len(older.requests) == 0
    assert not session._state.unit


@pytest.mark.parametrize(
    "use",
    [
        lambda session, task: session.query(Milestone),
        lambda session, task: session.query("Milestone"),
        lambda session, task: session.create(Milestone, name="x", parent=task.parent),
        lambda session, task: session.get(Milestone, "x"),
        lambda session, task: session.ensure("Milestone", {"name": "x"}),
        lambda session, task: session.query(Task).where(Task.parent.as_(Milestone).name == "x").all(),
    ],
)
def test_type_that_the_server_lacks_is_refused(
    session: Session, task: Task, older: Sandbox, use: Callable[[Any, Any], object]
) -> None:
    with pytest.raises(SchemaDriftError, match=r"the entity type Milestone is in the code, but not") as caught:
        use(session, task)
    assert (caught.value.entity_type, caught.value.name) == ("Milestone", None)
    assert len(older.requests) == 0
    assert "Milestone" not in session.types


def test_what_is_left_works_and_the_rest_is_never_sent(session: Session, older: Sandbox, task: Task) -> None:
    made = session.create(Task, name="paint", parent=task.parent)
    made.name = "roto"
    session.commit()
    assert made.status.name
    session.reset()
    (found,) = session.query(Task).where(Task.name == "roto").all()
    assert session.query('Task where name is "roto"').one() is found
    assert session.get("Task", made.id) is found
    assert session.query(Shot).first() is not None
    assert {name for name, _ in found.items()} == set(found.keys())
    sent = texts(older)
    assert not [name for name in (*LOST["Task"], "color") if f'"{name}"' in sent or f"{name}," in sent]


def test_entity_as_a_mapping_has_what_the_server_has(session: Session, task: Task) -> None:
    assert "bid" not in task
    assert "bid" not in list(task)
    assert "name" in task
    assert len(task) == len(task.keys()) == len(task.values())
    assert "bid" not in json.loads(session.encode(task, "all"))
    assert task.to_dict().get("bid", NOT_SET) is NOT_SET


def test_text_of_an_entity_shows_what_the_server_has(session: Session, task: Task, older: Sandbox) -> None:
    names = {line.strip().partition(":")[0] for line in format(task).splitlines()}
    assert {"name", "status", "type_id"} <= names
    assert not {line for line in format(task).splitlines() if line.startswith(" bid:")}
    assert not re.search(r"\bbid\b", texts(older))


def test_text_of_ones_own_is_answered_by_the_server(session: Session, task: Task) -> None:
    with pytest.raises(ServerError, match="bid"):
        session.query("select bid from Task").all()


def test_schema_is_read_only_where_there_is_drift() -> None:
    with Sandbox() as same:
        session = Session(same.server_url, same.api_key, same.api_user, schema_cache_path=False)
        assert session._state.drift is None
        session.query(Task).all()
        assert "query_schemas" not in [action for request in same.requests for action in request.actions]
        session.close()


def test_plain_writes_stay_plain_where_no_type_in_use_has_drifted(older: Sandbox) -> None:
    with Session(older.server_url, older.api_key, older.api_user, schema_cache_path=False) as session:
        session.query(Project).select(Project.name).all()
        assert session._state.journal is not None
        session.query(Task).select(Task.name).all()
        assert session._state.journal is None
