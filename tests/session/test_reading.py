"""Tests queries, loading and the identity map of a session, against the sandbox over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from ftrack_typed.entities import Context, Metadata, Note, Project, Session, Shot, Status, Task, User
from ftrack_typed.entity import Entity
from ftrack_typed.errors import (
    ForeignEntityTypeError,
    MultipleResultsFoundError,
    NoResultFoundError,
    NotLoadedError,
    QueryError,
    ServerError,
    UnknownAttributeError,
    UnrecognisedEntityTypeError,
)
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.symbols import NOT_SET
from tests.session.conftest import Production, make_production, operations_of


def tasks_of(session: Session, production: Production) -> list[Task]:
    return session.query(Task).where(Task.project.id == production.project_id).order_by(Task.name).all()


def expressions_of(sandbox: Sandbox) -> list[str]:
    return [str(operation["expression"]) for operation in operations_of(sandbox) if operation["action"] == "query"]


def test_query_gives_typed_entities_with_what_was_selected(session: Session, production: Production) -> None:
    query = session.query(Task).where(Task.project.id == production.project_id).select(Task.name, Task.parent.name)
    tasks = query.order_by(Task.name).all()
    assert [task.name for task in tasks] == ["task_000", "task_001", "task_002"]
    assert {type(task) for task in tasks} == {Task}
    parent = tasks[0].parent
    assert isinstance(parent, Shot)
    assert parent.name == "sh010"
    assert all(task.parent is parent for task in tasks)


def test_query_sends_nothing_before_it_is_read(session: Session, sandbox: Sandbox) -> None:
    query = session.query(Task).where(Task.name == "x")
    result = query.result()
    text_result = session.query('Task where name is "x"')
    assert len(sandbox.requests) == 0
    assert list(result) == []
    assert text_result.all() == []
    assert len(sandbox.requests) == 2


def test_text_query_asks_for_the_default_projections(session: Session, sandbox: Sandbox) -> None:
    found = session.query("User limit 10").all()
    assert found
    assert expressions_of(sandbox) == ["select id from User offset 0 limit 10"]


@pytest.mark.parametrize(
    ("text", "page_size", "sent"),
    [
        ("User limit 4", 2, ["select id from User offset 0 limit 2", "select id from User offset 2 limit 2"]),
        ("User offset 1 limit 3", 2, ["select id from User offset 1 limit 2", "select id from User offset 3 limit 2"]),
        ("User limit 3", 500, ["select id from User offset 0 limit 3"]),
    ],
)
def test_result_pages_as_told(session: Session, sandbox: Sandbox, text: str, page_size: int, sent: list[str]) -> None:
    everyone = session.query("User").all()
    sandbox.requests.clear()
    found = session.query(text, page_size=page_size).all()
    start = 1 if "offset" in text else 0
    assert found == everyone[start : start + len(found)]
    assert expressions_of(sandbox) == sent


def test_result_is_a_sequence(session: Session, sandbox: Sandbox) -> None:
    everyone = session.query("User").all()
    result = session.query("User", page_size=2)
    assert result[0] is everyone[0]
    assert result[1:3] == everyone[1:3]
    assert result[-1] is everyone[-1]
    assert len(result) == len(everyone)
    assert list(result) == everyone
    with pytest.raises(IndexError):
        result[len(everyone)]


def test_limit_inside_a_string_is_no_limit(session: Session, sandbox: Sandbox) -> None:
    assert session.query('Task where name is "limit 5 offset 2"').all() == []
    assert expressions_of(sandbox)[-1].endswith('where name is "limit 5 offset 2" offset 0 limit 500')


def test_one_and_first(session: Session, production: Production) -> None:
    tasks = session.query(Task).where(Task.project.id == production.project_id)
    with pytest.raises(MultipleResultsFoundError):
        tasks.one()
    with pytest.raises(NoResultFoundError):
        tasks.where(Task.name == "absent").one()
    assert tasks.where(Task.name == "absent").first() is None
    only = tasks.where(Task.name == "task_001").one()
    assert only.id == production.task_ids[1]
    assert tasks.order_by(Task.name.desc()).first() == session.get(Task, production.task_ids[2])


@pytest.mark.parametrize("text", ["User limit 3", "User offset 2", "User limit 0"])
def test_one_refuses_a_window(session: Session, text: str) -> None:
    with pytest.raises(ValueError, match="offset and limit"):
        session.query(text).one()


def test_first_refuses_a_limit_and_keeps_an_offset(session: Session) -> None:
    with pytest.raises(QueryError, match="limit"):
        session.query("User limit 3").first()
    everyone = session.query("User").all()
    assert session.query("User offset 2").first() is everyone[2]


def test_count_and_exists(session: Session, production: Production, sandbox: Sandbox) -> None:
    tasks = session.query(Task).where(Task.project.id == production.project_id)
    assert tasks.count() == 3
    assert tasks.limit(2).count() == 2
    assert tasks.where(Task.name == "absent").count() == 0
    assert tasks.exists()
    assert not tasks.where(Task.name == "absent").exists()


def test_one_object_for_each_row(session: Session, production: Production) -> None:
    tasks = tasks_of(session, production)
    assert tasks_of(session, production)[0] is tasks[0]
    assert session.get(Task, tasks[0].id) is tasks[0]
    assert session.get(Context, tasks[0].id) is tasks[0]
    assert session.get(Shot, tasks[0].id) is None


def test_get_asks_only_for_what_is_unknown(session: Session, production: Production, sandbox: Sandbox) -> None:
    found = session.get(Task, production.task_ids[0])
    assert found is not None
    assert session.get(Task, [production.task_ids[0]]) is found
    assert len(sandbox.requests) == 1
    assert session.get(Task, "no-such-id") is None
    with pytest.raises(ValueError, match="id"):
        session.get(Task, ["a", "b"])
    assert len(sandbox.requests) == 2


def test_requery_refreshes_what_was_loaded(
    session: Session, open_session: type[Session], production: Production
) -> None:
    task = tasks_of(session, production)[0]
    assert task.description is None
    other = open_session()
    theirs = other.get(Task, task.id)
    assert theirs is not None
    theirs.description = "changed elsewhere"
    other.commit()
    query = session.query(Task).where(Task.id == task.id).select(Task.description)
    assert query.one() is task
    assert task.description == "changed elsewhere"


def test_requery_keeps_what_was_changed_here(
    session: Session, open_session: type[Session], production: Production
) -> None:
    task = tasks_of(session, production)[0]
    task.description = "mine"
    other = open_session()
    theirs = other.get(Task, task.id)
    assert theirs is not None
    theirs.description = "theirs"
    other.commit()
    session.query(Task).where(Task.id == task.id).select(Task.description).one()
    assert task.description == "mine"
    session.rollback()
    assert task.description == "theirs"


@pytest.mark.parametrize("name", ["description", "bid", "sort", "end_date"])
def test_absent_scalar_loads_for_all_siblings(
    session: Session, open_session: type[Session], sandbox: Sandbox, name: str
) -> None:
    production = make_production(open_session(), 40)
    tasks = tasks_of(session, production)
    sandbox.requests.clear()
    for task in tasks:
        getattr(task, name)
    assert len(sandbox.requests) == 1


def test_siblings_of_several_types_share_a_request_where_they_have_the_attribute(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    ids = ", ".join((production.project_id, production.shot_id, *production.task_ids))
    found = session.query(f"select name from Context where id in ({ids})").all()
    assert {type(each) for each in found} == {Project, Shot, Task}
    sandbox.requests.clear()
    assert [each["bid"] for each in found if type(each) is not Project] == [0.0] * 4
    assert [text.partition(" where ")[0] for text in expressions_of(sandbox)] == ["select bid from TypedContext"]


def test_what_is_deleted_is_no_sibling_any_more(session: Session, production: Production, sandbox: Sandbox) -> None:
    first, gone, _ = tasks_of(session, production)
    session.delete(gone)
    session.commit()
    sandbox.requests.clear()
    assert first["description"] is None
    (text,) = expressions_of(sandbox)
    assert [task_id in text for task_id in production.task_ids] == [True, False, True]


def test_attribute_that_types_have_each_for_itself(session: Session, production: Production, sandbox: Sandbox) -> None:
    ids = ", ".join((production.project_id, *production.task_ids))
    found = session.query(f"select name from Context where id in ({ids})").all()
    project, task, *_ = sorted(found, key=lambda each: type(each).__name__)
    assert (type(project), type(task)) == (Project, Task)
    assert "end_date" not in Context._ftrack_facts
    sandbox.requests.clear()
    for each in (task, project):
        each["end_date"]
        assert "end_date" in vars(each)
    asked = expressions_of(sandbox)
    assert [text.partition(" where ")[0] for text in asked] == [
        f"select end_date from {name}" for name in ("Task", "Project")
    ]
    assert production.project_id not in asked[0]


def test_items_of_what_is_new_ask_nothing_of_it(session: Session, production: Production, sandbox: Sandbox) -> None:
    new = session.create(Task, name="new", parent_id=production.shot_id)
    sandbox.requests.clear()
    assert dict(new.items())["name"] == "new"
    assert not any(new.id in text for text in expressions_of(sandbox))
    session.rollback()


def test_items_where_population_is_off_are_what_is_loaded(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    task = tasks_of(session, production)[0]
    sandbox.requests.clear()
    with session.auto_populating(False):
        items = dict(task.items())
    assert (items["name"], items["description"]) == (task.name, NOT_SET)
    assert expressions_of(sandbox) == []


def test_attribute_of_an_absent_reference_of_500_tasks_takes_two_requests(
    session: Session, open_session: type[Session], sandbox: Sandbox
) -> None:
    production = make_production(open_session(), 500)
    tasks = tasks_of(session, production)
    assert len(tasks) == 500
    sandbox.requests.clear()
    assert {task.description for task in tasks} == {None}
    assert len(sandbox.requests) == 1
    sandbox.requests.clear()
    assert all(task.status.name and task.status.color for task in tasks)
    assert len(sandbox.requests) <= 2


def test_reference_is_answered_from_what_is_known(session: Session, production: Production, sandbox: Sandbox) -> None:
    session.query(Status).select(Status.name).all()
    query = session.query(Task).where(Task.project.id == production.project_id).select(Task.status_id)
    tasks = query.all()
    sandbox.requests.clear()
    assert all(task.status.id == task.status_id for task in tasks)
    assert len(sandbox.requests) == 0


def test_populate_asks_in_chunks(session: Session, sandbox: Sandbox) -> None:
    # A list after `in` has an end at every database; 1,100 keys are three lists.
    users = [session.create(User, id=str(uuid.uuid4()), reconstructing=True) for _ in range(1100)]  # type: ignore[call-arg]
    sandbox.requests.clear()
    session.populate(users, "username")
    sizes = [str(operation["expression"]).count("-") // 4 for operation in operations_of(sandbox)]
    assert sizes == [500, 500, 100]


def test_typed_query_pages_as_told(session: Session, production: Production, sandbox: Sandbox) -> None:
    query = session.query(Task, page_size=2).where(Task.parent_id == production.shot_id)
    assert len(query.all()) == 3
    pages = [str(operation["expression"]).partition(" offset ")[2] for operation in operations_of(sandbox)]
    assert pages == ["0 limit 2", "2 limit 2"]
    sandbox.requests.clear()
    assert len(query.order_by(Task.name).select(Task.name).result()) == 3
    assert len(sandbox.requests) == 2


def test_list_of_what_was_found_is_the_callers_own(session: Session, production: Production) -> None:
    result = session.query(f"Task where parent_id is {production.shot_id}")
    first = result.all()
    first.clear()
    assert len(result.all()) == len(result) == 3
    assert result.all() is not result.all()


@pytest.mark.parametrize("page_size", [0, -1])
def test_page_has_at_least_one_row(session: Session, sandbox: Sandbox, page_size: int) -> None:
    with pytest.raises(QueryError, match=f"a page has at least one row, not {page_size}"):
        session.query("Task", page_size=page_size)
    with pytest.raises(QueryError, match=f"a page has at least one row, not {page_size}"):
        session.query(Task, page_size).all()
    assert len(sandbox.requests) == 0


@pytest.mark.parametrize("wrong", [3, None, ["name"]])
def test_populate_names_what_is_no_projection(session: Session, sandbox: Sandbox, wrong: Any) -> None:
    user = session.query(User).first()
    assert user is not None
    sandbox.requests.clear()
    with pytest.raises(TypeError, match=r"Task\.name"):
        session.populate(user, wrong)
    assert len(sandbox.requests) == 0


def test_populate_takes_several_types_and_paths(session: Session, production: Production, sandbox: Sandbox) -> None:
    task = session.get(Task, production.task_ids[0])
    shot = session.get(Shot, production.shot_id)
    user = session.query(User).first()
    assert task is not None
    assert shot is not None
    assert user is not None
    sandbox.requests.clear()
    session.populate([task, shot], "description, status.name")
    assert len(sandbox.requests) == 1
    session.populate([task, shot], Task.bid, Task.type.name)
    session.populate(user, User.username)
    sandbox.requests.clear()
    assert (task.description, task.bid, task.status.name) == (None, 0.0, task.status.name)
    assert user.username
    assert len(sandbox.requests) == 0


def test_populate_asks_once_for_each_and_not_for_what_is_new_or_gone(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    task, gone, _ = tasks_of(session, production)
    new = session.create(Task, name="new", parent_id=production.shot_id)
    session.delete(gone)
    session.populate([new], "bid")
    session.commit()
    later = session.create(Task, name="later", parent_id=production.shot_id)
    sandbox.requests.clear()
    session.populate([task, later, gone, task], "bid, bid", Task.bid)
    (operation,) = operations_of(sandbox)
    assert operation["expression"] == f'select bid from Task where id in ("{task.id}")'
    session.populate([later, gone], "bid")
    session.populate([], "bid")
    assert len(sandbox.requests) == 1
    session.rollback()


@pytest.mark.parametrize("projection", ["metadata", Task.metadata], ids=["text", "path"])
def test_populate_of_a_mapping_asks_for_keys_and_values(
    session: Session, production: Production, sandbox: Sandbox, projection: Any
) -> None:
    task = tasks_of(session, production)[0]
    sandbox.requests.clear()
    session.populate(task, projection)
    (operation,) = operations_of(sandbox)
    assert str(operation["expression"]).startswith("select metadata.key, metadata.value from Task where ")


def test_populate_asks_of_each_type_what_it_has(session: Session, production: Production, sandbox: Sandbox) -> None:
    task, shot, project = (
        session.query(f"select id from {name} where {where}").one()
        for name, where in (
            ("Task", f"id is {production.task_ids[0]}"),
            ("Shot", f"id is {production.shot_id}"),
            ("Project", f"id is {production.project_id}"),
        )
    )
    user = session.query("select id from User").first()
    assert user is not None
    _ = session.schemas
    sandbox.requests.clear()
    session.populate([task, user, shot, project], "name, bid, full_name", User.username, Task.type.name)
    asked = [str(each.get("expression")).partition(" where ")[0] for each in operations_of(sandbox)]
    assert sorted(asked) == [
        "select name, bid, type.name from TypedContext",
        "select name, full_name from Project",
        "select username from User",
    ]
    sandbox.requests.clear()
    assert (task["bid"], shot["bid"], project["full_name"][:4]) == (0.0, 0.0, "Test")
    assert user["username"]
    assert len(sandbox.requests) == 0


def test_populate_refuses_what_no_type_has(session: Session, production: Production, sandbox: Sandbox) -> None:
    task, shot = session.get(Task, production.task_ids[0]), session.get(Shot, production.shot_id)
    assert task is not None
    assert shot is not None
    _ = session.schemas
    sandbox.requests.clear()
    with pytest.raises(UnknownAttributeError, match=r"^Task has no attribute 'nmae'; did you mean 'name'"):
        session.populate(task, "bid, nmae")
    with pytest.raises(UnknownAttributeError, match=r"^Shot, Task has no attribute 'statuss'.*'status'"):
        session.populate([task, shot], "statuss.name")
    assert len(sandbox.requests) == 0


def test_no_population_where_it_is_off(session: Session, production: Production, sandbox: Sandbox) -> None:
    task = tasks_of(session, production)[0]
    sandbox.requests.clear()
    with session.auto_populating(False), pytest.raises(NotLoadedError, match="auto-population is off"):
        _ = task.description
    assert session.auto_populate
    assert len(sandbox.requests) == 0
    assert task.description is None


@pytest.mark.parametrize("path", [Task.status_id, Task.status.name], ids=["key", "reference"])
def test_reference_and_its_key_follow_the_latest_answer(
    session: Session, production: Production, open_session: type[Session], path: Any
) -> None:
    by_id = session.query(Task).where(Task.id == production.task_ids[0])
    task = by_id.select(Task.status.name, Task.status_id).one()
    before = task.status
    other = open_session()
    theirs = other.get(Task, task.id)
    assert theirs is not None
    theirs.status = next(each for each in other.query(Status) if each.id != before.id)
    other.commit()
    assert by_id.select(path).one() is task
    assert task.status_id == task.status.id == theirs.status.id


def test_entity_that_was_known_is_loaded_with_the_latest_answer_it_is_in(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    known = session.query(Task).where(Task.id == production.task_ids[0]).select(Task.name).one()
    tasks = session.query(Task).where(Task.parent_id == production.shot_id).select(Task.name).all()
    other = next(task for task in tasks if task is not known)
    sandbox.requests.clear()
    assert (other.bid, known.bid) == (0.0, 0.0)
    assert len(sandbox.requests) == 1


def test_collection_loads_with_concrete_types(session: Session, production: Production) -> None:
    project = session.get(Project, production.project_id)
    assert project is not None
    (shot,) = project.children
    assert isinstance(shot, Shot)
    assert {child.name for child in shot.children} == {"task_000", "task_001", "task_002"}
    assert shot.children[0].parent is shot


def test_dates_are_aware(session: Session, production: Production) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.end_date = datetime(2031, 5, 6, 7, 8, 9)  # A naive one is taken as UTC.
    assert task.end_date == datetime(2031, 5, 6, 7, 8, 9, tzinfo=timezone.utc)
    session.commit()
    found = session.query(Task).where(Task.end_date == datetime(2031, 5, 6, 7, 8, 9, tzinfo=timezone.utc))
    assert found.where(Task.project.id == production.project_id).one() is task
    assert task.created_at is not None
    assert task.created_at.tzinfo is timezone.utc


def test_metadata_and_custom_attributes_of_the_demo(session: Session) -> None:
    shots = session.query(Shot).where(Shot.project.name == "demo").all()
    assert shots
    for shot in shots:
        assert shot.custom_attributes["fstart"] > 1000
        assert dict(shot.metadata) is not None
    notes = session.query(Note).where(Note.content.is_not(None)).select(Note.content).all()
    assert all(note.content for note in notes)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Task where nmae is x", "name"),
        ("Tsak", "Task"),
        ("select nmae from Task", "name"),
        ("Task where name is", "position"),
    ],
)
def test_typo_in_a_query_is_named(session: Session, text: str, wanted: str) -> None:
    with pytest.raises((ServerError, UnrecognisedEntityTypeError, QueryError), match=wanted):
        session.query(text).all()
    assert session.query("User").first() is not None


def test_unknown_names_are_refused_with_close_matches(session: Session, production: Production) -> None:
    task = tasks_of(session, production)[0]
    with pytest.raises(UnknownAttributeError, match="did you mean 'name'"):
        task["nmae"]
    with pytest.raises(UnrecognisedEntityTypeError, match="did you mean 'Task'"):
        session.get("Tsak", "x")


def test_class_of_another_package_is_refused(session: Session) -> None:
    foreign = type("Task", (Task,), {"__module__": "studio_other.task"})
    with pytest.raises(ForeignEntityTypeError, match=r"studio_other.*ftrack_typed\.entities"):
        session.query(foreign)


def test_populate_of_1200_mixed_entities_is_chunked_and_quoted(session: Session, sandbox: Sandbox) -> None:
    create: Callable[..., Any] = session.create
    tasks = [create(Task, {"id": f"t{number}"}, reconstructing=True) for number in range(1100)]
    users = [create(User, {"id": f"u'{number}\""}, reconstructing=True) for number in range(100)]
    rows = [create(Metadata, {"parent_id": "p", "key": f'a "b" {number}'}, reconstructing=True) for number in range(3)]
    mixed: list[Entity] = [*tasks[:600], *users, *tasks[600:]]
    session.populate(mixed, "id")
    session.populate(rows, "value")
    expressions = [str(operation["expression"]) for operation in operations_of(sandbox)]
    # Tasks share no type with users: three chunks of tasks, and a query of users; metadata is asked for with both keys.
    assert len(sandbox.requests) == 5
    by_type = {expression.split(" from ")[1].split()[0]: expression for expression in expressions}
    assert set(by_type) == {"Task", "User", "Metadata"}
    counts = [expression.count('"t') for expression in expressions if "from Task" in expression]
    assert counts == [500, 500, 100]
    assert '"u\'7\\""' in by_type["User"]
    assert 'parent_id is "p" and key is "a \\"b\\" 2"' in by_type["Metadata"]
