"""Tests creation, change, deletion, commit and rollback of a session, against the sandbox over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftrack_typed.creation import new_id
from ftrack_typed.entities import (
    Appointment,
    AssetBuild,
    ListCategory,
    Note,
    Project,
    Session,
    Shot,
    Status,
    Task,
    TypedContextLink,
    TypedContextList,
    User,
)
from ftrack_typed.entity import Entity
from ftrack_typed.errors import (
    AttributeValueError,
    DeletedEntityError,
    DuplicateItemInCollectionError,
    ImmutableAttributeError,
    MissingAttributeError,
    MultipleResultsFoundError,
    NotLoadedError,
    ServerError,
    UnknownAttributeError,
)
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production, make_production, operations_of


def reread(open_session: type[Session], entity: Entity) -> Entity:
    """Return the row of *entity* as another session sees it."""
    found = open_session().get(entity.entity_type, list(entity._ftrack_key().values()))
    assert found is not None
    return found


@pytest.fixture
def task(session: Session, production: Production, sandbox: Sandbox) -> Task:
    """A task with name, description, status and parent loaded, and an empty request log."""
    query = session.query(Task).where(Task.id == production.task_ids[0])
    found = query.select(Task.name, Task.description, Task.status.name, Task.status_id, Task.parent.name).one()
    sandbox.requests.clear()
    return found


def test_edit_of_one_attribute_sends_one_update(
    session: Session, task: Task, open_session: type[Session], sandbox: Sandbox
) -> None:
    task.description = "first"
    task.description = "second"
    assert len(sandbox.requests) == 0
    session.commit()
    (operation,) = operations_of(sandbox)
    assert operation == {
        "action": "update",
        "entity_type": "Task",
        "entity_key": [task.id],
        "entity_data": {"__entity_type__": "Task", "description": "second"},
    }
    assert reread(open_session, task)["description"] == "second"


def test_commit_with_10000_cached_touches_one_entity(
    session: Session, open_session: type[Session], monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    tasks = _ten_thousand_known(session, make_production(open_session(), 1))
    assert len(session._state.identity) >= 10_000
    touched: set[int] = set()
    original = session._state.identity.merge_row

    def counting(row: dict[str, object], page: object) -> Entity:
        merged = original(row, page)  # type: ignore[arg-type]
        touched.add(id(merged))
        return merged

    monkeypatch.setattr(session._state.identity, "merge_row", counting)
    before = [vars(task).copy() for task in tasks]
    sandbox.requests.clear()
    tasks[0].description = "one of many"
    session.commit()
    assert [operation["action"] for operation in operations_of(sandbox)] == ["update"]
    assert touched == {id(tasks[0])}
    assert [vars(task) for task in tasks[1:]] == before[1:]


def _ten_thousand_known(session: Session, production: Production) -> list[Task]:
    """Return one real task and 9,999 that only the session knows, as rows of an answer would be."""
    real = session.get(Task, production.task_ids[0])
    assert real is not None
    rows = [{"__entity_type__": "Task", "id": str(uuid.uuid4()), "name": f"t{number}"} for number in range(9_999)]
    return [
        real,
        *(
            entity
            for entity in session._state.identity.merge(rows, session._state.new_page())
            if isinstance(entity, Task)
        ),
    ]


def test_commit_without_changes_sends_nothing(session: Session, task: Task, sandbox: Sandbox) -> None:
    session.commit()
    created = session.create(Note, content="never mind", author=session.query(User).all()[0])
    session.delete(created)
    sandbox.requests.clear()
    session.commit()
    assert len(sandbox.requests) == 0
    session.commit()
    assert not session._state.unit


def test_new_entity_gets_what_the_server_fills_in(
    session: Session, production: Production, open_session: type[Session]
) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    task = session.create(Task, name="comp", parent=shot, bid=7200)
    assert str(uuid.UUID(task.id)) == task.id
    assert task.parent is shot
    with pytest.raises(NotLoadedError, match="not committed"):
        _ = task.status
    session.commit()
    assert task.status.name
    assert task.project_id == production.project_id
    assert task.bid == 7200
    assert task in shot.children
    assert reread(open_session, task)["name"] == "comp"


def test_create_takes_a_mapping_and_a_name(session: Session, production: Production) -> None:
    create: Callable[..., Entity] = session.create
    task = create("Task", {"name": "by_name", "parent_id": production.shot_id})
    assert isinstance(task, Task)
    session.commit()
    assert task.parent.id == production.shot_id


def test_explicit_id_wins(session: Session, production: Production) -> None:
    given_id = str(uuid.uuid4())
    task = session.create(Task, id=given_id, name="explicit", parent_id=production.shot_id)
    assert task.id == given_id
    session.commit()
    assert session.get(Task, given_id) is task


def test_reference_and_foreign_key_are_one_value(session: Session, task: Task, sandbox: Sandbox) -> None:
    statuses = session.query(Status).select(Status.name).all()
    other = next(status for status in statuses if status.id != task.status_id)
    sandbox.requests.clear()
    task.status = other
    assert task.status_id == other.id
    assert len(sandbox.requests) == 0
    session.rollback()
    assert task.status_id != other.id
    task.status_id = other.id
    assert task.status is other
    assert len(sandbox.requests) == 0
    session.commit()
    (operation,) = operations_of(sandbox)
    assert operation["entity_data"] == {"__entity_type__": "Task", "status_id": other.id}


def test_setting_the_reference_sends_the_reference(session: Session, task: Task, sandbox: Sandbox) -> None:
    other = next(status for status in session.query(Status).all() if status.id != task.status_id)
    sandbox.requests.clear()
    task.status_id = "not this one"
    task.status = other
    session.commit()
    (operation,) = operations_of(sandbox)
    assert operation["entity_data"] == {
        "__entity_type__": "Task",
        "status": {"__entity_type__": "Status", "id": other.id},
    }


def test_two_edited_in_turn_keep_their_order(session: Session, sandbox: Sandbox) -> None:
    # session.md section 7: create(a), create(b), update(a), with the first name of a in its creation.
    first = session.create(User, username=f"a_{uuid.uuid4().hex}")
    first.first_name = "early"
    second = session.create(User, username=f"b_{uuid.uuid4().hex}")
    second.email = first.username
    sandbox.requests.clear()
    session.commit()
    assert [operation["action"] for operation in operations_of(sandbox)] == ["create", "create"]
    first.email = "x@example.com"
    second.email = "y@example.com"
    first.email = "z@example.com"
    sandbox.requests.clear()
    session.commit()
    sent = [(operation["action"], operation["entity_key"]) for operation in operations_of(sandbox)]
    assert sent == [("update", [second.id]), ("update", [first.id])]


def test_new_siblings_that_are_renamed_are_created_with_their_last_names(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    first, second = (session.create(Task, name=name, parent_id=production.shot_id) for name in ("one", "two"))
    first.name, second.name = "first", "second"
    session.commit()
    assert [(each["action"], each["entity_data"]["name"]) for each in operations_of(sandbox)] == [  # type: ignore[index]
        ("create", "first"),
        ("create", "second"),
    ]


def test_new_entity_that_moves_is_created_where_it_was_first(
    session: Session, production: Production, sandbox: Sandbox, open_session: type[Session]
) -> None:
    old = session.get(Shot, production.shot_id)
    assert old is not None
    task = session.create(Task, name="moves", parent=old)
    new = session.create(Shot, name="sh020", parent=old.parent)
    task.parent = new
    session.commit()
    sent = [(each["action"], each["entity_type"]) for each in operations_of(sandbox) if each["action"] != "query"]
    assert sent == [("create", "Task"), ("create", "Shot"), ("update", "Task")]
    again = open_session().get(Task, task.id)
    assert again is not None
    assert again.parent_id == new.id


def test_reference_to_something_created_later_is_sent_after_it(session: Session, sandbox: Sandbox) -> None:
    session_user = session.query(User).first()
    assert session_user is not None
    reply = session.create(Note, content="reply", author=session_user)
    note = session.create(Note, content="first", author=session_user)
    reply.in_reply_to = note
    sandbox.requests.clear()
    session.commit()
    sent = [(operation["action"], operation["entity_key"]) for operation in operations_of(sandbox)]
    assert sent == [("create", [reply.id]), ("create", [note.id]), ("update", [reply.id])]


def test_created_and_deleted_is_never_sent(session: Session, production: Production, sandbox: Sandbox) -> None:
    task = session.create(Task, name="gone", parent_id=production.shot_id)
    task.description = "also gone"
    session.delete(task)
    kept = session.create(Task, name="kept", parent_id=production.shot_id)
    sandbox.requests.clear()
    session.commit()
    assert [operation["entity_key"] for operation in operations_of(sandbox)] == [[kept.id]]


def test_deleted_entity_can_be_read_and_nothing_else(session: Session, task: Task, open_session: type[Session]) -> None:
    session.delete(task)
    assert task.name == "task_000"
    session.commit()
    assert task.name == "task_000"
    with pytest.raises(DeletedEntityError):
        _ = task.bid
    with pytest.raises(DeletedEntityError):
        task.name = "x"
    with pytest.raises(DeletedEntityError):
        session.delete(task)
    assert session.get(Task, task.id) is None
    assert open_session().get(Task, task.id) is None


def test_rollback_takes_everything_back(session: Session, task: Task, production: Production) -> None:
    status = task.status
    other = next(each for each in session.query(Status).all() if each is not status)
    task.description, task.status = "x", other
    task.metadata["key"] = "value"
    created = session.create(Task, name="new", parent_id=production.shot_id)
    session.delete(task)
    session.rollback()
    assert task.description is None
    assert task.status is status
    assert dict(task.metadata) == {}
    assert session.get(Task, created.id) is None
    session.commit()
    assert task.name == "task_000"


def test_deleting_an_item_takes_back_a_change(session: Session, task: Task, sandbox: Sandbox) -> None:
    task.description = "x"
    del task["description"]
    assert task.description is None
    session.commit()
    assert len(sandbox.requests) == 0


def test_collections_are_sent_and_reload(session: Session, production: Production, open_session: type[Session]) -> None:
    shot = session.get(Shot, production.shot_id)
    user = session.query(User).first()
    assert shot is not None
    assert user is not None
    assert len(shot.children) == 3
    assert list(shot.notes) == []
    note = session.create(Note, content="look", author=user)
    shot.notes.append(note)
    with pytest.raises(DuplicateItemInCollectionError):
        shot.notes.append(note)
    session.commit()
    assert list(shot.notes) == [note]
    assert list(open_session().query(Shot).where(Shot.id == shot.id).one().notes) == [note]
    extra = session.create(Task, name="extra", parent=shot)
    session.commit()
    assert extra in shot.children
    assert len(shot.children) == 4
    shot.notes.remove(note)
    session.commit()
    assert list(open_session().query(Shot).where(Shot.id == shot.id).one().notes) == []


def test_list_of_typed_contexts_takes_shots_and_tasks(
    session: Session, task: Task, production: Production, open_session: type[Session]
) -> None:
    shot = session.get(Shot, production.shot_id)
    owner, category = session.query(User).first(), session.query(ListCategory).first()
    assert shot is not None
    assert owner is not None
    assert category is not None
    made = session.create(
        TypedContextList, name="dailies", project=shot.project, category=category, owner=owner, items_=[shot, task]
    )
    session.commit()
    again = open_session().get(TypedContextList, made.id)
    assert again is not None
    assert {type(item).__name__ for item in again.items_} == {"Shot", "Task"}


def test_assignment_shows_from_both_sides(session: Session, task: Task) -> None:
    user = session.query(User).first()
    assert user is not None
    assert list(task.assignments) == []
    session.create(Appointment, type="assignment", context=task, resource=user)
    session.commit()
    assert [appointment.resource for appointment in task.assignments] == [user]


def test_metadata_is_created_changed_and_removed(
    session: Session, task: Task, open_session: type[Session], sandbox: Sandbox
) -> None:
    task.metadata["a"] = "1"
    task.metadata["b"] = "2"
    session.commit()
    assert dict(open_session().query(Task).where(Task.id == task.id).one().metadata) == {"a": "1", "b": "2"}
    task.metadata = {"b": "3", "c": "4"}
    sandbox.requests.clear()
    session.commit()
    assert sorted(str(operation["action"]) for operation in operations_of(sandbox)) == ["create", "delete", "update"]
    assert dict(open_session().query(Task).where(Task.id == task.id).one().metadata) == {"b": "3", "c": "4"}
    assert session.query(Task).where(Task.metadata["c"] == "4", Task.id == task.id).one() is task


def test_metadata_at_creation(session: Session, production: Production, open_session: type[Session]) -> None:
    task = session.create(Task, name="with_metadata", parent_id=production.shot_id, metadata={"k": "v"})
    assert task.metadata["k"] == "v"
    session.commit()
    assert dict(open_session().query(Task).where(Task.id == task.id).one().metadata) == {"k": "v"}


def test_custom_attributes_are_read_set_and_found(
    session: Session, production: Production, open_session: type[Session]
) -> None:
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    shot.custom_attributes["fstart"] = 1001
    session.commit()
    again = open_session().query(Shot).where(Shot.id == shot.id).one()
    assert again.custom_attributes["fstart"] == 1001.0
    assert session.query(Shot).where(Shot.custom_attributes["fstart"] == 1001, Shot.id == shot.id).one() is shot
    with pytest.raises(UnknownAttributeError, match="fstart"):
        shot.custom_attributes["fstrat"] = 1


def test_custom_attributes_of_a_new_entity(
    session: Session, production: Production, open_session: type[Session]
) -> None:
    shot = session.create(Shot, name="sh020", parent_id=production.project_id, custom_attributes={"fend": 1100})
    session.commit()
    assert open_session().query(Shot).where(Shot.id == shot.id).one().custom_attributes["fend"] == 1100.0
    defaults = session.get(Shot, production.shot_id)
    assert defaults is not None
    assert dict(shot.custom_attributes) == {**defaults.custom_attributes, "fend": 1100.0}


def test_ensure_creates_updates_and_leaves_alone(session: Session, sandbox: Sandbox) -> None:
    username = f"user_{uuid.uuid4().hex}"
    made = session.ensure(User, {"username": username, "first_name": "A"}, ["username"])
    assert made.first_name == "A"
    sandbox.requests.clear()
    assert session.ensure(User, {"username": username, "first_name": "B"}, ["username"]) is made
    assert made.first_name == "B"
    sandbox.requests.clear()
    session.ensure(User, {"username": username, "first_name": "B"}, ["username"])
    assert [operation["action"] for operation in operations_of(sandbox)] == ["query"]
    with pytest.raises(ValueError, match="identifies"):
        session.ensure(User, {})
    with pytest.raises(KeyError, match="email"):
        session.ensure(User, {"username": username}, ["email"])


def test_ensure_refuses_several(session: Session, production: Production) -> None:
    with pytest.raises(MultipleResultsFoundError):
        session.ensure(Task, {"parent_id": production.shot_id})


def test_ensure_knows_references_and_dates(session: Session, task: Task) -> None:
    from ftrack_typed.entities import Timelog

    user = session.query(User).first()
    data = {"start": datetime(2030, 1, 1, tzinfo=timezone.utc), "duration": 10.0, "user": user, "context": task}
    made = session.ensure(Timelog, data)
    assert session.ensure(Timelog, data) is made


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda task: setattr(task, "bid", "long"), AttributeValueError),
        (lambda task: setattr(task, "name", 3), AttributeValueError),
        (lambda task: setattr(task, "status", task), AttributeValueError),
        (lambda task: setattr(task, "end_date", "tomorrow"), AttributeValueError),
        (lambda task: setattr(task, "notes", "x"), AttributeValueError),
        (lambda task: setattr(task, "id", "x"), ImmutableAttributeError),
        (lambda task: setattr(task, "time_logged", 1.0), ImmutableAttributeError),
        (lambda task: setattr(task, "nmae", "x"), UnknownAttributeError),
    ],
)
def test_refused_change_changes_nothing(
    session: Session, task: Task, change: Callable[[Task], None], error: type[Exception], sandbox: Sandbox
) -> None:
    before = vars(task).copy()
    with pytest.raises(error):
        change(task)
    assert vars(task) == before
    session.commit()
    assert len(sandbox.requests) == 0


def test_attribute_that_only_a_subtype_fixes_is_refused_at_run_time(session: Session, production: Production) -> None:
    build = session.create(AssetBuild, name="tree", parent_id=production.project_id)
    session.commit()
    with pytest.raises(ImmutableAttributeError):
        build.bid = 3.0


def test_creation_names_what_is_missing(session: Session) -> None:
    create: Callable[..., Entity] = session.create
    with pytest.raises(MissingAttributeError, match="context_id or context"):
        create(Appointment, type="assignment")
    with pytest.raises(UnknownAttributeError, match="did you mean 'name'"):
        create(Task, nmae="x")
    with pytest.raises(ImmutableAttributeError):
        create(Task, time_logged=3.0)
    assert not session._state.unit


def test_refused_commit_keeps_everything(
    session: Session, production: Production, task: Task, open_session: type[Session]
) -> None:
    task.description = "kept"
    twin = session.create(Task, name="task_001", parent_id=production.shot_id)
    with pytest.raises(ServerError) as caught:
        session.commit()
    assert caught.value.exception is not None
    assert task.description == "kept"
    assert reread(open_session, task)["description"] is None
    twin.name = "task_999"
    session.commit()
    assert reread(open_session, task)["description"] == "kept"
    assert reread(open_session, twin)["name"] == "task_999"


def test_change_of_a_deleted_row_is_refused_and_kept(session: Session, task: Task, open_session: type[Session]) -> None:
    other = open_session()
    theirs = other.get(Task, task.id)
    assert theirs is not None
    other.delete(theirs)
    other.commit()
    task.description = "too late"
    with pytest.raises(ServerError):
        session.commit()
    assert session._state.unit
    assert session.query(User).first() is not None
    session.rollback()


def test_id_twice_is_refused(session: Session, production: Production, open_session: type[Session]) -> None:
    other = open_session()
    other.create(Task, id=production.task_ids[0], name="again", parent_id=production.shot_id)
    with pytest.raises(ServerError):
        other.commit()
    other.rollback()
    assert session.query(Task).where(Task.project.id == production.project_id).count() == 3


def test_keyword_names_have_an_underscore(session: Session, production: Production) -> None:
    first, second = (session.get(Task, task_id) for task_id in production.task_ids[:2])
    assert first is not None
    assert second is not None
    link = session.create(TypedContextLink, from_=first, to=second)
    session.commit()
    assert link["from"] is first
    assert [each.to for each in first.outgoing_links] == [second]


def test_recording_can_be_switched_off(session: Session, task: Task, sandbox: Sandbox) -> None:
    with session.operation_recording(False):
        task.description = "local only"
    session.commit()
    assert len(sandbox.requests) == 0


HOSTILE = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=st.one_of(HOSTILE, st.sampled_from(['"', "\\", '\\"', "'; drop table x", "%", "limit 5", "\n", "a\\%b"])))
def test_hostile_text_comes_back_unchanged(
    session: Session, production: Production, open_session: type[Session], text: str
) -> None:
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    task.description = text
    task.metadata["hostile"] = text
    session.commit()
    again = open_session().query(Task).where(Task.id == task.id).select(Task.description).one()
    assert again.description == text
    assert again.metadata["hostile"] == text
    found = session.query(Task).where(Task.description == text, Task.project.id == production.project_id)
    assert found.order_by(Task.description).all() == [task]
    assert session.query(Task).where(Task.metadata["hostile"] == text, Task.id == task.id).all() == [task]


@pytest.mark.parametrize("name", ["Project", "Shot"])
def test_deleting_a_project_deletes_what_is_below(session: Session, production: Production, name: str) -> None:
    key = production.project_id if name == "Project" else production.shot_id
    entity = session.get(name, key)
    assert entity is not None
    assert isinstance(entity, (Project, Shot))
    session.delete(entity)
    session.commit()
    assert session.query(Task).where(Task.id.in_(list(production.task_ids))).count() == 0


def test_reference_and_key_that_disagree_are_refused(
    session: Session, production: Production, task: Task, sandbox: Sandbox
) -> None:
    parent = task.parent
    create: Callable[..., Entity] = session.create
    with pytest.raises(AttributeValueError, match=r"Task\.parent_id takes what parent says as well, <Shot .*, not 'x'"):
        create(Task, name="x", parent=parent, parent_id="x")
    with pytest.raises(AttributeValueError, match=r"Task\.parent takes what parent_id says as well, 'x', not <Shot"):
        create(Task, name="x", parent_id="x", parent=parent)
    with pytest.raises(AttributeValueError, match=r"Task\.thumbnail_id takes what thumbnail says as well, None"):
        create(Task, name="x", parent=parent, thumbnail=None, thumbnail_id="x")
    assert not session._state.unit
    made = session.create(Task, name="agreed", parent=parent, parent_id=parent.id)
    session.commit()
    assert made.parent is parent
    assert len(sandbox.requests) == 1


def test_fractions_of_a_second_are_dropped_where_they_are_written(
    session: Session, task: Task, open_session: type[Session]
) -> None:
    moment = datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
    task.start_date = moment
    assert task.start_date == moment.replace(microsecond=0)
    made = session.create(Task, name="timed", parent=task.parent, start_date=moment)
    session.commit()
    for each in (task, made):
        assert each.start_date == moment.replace(microsecond=0) == reread(open_session, each)["start_date"]


def test_new_identifiers_are_random_uuids() -> None:
    made = [uuid.UUID(text) for text in (new_id() for _ in range(200))]
    assert {(each.version, each.variant) for each in made} == {(4, uuid.RFC_4122)}
    assert len(set(made)) == 200
    assert {str(each)[19] for each in made} == set("89ab")
