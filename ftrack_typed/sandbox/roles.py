"""Owns what security roles allow: who may write where (protocol section 5.1). Everybody with a key may read.

- The role Administrator may do everything.
- Any other role may write what belongs to the projects that it was given for, or to all; a role of the type
  ``ASSIGNED`` also what belongs to projects in which something is assigned to its user.
- Whoever has a role may write what is its own, such as its timers, jobs and settings, and the names on its user.
- Without a role, nothing but a new key of one's own.

A workspace without security roles, and a caller who is the server itself, are not limited.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, Final, cast

import attrs
import sqlalchemy as sql

from ..errors import close_matches, did_you_mean
from .batch import Batch, Row
from .caller import Caller
from .faults import Fault, validation
from .model import EntityModel
from .places import Place, place_of

if TYPE_CHECKING:
    from .store import Store

ADMINISTRATOR: Final = "Administrator"
"""Name of the role that may do everything."""

_ASSIGNED: Final = "ASSIGNED"

_FOR_ADMINISTRATORS: Final = frozenset(
    {
        "send_user_invite",
        "delayed_job",
        "add_user_security_role",
        "remove_user_security_role",
        "update_user_security_role",
        "grant_user_security_role_project",
        "revoke_user_security_role_project",
    }
)
_OWN_DETAILS: Final = frozenset({"first_name", "last_name", "email", "thumbnail", "thumbnail_id", "metadata"})
"""Attributes of its own user that somebody without the role Administrator may set."""


@attrs.frozen
class Standing:
    """What the roles of one user allow."""

    is_administrator: bool = False
    has_role: bool = False
    all_projects: bool = False
    projects: frozenset[str] = frozenset()


EVERYTHING: Final = Standing(is_administrator=True)


class Roles:
    """Checks the operations of a batch, and what they changed, against the roles of their caller."""

    def __init__(self, reading: Set[str]) -> None:
        """*reading* are the actions that change nothing."""
        self._reading = reading

    def before(self, batch: Batch, operation: Mapping[str, object]) -> None:
        """Check an operation that is about to run.

        Raises:
            Fault: the caller may not do it: ``PermissionError``.
        """
        action = str(operation["action"])
        if action in self._reading:
            return
        standing = standing_of(batch)
        if standing.is_administrator or _is_own_key(batch, operation):
            return
        if not standing.has_role:
            raise _refusal(batch, action, "anything: it has no security role, and can only read")
        if action in _FOR_ADMINISTRATORS or action == "reset_remote":
            raise _refusal(batch, action, f"for others: that needs the role {ADMINISTRATOR}")
        if action in ("update", "delete"):
            _check_named(batch, standing, operation)

    def after(self, batch: Batch) -> None:
        """Check the rows that a batch added or changed, at its end; what goes or lets go with another row may."""
        if not batch.changes or standing_of(batch).is_administrator:
            return
        for change in batch.changes:
            if change.action == "remove" or all(value is None for value in change.new.values()):
                continue
            entity = batch.entity(change.entity_type)
            verb = "create" if change.action == "add" else "update"
            changed = None if change.action == "add" else set(change.new)
            _check(batch, standing_of(batch), verb, entity, change.row, changed)
            if change.old:  # what belonged elsewhere is not for the caller to take over
                _check(batch, standing_of(batch), verb, entity, {**change.row, **change.old}, changed)


def check_file(batch: Batch, component_id: str) -> None:
    """Check that the caller may put, replace or remove the file of a component, which need not exist yet.

    Raises:
        Fault: it may not: ``PermissionError``.
    """
    standing = standing_of(batch)
    if standing.is_administrator or not batch.has("Component"):
        return
    if not standing.has_role:
        raise _refusal(batch, "change", "the files of components: it has no security role, and can only read")
    entity = batch.entity("Component")
    row = batch.row(entity, (component_id,))
    if row is not None:
        _check(batch, standing, "change the file of", batch.concrete(entity, row), row, None)


def standing_of(batch: Batch) -> Standing:
    """Return what the caller of a batch may do."""
    if "standing" not in batch.memo:
        batch.memo["standing"] = _standing(batch)
    standing: Standing = batch.memo["standing"]
    return standing


def _standing(batch: Batch) -> Standing:
    if not batch.caller.user_id or not (batch.has("UserSecurityRole") and batch.has("SecurityRole")):
        return EVERYTHING
    given, roles = batch.entity("UserSecurityRole"), batch.entity("SecurityRole")
    mine, role = batch.table(given).c, batch.table(roles).c
    statement = (
        sql.select(mine.id, mine[given.column("is_all_projects")], role.name, role.type)
        .join_from(batch.table(given), batch.table(roles), role.id == mine.security_role_id)
        .where(mine.user_id == batch.caller.user_id)
    )
    found: list[Any] = list(batch.connection.execute(statement))
    if any(str(row[2]).casefold() == ADMINISTRATOR.casefold() for row in found):
        return EVERYTHING
    projects = _projects(batch, [each[0] for each in found])
    if any(row[3] == _ASSIGNED for row in found):
        projects += _assigned_projects(batch)
    return Standing(
        has_role=bool(found),
        all_projects=any(row[1] for row in found),
        projects=frozenset(projects),
    )


def _projects(batch: Batch, ids: list[Any]) -> list[str]:
    if not ids or not batch.has("UserSecurityRoleProject"):
        return []
    table = batch.table(batch.entity("UserSecurityRoleProject"))
    rows = batch.fetch(sql.select(table.c.project_id).where(table.c.user_security_role_id.in_(ids)))
    return [row[0] for row in rows if row[0] is not None]


def _assigned_projects(batch: Batch) -> list[str]:
    if not batch.has("Appointment"):
        return []
    appointments, contexts = batch.table(batch.entity("Appointment")), batch.table(batch.entity("Context"))
    statement = (
        sql.select(contexts.c.project_id)
        .join_from(appointments, contexts, contexts.c.id == appointments.c.context_id)
        .where(appointments.c.resource_id == batch.caller.user_id, appointments.c.type == "assignment")
    )
    return [row[0] for row in batch.fetch(statement.distinct()) if row[0] is not None]


def _is_own_key(batch: Batch, operation: Mapping[str, object]) -> bool:
    mine = batch.caller.user_id
    return operation["action"] == "reset_remote" and operation.get("entity_key", mine) == mine


def _check_named(batch: Batch, standing: Standing, operation: Mapping[str, object]) -> None:
    """Check the row that an operation names; one that is not there is for the operation to refuse."""
    from .incoming import Decoder, entity_key

    entity = Decoder(batch.storage.model).entity(operation.get("entity_type"))
    key = entity_key(entity, operation.get("entity_key"))
    row = None if entity.dense_owner is not None else batch.row(entity, key)  # `after` sees the values of those
    if row is not None:
        data = operation.get("entity_data")
        changed = set(data) - {"__entity_type__"} if isinstance(data, Mapping) else None
        _check(batch, standing, str(operation["action"]), batch.concrete(entity, row), row, changed)


def _check(
    batch: Batch, standing: Standing, verb: str, entity: EntityModel, row: Row, changed: set[str] | None
) -> None:
    place = place_of(batch, entity, row)
    if entity.name == "User":
        allowed = place.user_id == batch.caller.user_id and changed is not None and changed <= _OWN_DETAILS
    else:
        allowed = _allows(batch, standing, place)
    if not allowed:
        shown = ", ".join(str(row.get(name)) for name in entity.key_columns)
        raise _refusal(batch, verb, f"{entity.name} {shown}: {_reason(place)}")


def allows(batch: Batch, entity: EntityModel, row: Row) -> bool:
    """Return whether the caller may write what belongs where a row does."""
    standing = standing_of(batch)
    return standing.is_administrator or (standing.has_role and _allows(batch, standing, place_of(batch, entity, row)))


def _allows(batch: Batch, standing: Standing, place: Place) -> bool:
    if place.kind == "production":
        return standing.all_projects or place.project_id in standing.projects
    return place.kind == "loose" or (place.kind == "personal" and place.user_id == batch.caller.user_id)


def _reason(place: Place) -> str:
    if place.kind == "production":
        return f"no role of this user is for the project {place.project_id}"
    if place.kind == "personal":
        return "it belongs to another user"
    return f"it belongs to the site, which needs the role {ADMINISTRATOR}"


def _refusal(batch: Batch, verb: str, what: str) -> Fault:
    return Fault("PermissionError", f"user {batch.caller.username!r} may not {verb} {what}")


def give_role(store: Store, user_id: str, name: str, projects: Sequence[str] | None = None) -> None:
    """Give a user a role, for all projects or those with the ids *projects*; one that it has already stays as it is.

    Raises:
        Fault: there is no role of that name.
    """
    if "UserSecurityRole" not in store.storage.model.entities:
        return
    server = Caller("", "")
    roles = role_ids(store)
    if name not in roles:
        raise validation(f"there is no security role {name!r}{did_you_mean(close_matches(name, roles))}")
    role_id = roles[name]
    given = f"UserSecurityRole where user_id is '{user_id}' and security_role_id is '{role_id}'"
    if _rows(store, given):
        return
    given_id = str(uuid.uuid5(uuid.UUID(role_id), user_id))  # the same on every server, so that seeds can name it
    values = {"id": given_id, "user_id": user_id, "security_role_id": role_id, "is_all_projects": projects is None}
    links = [
        {"id": str(uuid.uuid4()), "user_security_role_id": given_id, "project_id": each} for each in projects or ()
    ]
    store.execute(
        [
            {"action": "create", "entity_type": "UserSecurityRole", "entity_data": values},
            *({"action": "create", "entity_type": "UserSecurityRoleProject", "entity_data": each} for each in links),
        ],
        server,
    )


def role_ids(store: Store) -> dict[str, str]:
    """Return the id of each security role by its name."""
    if "SecurityRole" not in store.storage.model.entities:
        return {}
    return {str(row["name"]): row["id"] for row in _rows(store, "select name from SecurityRole")}


def _rows(store: Store, expression: str) -> list[dict[str, Any]]:
    operation = {"action": "query", "expression": expression}
    (result,) = cast("list[dict[str, Any]]", store.execute([operation], Caller("", "")))
    return list(result["data"])
