"""Owns the rows of one workspace in a database, and runs batches of operations on them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final, Protocol, TypeAlias

import sqlalchemy as sql
from sqlalchemy.exc import DBAPIError

from . import faults, writes
from .batch import Batch, Change, Values
from .caller import Caller
from .database import Database
from .datetimes import now
from .delayed_jobs import delayed_job
from .derivation import derive
from .faults import Fault
from .page_values import Links, no_links
from .queries import Queries
from .response import Response
from .rules.people import USER_TYPE
from .searches import search
from .seed import seed
from .sources import Storage
from .startup import DatabaseUnusableError
from .storable import check_texts
from .tables import Tables
from .workspace import Workspace

Operation: TypeAlias = Mapping[str, object]

Handler: TypeAlias = Callable[[Batch, Operation], object]
"""Runs one operation of a batch and returns its result; raises Fault, which undoes the whole batch."""

Hook: TypeAlias = Callable[[Sequence[Change], Caller], None]
"""Is told what a batch changed, after the commit and in the thread of the caller."""


class Guard(Protocol):
    """Checks what a caller may do; either method raises Fault, which undoes the whole batch."""

    def before(self, batch: Batch, operation: Operation) -> None:
        """Check an operation that is about to run."""

    def after(self, batch: Batch) -> None:
        """Check everything that a batch changed."""


READING: Final = frozenset({"query", "search", "query_schemas", "query_server_information"})
"""Actions that change nothing: a batch of them does not wait for writers."""


class Store:
    """The rows of one workspace in a database; runs batches of operations. Safe for use by several threads.

    One batch writes at a time. Batches that only read run beside it where the rows are in a file; in memory there is
    one connection, which all take turns on.
    """

    def __init__(self, workspace: Workspace, database_url: str = "sqlite://") -> None:
        """Open the database, make the tables that it lacks, and fill a new one with the rows that every server has.

        ``sqlite://`` keeps the rows in memory, ``sqlite:///file.db`` in a file in WAL mode, and
        ``postgresql://user@host/name`` in a database of PostgreSQL.
        """
        self.workspace = workspace
        self.database = Database(database_url)
        model = derive(workspace.structured)
        self.storage = Storage(model, Tables(model))
        self.links: Callable[[Caller], Links] = no_links
        """Tells where a caller can fetch files; set by the application."""
        self.actions: dict[str, Handler] = dict(_ACTIONS)
        """What runs each action; further ones may be added."""
        self.reading: set[str] = set(READING)
        """Those of `actions` that change nothing."""
        self.guard: Guard | None = None
        """Says what callers may do; without one, everything."""
        self.clock: Callable[[], str] = now
        """Tells what time batches take it to be, as dates are stored."""
        self.after_commit: list[Hook] = []
        with ExitStack() as undone:
            undone.callback(self.close)
            with self.database.transaction(writing=True) as connection:
                self.is_new = self.storage.tables.create(connection)
                """Whether the database had no tables before."""
                seed(self._batch(connection, Caller("", "")), workspace)
            undone.pop_all()

    def execute(self, operations: Sequence[Operation], caller: Caller) -> list[object]:
        """Run a batch in one transaction and return one result per operation, in order (protocol section 1.2).

        The action ``query_server_information`` answers only what the store knows, ``schema_hash`` and ``version``: the
        application knows the rest and may answer in its place, or replace the handler in `actions`.

        Raises:
            Fault: an operation failed, or the batch as a whole does not fit; nothing of it is kept.
        """
        writing = any(self._action(operation) not in self.reading for operation in operations)
        with self.database.turn(writing=writing):  # so that hooks hear of commits in their order
            return self._executed(operations, caller, writing)

    def _executed(self, operations: Sequence[Operation], caller: Caller, writing: bool) -> list[object]:
        check_texts(operations, self.database.dialect.unstorable)
        try:
            with self.database.transaction(writing=writing) as connection:
                batch = self._batch(connection, caller)
                results = [self._run(batch, position, operation) for position, operation in enumerate(operations)]
                if self.guard is not None:
                    self.guard.after(batch)
                batch.requirements.check(batch)
        except DBAPIError as error:
            raise self.database.dialect.fault(error) from error
        except DatabaseUnusableError as error:
            raise Fault("DatabaseError", str(error), status=500) from error
        except RecursionError:
            raise Fault("ParseError", "Failed to parse: the operation is nested too deeply") from None
        if batch.changes:
            for hook in self.after_commit:
                hook(batch.changes, caller)
        return results

    @contextmanager
    def transaction(self) -> Generator[sql.Connection]:
        """Yield a connection that may write, for tables beside those of the workspace; committed at the end."""
        with self.database.transaction(writing=True) as connection:
            yield connection

    def insert_user(self, user_id: str, username: str, values: Mapping[str, object] | None = None) -> bool:
        """Make sure that an active user of that id exists, and return whether it was made now.

        *values* are further attributes of ``User`` as they are stored, such as ``first_name``. A user that is there
        already is left as it is. For the first user of a new database, who cannot be created by a call of somebody.
        """
        with self.database.transaction(writing=True) as connection:
            batch = self._batch(connection, Caller(user_id, username))
            entity = batch.entity("User")
            if batch.row(entity, (user_id,)) is not None:
                return False
            row: Values = {"id": user_id, "username": username, "is_active": True, "user_type_id": USER_TYPE}
            row |= {**entity.discriminators, "is_totp_enabled": False, "is_otp_enabled": False, **(values or {})}
            columns = self.storage.tables[entity.table].c
            batch.insert(entity, {name: value for name, value in row.items() if name in columns})
        return True

    def close(self) -> None:
        """Close the connections; rows in memory are gone then."""
        self.database.close()

    def _batch(self, connection: sql.Connection, caller: Caller) -> Batch:
        response = Response(denormalize=caller.denormalize)
        batch = Batch(
            self.storage, connection, caller, self.links(caller), response, self.database.dialect, now=self.clock()
        )
        batch.memo["workspace"] = self.workspace
        return batch

    def _action(self, operation: Operation) -> str:
        action = operation.get("action") if isinstance(operation, Mapping) else None
        if not isinstance(action, str) or action not in self.actions:
            raise faults.unknown_action(action)
        return action

    def _run(self, batch: Batch, position: int, operation: Operation) -> object:
        handler = self.actions[self._action(operation)]
        batch.requirements.operation = position
        try:
            if self.guard is not None:
                self.guard.before(batch, operation)
            return handler(batch, operation)
        except Fault as fault:
            fault.operation = position
            raise


def _query(batch: Batch, operation: Operation) -> object:
    return Queries(batch.storage, batch.connection, batch.response, batch.links).run(operation.get("expression"))


def _query_schemas(batch: Batch, _operation: Operation) -> object:
    workspace: Workspace = batch.memo["workspace"]
    return workspace.schemas


def _query_server_information(batch: Batch, _operation: Operation) -> object:
    workspace: Workspace = batch.memo["workspace"]
    return {"schema_hash": workspace.schema_hash, "version": "dev", "is_timezone_support_enabled": True}


_ACTIONS: Final[Mapping[str, Handler]] = {
    "query": _query,
    "search": search,
    "delayed_job": delayed_job,
    "create": writes.create,
    "update": writes.update,
    "delete": writes.delete,
    "query_schemas": _query_schemas,
    "query_server_information": _query_server_information,
}
