"""Makes the demo project: turns its facts into operations, and has the store carry them out as one batch."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from . import demo_production as production
from .caller import Caller
from .demo_production import APPROVED, DAY, NOT_STARTED, OMITTED, ON_HOLD, REVIEW, Attribute, Build, Shot, ShotSequence
from .store import Store

PROJECT = "demo"

_NAMESPACE = uuid.UUID("6c1d2f7e-52a5-4f0f-9c39-0f8f5d3e7a10")
_FIRST_DAY = datetime(2026, 1, 5, 9)
_LOOKED_UP = (
    "AssetType",
    "CustomAttributeType",
    "ListCategory",
    "NoteLabel",
    "ObjectType",
    "Priority",
    "ProjectSchema",
    "Status",
    "Type",
)
"""Types whose rows the server has, and the project refers to by name."""

_OWNERS = {"Project": "show", "Shot": "task", "Task": "task", "": "show"}
"""Name that a configuration calls the owner of its attribute by (protocol 3.5)."""


def demo_id(*path: str) -> str:
    """Return the id of something in the demo project, the same on every server: ``demo_id("Shot", "sq010_sh010")``."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(path)))


def build_demo(store: Store, caller: Caller) -> None:
    """Make the demo project, unless it is there.

    Raises:
        Fault: the workspace that is served has no place for it.
    """
    if _query(store, f"select id from Project where id is {demo_id('Project', PROJECT)}", caller):
        return
    batch = _Batch(_rows(store, caller), _configurations(store, caller), caller.user_id)
    _people(batch)
    _project(batch)
    for sequence in production.SEQUENCES:
        _sequence(batch, sequence)
    for build in production.BUILDS:
        _build(batch, build)
    _notes(batch)
    _lists(batch)
    store.execute(batch.operations, caller)


def _query(store: Store, expression: str, caller: Caller) -> list[Mapping[str, object]]:
    (answer,) = store.execute([{"action": "query", "expression": expression}], caller)
    data = answer["data"] if isinstance(answer, Mapping) else []
    return [row for row in data if isinstance(row, Mapping)]


def _rows(store: Store, caller: Caller) -> dict[str, dict[str, str]]:
    """Return the ids of the rows that the server has, by type and name."""
    expressions = [f"select id, name from {entity_type}" for entity_type in _LOOKED_UP]
    found = (_query(store, expression, caller) for expression in expressions)
    return {
        entity_type: {str(row["name"]): str(row["id"]) for row in rows}
        for entity_type, rows in zip(_LOOKED_UP, found, strict=True)
    }


def _configurations(store: Store, caller: Caller) -> list[Mapping[str, object]]:
    names = "id, key, entity_type, object_type_id, type_id, is_hierarchical, project_id"
    return _query(store, f"select {names} from CustomAttributeConfiguration", caller)


@attrs.define
class _Batch:
    """The operations that make the project, in order, and what they can refer to."""

    rows: Mapping[str, dict[str, str]]
    configurations: Sequence[Mapping[str, object]]
    user_id: str
    operations: list[dict[str, object]] = attrs.field(factory=list)

    def create(self, entity_type: str, /, *path: str, **values: object) -> str:
        """Add a creation, and return the id: that of *path*."""
        entity_id = demo_id(entity_type, *path)
        self._create(entity_type, [entity_id], {"id": entity_id, **values})
        return entity_id

    def link(self, entity_type: str, **key: str) -> None:
        """Add the creation of a row that has a key of several attributes and nothing else."""
        self._create(entity_type, list(key.values()), key)

    def metadata(self, entity_type: str, entity_id: str, **values: str) -> None:
        """Give an entity metadata."""
        for key, value in values.items():
            row = {"parent_id": entity_id, "parent_type": entity_type, "key": key, "value": value}
            self._create("Metadata", [entity_id, key], row)

    def _create(self, entity_type: str, key: Sequence[str], values: Mapping[str, object]) -> None:
        data = {"__entity_type__": entity_type, **values}
        self.operations.append(
            {"action": "create", "entity_type": entity_type, "entity_key": list(key), "entity_data": data}
        )

    def named(self, entity_type: str, name: str, **values: object) -> str:
        """Return the id of the server's row of that name; where it has none, make it."""
        rows = self.rows[entity_type]
        if name not in rows:
            rows[name] = self.create(entity_type, name, name=name, **values)
        return rows[name]

    def nearest(self, entity_type: str, name: str) -> str | None:
        """Return the id of the server's row of that name, else of its first row: a studio has names of its own."""
        rows = self.rows[entity_type]
        return rows.get(name) or next(iter(rows.values()), None)

    def set_attribute(self, key: str, owner: str, entity_id: str, value: object) -> None:
        """Set a custom attribute; *owner* is empty for a hierarchical one."""
        attribute = next(each for each in production.ATTRIBUTES if (each.key, each.owner) == (key, owner))
        configuration = self._configuration(attribute)
        if configuration is not None:
            entity_type = "ContextCustomAttributeValue"
            data = {"__entity_type__": entity_type, "value": value}
            self.operations.append(
                {
                    "action": "update",
                    "entity_type": entity_type,
                    "entity_key": [configuration, entity_id],
                    "entity_data": data,
                }
            )

    def _configuration(self, attribute: Attribute) -> str | None:
        """Return the id of an attribute's configuration, made where it is missing; None where it has another type."""
        type_id = self.nearest("CustomAttributeType", attribute.kind)
        place = {
            "key": attribute.key,
            "entity_type": _OWNERS[attribute.owner],
            "object_type_id": self.rows["ObjectType"].get(attribute.owner),
            "is_hierarchical": not attribute.owner,
            "project_id": None,
        }
        for row in self.configurations:
            if all(row.get(name) == value for name, value in place.items()):
                return str(row["id"]) if row["type_id"] == type_id else None
        config = dict(attribute.config)
        if attribute.kind == "enumerator":
            items = [{"menu": item, "value": item.lower()} for item in production.DEPARTMENTS]
            config["data"] = json.dumps(items)
        made = {
            "label": attribute.label,
            "type_id": type_id,
            "default": attribute.default,
            "config": json.dumps(config),
        }
        path = (attribute.key, attribute.owner)
        self.configurations = [
            *self.configurations,
            {**place, "type_id": type_id, "id": demo_id(_CONFIGURATION, *path)},
        ]
        return self.create(_CONFIGURATION, *path, **place, **made)


_CONFIGURATION = "CustomAttributeConfiguration"


def _people(batch: _Batch) -> None:
    group = batch.create("Group", "artists", name="Night Train artists", local=False)
    for person in production.PEOPLE:
        user = batch.create(
            "User",
            person.username,
            username=person.username,
            first_name=person.first_name,
            last_name=person.last_name,
            email=f"{person.username}@demo.invalid",
            is_active=True,
        )
        batch.create("Membership", person.username, group_id=group, user_id=user)


def _project(batch: _Batch) -> None:
    project = batch.create(
        "Project",
        PROJECT,
        name=PROJECT,
        full_name="Night Train",
        status="active",
        project_schema_id=batch.nearest("ProjectSchema", "VFX"),
        start_date=_moment(0),
        end_date=_moment(120),
    )
    batch.metadata("Project", project, delivery="UHD, ACEScg EXR, 24 fps", edit="v012")
    batch.set_attribute("fps", "Project", project, 24.0)
    batch.create("Folder", "assets", name="assets", parent_id=project)


def _sequence(batch: _Batch, sequence: ShotSequence) -> None:
    project = demo_id("Project", PROJECT)
    entity_id = batch.create(
        "Sequence", sequence.name, name=sequence.name, description=sequence.description, parent_id=project
    )
    batch.set_attribute("turnover", "", entity_id, production.TURNOVERS[sequence.name])
    for position, shot in enumerate(sequence.shots):
        _shot(batch, sequence, shot, position)


def _shot(batch: _Batch, sequence: ShotSequence, shot: Shot, position: int) -> None:
    entity_id = batch.create(
        "Shot",
        shot.name,
        name=shot.name,
        description=shot.description,
        parent_id=demo_id("Sequence", sequence.name),
        status_id=batch.nearest("Status", _status_of_shot(shot)),
        sort=float(position),
    )
    batch.metadata("Shot", entity_id, camera="ARRI Alexa 35", lens="32mm" if position % 2 else "50mm")
    last_frame = shot.first_frame + shot.frames - 1
    for key, value in (("fstart", shot.first_frame), ("fend", last_frame), ("handles", 8), ("fps", 24.0)):
        batch.set_attribute(key, "Shot", entity_id, value)
    batch.set_attribute("client_due", "Shot", entity_id, _moment(60 + 7 * position))
    if shot.name in production.HERO_SHOTS:
        batch.set_attribute("is_hero", "", entity_id, True)
    for offset, (department, status) in enumerate(zip(sequence.departments, shot.statuses, strict=True)):
        start = 7 * position + 10 * offset
        task = _task(batch, entity_id, (shot.name, department), status=status, start=start)
        _publish(batch, entity_id, (shot.name, department), task=task, status=status)


def _status_of_shot(shot: Shot) -> str:
    """Return the status that all tasks share, else that the shot is in progress."""
    return shot.statuses[0] if len(set(shot.statuses)) == 1 else production.IN_PROGRESS


def _build(batch: _Batch, build: Build) -> None:
    entity_id = batch.create(
        "AssetBuild",
        build.name,
        name=build.name,
        description=build.description,
        parent_id=demo_id("Folder", "assets"),
        type_id=batch.nearest("Type", build.kind),
    )
    batch.metadata("AssetBuild", entity_id, code=build.name.upper())
    for offset, (department, status) in enumerate(zip(("Modeling", "Lookdev"), build.statuses, strict=True)):
        task = _task(batch, entity_id, (build.name, department), status=status, start=12 * offset)
        _publish(batch, entity_id, (build.name, department), task=task, status=status)


def _task(batch: _Batch, parent_id: str, path: tuple[str, str], *, status: str, start: int) -> str:
    """Add a task with its assignment, and with a time log where work has begun."""
    department = path[1]
    bid = production.BIDS[department] * DAY
    task = batch.create(
        "Task",
        *path,
        name=department.lower(),
        parent_id=parent_id,
        type_id=batch.nearest("Type", department),
        status_id=batch.nearest("Status", status),
        priority_id=batch.nearest("Priority", "High" if path[0] in production.HERO_SHOTS else "Medium"),
        bid=bid,
        start_date=_moment(start),
        end_date=_moment(start + round(bid / DAY)),
    )
    value = production.DEPARTMENT_OF.get(department, department).lower()
    batch.set_attribute("department", "Task", task, [value])
    artist = demo_id("User", production.ARTIST_OF[department])
    batch.create("Appointment", *path, type="assignment", context_id=task, resource_id=artist)
    if status not in {NOT_STARTED, ON_HOLD, OMITTED}:
        share = 1.0 if status == APPROVED else 0.5
        logged = {"start": _moment(start), "duration": bid * share, "comment": f"{department} work"}
        batch.create("Timelog", *path, user_id=artist, context_id=task, **logged)
    return task


def _publish(batch: _Batch, parent_id: str, path: tuple[str, str], *, task: str, status: str) -> None:
    """Add an asset with its versions where there is something to see: the last one is approved with the task."""
    count = {APPROVED: 3, REVIEW: 2}.get(status, 0)
    if not count:
        return
    department = path[1]
    asset_type, short, extension = _ASSET_TYPES.get(department, ("Cache", "cache", ".abc"))
    asset = batch.create(
        "Asset",
        *path,
        name=department.lower(),
        context_id=parent_id,
        type_id=batch.named("AssetType", asset_type, short=short),
    )
    for number in range(1, count + 1):
        version = batch.create(
            "AssetVersion",
            *path,
            str(number),
            asset_id=asset,
            task_id=task,
            user_id=demo_id("User", production.ARTIST_OF[department]),
            comment=production.COMMENTS[number - 1],
            date=_moment(20 + 3 * number),
            status_id=batch.nearest("Status", status if number == count else REVIEW),
        )
        batch.create(
            "FileComponent", *path, str(number), name="main", file_type=extension, size=4_194_304, version_id=version
        )


_ASSET_TYPES = {
    "Tracking": ("Camera", "cam", ".abc"),
    "Modeling": ("Geometry", "geo", ".usd"),
    "Lookdev": ("Material", "mat", ".mtlx"),
    "FX": ("Cache", "cache", ".vdb"),
    "Lighting": ("Render", "render", ".exr"),
    "Compositing": ("Composite", "comp", ".mov"),
}
"""Name and code of what a department publishes, and the type of its files."""


def _notes(batch: _Batch) -> None:
    reviewed = demo_id("AssetVersion", "sq010_sh020", "Compositing", "2")
    client, internal = (batch.named("NoteLabel", name, color=color) for name, color in _LABELS.items())
    first = _note(batch, "client", production.CLIENT_NOTE, author="ben.okafor", on=("AssetVersion", reviewed))
    batch.link("NoteLabelLink", note_id=first, label_id=client)
    _note(
        batch, "answer", production.ANSWER, author="diego.santos", on=("AssetVersion", reviewed), in_reply_to_id=first
    )
    matte = _note(batch, "matte", production.SUPERVISOR_NOTE, author="anna.lind", on=("AssetVersion", reviewed))
    batch.link("NoteLabelLink", note_id=matte, label_id=internal)
    task = demo_id("Task", "sq010_sh030", "Compositing")
    _note(batch, "plate", production.TASK_NOTE, author="chloe.martin", on=("Task", task), is_todo=True)


_LABELS = {"Client feedback": "#E67E22", "Internal": "#3498DB"}


def _note(batch: _Batch, name: str, content: str, *, author: str, on: tuple[str, str], **values: object) -> str:
    parent_type, parent_id = on
    return batch.create(
        "Note",
        name,
        content=content,
        user_id=demo_id("User", author),
        parent_id=parent_id,
        parent_type=parent_type,
        date=_moment(30),
        **values,
    )


def _lists(batch: _Batch) -> None:
    project = demo_id("Project", PROJECT)
    common = {"project_id": project, "category_id": batch.named("ListCategory", "Default"), "user_id": batch.user_id}
    versions = [
        ("AssetVersion", demo_id("AssetVersion", shot, "Compositing", "2")) for shot in ("sq010_sh010", "sq010_sh020")
    ]
    batch.create("AssetVersionList", "review", name="Client review 01", items=_references(versions), **common)
    tasks = [("Task", demo_id("Task", shot, "FX")) for shot in ("sq020_sh010", "sq020_sh020", "sq020_sh030")]
    batch.create("TypedContextList", "sparks", name="Sparks, this week", items=_references(tasks), **common)


def _references(entities: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"__entity_type__": entity_type, "id": entity_id} for entity_type, entity_id in entities]


def _moment(days: int) -> dict[str, str]:
    """Return nine o'clock, a number of days after the production began, as the wire has it."""
    return {"__type__": "datetime", "value": (_FIRST_DAY + timedelta(days=days)).isoformat()}
