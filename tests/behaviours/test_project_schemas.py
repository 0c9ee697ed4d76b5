"""Tests what statuses and types a project schema allows (protocol section 5.2) against the sandbox over HTTP."""

from __future__ import annotations

import uuid
from typing import Any, cast

import pytest

from ftrack_typed.entities import AssetVersion, Milestone, Project, ProjectSchema, Session, Shot, Status, Task, Type
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import actions_of, operations_of


@pytest.fixture
def project_schema(session: Session, sandbox: Sandbox) -> ProjectSchema:
    """The project schema of the demo project."""
    project = session.query(Project).select(Project.project_schema).first()
    assert project is not None
    found = project.project_schema
    sandbox.requests.clear()
    return found


def names(session: Session, text: str, *steps: str) -> list[str]:
    """Return the names that *steps* lead to from the first row of a query."""
    reached = [session.query(text)[0]]
    for step in steps:
        values = [entity[step] for entity in reached]
        reached = [each for value in values for each in (value if hasattr(value, "append") else [value])]
    return [entity["name"] for entity in reached]


def test_statuses_of_tasks(project_schema: ProjectSchema, open_session: type[Session], sandbox: Sandbox) -> None:
    statuses = project_schema.get_statuses("Task")
    assert actions_of(sandbox) == [["query"]]
    assert {type(status) for status in statuses} == {Status}
    text = f"ProjectSchema where id is {project_schema.id}"
    assert [status.name for status in statuses] == names(open_session(), text, "_task_workflow", "statuses")


def test_nothing_is_asked_twice(project_schema: ProjectSchema, sandbox: Sandbox) -> None:
    for schema in ("Task", "AssetVersion", "Shot"):
        statuses = project_schema.get_statuses(schema)
        assert [status.name for status in statuses]
        sandbox.requests.clear()
        assert project_schema.get_statuses(schema) == statuses
        assert not list(sandbox.requests)


def test_overrides_are_asked_for_where_there_is_a_type(project_schema: ProjectSchema, sandbox: Sandbox) -> None:
    project_schema.get_statuses("Task")
    (without,) = operations_of(sandbox)
    assert "_overrides" not in str(without["expression"])
    sandbox.requests.clear()
    project_schema.get_statuses("Task", "no type")
    (for_type,) = operations_of(sandbox)
    assert "_overrides.type_id" in str(for_type["expression"])
    assert "_task_workflow" not in str(for_type["expression"])


def test_list_is_a_copy(project_schema: ProjectSchema) -> None:
    statuses = project_schema.get_statuses("Task")
    assert type(statuses) is list
    statuses.clear()
    assert project_schema.get_statuses("Task")


def test_override_of_a_type(
    session: Session, project_schema: ProjectSchema, open_session: type[Session], sandbox: Sandbox
) -> None:
    kinds = project_schema.get_types(Task)
    workflow = session.create("WorkflowSchema", {"name": "short"})  # type: ignore[arg-type,var-annotated]
    first = project_schema.get_statuses("Task")[0]
    workflow["statuses"] = [first]
    values = {"project_schema_id": project_schema.id, "type_id": kinds[0].id, "workflow_schema": workflow}
    override = session.create("ProjectSchemaOverride", values)  # type: ignore[arg-type,var-annotated]
    session.commit()
    try:
        other = open_session().get(ProjectSchema, project_schema.id)
        assert other is not None
        sandbox.requests.clear()
        assert [status.id for status in other.get_statuses("Task", kinds[0].id)] == [first.id]
        assert actions_of(sandbox) == [["query"]]
        assert len(other.get_statuses("Task", kinds[1].id)) == len(project_schema.get_statuses("Task")) > 1
        assert len(other.get_statuses("Task")) > 1
    finally:
        session.delete(override)
        session.commit()


def test_statuses_of_versions(project_schema: ProjectSchema, open_session: type[Session], sandbox: Sandbox) -> None:
    statuses = project_schema.get_statuses(AssetVersion)
    assert actions_of(sandbox) == [["query"]]
    text = f"ProjectSchema where id is {project_schema.id}"
    expected = names(open_session(), text, "_version_workflow", "statuses")
    assert [status.name for status in statuses] == expected


def test_what_is_loaded_in_part_is_completed_in_one_request(
    project_schema: ProjectSchema, open_session: type[Session], sandbox: Sandbox
) -> None:
    other = open_session()
    found = other.query(ProjectSchema).where(ProjectSchema.id == project_schema.id).one()
    assert [schema["type_id"] for schema in found["_schemas"]]
    sandbox.requests.clear()
    statuses = found.get_statuses(Shot)
    assert [status.name for status in statuses]
    assert actions_of(sandbox) == [["query"]]


def test_statuses_and_types_of_object_types(
    project_schema: ProjectSchema, open_session: type[Session], sandbox: Sandbox
) -> None:
    session = open_session()
    object_type_id = Shot._ftrack_facts["object_type_id"].default
    text = f"Schema where type_id is {object_type_id} and project_schema_id is {project_schema.id}"
    sandbox.requests.clear()
    statuses = project_schema.get_statuses(Shot)
    assert actions_of(sandbox) == [["query"]]
    assert [status.name for status in statuses] == names(session, text, "statuses", "task_status") != []
    assert [each.name for each in project_schema.get_types("Shot")] == names(session, text, "types", "task_type")


def test_object_types_have_statuses_of_their_own(session: Session, open_session: type[Session]) -> None:
    create = cast(Any, session.create)
    statuses = session.query(Status).all()[:3]
    made = session.create(ProjectSchema, name=f"own {uuid.uuid4().hex}")
    rows = []
    for entity_type, allowed in ((Shot, [statuses[0], statuses[1]]), (Milestone, [statuses[2]])):
        values = {"type_id": entity_type._ftrack_facts["object_type_id"].default, "project_schema_id": made.id}
        row = create("Schema", values)
        for place, status in enumerate(allowed):
            link = {"schema_id": row.id, "status_id": status.id, "sort": place}
            rows.append(create("SchemaStatus", link))
        rows.append(row)
    session.commit()
    found = open_session().get(ProjectSchema, made.id)
    assert found is not None
    assert [status.id for status in found.get_statuses(Shot)] == [statuses[0].id, statuses[1].id]
    assert [status.id for status in found.get_statuses("Milestone")] == [statuses[2].id]
    for entity in (*rows, made):
        session.delete(entity)
    session.commit()


def test_types_of_tasks(project_schema: ProjectSchema, open_session: type[Session], sandbox: Sandbox) -> None:
    types = project_schema.get_types("Task")
    assert actions_of(sandbox) == [["query"]]
    assert {type(each) for each in types} == {Type}
    text = f"ProjectSchema where id is {project_schema.id}"
    assert [each.name for each in types] == names(open_session(), text, "_task_type_schema", "types")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("Shto", r"no entity type 'Shto'; did you mean 'Shot'"),
        ("Project", "Project has no object type"),
        ("TypedContext", "TypedContext has no object type"),
        ("User", "User has no object type"),
    ],
)
def test_what_has_no_object_type(project_schema: ProjectSchema, schema: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        project_schema.get_statuses(schema)
    with pytest.raises(ValueError, match=message):
        project_schema.get_types(schema)


def test_object_type_that_is_no_part_of_the_schema(session: Session) -> None:
    empty = session.create(ProjectSchema, name="empty")
    with pytest.raises(ValueError, match="says nothing about Shot"):
        empty.get_statuses("Shot")
    with pytest.raises(ValueError, match="says nothing about Shot"):
        empty.get_types("Shot")
    assert empty.get_statuses("Task") == []
