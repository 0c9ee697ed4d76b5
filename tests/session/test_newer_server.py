"""Tests a server that has moved on: what only its schema has is reached under its own names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ftrack_typed.entities import Project, ProjectSchema, Session, Shot, Task, User
from ftrack_typed.entity import Entity
from ftrack_typed.errors import AttributeValueError, ImmutableAttributeError, UnknownAttributeError
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.schema import standard_workspace

SCENE_ID = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A server with an attribute of typed contexts and an entity type that the code does not know."""
    folder = tmp_path_factory.mktemp("newer")
    for path in standard_workspace().glob("query_*.json"):
        (folder / path.name).write_bytes(path.read_bytes())
    schemas: list[dict[str, Any]] = json.loads((folder / "query_schemas.json").read_text("utf-8"))
    for schema in schemas:
        if schema["id"] == "TypedContext" or (schema.get("$mixin") or {}).get("$ref") == "TypedContext":
            schema["properties"]["complexity"] = {"type": "number"}
            schema["properties"]["frozen_at"] = {"type": "string", "format": "date-time"}
            schema["immutable"].append("frozen_at")
            schema["properties"]["supervisor_id"] = {"type": "string"}
            schema["properties"]["supervisor"] = {"$ref": "User"}
    task = next(schema for schema in schemas if schema["id"] == "Task")
    scene = json.loads(json.dumps(task).replace(task["properties"]["object_type_id"]["default"], SCENE_ID))
    schemas.append({**scene, "id": "Scene"})
    (folder / "query_schemas.json").write_text(json.dumps(schemas), "utf-8")
    types: list[dict[str, Any]] = json.loads((folder / "query_object_types.json").read_text("utf-8"))
    types.append({**types[0], "id": SCENE_ID, "name": "Scene"})
    (folder / "query_object_types.json").write_text(json.dumps(types), "utf-8")
    with Sandbox(workspace=folder) as running:
        yield running


@pytest.fixture
def session(newer: Sandbox) -> Iterator[Session]:
    with Session(newer.server_url, newer.api_key, newer.api_user, schema_cache_path=False) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def tasks(session: Session) -> list[Task]:
    schema = session.query(ProjectSchema).first()
    assert schema is not None
    project = session.create(Project, name="newer", full_name="Newer", project_schema=schema)
    shot = session.create(Shot, name="sh010", parent=project)
    made = [session.create(Task, name=f"task_{number}", parent=shot) for number in range(5)]
    session.commit()
    return made


@pytest.fixture(autouse=True)
def clean(session: Session) -> Iterator[None]:
    yield
    session.rollback()
    for project in session.query(Project).where(Project.name == "newer").all():
        session.delete(project)
    session.commit()


def test_attribute_that_only_the_server_has_is_read_and_set(
    session: Session, tasks: list[Task], newer: Sandbox
) -> None:
    newer.requests.clear()
    assert [task["complexity"] for task in tasks] == [None] * 5
    assert sum("query" in request.actions for request in newer.requests) == 1
    tasks[0]["complexity"] = 2.5
    session.commit()
    assert tasks[0]["complexity"] == 2.5
    with Session(newer.server_url, newer.api_key, newer.api_user, schema_cache_path=False) as other:
        found = other.query(f'select complexity from Task where id is "{tasks[0].id}"').one()
        assert found["complexity"] == 2.5
    tasks[0]["complexity"] = 3.0
    session.rollback()
    assert tasks[0]["complexity"] == 2.5


def test_entities_that_an_unknown_attribute_leads_to_are_those_of_the_session(
    session: Session, tasks: list[Task], newer: Sandbox
) -> None:
    people = [session.create(User, username=f"supervisor {number}", is_active=True) for number in range(len(tasks))]
    for task, person in zip(tasks, people, strict=True):
        task["supervisor_id"] = person.id
    session.commit()
    with Session(newer.server_url, newer.api_key, newer.api_user, schema_cache_path=False) as other:
        found = other.query(
            "select supervisor.username, name from Task where project.name is newer order by name"
        ).all()
        _ = other.schemas
        newer.requests.clear()
        seen = [task["supervisor"] for task in found]
        assert [(type(each), each["id"]) for each in seen] == [(User, person.id) for person in people]
        assert [other.get(User, person.id) for person in people] == seen
        assert [each.username for each in seen] == [person.username for person in people]
        assert len(newer.requests) == 0
        assert [each.first_name for each in seen] == [None] * len(tasks)
        assert len(newer.requests) == 1


def test_its_values_are_checked(tasks: list[Task]) -> None:
    with pytest.raises(AttributeValueError, match=r"Task\.complexity takes a value of type float"):
        tasks[0]["complexity"] = "hard"
    with pytest.raises(ImmutableAttributeError):
        tasks[0]["frozen_at"] = None


def test_name_that_nobody_knows_is_refused(tasks: list[Task]) -> None:
    with pytest.raises(UnknownAttributeError, match="complexty"):
        tasks[0]["complexty"]


def test_type_that_only_the_server_has_is_a_class_of_its_own(session: Session, tasks: list[Task]) -> None:
    create: Any = session.create
    scene: Entity = create("Scene", {"name": "harbour", "parent": tasks[0].parent})
    session.commit()
    found = session.query('Scene where name is "harbour"').one()
    assert found is scene
    assert (type(scene).__name__, scene["name"], scene["parent"].name) == ("Scene", "harbour", "sh010")
    assert scene in tasks[0].parent.children
    assert session.get("Context", scene["id"]) is scene
