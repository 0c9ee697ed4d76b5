"""Owns what ``ftrack-sandbox user`` does on a database: adds users, lists them, and gives them new keys."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, cast

import attrs

from ..errors import close_matches, did_you_mean
from .caller import Caller
from .faults import Fault
from .roles import give_role, role_ids
from .serving import RefusedError
from .store import Operation, Store
from .users import Users, random_key

_SERVER = Caller("", "")


@attrs.frozen
class Account:
    """One user: whether it may call, by which roles it may write, and whether it has a key."""

    username: str
    is_active: bool
    roles: tuple[str, ...]
    has_key: bool


@attrs.frozen(kw_only=True)
class NewAccount:
    """A user to be made: without *roles* it can only read, *projects* (names, full names, ids) are what those cover."""

    username: str
    roles: Sequence[str] = ()
    projects: Sequence[str] = ()
    details: dict[str, str] = attrs.field(factory=dict)
    api_key: str = attrs.field(factory=random_key, repr=False)


def add_account(store: Store, account: NewAccount) -> None:
    """Make an active user with its key and its roles.

    Raises:
        RefusedError: the name is taken, or a role or project is not there; nothing is made then.
    """
    _check_roles(store, account.roles)
    projects = [_project_id(store, name) for name in account.projects] or None
    user_id = str(uuid.uuid4())
    data = {"id": user_id, "username": account.username, "is_active": True, **account.details}
    try:
        store.execute([{"action": "create", "entity_type": "User", "entity_data": data}], _SERVER)
    except Fault as fault:
        raise RefusedError(f"cannot add {account.username!r}: {fault.content}") from fault
    for role in account.roles:
        give_role(store, user_id, role, projects)
    Users(store).set_key(user_id, account.api_key)


def reset_key(store: Store, username: str, api_key: str) -> None:
    """Make *api_key* the only key of a user; raise RefusedError where there is no user of that name."""
    users = Users(store)
    user_id = users.find(username)
    if user_id is None:
        known = [str(row["username"]) for row in _rows(store, "select username from User")]
        raise RefusedError(f"there is no user {username!r}{did_you_mean(close_matches(username, known))}")
    users.set_key(user_id, api_key)


def accounts(store: Store) -> list[Account]:
    """Return every user by name."""
    roles: dict[str, list[str]] = {}
    if "UserSecurityRole" in store.storage.model.entities:
        for row in _rows(store, "select user_id, security_role.name from UserSecurityRole"):
            roles.setdefault(row["user_id"], []).append(str((row["security_role"] or {}).get("name")))
    with_key = Users(store).with_key()
    rows = _rows(store, "select username, is_active from User order by username")
    return [
        Account(
            str(row["username"]),
            row["is_active"] is True,
            tuple(sorted(roles.get(row["id"], ()))),
            row["id"] in with_key,
        )
        for row in rows
    ]


def _check_roles(store: Store, names: Sequence[str]) -> None:
    known = role_ids(store)
    for name in names:
        if name not in known:
            hint = did_you_mean(close_matches(name, known)) or f": the roles are {', '.join(sorted(known))}"
            raise RefusedError(f"there is no security role {name!r}{hint}")


def _project_id(store: Store, name: str) -> str:
    """Return the id of the only project with that name, full name or id; the first of these that one has decides."""
    projects = _rows(store, "select name, full_name from Project")
    for kind in ("name", "full_name", "id"):
        found = [str(row["id"]) for row in projects if row[kind] == name]
        if len(found) > 1:
            raise RefusedError(f"there are {len(found)} projects {name!r}: give the id, one of {', '.join(found)}")
        if found:
            return found[0]
    known = [str(text) for row in projects for text in (row["name"], row["full_name"]) if text]
    raise RefusedError(f"there is no project {name!r}{did_you_mean(close_matches(name, known))}")


def _rows(store: Store, expression: str) -> list[dict[str, Any]]:
    operation: Operation = {"action": "query", "expression": expression}
    (result,) = cast("list[dict[str, Any]]", store.execute([operation], attrs.evolve(_SERVER, denormalize=True)))
    return list(result["data"])
