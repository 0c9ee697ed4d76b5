"""Answers batches of operations for callers, and owns the actions that are about the server rather than its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from . import faults
from .batch import Batch
from .caller import Caller
from .faults import Fault
from .files.service import Files
from .information import server_information
from .outbox import Outbox
from .role_actions import ASKING, ROLE_ACTIONS
from .roles import Roles
from .store import READING, Store
from .users import Users, random_key, write_key
from .widgets import Widgets
from .workspace import Workspace

Operation: TypeAlias = Mapping[str, object]


def _outbox(service: Service) -> Outbox:
    return Outbox(service.store)


@attrs.frozen
class Service:
    """One sandbox: what it serves and to whom."""

    workspace: Workspace
    store: Store
    users: Users
    files: Files
    widgets: Widgets = attrs.field(factory=Widgets)
    outbox: Outbox = attrs.field(init=False, default=attrs.Factory(_outbox, takes_self=True))

    def __attrs_post_init__(self) -> None:
        self.store.actions["query_server_information"] = self._query_server_information
        self.store.actions["reset_remote"] = _reset_remote
        self.store.actions["get_widget_url"] = self.widgets.answer
        self.store.reading.add("get_widget_url")
        self.store.actions |= self.outbox.actions
        self.store.actions |= self.files.actions
        self.store.reading |= self.files.reading
        self.store.actions |= {**ROLE_ACTIONS, **ASKING}
        self.store.reading |= ASKING.keys()
        self.store.links = self.files.links
        self.store.after_commit.append(self.files.notice)
        self.store.guard = Roles(READING | {"get_widget_url", *ASKING})

    def answer(self, operations: object, caller: Caller) -> list[object]:
        """Carry out a batch, the decoded body of a request, and return one result per operation, in order.

        Raises:
            Fault: some operation failed; then nothing of the batch was done.
        """
        batch = _checked(operations)
        self.files.prepare(batch)
        results = self.store.execute(batch, caller)
        if any(operation["action"] == "reset_remote" for operation in batch):
            self.users.forget()
        return results

    def _query_server_information(self, batch: Batch, operation: Operation) -> object:
        wanted = operation.get("values")
        if wanted is not None and not (isinstance(wanted, list) and all(isinstance(name, str) for name in wanted)):
            raise faults.validation("query_server_information: values must be an array of names.")
        return server_information(self.workspace, batch, None if wanted is None else frozenset(wanted))


def malformed(content: str) -> Fault:
    """Return the fault for a request that is no batch of operations."""
    return Fault(exception="MalformedRequestError", content=content, error_code="malformed_request", status=422)


def _checked(operations: object) -> list[Operation]:
    """Return *operations* where it is an array of objects that each name an action."""
    if not isinstance(operations, list):
        raise malformed(f"The body must be a JSON array of operations, not {_shown(operations)}.")
    for position, operation in enumerate(operations):
        if not isinstance(operation, Mapping):
            raise malformed(f"Operation {position} must be a JSON object, not {_shown(operation)}.")
        if not isinstance(operation.get("action"), str):
            raise malformed(f'Operation {position} must name its action, such as "action": "query".')
    return operations


def _shown(value: object) -> str:
    """Return what JSON calls the type of *value*."""
    names: dict[type, str] = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")


def _reset_remote(batch: Batch, operation: Operation) -> object:
    """Give a user, by default the caller, a new API key (protocol 2.7)."""
    if operation.get("reset_type") != "api_key":
        raise faults.validation(f'reset_remote: reset_type must be "api_key", not {operation.get("reset_type")!r}.')
    if operation.get("entity_type", "User") != "User":
        raise faults.validation(f"reset_remote: only a User has an API key, not {operation.get('entity_type')!r}.")
    user_id = operation.get("entity_key", batch.caller.user_id)
    if not isinstance(user_id, str):
        raise faults.validation("reset_remote: entity_key must be the id of the user, as a string.")
    if batch.row(batch.entity("User"), (user_id,)) is None:
        raise faults.no_entity("User", [user_id])
    key = random_key()
    write_key(batch.connection, user_id, key)
    return {"action": "reset_remote", "data": {"api_key": key}}
