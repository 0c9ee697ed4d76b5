"""Puts a sandbox together, from its options to a socket that answers, and takes it apart again."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import uuid
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import attrs
import uvicorn
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette

from ..errors import FtrackError, SchemaError
from .actions import Service
from .caller import Caller
from .demo import build_demo
from .dialects import database_url, dialect_of
from .faults import Fault
from .files.folders import ForeignFolderError, refuse_foreign
from .files.service import Files, opened_files
from .roles import ADMINISTRATOR, give_role
from .seed_files import SeedError, administrator_id, read_seed, run_seed
from .startup import (
    AddressUnusableError,
    DatabaseUnusableError,
    FilesUnusableError,
    PackageMissingError,
    RefusedError,
    SandboxError,
    SeedUnusableError,
    WorkspaceUnusableError,
    line,
)
from .store import Operation, Store
from .users import Users, random_key
from .workspace import Workspace

__all__ = [
    "AddressUnusableError",
    "DatabaseUnusableError",
    "FilesUnusableError",
    "Options",
    "PackageMissingError",
    "RefusedError",
    "SandboxError",
    "SeedUnusableError",
    "Server",
    "WorkspaceUnusableError",
    "database_url",
    "environment",
    "listen",
    "opened_service",
    "opened_store",
    "server_url",
]

DEFAULT_USER = "sandbox"
WILDCARDS = frozenset({"0.0.0.0", "::", ""})
"""Hosts that mean every address of this machine."""

_GRACE = 2
"""Seconds that calls under way have when the server stops."""

_IDLE = 3600
"""Seconds that a connection is kept without a call.

A call that is sent at the moment at which the server gives its connection up is lost, and of a commit nobody knows then
whether it happened.
"""

_MAXIMUM_FRAME = 64 * 1024 * 1024
"""Bytes of a message to the event server; a longer one ends its connection."""


@attrs.frozen(kw_only=True)
class Options:
    """What a sandbox is made of: the options of ``ftrack-sandbox``."""

    host: str = "127.0.0.1"
    port: int = 0
    database: str = "sqlite://"
    workspace: Path | None = None
    files: Path | None = None
    seed: Path | None = None
    demo: bool = False
    api_user: str = DEFAULT_USER
    api_user_id: str | None = None
    api_key: str = attrs.field(factory=random_key, repr=False)


@contextlib.contextmanager
def opened_service(options: Options) -> Generator[Service]:
    """Open the workspace and the database, make the administrator, and the demo project where it is wanted.

    Raises:
        SandboxError: some of it cannot be used.
    """
    workspace = _workspace(options.workspace)
    url = database_url(options.database)
    dialect = dialect_of(url)
    if options.files is not None:
        # Before anything is made: what is refused leaves nothing behind.
        with _usable_files(options.files):
            refuse_foreign(options.files.expanduser().absolute(), is_new=not dialect.is_there())
    with dialect.reserved() as reservation, _seeded_store(workspace, url, options) as store:
        reservation.guard(store.database.engine)
        users = Users(store)
        caller = _administrator(store, users, options)
        if options.demo:
            _demo(store, caller)
        with _files(store, options.files) as files:
            service = Service(workspace, store, users, files)
            files.encoder.start()
            yield service


@contextlib.contextmanager
def opened_store(options: Options, *, alone: bool = True) -> Generator[Store]:
    """Open a database that is there, without serving it; *alone* unless a server may serve it at the same time.

    Raises:
        SandboxError: the workspace or the database cannot be used, or a server has it.
    """
    workspace = _workspace(options.workspace)
    url = database_url(options.database)
    dialect = dialect_of(url)
    if not dialect.is_there():
        raise DatabaseUnusableError(f"there is no database {dialect.shown}: ftrack-sandbox --database makes one")
    with dialect.reserved() if alone else contextlib.nullcontext(), _store(workspace, url) as store:
        yield store


def _workspace(folder: Path | None) -> Workspace:
    try:
        return Workspace.standard() if folder is None else Workspace.load(folder)
    except (OSError, ValueError, FtrackError) as error:
        raise WorkspaceUnusableError(f"cannot read the workspace {folder or 'standard'}: {line(error)}") from error


@contextlib.contextmanager
def _store(workspace: Workspace, url: str) -> Generator[Store]:
    try:
        store = Store(workspace, url)
    except SchemaError as error:
        raise WorkspaceUnusableError(f"cannot serve the workspace {workspace.name}: {line(error)}") from error
    except SandboxError:
        raise
    except (SQLAlchemyError, OSError, ValueError, FtrackError) as error:
        raise DatabaseUnusableError(f"cannot use the database {dialect_of(url).shown}: {line(error)}") from error
    with contextlib.closing(store):
        yield store


@contextlib.contextmanager
def _files(store: Store, folder: Path | None) -> Generator[Files]:
    with contextlib.ExitStack() as stack:
        with _usable_files(folder):
            files = stack.enter_context(opened_files(store, folder))
        yield files


@contextlib.contextmanager
def _usable_files(folder: Path | None) -> Generator[None]:
    try:
        yield
    except (OSError, ForeignFolderError) as error:
        shown = folder or "beside the database"
        raise FilesUnusableError(f"cannot use the folder for files {shown}: {line(error)}") from error


@contextlib.contextmanager
def _seeded_store(workspace: Workspace, url: str, options: Options) -> Generator[Store]:
    """Open the database; where it is new, run the seed on it.

    It is filled in another place, so that whatever happens there is a whole database or none.
    """
    operations = [] if options.seed is None else _read_seed(options.seed)
    filling = None if options.seed is None else dialect_of(url).filling()
    if options.seed is not None and filling is not None:
        with filling as place, _store(workspace, place) as store:
            _run_seed(store, operations, options, options.seed)
    with _store(workspace, url) as store:
        if options.seed is not None and store.is_new:
            _run_seed(store, operations, options, options.seed)
        yield store


def _read_seed(path: Path) -> list[Operation]:
    try:
        return read_seed(path)
    except SeedError as error:
        raise SeedUnusableError(line(error)) from error


def _run_seed(store: Store, operations: Sequence[Operation], options: Options, path: Path) -> None:
    user_id = options.api_user_id or administrator_id(operations, options.api_user)
    caller = _administrator(store, Users(store), attrs.evolve(options, api_user_id=user_id))
    try:
        run_seed(store, operations, caller, path)
    except SeedError as error:
        raise SeedUnusableError(line(error)) from error


def _administrator(store: Store, users: Users, options: Options) -> Caller:
    """Make sure that the user of the options is there, is active and has the key; return it as a caller."""
    user_id = users.find(options.api_user)
    if user_id is None:
        user_id = options.api_user_id or str(uuid.uuid4())
        store.insert_user(user_id, options.api_user)
    elif options.api_user_id not in {None, user_id}:
        raise DatabaseUnusableError(
            f"user {options.api_user!r} of the database has the id {user_id}, not {options.api_user_id}"
        )
    users.set_key(user_id, options.api_key)
    caller = Caller(user_id=user_id, username=options.api_user)
    activation = {"__entity_type__": "User", "is_active": True}
    store.execute(
        [{"action": "update", "entity_type": "User", "entity_key": [user_id], "entity_data": activation}], caller
    )
    give_role(store, user_id, ADMINISTRATOR)
    return caller


def _demo(store: Store, caller: Caller) -> None:
    try:
        build_demo(store, caller)
    except Fault as fault:
        raise WorkspaceUnusableError(f"the workspace has no place for the demo project: {fault.content}") from fault


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address; port 0 is any free one.

    Raises:
        AddressUnusableError: the port is taken, or the host is none of this machine.
    """
    with contextlib.ExitStack() as stack:
        try:
            found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            family, kind, _, _, address = found[0]
            # Only where the protocol is explicit does asyncio switch Nagle's algorithm off, which costs 40 ms a call.
            listening = stack.enter_context(socket.socket(family, kind, socket.IPPROTO_TCP))
            if os.name == "posix":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(128)
        except (OSError, UnicodeError) as error:
            raise AddressUnusableError(f"cannot listen on {host}, port {port}: {line(error)}") from error
        stack.pop_all()
        return listening


def server_url(host: str, listening: socket.socket) -> str:
    """Return the address that programs on this machine reach *listening* at."""
    port = listening.getsockname()[1]
    if host in WILDCARDS:
        host = "[::1]" if listening.family == socket.AF_INET6 else "127.0.0.1"
    elif ":" in host:
        host = f"[{host}]"
    return f"http://{host}:{port}"


def environment(url: str, options: Options) -> dict[str, str]:
    """Return the variables that make clients use the sandbox at *url*."""
    return {"FTRACK_SERVER": url, "FTRACK_API_USER": options.api_user, "FTRACK_API_KEY": options.api_key}


class Server(uvicorn.Server):
    """A uvicorn server that says when it answers and leaves signals to whoever runs it."""

    def __init__(self, application: Starlette, *, on_ready: Callable[[], None]) -> None:
        """Serve *application*; call *on_ready* once requests are answered."""
        super().__init__(
            uvicorn.Config(
                application,
                lifespan="off",
                ws="websockets-sansio",
                ws_max_size=_MAXIMUM_FRAME,
                ws_ping_interval=None,  # the event server has heartbeats of its own
                ws_per_message_deflate=False,
                log_config=None,
                log_level=logging.WARNING,  # below that, uvicorn logs the keys in the query of a connection
                access_log=False,
                timeout_graceful_shutdown=_GRACE,
                timeout_keep_alive=_IDLE,
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start answering."""
        await super().startup(sockets)
        self._on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield
