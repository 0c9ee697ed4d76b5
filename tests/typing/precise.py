"""What checkers see of each public name: `assert_type` refuses anything else, Any included. Nothing runs this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from typing_extensions import assert_type

from ftrack_typed import compat, data, formatter, inspection, symbols
from ftrack_typed.attributes import LinkItem
from ftrack_typed.cache import KeyMaker
from ftrack_typed.collection import Collection, MappedCollection
from ftrack_typed.commit.outcome import CommitResolution
from ftrack_typed.commit.plan import CommitPlan, PlannedChange
from ftrack_typed.entities import (
    AssetVersion,
    Component,
    Context,
    Job,
    Location,
    Note,
    Project,
    ProjectSchema,
    Session,
    Shot,
    Status,
    Task,
    Timelog,
    Timer,
    Type,
    TypedContext,
    User,
)
from ftrack_typed.entity import Entity
from ftrack_typed.entity_cache import EntityCache
from ftrack_typed.events import EventHub
from ftrack_typed.files import Accessor, ResourceIdentifierTransformer, Structure
from ftrack_typed.operations import (
    CreateEntityOperation,
    DeleteEntityOperation,
    Operation,
    OperationPayload,
    Operations,
    UpdateEntityOperation,
)
from ftrack_typed.query.builder import Query
from ftrack_typed.query.result import QueryResult
from ftrack_typed.request_log import LoggedRequest, RequestLog
from ftrack_typed.session import AutoPopulatingContext, OperationRecordingContext, SessionAuthentication
from ftrack_typed.session_parts.modes import LoadingContext
from ftrack_typed.symbols import Symbol
from ftrack_typed.updates import Actor, Change, ChangeSubscription, Update


def properties_of_a_session(session: Session) -> None:
    assert_type(session.server_url, str)
    assert_type(session.api_user, str)
    assert_type(session.api_key, str)
    assert_type(session.request_timeout, float | None)
    assert_type(session.server_information, dict[str, Any])
    assert_type(session.schemas, list[dict[str, Any]])
    assert_type(session.closed, bool)
    assert_type(session.types, Mapping[str, type[Entity]])
    assert_type(session.recorded_operations, Operations)
    assert_type(session.created, list[Entity])
    assert_type(session.modified, list[Entity])
    assert_type(session.deleted, list[Entity])
    assert_type(session.auto_populate, bool)
    assert_type(session.record_operations, bool)
    assert_type(session.event_hub, EventHub)
    assert_type(session.cache, EntityCache)
    assert_type(session.cache_key_maker, KeyMaker[Any])


def modes_of_a_session(session: Session) -> None:
    assert_type(session.auto_populating(False), AutoPopulatingContext)
    assert_type(session.operation_recording(False), OperationRecordingContext)
    assert_type(session.loading_mode("raise"), LoadingContext)
    with session.auto_populating(False) as nothing:
        assert_type(nothing, None)
    with session.operation_recording(False) as nothing:
        assert_type(nothing, None)
    with session as itself:
        assert_type(itself, Session)


def entities_of_a_session(session: Session, task: Task, shot: Shot) -> None:
    assert_type(session.query(Task), Query[Task])
    assert_type(session.query("Task"), QueryResult[Entity])
    assert_type(session.query(Task, page_size=20).all(), list[Task])
    assert_type(session.query("Task").first(), Entity | None)
    assert_type(session.create(Task, name="comp", parent=shot), Task)
    assert_type(session.ensure(Task, {"name": "comp"}, ["name"]), Task)
    assert_type(session.ensure("Task", {"name": "comp"}), Entity)
    assert_type(session.get(Task, "an id"), Task | None)
    assert_type(session.get("Task", ["an id"]), Entity | None)
    assert_type(session.delete(task), None)
    assert_type(session.merge(task), Task)
    assert_type(session.merge([task]), list[Task])
    assert_type(session.merge(3), int)
    assert_type(session.populate(task, Task.bid, "name"), None)
    assert_type(session.commit(), None)
    assert_type(session.rollback(), None)
    assert_type(session.resolve_commit(), CommitResolution)
    assert_type(session.resolve_commit().pending, tuple[dict[str, Any], ...])
    with session.request_log() as log:
        assert_type(log, RequestLog)
        assert_type(log[0], LoggedRequest)
    assert_type(session.plan(), CommitPlan)
    assert_type(session.plan()[0], PlannedChange)
    assert_type(session.plan()[0].entity, Entity | None)
    assert_type(session.plan()[0].key, tuple[str, ...])


def exchange_of_a_session(session: Session, task: Task) -> None:
    assert_type(session.call([OperationPayload(action="query")]), list[Any])
    assert_type(session.encode(task, entity_attribute_strategy="persisted_only"), str)
    assert_type(session.decode("{}"), Any)
    assert_type(session.entity_reference(task), dict[str, str])
    assert_type(session.reset_remote("api_key", entity=task), dict[str, Any])
    assert_type(session.get_widget_url("tasks", entity=task, theme="dark"), str)
    assert_type(SessionAuthentication("key", "user").api_user, str)


def other_methods_of_a_session(session: Session, user: User, task: Task) -> None:
    assert_type(session.check_server_compatibility(), None)
    assert_type(session.send_user_invite(user), None)
    assert_type(session.send_user_invites([user]), None)
    assert_type(session.send_review_session_invite(user), None)
    assert_type(session.send_review_session_invites([user]), None)
    assert_type(session.reset(), None)
    assert_type(session.close(), None)


def results(session: Session) -> None:
    result = session.query(Task).result()
    assert_type(result, QueryResult[Task])
    assert_type(result[0], Task)
    assert_type(result[1:3], list[Task])
    assert_type(len(result), int)
    assert_type(result.all(), list[Task])
    assert_type(result.one(), Task)
    assert_type(result.first(), Task | None)
    assert_type(iter(result), Iterator[Task])


def entities(task: Task, version: AssetVersion) -> None:
    assert_type(task.name, str)
    assert_type(task.description, str | None)
    assert_type(task.parent, Context)
    assert_type(task.project, Project)
    assert_type(task.status, Status)
    assert_type(task.notes, Collection[Note])
    assert_type(task.metadata, MappedCollection[str])
    assert_type(task.ancestors, Collection[TypedContext])
    assert_type(task.link, list[LinkItem])
    assert_type(version.task, Task | None)
    assert_type(task.entity_type, str)
    assert_type(task.primary_key_attributes, tuple[str, ...])
    assert_type(task.default_projections, tuple[str, ...])
    assert_type(task["name"], Any)
    assert_type(list(task), list[str])
    assert_type(len(task), int)
    assert_type("name" in task, bool)
    assert_type(next(iter(task.keys())), str)
    assert_type(next(iter(task.items())), tuple[str, Any])
    assert_type(task.to_dict(), dict[str, object])
    assert_type(task == version, bool)


def collections(task: Task, note: Note) -> None:
    assert_type(task.notes[0], Note)
    assert_type(task.notes[:2], list[Note])
    assert_type(iter(task.notes), Iterator[Note])
    assert_type(task.notes.pop(), Note)
    assert_type(task.notes.index(note), int)
    assert_type(note in task.notes, bool)
    assert_type(task.notes.mutable, bool)
    assert_type(task.notes.entity, Entity)
    assert_type(task.metadata["key"], str)
    assert_type(task.metadata.get("key"), str | None)
    assert_type(next(iter(task.metadata.items())), tuple[str, str])
    assert_type(task.metadata.entity, Entity)


def what_inspection_tells(task: Task) -> None:
    assert_type(inspection.identity(task), tuple[str, list[str]])
    assert_type(inspection.primary_key(task), dict[str, str])
    assert_type(inspection.state(task), Symbol)
    assert_type(inspection.states([task]), list[Symbol])


def operations(recorded: Operations, payload: OperationPayload) -> None:
    assert_type(recorded.pop(), Operation)
    assert_type(recorded.push(DeleteEntityOperation("Task", {"id": "1"})), None)
    assert_type(recorded.clear(), None)
    assert_type(len(recorded), int)
    assert_type(iter(recorded), Iterator[Operation])
    assert_type(CreateEntityOperation("Task", {}, {}).entity_data, Mapping[str, Any])
    assert_type(UpdateEntityOperation("Task", {}, "name", None, "x").attribute_name, str)
    assert_type(DeleteEntityOperation("Task", {}).entity_key, Mapping[str, Any])
    assert_type(iter(payload), Iterator[str])
    assert_type(len(payload), int)


def symbols_and_texts() -> None:
    assert_type(symbols.NOT_SET, Symbol)
    assert_type(symbols.CREATED, Symbol)
    assert_type(symbols.MODIFIED, Symbol)
    assert_type(symbols.DELETED, Symbol)
    assert_type(symbols.JOB_SYNC_USERS_LDAP, Symbol)
    assert_type(symbols.CHUNK_SIZE, int)
    assert_type(symbols.NOT_SET.name, str)


def texts_and_data(task: Task) -> None:
    assert_type(formatter.format(task, recursive=True, attribute_filter=formatter.FILTER["ignore_unset"]), str)
    assert_type(data.File("path").read(), bytes)
    assert_type(data.File("path", "r").read(10), str)
    assert_type(data.String("text").read(), str)
    assert_type(data.String(b"bytes").read(), bytes)
    assert_type(data.String().read(), bytes)
    assert_type(data.File("path").tell(), int)
    assert_type(data.File("path").closed, bool)


def behaviours(task: Task, note: Note, user: User, job: Job, schema: ProjectSchema) -> None:
    assert_type(task.create_note("look", user), Note)
    assert_type(note.create_reply("done", user), Note)
    assert_type(user.start_timer(task, comment="x", name="y", force=True), Timer)
    assert_type(user.stop_timer(), Timelog)
    assert_type(user.reset_api_key(), str)
    assert_type(user.send_invite(), None)
    assert_type(job.type, str)
    assert_type(schema.get_statuses("Task", type_id="x"), list[Status])
    assert_type(schema.get_statuses(Shot), list[Status])
    assert_type(schema.get_types(Task), list[Type])


def changes_of_data(session: Session, change: Change[Status | None], update: Update) -> None:
    assert_type(session.on(Task.status), ChangeSubscription[Change[Status | None]])
    assert_type(session.on(Task.description), ChangeSubscription[Change[str | None]])
    assert_type(session.on(Task.bid), ChangeSubscription[Change[float | None]])
    assert_type(session.on(Task), ChangeSubscription[Change[Task | None]])
    assert_type(session.on(Task.status, Task.bid), ChangeSubscription[Update])
    assert_type(session.on(Task.status).call(print), str)
    assert_type(change.old, Status | None)
    assert_type(change.new_id, str | None)
    assert_type(change.entity, Entity | None)
    assert_type(change.user, Actor)
    assert_type(update.entity_as(Task), Task)
    assert_type(update.change(Task.status), Change[Status | None] | None)
    assert_type(update.change(Task.bid), Change[float | None] | None)
    assert_type(session.follow_updates(), str)

    @session.on(Task.status)
    def handler(status: Change[Status | None]) -> int:
        return len(status.entity_id)

    assert_type(handler(change), int)


def session_of_old_code(session: compat.Session, task: Task, shot: Shot) -> None:
    assert_type(compat.Session(server_url="https://studio"), compat.Session)
    assert_type(session.create("Task", {"name": "one"}), Entity)
    assert_type(session.create("Task", data={"name": "one"}), Entity)
    assert_type(session.create(Task, name="two", parent=shot), Task)
    assert_type(session.ensure("Task", {"name": "one"}), Entity)
    assert_type(session.ensure(Task, {"name": "one"}), Task)
    assert_type(session.get("Task", "an-id"), Entity | None)
    assert_type(session.get(Task, "an-id"), Task | None)
    assert_type(session.query("Task"), QueryResult[Entity])
    assert_type(session.query(Task), Query[Task])
    assert_type(session.recorded_operations, Operations)
    assert_type(task["name"], Any)


def files_of_a_session(session: Session, version: AssetVersion, location: Location, path: Path) -> None:
    component = session.create_component(path, {"name": "main"})
    assert_type(component, Component)
    assert_type(version.create_component(str(path), location=location), Component)
    assert_type(version.create_component([path, "/work/plate.%04d.exr [1-5]"]), Component)
    assert_type(version.create_thumbnail(path), Component)
    assert_type(session.pick_location(), Location | None)
    assert_type(session.pick_locations([component]), Sequence[Location | None])
    assert_type(session.get_component_availability(component, [location]), dict[str, float])
    assert_type(session.get_component_availabilities([component]), list[dict[str, float]])
    assert_type(session.get_upload_metadata(component.id, "main.mov", 5), dict[str, Any])
    assert_type(session.encode_media(path), Job)
    assert_type(version.encode_media(path), Job)
    assert_type(component.get_availability([location]), dict[str, float])


def what_a_location_does(location: Location, component: Component, path: Path) -> None:
    assert_type(location.accessor, Accessor | None)
    assert_type(location.structure, Structure | None)
    assert_type(location.resource_identifier_transformer, ResourceIdentifierTransformer | None)
    assert_type(location.priority, int)
    assert_type(location.moves_data, bool)
    location.add_component(component, path)
    location.add_components([component], [location, "/mnt/x.exr", path])
    location.remove_components([component])
    assert_type(location.get_component_availability(component), float)
    assert_type(location.get_component_availabilities([component]), list[float])
    assert_type(location.get_resource_identifier(component), str)
    assert_type(location.get_resource_identifiers([component]), list[str])
    assert_type(location.get_filesystem_path(component), str)
    assert_type(location.get_filesystem_paths([component]), list[str])
    assert_type(location.get_url(component), str)
    assert_type(location.get_thumbnail_url(component, size=300), str)
    if location.accessor is not None:
        assert_type(location.accessor.open("x").read(), bytes)
