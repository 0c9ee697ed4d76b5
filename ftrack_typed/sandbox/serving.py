"""Puts a sandbox together, from its options to a socket that answers, and takes it apart again."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sqlite3
import uuid
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import attrs
import uvicorn
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from starlette.applications import Starlette

from ..errors import FtrackError, SchemaError
from .actions import Service
from .caller import Caller
from .demo import build_demo
from .faults import Fault
from .files.folders import ForeignFolderError
from .files.service import Files, opened_files
from .roles import ADMINISTRATOR, give_role
from .seed_files import SeedError, administrator_id, read_seed, run_seed
from .store import Operation, Store
from .users import Users, random_key
from .workspace import Workspace

DEFAULT_USER = "sandbox"
WILDCARDS = frozenset({"0.0.0.0", "::", ""})
"""Hosts that mean every address of this machine."""

_LINE = 400
"""Characters of a message that are shown; the problems of a workspace can fill pages."""

_GRACE = 2
"""Seconds that calls under way have when the server stops."""

_MAXIMUM_FRAME = 64 * 1024 * 1024
"""Bytes of a message to the event server; a longer one ends its connection."""


class SandboxError(FtrackError):
    """A sandbox cannot start: the message is one line for people."""


class WorkspaceUnusableError(SandboxError):
    """The workspace cannot be read."""


class DatabaseUnusableError(SandboxError):
    """The database cannot be opened, or another sandbox has it."""


class FilesUnusableError(SandboxError):
    """The folder for files cannot be used."""


class AddressUnusableError(SandboxError):
    """The sandbox cannot listen on its address."""


class SeedUnusableError(SandboxError):
    """The seed cannot be read, or one of its operations cannot be carried out."""


class RefusedError(SandboxError):
    """A command names a user, role or project that is not there, or one that is there already."""


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
    with _reserved(database_url(options.database)) as url, _seeded_store(workspace, url, options) as store:
        users = Users(store)
        caller = _administrator(store, users, options)
        if options.demo:
            _demo(store, caller)
        with _files(store, options.files, url) as files:
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
    path = file_of(url)
    if path is not None and not path.exists():
        raise DatabaseUnusableError(f"there is no database {path}: ftrack-sandbox --database makes one")
    with _reserved(url) if alone else contextlib.nullcontext(url), _store(workspace, url) as store:
        yield store


def file_of(url: str) -> Path | None:
    """Return the file of a database, or None where it is in memory or on a server."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or parts.database in {None, "", ":memory:"}:
        return None
    return Path(str(parts.database)).absolute()


def _workspace(folder: Path | None) -> Workspace:
    try:
        return Workspace.standard() if folder is None else Workspace.load(folder)
    except (OSError, ValueError, FtrackError) as error:
        raise WorkspaceUnusableError(f"cannot read the workspace {folder or 'standard'}: {_line(error)}") from error


def database_url(database: str) -> str:
    """Return the URL of *database*, which may also be the path of a SQLite file.

    Raises:
        DatabaseUnusableError: it is neither.
    """
    url = database if "://" in database else f"sqlite:///{Path(database).expanduser()}"
    try:
        return make_url(url).render_as_string(hide_password=False)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUnusableError(f"{database!r} is no URL of a database: {_line(error)}") from error


@contextlib.contextmanager
def _reserved(url: str) -> Generator[str]:
    """Keep other sandboxes from serving the same file: this one remembers users, and tells its clients of every change.

    The mark is a lock on a second file beside it, which the operating system takes back however this process ends.
    """
    path = file_of(url)
    if path is None:
        yield url
        return
    with contextlib.ExitStack() as stack:
        try:
            lock = stack.enter_context(contextlib.closing(_connect(f"{path}.lock", timeout=0)))
            lock.execute("begin exclusive")
        except sqlite3.Error as error:
            reason = (
                "another ftrack-sandbox serves it" if "locked" in str(error) else f"{_line(error)} in {path.parent}"
            )
            raise DatabaseUnusableError(f"cannot use the database {path}: {reason}") from error
        _probe(path)
        yield url


def _probe(path: Path) -> None:
    """Raise DatabaseUnusableError where a file is no database, or some other program is writing to it."""
    if not path.exists():
        return
    try:
        with contextlib.closing(_connect(str(path), timeout=1)) as connection:
            connection.execute("begin immediate")
            connection.execute("select count(*) from sqlite_master").fetchall()
            connection.execute("rollback")
    except sqlite3.Error as error:
        raise DatabaseUnusableError(f"cannot use the database {path}: {_line(error)}") from error


def _connect(path: str, *, timeout: float) -> sqlite3.Connection:
    """Return a connection that begins no transaction by itself and may be closed by any thread."""
    return sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)


@contextlib.contextmanager
def _store(workspace: Workspace, url: str) -> Generator[Store]:
    try:
        store = Store(workspace, url)
    except SchemaError as error:
        raise WorkspaceUnusableError(f"cannot serve the workspace {workspace.name}: {_line(error)}") from error
    except (SQLAlchemyError, sqlite3.Error, OSError, ImportError, ValueError, FtrackError) as error:
        shown = make_url(url).render_as_string(hide_password=True)
        raise DatabaseUnusableError(f"cannot use the database {shown}: {_line(error)}") from error
    with contextlib.closing(store):
        yield store


@contextlib.contextmanager
def _files(store: Store, folder: Path | None, url: str) -> Generator[Files]:
    with contextlib.ExitStack() as stack:
        try:
            files = stack.enter_context(opened_files(store, folder, url))
        except (OSError, ForeignFolderError) as error:
            shown = folder or "beside the database"
            raise FilesUnusableError(f"cannot use the folder for files {shown}: {_line(error)}") from error
        yield files


@contextlib.contextmanager
def _seeded_store(workspace: Workspace, url: str, options: Options) -> Generator[Store]:
    """Open the database; where it is new, run the seed on it.

    A new file is filled under another name, so that whatever happens there is a whole database or none.
    """
    operations = [] if options.seed is None else _read_seed(options.seed)
    path = file_of(url)
    if options.seed is not None and path is not None and not (path.exists() and path.stat().st_size):
        filling = path.with_name(f"{path.name}.seeding")
        _remove_database(filling)
        try:
            with _store(workspace, f"sqlite:///{filling}") as store:
                _run_seed(store, operations, options, options.seed)
            filling.replace(path)
        finally:
            _remove_database(filling)
    with _store(workspace, url) as store:
        if options.seed is not None and path is None and store.is_new:
            _run_seed(store, operations, options, options.seed)
        yield store


def _read_seed(path: Path) -> list[Operation]:
    try:
        return read_seed(path)
    except SeedError as error:
        raise SeedUnusableError(_line(error)) from error


def _run_seed(store: Store, operations: Sequence[Operation], options: Options, path: Path) -> None:
    user_id = options.api_user_id or administrator_id(operations, options.api_user)
    caller = _administrator(store, Users(store), attrs.evolve(options, api_user_id=user_id))
    try:
        run_seed(store, operations, caller, path)
    except SeedError as error:
        raise SeedUnusableError(_line(error)) from error


def _remove_database(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


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
            raise AddressUnusableError(f"cannot listen on {host}, port {port}: {_line(error)}") from error
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


def _line(error: BaseException) -> str:
    """Return what *error* says, as one line of some length."""
    text = " ".join(str(getattr(error, "orig", None) or error).split()) or type(error).__name__
    return text if len(text) <= _LINE else f"{text[: _LINE - 3]}..."
