"""Lines of a user that both checkers accept; each that `rejects` refuses differs in one place. Nothing runs this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ftrack_typed import data, formatter, inspection, symbols
from ftrack_typed.commit.batches import CommitProgress
from ftrack_typed.entities import (
    Asset,
    AssetType,
    AssetVersion,
    Metadata,
    Note,
    Project,
    ProjectSchema,
    Recipient,
    Session,
    Shot,
    Status,
    Task,
    User,
)
from ftrack_typed.operations import DeleteEntityOperation, OperationPayload, UpdateEntityOperation
from ftrack_typed.updates import Change, Update

from . import studio


def a_number(_: float) -> None: ...


def a_text(_: str) -> None: ...


def a_task(_: Task) -> None: ...


def a_task_or_none(_: Task | None) -> None: ...


def a_note(_: Note) -> None: ...


def a_list_of_statuses(_: list[Status]) -> None: ...


def a_list_of_tasks(_: list[Task]) -> None: ...


def a_flag(_: bool) -> None: ...


def a_value(_: object) -> None: ...


def a_status(_: Status) -> None: ...


def a_status_or_none(_: Status | None) -> None: ...


def a_status_change(_: Change[Status | None]) -> None: ...


def a_text_change(_: Change[str | None]) -> None: ...


def a_number_change(_: Change[float | None]) -> None: ...


def a_task_change(_: Change[Task | None]) -> None: ...


def an_update(_: Update) -> None: ...


def a_moment_or_none(_: datetime | None) -> None: ...


def names_of_the_runtime() -> None:
    from ftrack_typed import Query as TypedQuery

    a_value(TypedQuery)


def names_of_entity_types() -> None:
    from ftrack_typed.entities import Timelog as TimeEntry

    a_value(TimeEntry)


def names_of_attributes_in_a_path(session: Session) -> None:
    session.query(Task).where(Task.name == "comp")
    session.query(Task).where(Task.status.name == "Ready")
    session.query(Task).where(Task.status.name == "Ready")
    session.query(Task).where(Task.project.full_name == "Demo")
    session.query(Task).where(Task.project.project_schema.name == "VFX")
    session.query(Task).where(Task.project.project_schema.name == "VFX")
    session.query(Task).where(Task.project.project_schema.name == "VFX")
    session.query(Task).where(Task.status.state.short == "DONE")
    session.query(Task).select(Task.project.project_schema.name)
    session.query(Task).order_by(Task.status.state.name)


def attributes_of_another_type(session: Session) -> None:
    session.query(Task).select(Task.parent.name)
    session.query(Task).select(Task.parent.as_(Shot).bid)
    session.query(Task).select(Task.notes.each.content)
    session.query(Task).select(Task.notes.each.content)
    session.query(Task).select(Task.notes.each.author)
    session.query(Task).where(Task.status.tasks.any())
    session.query(Task).where(Task.parent.as_(Shot).status.name == "Ready")


def methods_of_a_path(session: Session) -> None:
    session.query(Task).order_by(Task.sort.desc())
    session.query(Task).where(Task.name.like("comp%"))
    session.query(Task).where(Task.name.in_(["comp"]))


def values_that_are_compared(session: Session, moment: datetime, text: str) -> None:
    session.query(Task).where(Task.bid == 1.5)
    session.query(Task).where(Task.bid != 1.5)
    session.query(Task).where(Task.bid < 1.5)
    session.query(Task).where(Task.bid <= 1.5)
    session.query(Task).where(Task.bid > 1.5)
    session.query(Task).where(Task.bid >= 1.5)
    session.query(Task).where(Task.name == "comp")
    session.query(Task).where(Task.status.name == "Ready")
    session.query(Task).where(Task.status.sort < 7)
    session.query(Task).where(Task.status.is_active.in_([True]))
    session.query(Task).where(Task.status.state.short == "DONE")
    session.query(Task).where(Task.project.project_schema.name != "VFX")
    session.query(Task).where(Task.end_date < moment)
    session.query(Task).where(Task.end_date.is_(None))


def values_of_in(session: Session, names: list[str], text: str, numbers: list[int]) -> None:
    session.query(Task).where(Task.name.in_(names))
    session.query(Task).where(Task.name.in_(names))
    session.query(Task).where(Task.status.name.in_(names))
    session.query(Task).where(Task.bid.in_(numbers))
    session.query(Task).where(Task.status.name.not_in(names))
    session.query(Task).where(Task.status.state.short.in_(names))
    session.query(Task).where(Task.status.state.short.in_(names))
    session.query(Task).where(Task.status.name.in_(["Ready", "Done"]))


def patterns(session: Session) -> None:
    session.query(Task).where(Task.name.like("comp%"))
    session.query(Task).where(Task.status.name.like("Re%"))
    session.query(AssetVersion).where(AssetVersion.task.status.name.not_like("Re%"))
    session.query(Task).where(Task.status.state.name.like("Do%"))


def references_that_are_compared(session: Session, task: Task, status: Status, project: Project) -> None:
    session.query(Task).where(Task.status == status)
    session.query(Task).where(Task.status != status)
    session.query(Task).where(Task.status.in_([status]))
    session.query(Task).where(Task.status.not_in([status]))
    session.query(Task).where(Task.status.in_(session.query(Status).all()))
    session.query(Task).where(Task.parent.in_(session.query(Shot).all()))
    session.query(Task).where(Task.status.is_(None))
    session.query(Task).where(Task.status.has(Status.name == "Ready"))
    session.query(Task).where(Task.parent.as_(Shot).project == project)
    session.query(AssetVersion).where(AssetVersion.task.status == status)
    session.query(AssetVersion).where(AssetVersion.asset.parent.as_(Shot).status.in_([status]))
    session.query(AssetVersion).where(AssetVersion.task.parent.as_(Shot).status == status)


def criteria_as_booleans(session: Session, task: Task) -> None:
    session.query(Task).where((Task.name == "comp") & (Task.bid > 1))
    session.query(Task).where((Task.name == "comp") | (Task.bid > 1))
    session.query(Task).where(~(Task.name == "comp"))
    session.query(Task).where(Task.name.like("comp%") & (Task.bid > 1))
    session.query(Task).where(Task.name.in_(["comp"]) | (Task.bid > 1))
    a_value(1 if task.name == "comp" else 2)
    session.query(Task).where((Task.project.name == "demo") & (Task.bid < 3))
    session.query(Task).where(Task.name == "comp")
    session.query(Task).where(Task.notes.any(Note.content.like("%fix%")))
    session.query(Task).where(Task.status.has(Status.name == "Ready"))
    a_value("comp" in task.name)


def what_a_query_takes(session: Session) -> None:
    session.query(Task).where(Task.name == "comp")
    session.query(Task).where(Task.status.is_not(None))
    session.query(Task).where(Task.name.is_not(None))
    session.query(Task).where(Task.name == "comp")
    session.query(Task).select(Task.name)
    session.query(Task).select(Task.status.name)
    session.query(Task).select(Task.status.state.name)
    session.query(Task).order_by(Task.name)
    session.query(Task).order_by(Task.name)
    session.query(Task).limit(5)
    session.query(Task)


def what_a_query_returns(session: Session) -> None:
    a_list_of_tasks(session.query(Task).all())
    a_task(session.query(Task).one())
    a_task(session.query(Task).one())
    a_task_or_none(session.query(Task).first())
    a_task(next(iter(session.query(Task))))
    a_task(session.query(Task).result()[0])
    a_task_or_none(session.get(Task, "an id"))
    a_task_or_none(session.get(Task, "an id"))
    a_text(str(session.query(Task)))
    a_flag(session.query(Task).exists())


def what_is_created(session: Session, shot: Shot, status: Status, schema: ProjectSchema) -> None:
    session.create(Task, name="comp", parent=shot)
    session.create(Task, name="comp", parent=shot)
    session.create(Task, name="comp", parent=shot)
    session.create(Task, name="comp", parent=shot, status=status)
    session.create(Task, bid=1.5)
    session.create(Task, name="comp")
    session.create(Task, bid=1.5)
    session.create(Shot, name="sh010", description=None)
    session.create(AssetType, name="Geometry", short="geo")
    session.create(Metadata, key="department", parent_id=shot.id, parent_type="Shot", value="fx")
    session.create(Project, name="demo", project_schema=schema)
    session.create(Project, name="demo", project_schema=schema)
    a_task(session.create(Task, name="comp"))
    session.create(Task, name="comp")
    session.create(Task, name="comp")


def what_is_set(
    task: Task, shot: Shot, status: Status, version: AssetVersion, asset: Asset, recipient: Recipient
) -> None:
    task.status.state = None
    task.name = "comp"
    task.name = "comp"
    task.bid = 1.5
    task.description = None
    task.description = "comp"
    task.bid = 1.5
    task.status = status
    task.status = status
    task.thumbnail = None
    task.parent = shot
    task.project.name = "demo"
    task.project.name = "demo"
    task.project.project_schema.name = "VFX"
    task.project.project_schema.name = "VFX"
    asset.type = None
    recipient.user = None
    version.comment = None


def references_that_may_be_none(task: Task, version: AssetVersion) -> None:
    a_text(task.project.name)
    a_text(task.project.project_schema.id)
    a_text(version.asset.id)
    a_text(version.asset.parent.id)
    a_text(task.project.project_schema.id)
    a_text(task.name)
    a_text(task.project.name)


def values_that_are_read(task: Task) -> None:
    a_text(task.name)
    a_text(task.status.id)
    a_text(task.project.project_schema.id)
    a_text(task.name)
    a_text(task.project.id)
    a_number(task.bid)
    a_value(task.status.state)


def attributes_of_a_base(task: Task) -> None:
    a_text(task.parent.name or "")
    a_number(task.bid)


def narrowing_by_type(task: Task) -> None:
    a_number(task.parent.bid if isinstance(task.parent, Shot) else 0.0)


def collections(session: Session, task: Task, note: Note, user: User) -> None:
    task.notes.append(note)
    task.notes.extend([note])
    task.notes = [note]
    task.notes[0] = note
    a_text(task.notes[0].id)
    a_value(task.notes[0].content)
    a_value(task.assignments[0].resource.id)
    a_task(task.status.tasks[0])
    session.query(Task).where(Task.notes.any(Note.content.like("%fix%")))
    session.query(Task).where(Task.notes.any())
    session.create(Task, name="comp", notes=[note])


def notes_and_replies(task: Task, note: Note, user: User, status: Status) -> None:
    a_value(task.create_note("look", user).content)
    a_note(task.create_note("look", user))
    a_note(task.create_note("look", user))
    a_note(task.create_note("look", user, recipients=[user]))
    a_note(note.create_reply("done", user))
    a_note(note.create_reply("done", user))


def timers_of_users(user: User, task: Task) -> None:
    a_value(user.start_timer(task).comment)
    a_number(user.stop_timer().duration)


def statuses_of_project_schemas(project_schema: ProjectSchema) -> None:
    a_list_of_statuses(project_schema.get_statuses("Task"))


def metadata(session: Session, task: Task) -> None:
    task.metadata["department"] = "fx"
    task.metadata = {"department": "fx"}
    a_text(task.metadata["department"])
    session.query(Task).where(Task.metadata["department"] == "fx")
    session.query(Task).where(Task.project.metadata["department"] == "fx")
    session.query(Task).where(Task.metadata["department"] == "fx")


def attributes_for_criteria_alone(session: Session, task: Task) -> None:
    a_value(Task.custom_attribute_links)
    session.create(Task, custom_attributes={})


def custom_attributes(session: Session, shot: studio.Shot) -> None:
    session.query(studio.Shot).where(studio.Shot.custom_attributes.fps > 24)
    session.query(studio.Shot).where(studio.Shot.custom_attributes.fps > 24)
    session.query(studio.Plate).where(studio.Plate.shot.custom_attributes.fps > 24)
    session.query(studio.Plate).where(studio.Plate.shot.custom_attributes.fps == 24)
    session.query(studio.Plate).where(studio.Plate.shot.custom_attributes.fps.in_([24]))
    a_number(shot.custom_attributes.fps)
    a_number(shot.custom_attributes.fps)
    a_number(shot.custom_attributes.fps)
    shot.custom_attributes.fps = 24.0
    shot.custom_attributes.handles = None
    shot.custom_attributes.fps = 24.0
    shot.custom_attributes.difficulty = "easy"
    shot.custom_attributes.difficulty = "hard"
    session.query(studio.Shot).where(studio.Shot.custom_attributes.difficulty == "easy")


def methods_of_a_session(session: Session, task: Task) -> None:
    session.delete(task)
    session.populate([task], Task.name)
    session.populate([task], Task.status.name)
    session.get(Task, "an id")
    session.ensure(Task, {"name": "comp"})
    session.commit()


def groups_and_batches(session: Session, told: Callable[[CommitProgress], None]) -> None:
    session.query(Task).group_by(Task.status.name).aggregate(Task.id.count())
    session.query(Task).group_by(Task.status_id).aggregate(Task.id.count())
    session.query(Task).group_by(Task.status.name).aggregate(Task.bid.sum())
    session.query(Task).aggregate(Task.bid.avg())
    session.query(Task).group_by(Task.status.name).aggregate(Task.bid.max())
    for name, number in session.query(Task).group_by(Task.type_id).aggregate(Task.id.count()):
        a_text(name)
        a_number(number)
    for _, late in session.query(Task).group_by(Task.type_id).aggregate(Task.end_date.max()):
        a_moment_or_none(late)
    session.commit(batch_size=500)
    session.commit(progress=told)
    session.plan(batch_size=500)
    a_number(session.plan().batches[0][0].key.count(""))


def other_methods_of_a_session(session: Session, task: Task, user: User) -> None:
    a_value(session.query(Task, page_size=20))
    a_task(session.ensure(Task, {"name": "comp"}))
    a_task(session.merge(task))
    a_list_of_tasks(session.merge([task]))
    a_text(session.encode(task, "set_only"))
    a_text(session.get_widget_url("tasks", entity=task))
    a_value(session.reset_remote("api_key", entity=user))
    a_value(session.entity_reference(task))
    session.loading_mode("raise")
    session.auto_populating(False)
    session.operation_recording(False)
    session.auto_populate = False
    session.record_operations = False
    session.send_user_invite(user)
    session.send_user_invites([user])
    session.send_review_session_invite(user)
    session.send_review_session_invites([user])
    a_flag(session.closed)
    a_text(session.server_url)
    a_value(session.recorded_operations.pop().entity_key)
    a_value(session.created[0].entity_type)
    a_value(session.plan()[0].action)


def records(session: Session, task: Task) -> None:
    a_value(inspection.state(task))
    a_value(inspection.states([task]))
    a_value(inspection.identity(task)[1])
    a_value(inspection.primary_key(task)["id"])
    a_value(DeleteEntityOperation("Task", {"id": "1"}).entity_key)
    a_value(UpdateEntityOperation("Task", {"id": "1"}, "name", None, "x").new_value)
    a_value(OperationPayload(action="query")["action"])
    a_text(formatter.format(task, indent=2))
    a_text(data.File("path", "r").read())
    a_text(data.String("text").read())
    a_text(symbols.NOT_SET.name)


def other_behaviours(user: User, task: Task, schema: ProjectSchema) -> None:
    a_text(user.reset_api_key())
    a_value(user.start_timer(task, force=True))
    a_value(schema.get_statuses("Task", type_id="an id"))
    a_value(schema.get_types(Task))
    a_note(task.create_note("look", user, labels=[]))


def changes_of_data(session: Session) -> None:
    session.on(Task.status).call(a_status_change)
    session.on(Task.description).call(a_text_change)
    session.on(Task.bid).call(a_number_change)
    session.on(Task).call(a_task_change)
    session.on(studio.Shot.custom_attributes.fps).call(a_number_change)
    session.on(Task.status, Task.bid).call(an_update)
    session.on(Note).call(an_update)
    session.on(Task.bid, actions=["add", "remove"]).call(an_update)
    session.on(Task.status)(a_status_change)


def records_of_changes(change: Change[Status | None], update: Update) -> None:
    a_status_or_none(change.new)
    a_value(change.user.username)
    a_value(change.action == "remove")
    a_task(update.entity_as(Task))
    a_value(update.change(Task.status))
    a_value(update.change(Task.bid))
