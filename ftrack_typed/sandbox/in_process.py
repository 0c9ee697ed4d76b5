"""Runs a sandbox inside of this process, for tests: real HTTP on a free port, and a look at each call."""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import cast, overload

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .actions import Operation, Service
from .application import ApiRequest, Interceptor, create_application
from .events.control import SandboxEvents
from .events.server import EventServer
from .outbox import Outbox
from .serving import (
    DEFAULT_USER,
    Options,
    SandboxError,
    Server,
    environment,
    listen,
    opened_service,
    server_url,
)
from .users import random_key

_PATIENCE = 120.0
"""Seconds that a server may take to start or to stop, on a busy machine."""


class RecordedRequest:
    """One call of the API that the sandbox received."""

    def __init__(self, request: ApiRequest) -> None:
        """Keep *request*."""
        self._request = request

    def __repr__(self) -> str:
        return f"<RecordedRequest {', '.join(self.actions) or 'without operations'}>"

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, with lower-case names; credentials included."""
        return self._request.headers

    @functools.cached_property
    def operations(self) -> list[Operation]:
        """The decoded batch; empty where the body was none."""
        with contextlib.suppress(Exception):
            decoded = self._request.operations()
            if isinstance(decoded, list):
                return cast("list[Operation]", decoded)
        return []

    @property
    def actions(self) -> list[str]:
        """The action of each operation."""
        return [str(operation.get("action")) for operation in self.operations]


class RequestLog(Sequence[RecordedRequest]):
    """The calls of the API since the start, or since `clear`, oldest first."""

    def __init__(self) -> None:
        """Start with none."""
        self._requests: list[RecordedRequest] = []

    def __len__(self) -> int:
        return len(self._requests)

    @overload
    def __getitem__(self, index: int) -> RecordedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> list[RecordedRequest]: ...
    def __getitem__(self, index: int | slice) -> RecordedRequest | list[RecordedRequest]:
        return self._requests[index]

    def __iter__(self) -> Iterator[RecordedRequest]:
        return iter(tuple(self._requests))

    def __repr__(self) -> str:
        return f"<RequestLog {self._requests!r}>"

    @property
    def operations(self) -> list[list[Operation]]:
        """The batch of each call."""
        return [request.operations for request in self]

    def clear(self) -> None:
        """Forget the calls so far."""
        self._requests.clear()

    def record(self, request: ApiRequest) -> None:
        """Add a call."""
        self._requests.append(RecordedRequest(request))


class HangUp(Response):
    """An answer that breaks off: the client loses the connection and cannot tell what was done."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Promise more than is sent."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"[", "more_body": True})
        raise ConnectionAbortedError("the sandbox was asked to hang up")


class Sandbox:
    """A sandbox in this process, started by ``with`` or `start` and usable any number of times::

        with Sandbox(demo=True) as sandbox:
            session = Session(sandbox.server_url, sandbox.api_key, sandbox.api_user)

    Set `intercept` to delay a call or to make it fail.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        workspace: Path | str | None = None,
        database: str = "sqlite://",
        files: Path | str | None = None,
        seed: Path | str | None = None,
        demo: bool = False,
        api_user: str = DEFAULT_USER,
        api_user_id: str | None = None,
        api_key: str | None = None,
    ) -> None:
        """Take the options of ``ftrack-sandbox``; nothing is opened yet."""
        self._options = Options(
            port=port,
            workspace=None if workspace is None else Path(workspace),
            database=database,
            files=None if files is None else Path(files),
            seed=None if seed is None else Path(seed),
            demo=demo,
            api_user=api_user,
            api_user_id=api_user_id,
            api_key=api_key or random_key(),
        )
        self.requests = RequestLog()
        """Every call of the API so far."""
        self.intercept: Interceptor | None = None
        """Called, in a thread, with each request and the function that answers it; returns the response."""
        self.events = SandboxEvents()
        """Every event so far, who listens, and ways to publish, to intercept and to drop connections."""
        self._running: contextlib.ExitStack | None = None
        self._service: Service | None = None
        self._url = ""

    def __repr__(self) -> str:
        return f"<Sandbox {self._url if self._running else 'stopped'}>"

    @property
    def api_user(self) -> str:
        """Name of the administrator."""
        return self._options.api_user

    @property
    def api_key(self) -> str:
        """API key of the administrator, as given or made at the start."""
        return self._options.api_key

    @property
    def server_url(self) -> str:
        """Address of the server, without a final slash; raise RuntimeError where it does not run."""
        self._check_running()
        return self._url

    @property
    def service(self) -> Service:
        """What is served: the workspace, the store and the users."""
        return self._check_running()

    @property
    def outbox(self) -> Outbox:
        """The invitations that the server was asked to send."""
        return self.service.outbox

    def _check_running(self) -> Service:
        if self._service is None:
            raise RuntimeError("the sandbox is not running: start it with `with Sandbox() as sandbox`, or start()")
        return self._service

    def environment(self) -> dict[str, str]:
        """Return the variables that make clients use this sandbox."""
        return environment(self.server_url, self._options)

    def start(self) -> Sandbox:
        """Start the server and return once it answers; do nothing where it runs.

        Raises:
            SandboxError: an option cannot be used.
        """
        if self._running is not None:
            return self
        with contextlib.ExitStack() as stack:
            listening = stack.enter_context(contextlib.closing(listen(self._options.host, self._options.port)))
            service = stack.enter_context(opened_service(self._options))
            events = EventServer(service, timing=self.events.timing)
            application = create_application(service, intercept=self._answered, events=events)
            stack.enter_context(_serving(application, listening))
            self.events.attach(events)
            self._service, self._url = service, server_url(self._options.host, listening)
            self._running = stack.pop_all()
        return self

    def stop(self) -> None:
        """Stop the server; a database in memory is gone then. Do nothing where it does not run."""
        running, self._running, self._service = self._running, None, None
        self.events.attach(None)
        if running is not None:
            running.close()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _answered(self, request: ApiRequest, answer: Callable[[], Response]) -> Response:
        self.requests.record(request)
        return answer() if self.intercept is None else self.intercept(request, answer)


@contextlib.contextmanager
def _serving(application: Starlette, listening: socket.socket) -> Generator[None]:
    """Serve *application* in a thread of its own."""
    ready = threading.Event()
    server = Server(application, on_ready=ready.set)

    def run() -> None:
        try:
            server.run(sockets=[listening])
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="ftrack-sandbox", daemon=True)
    thread.start()
    try:
        if not ready.wait(_PATIENCE) or not server.started:
            raise SandboxError("the server of the sandbox does not start")
        yield
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)
