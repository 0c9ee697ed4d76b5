"""Tests typed changes: what `Session.on` tells of commits of another session, on the sandbox (protocol section 7.7)."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ftrack_typed.entities import AssetVersion, Note, Project, Shot, Status, Task, TypedContext, User
from ftrack_typed.errors import ForeignEntityTypeError, NotFoundError, QueryError, UnknownAttributeError
from ftrack_typed.events import Event
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.updates import Change, Update
from ftrack_typed.updates.columns import Columns
from ftrack_typed.updates.decoding import decoded_value
from ftrack_typed.updates.interest import interest_of
from tests.events.event_server import PATIENCE
from tests.typing import studio as other_package
from tests.updates.conftest import Studio


def test_reference_gives_ids_and_entities(studio: Studio) -> None:
    changes: list[Change[Status | None]] = []

    @studio.listener.on(Task.status)
    def changed(change: Change[Status | None]) -> None:
        changes.append(change)

    assert studio.listener.event_hub.flush(PATIENCE)
    task = studio.task()
    before = task.status
    after = studio.other.query(Status).where(Status.id != before.id).first()
    assert after is not None
    task.status = after
    studio.other.commit()
    studio.handle(lambda: changes)
    (change,) = changes
    assert (change.entity_type, change.entity_id, change.action, change.attribute) == (
        "Task",
        task.id,
        "update",
        "status",
    )
    assert (change.old_id, change.new_id) == (before.id, after.id)
    assert isinstance(change.new, Status)
    assert (change.old and change.old.name, change.new.name) == (before.name, after.name)
    assert change.new.session is studio.listener
    assert change.entity == task
    assert change.entity_as(Task).name == task.name
    assert change.raw["changes"]["statusid"] == {"old": before.id, "new": after.id}
    assert change.event["topic"] == "ftrack.update"
    with pytest.raises(TypeError, match="is a Task, no Shot"):
        change.entity_as(Shot)


def test_nothing_is_asked_of_the_server_before_it_is_needed(studio: Studio, sandbox: Sandbox) -> None:
    changes: list[Change[Status | None]] = []
    studio.listener.on(Task.status).call(changes.append)
    assert studio.listener.event_hub.flush(PATIENCE)
    assert studio.listener.schemas
    task = studio.task()
    task.status = studio.other.query(Status).where(Status.id != task.status.id).first()  # type: ignore[assignment]
    studio.other.commit()
    sandbox.requests.clear()
    studio.handle(lambda: changes)
    (change,) = changes
    assert change.new_id
    assert change.user.username
    assert len(sandbox.requests) == 0
    assert change.new is not None
    assert len(sandbox.requests) == 1


def test_plain_values_have_their_types(studio: Studio) -> None:
    dates: list[Change[datetime | None]] = []
    texts: list[Change[str | None]] = []
    numbers: list[Change[float | None]] = []
    studio.listener.on(Task.end_date).call(dates.append)
    studio.listener.on(Task.description).call(texts.append)
    studio.listener.on(Task.bid).call(numbers.append)
    assert studio.listener.event_hub.flush(PATIENCE)
    task = studio.task()
    task.end_date = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
    task.description = "dusk"
    task.bid = 3600.0
    studio.other.commit()
    studio.handle(lambda: dates and texts and numbers)
    assert (dates[0].old, dates[0].new) == (None, datetime(2026, 3, 1, 12, tzinfo=timezone.utc))
    assert (texts[0].old, texts[0].new) == (None, "dusk")
    assert (numbers[0].old, numbers[0].new) == (0.0, 3600.0)
    assert dates[0].old_id is None
    assert dates[0].new_id is None


def test_attribute_of_a_base_is_heard_of_for_all_its_types_and_that_of_a_subtype_for_it_alone(studio: Studio) -> None:
    base: list[Change[str | None]] = []
    shots: list[Change[str | None]] = []
    studio.listener.on(TypedContext.description).call(base.append)
    studio.listener.on(Shot.description).call(shots.append)
    assert studio.listener.event_hub.flush(PATIENCE)
    task = studio.task()
    task.description = "task"
    shot = studio.other.get(Shot, studio.production.shot_id)
    assert shot is not None
    shot.description = "shot"
    studio.other.commit()
    studio.handle(lambda: len(base) == 2)
    assert {change.new for change in base} == {"task", "shot"}
    assert [change.new for change in shots] == ["shot"]


def test_entities_that_come_and_go(studio: Studio) -> None:
    changes: list[Change[Note | None]] = []
    studio.listener.on(Note).call(changes.append)
    assert studio.listener.event_hub.flush(PATIENCE)
    author = studio.other.query(User).first()
    assert author is not None
    note = studio.task().create_note("see this", author)
    studio.other.commit()
    studio.handle(lambda: changes)
    (added,) = changes
    assert (added.action, added.attribute, added.old) == ("add", "", None)
    assert added.new is not None
    assert added.new.content == "see this"
    content = added.change(Note.content)
    assert content is not None
    assert (content.old, content.new) == (None, "see this")
    note.content = "see that"
    studio.other.commit()
    studio.other.delete(note)
    studio.other.commit()
    studio.handle(lambda: len(changes) == 2)
    removed = changes[1]
    assert (removed.action, removed.new, removed.new_id, removed.old_id) == ("remove", None, None, note.id)
    told = removed.change(Note.content)
    assert told is not None
    assert (told.old, told.new) == ("see that", None)
    assert removed.old is added.new
    assert repr(removed) == f"<Change remove Note({note.id}): None -> None>"


def test_removed_entity_that_nobody_knew(studio: Studio, sandbox: Sandbox) -> None:
    changes: list[Change[Task | None]] = []
    studio.listener.on(Task, actions={"remove"}).call(changes.append)
    assert studio.listener.event_hub.flush(PATIENCE)
    studio.other.delete(studio.task())
    studio.other.commit()
    studio.handle(lambda: changes)
    sandbox.requests.clear()
    assert changes[0].old is None
    assert changes[0].entity is None
    assert len(sandbox.requests) == 0
    with pytest.raises(NotFoundError, match="does not exist any more"):
        changes[0].entity_as(Task)


def test_attributes_are_not_told_of_when_their_entity_comes_unless_asked_for(studio: Studio) -> None:
    updates: list[Change[str | None]] = []
    both: list[Change[str | None]] = []
    studio.listener.on(Shot.name).call(updates.append)
    studio.listener.on(Shot.name, actions=["add", "update"]).call(both.append)
    assert studio.listener.event_hub.flush(PATIENCE)
    project = studio.other.get(Project, studio.production.project_id)
    assert project is not None
    shot = studio.other.create(Shot, name="sh020", parent=project)
    studio.other.commit()
    shot.name = "sh021"
    studio.other.commit()
    studio.handle(lambda: updates)
    assert [(change.old, change.new) for change in updates] == [("sh020", "sh021")]
    assert [(change.action, change.old, change.new) for change in both] == [
        ("add", None, "sh020"),
        ("update", "sh020", "sh021"),
    ]


def test_several_attributes_give_one_update_for_each_entity(studio: Studio) -> None:
    updates: list[Update] = []

    @studio.listener.on(Task.description, Task.bid, Task)
    def updated(update: Update) -> None:
        updates.append(update)

    assert studio.listener.event_hub.flush(PATIENCE)
    first, second = studio.task(0), studio.task(1)
    first.description, first.bid, second.bid = "both", 1.0, 2.0
    studio.other.commit()
    studio.handle(lambda: len(updates) == 2)
    by_id = {update.entity_id: update for update in updates}
    description = by_id[first.id].change(Task.description)
    assert description is not None
    assert description.new == "both"
    assert by_id[second.id].change(Task.description) is None
    assert by_id[second.id].change(Shot.bid) is None
    assert type(by_id[first.id]) is Update
    studio.other.delete(second)
    studio.other.commit()
    studio.handle(lambda: len(updates) == 3)
    assert updates[2].action == "remove"


def test_user_who_made_the_change(studio: Studio, sandbox: Sandbox) -> None:
    changes: list[Change[str | None]] = []
    studio.listener.on(Task.description).call(changes.append)
    assert studio.listener.event_hub.flush(PATIENCE)
    studio.task().description = "by whom"
    studio.other.commit()
    studio.handle(lambda: changes)
    user = studio.other.query(User).where(User.username == sandbox.api_user).one()
    assert (changes[0].user.id, changes[0].user.username) == (user.id, sandbox.api_user)
    assert changes[0].user.name


def test_new_parent_is_a_move(studio: Studio) -> None:
    changes: list[Change[Any]] = []
    studio.listener.on(Task.parent).call(changes.append)
    assert studio.listener.event_hub.flush(PATIENCE)
    project = studio.other.get(Project, studio.production.project_id)
    assert project is not None
    shot = studio.other.create(Shot, name="sh030", parent=project)
    studio.task().parent = shot
    studio.other.commit()
    studio.handle(lambda: changes)
    assert (changes[0].action, changes[0].old_id, changes[0].new_id) == (
        "move",
        studio.production.shot_id,
        shot.id,
    )
    assert isinstance(changes[0].new, Shot)


def test_handler_that_raises_is_reported_and_called_again(studio: Studio) -> None:
    errors: list[Exception] = []
    heard: list[str] = []
    studio.listener.event_hub.on_handler_error = lambda error, event, subscriber: errors.append(error)

    @studio.listener.on(Task.bid)
    def fail(change: Change[float | None]) -> None:
        heard.append(change.entity_id)
        raise RuntimeError(change.entity_id)

    assert studio.listener.event_hub.flush(PATIENCE)
    studio.task(0).bid = studio.task(1).bid = 5.0
    studio.other.commit()
    studio.handle(lambda: len(heard) == 2)
    assert [str(error) for error in errors] == heard
    assert studio.listener.event_hub.health().handler_errors == 2


def test_subscription_ends(studio: Studio) -> None:
    heard: list[Update] = []
    identifier = studio.listener.on(Task.description).call(heard.append)
    assert studio.listener.event_hub.flush(PATIENCE)
    studio.listener.event_hub.unsubscribe(identifier)
    studio.task().description = "unheard"
    studio.other.commit()
    studio.settle()
    assert heard == []


HOSTILE = [
    {},
    {"entities": None},
    {"entities": [None, 3, "x", {}, {"action": "add", "entityType": "socialfeed"}]},
    {"entities": [{"entity_type": "NoSuchType", "action": "update", "entityId": "1", "changes": {}}]},
    {"entities": [{"entity_type": "Task", "action": "update", "changes": None}]},
    {"entities": [{"entity_type": "Task", "action": "update", "changes": {"statusid": None}}]},
    {"entities": [{"entity_type": "Task", "action": "made up", "changes": {"statusid": {"new": "a"}}}]},
    [1, 2],
]


@pytest.mark.parametrize("data", HOSTILE)
def test_event_that_makes_no_sense_is_passed_over(studio: Studio, data: Any) -> None:
    heard: list[Update] = []
    studio.listener.on(Task.status).call(heard.append)
    studio.listener.on(Task, Task.status).call(heard.append)
    studio.listener.follow_updates()
    studio.listener.event_hub.publish(Event("ftrack.update", data=data), synchronous=True)
    assert heard == []
    assert studio.listener.event_hub.health().handler_errors == 0


def test_what_an_event_lacks_is_none(studio: Studio) -> None:
    heard: list[Change[Any]] = []
    studio.listener.on(Task.status).call(heard.append)
    entry = {"entity_type": "Task", "action": "update", "changes": {"statusid": {"new": None}}}
    studio.listener.event_hub.publish(Event("ftrack.update", data={"entities": [entry]}), synchronous=True)
    (change,) = heard
    assert (change.old, change.new, change.entity, change.entity_id) == (None, None, None, "")
    assert (change.user.id, change.user.name) == (None, None)


def test_value_of_another_type_says_so(studio: Studio) -> None:
    heard: list[Change[Any]] = []
    studio.listener.on(Task.bid).call(heard.append)
    entry = {"entity_type": "Task", "entityId": "1", "action": "update", "changes": {"bid": {"new": "much", "old": 1}}}
    studio.listener.event_hub.publish(Event("ftrack.update", data={"entities": [entry]}), synchronous=True)
    assert heard[0].old == 1.0
    with pytest.raises(ValueError, match="'much' in an update is no float"):
        assert heard[0].new


def test_names_are_those_of_the_servers_older_model_for_each_type(studio: Studio) -> None:
    heard: list[Update] = []
    studio.listener.on(AssetVersion.is_published, Note.content, Project.full_name).call(heard.append)
    entries = [
        {"entity_type": "AssetVersion", "entityId": "v", "changes": {"ispublished": {"old": "0", "new": "1"}}},
        {"entity_type": "Note", "entityId": "n", "changes": {"text": {"old": "a", "new": "b"}}},
        {"entity_type": "Project", "entityId": "p", "changes": {"fullname": {"old": "a", "new": "b"}}},
        {"entity_type": "Note", "entityId": "other", "changes": {"isactive": {"old": "a", "new": "b"}}},
    ]
    data = {"entities": [{**entry, "action": "update"} for entry in entries]}
    studio.listener.event_hub.publish(Event("ftrack.update", data=data), synchronous=True)
    assert [update.entity_id for update in heard] == ["v", "n", "p"]
    published = heard[0].change(AssetVersion.is_published)
    assert published is not None
    assert (published.old, published.new) == (False, True)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (lambda: Task.status.name, "listen to the type that has the attribute"),
        (lambda: Task.notes, r"session\.on\(Note\)"),
        (lambda: Task.metadata["x"], "listen to"),
        (lambda: Task.parent.as_(Shot), "listen to the type"),
        (lambda: Task.custom_attributes, r"name one of them, as in Task\.custom_attributes\.fps"),
        (lambda: Task.time_logged, "which the server computes"),
        (lambda: "Task.status", "not of 'Task.status'"),
        (lambda: Status, None),
    ],
)
def test_what_no_event_tells_of_is_refused(studio: Studio, what: Any, said: str | None) -> None:
    if said is None:
        studio.listener.on(what())
        return
    with pytest.raises(QueryError, match=said):
        studio.listener.on(what())


def test_nothing_and_wrong_actions_are_refused(studio: Studio) -> None:
    with pytest.raises(TypeError, match=r"Task\.status"):
        studio.listener.on()  # type: ignore[call-overload]
    with pytest.raises(ValueError, match=r"'remov'.*did you mean 'remove'"):
        studio.listener.on(Task, actions=["remov"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="cannot be"):
        studio.listener.on(Task).call(None)  # type: ignore[arg-type]
    with pytest.raises(UnknownAttributeError, match="nmae"):
        studio.listener.on(Task.status.nmae)  # type: ignore[attr-defined]


def test_custom_attribute_by_its_key(studio: Studio) -> None:
    changes: list[Change[Any]] = []
    studio.listener.on(Shot.custom_attributes["fstart"]).call(changes.append)
    assert studio.listener.event_hub.flush(PATIENCE)
    shot = studio.other.get(Shot, studio.production.shot_id)
    assert shot is not None
    before = shot.custom_attributes["fstart"]
    shot.custom_attributes["fstart"] = 1009.0
    studio.other.commit()
    studio.handle(lambda: changes)
    (change,) = changes
    assert (change.entity_type, change.attribute, change.new) == ("Shot", "fstart", "1009")
    assert before != 1009.0


@pytest.mark.parametrize(
    ("what", "raw", "value"),
    [
        (other_package.Shot.custom_attributes.fps, "24", 24.0),
        (other_package.Shot.custom_attributes["fps"], "23.976", 23.976),
        (other_package.Shot.custom_attributes.handles, None, None),
        (other_package.Shot.custom_attributes.difficulty, "easy, hard", ["easy", "hard"]),
        (other_package.Shot.custom_attributes.code, "x", "x"),
        (other_package.Shot.custom_attributes["unknown"], "1", "1"),
        (other_package.Shot.name, "sh010", "sh010"),
    ],
)
def test_custom_attribute_of_a_class_that_declares_it_has_its_type(what: object, raw: object, value: object) -> None:
    interest = interest_of(what)
    changes = {interest.name: {"new": raw}}
    found = interest.found(other_package.Shot, changes, Columns(list))
    assert found is not None
    assert decoded_value(interest.value_type, found["new"]) == value


@pytest.mark.parametrize(
    ("value_type", "raw", "value"),
    [
        ("bool", "1", True),
        ("bool", "0", False),
        ("bool", 1, True),
        ("bool", "False", False),
        ("datetime", "2026-03-01T10:00:00", datetime(2026, 3, 1, 10, tzinfo=timezone.utc)),
        ("datetime", "2026-03-01 10:00:00", datetime(2026, 3, 1, 10, tzinfo=timezone.utc)),
        ("datetime", "2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10, tzinfo=timezone.utc)),
        ("datetime", {"__type__": "datetime", "value": "2026-03-01"}, datetime(2026, 3, 1, tzinfo=timezone.utc)),
        ("float", "1.5", 1.5),
        ("int", 3, 3),
        ("str", 7, "7"),
        ("JsonValue", {"a": 1}, {"a": 1}),
        ("choices", [1, 2], ["1", "2"]),
    ],
)
def test_values_in_the_forms_that_servers_use(value_type: str, raw: object, value: object) -> None:
    assert decoded_value(value_type, raw) == value
    assert decoded_value(value_type, None) is None


def test_class_of_another_package_is_refused(studio: Studio) -> None:
    with pytest.raises(ForeignEntityTypeError, match=r"tests\.typing"):
        studio.listener.on(other_package.Shot.name)
