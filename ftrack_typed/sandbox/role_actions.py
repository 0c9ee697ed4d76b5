"""Owns the actions that give security roles and take them away, and the one that asks what they allow (2.8)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from . import faults, writes
from .batch import Batch, Row
from .incoming import Decoder, entity_key
from .roles import allows
from .store import Handler

Operation = Mapping[str, object]

_GIVEN: Final = "UserSecurityRole"
_PROJECT: Final = "UserSecurityRoleProject"


def _add(batch: Batch, operation: Operation) -> object:
    """Give a user a role, for no project yet unless ``all_open_projects`` says so; one that it has stays as it is."""
    user_id, role_id = _named(batch, operation, "User", "user_id"), _named(batch, operation, "SecurityRole", "role_id")
    rows = _rows(batch, user_id, role_id)
    if not rows:
        values = {
            "id": str(uuid.uuid4()),
            "user_id": user_id,
            "security_role_id": role_id,
            "is_all_projects": operation.get("all_open_projects") is True,
        }
        return _answer(operation, writes.create(batch, {"entity_type": _GIVEN, "entity_data": values})["data"])
    return _answer(operation, _named_row(rows[0]))


def _remove(batch: Batch, operation: Operation) -> object:
    given = _given(batch, operation)
    writes.delete(batch, {"entity_type": _GIVEN, "entity_key": [given["id"]]})
    return _answer(operation, True)


def _replace(batch: Batch, operation: Operation) -> object:
    """Put another role in the place of one, for the same projects."""
    new_role_id = _named(batch, operation, "SecurityRole", "new_role_id")
    return _answer(operation, _updated(batch, _given(batch, operation), security_role_id=new_role_id))


def _grant(batch: Batch, operation: Operation) -> object:
    """Let a role be for a project, or for all of them."""
    given = _given(batch, operation)
    if operation.get("all_open_projects") is True:
        return _answer(operation, _updated(batch, given, is_all_projects=True))
    project_id = _named(batch, operation, "Project", "project_id")
    if not _projects(batch, given, project_id):
        values = {"id": str(uuid.uuid4()), "user_security_role_id": given["id"], "project_id": project_id}
        writes.create(batch, {"entity_type": _PROJECT, "entity_data": values})
    return _answer(operation, _named_row(given))


def _revoke(batch: Batch, operation: Operation) -> object:
    """Let a role no longer be for a project, or for all of them."""
    given = _given(batch, operation)
    if operation.get("all_open_projects") is True:
        return _answer(operation, _updated(batch, given, is_all_projects=False))
    for row in _projects(batch, given, _named(batch, operation, "Project", "project_id")):
        writes.delete(batch, {"entity_type": _PROJECT, "entity_key": [row["id"]]})
    return _answer(operation, _named_row(given))


def _authorize(batch: Batch, operation: Operation) -> object:
    """Tell whether the caller may do something to what hangs on an entity: ``{"result": true}``."""
    asked = operation.get("data")
    context = asked.get("context") if isinstance(asked, Mapping) else None
    if not isinstance(context, Mapping):
        raise faults.validation("_authorize_operation: data must be an object with action, data and context.")
    entity = Decoder(batch.storage.model).entity(context.get("entity_type"))
    key = entity_key(entity, context.get("entity_key"))
    row = batch.row(entity, key)
    if row is None:
        raise faults.no_entity(entity.name, key)
    return {"result": allows(batch, batch.concrete(entity, row), row)}


def _track_usage(_batch: Batch, operation: Operation) -> object:
    """Take what a client tells of its use, and forget it."""
    return _answer(operation, None)


ROLE_ACTIONS: Final[Mapping[str, Handler]] = {
    "add_user_security_role": _add,
    "remove_user_security_role": _remove,
    "update_user_security_role": _replace,
    "grant_user_security_role_project": _grant,
    "revoke_user_security_role_project": _revoke,
}
"""Those that change who may do what."""

ASKING: Final[Mapping[str, Handler]] = {"_authorize_operation": _authorize, "_track_usage": _track_usage}
"""Those that change nothing."""


def _answer(operation: Operation, data: object) -> dict[str, object]:
    return {"action": operation["action"], "data": data}


def _named(batch: Batch, operation: Operation, entity_type: str, name: str) -> str:
    """Return the id that an operation gives under a name; raise Fault where nothing of that type has it."""
    entity_id = operation.get(name)
    if not isinstance(entity_id, str):
        raise faults.validation(f"{operation['action']}: {name} must be the id of a {entity_type}, as a string.")
    if batch.find(entity_type, entity_id) is None:
        raise faults.no_entity(entity_type, [entity_id])
    return entity_id


def _given(batch: Batch, operation: Operation) -> Row:
    user_id, role_id = _named(batch, operation, "User", "user_id"), _named(batch, operation, "SecurityRole", "role_id")
    rows = _rows(batch, user_id, role_id)
    if not rows:
        raise faults.integrity(f"User {user_id} does not have the SecurityRole {role_id}")
    return rows[0]


def _rows(batch: Batch, user_id: str, role_id: str) -> list[dict[str, object]]:
    if not batch.has(_GIVEN):
        raise faults.unknown_type(_GIVEN, batch.storage.model.entities)
    return batch.rows(batch.entity(_GIVEN), user_id=user_id, security_role_id=role_id)


def _projects(batch: Batch, given: Row, project_id: str) -> list[dict[str, object]]:
    return batch.rows(batch.entity(_PROJECT), user_security_role_id=given["id"], project_id=project_id)


def _updated(batch: Batch, given: Row, **values: object) -> object:
    operation = {"entity_type": _GIVEN, "entity_key": [given["id"]], "entity_data": values}
    return writes.update(batch, operation)["data"]


def _named_row(given: Row) -> dict[str, object]:
    return {"__entity_type__": _GIVEN, "id": given["id"]}
