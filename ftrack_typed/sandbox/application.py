"""Speaks HTTP for the sandbox: bodies, headers, errors and cross-origin rules around the answers of a `Service`.

Every answer of ``/api`` is JSON (protocol 1). A failure is an object with ``exception`` and ``content``: under HTTP
status 200, or under one that fits where the call is strict.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from .actions import Service, malformed
from .caller import Caller
from .events.server import EventServer
from .faults import Fault
from .files.routes import file_routes
from .users import invalid_credentials
from .widgets import REFUSAL, WIDGET_PATH

logger = logging.getLogger(__name__)

MAXIMUM_BODY = 64 * 1024 * 1024
"""Bytes that a request may have: some 100,000 creations."""


@attrs.frozen
class ApiRequest:
    """One request to ``/api`` as it came: its headers, with lower-case names, and its whole body."""

    headers: Mapping[str, str]
    body: bytes

    def caller(self, service: Service) -> Caller:
        """Return who is calling, and how; raise `Fault` unless the headers have a user's name and key."""
        username, key = self.headers.get("ftrack-user"), self.headers.get("ftrack-api-key")
        if not username or not key:
            raise invalid_credentials()
        user = service.users.authenticate(username, key)
        return Caller(
            user_id=user.id,
            username=user.username,
            strict=self.strict,
            denormalize=self.strict and _options(self.headers).get("denormalize", False),
            client_token=_token(self.headers, "ftrack-clienttoken"),
            push_token=_token(self.headers, "ftrack-pushtoken"),
            server_url=f"http://{self.headers.get('host', '127.0.0.1')}",
        )

    @property
    def strict(self) -> bool:
        """Whether the caller wants only what it asks for, and HTTP status codes."""
        return _is_true(self.headers.get("ftrack-strict-api", "")) or _options(self.headers).get("strict", False)

    def operations(self) -> object:
        """Return the decoded body; raise `Fault` where it is no JSON."""
        try:
            decoded = json.loads(self.body, parse_constant=_refuse_constant)
            if rb"\ud" in self.body.lower():
                json.dumps(decoded, ensure_ascii=False).encode()  # half a pair of surrogates is no text
            return decoded
        except RecursionError:
            raise malformed("The body is nested too deeply.") from None
        except ValueError as error:
            raise malformed(f"The body is not JSON: {error}.") from None


Interceptor: TypeAlias = Callable[[ApiRequest, Callable[[], Response]], Response]
"""Stands between a request and its answer: calls the function for the answer, or makes one itself. Runs in a thread."""


_CROSS_ORIGIN = Middleware(
    CORSMiddleware,
    allow_origin_regex=".*",  # calls are authorised by headers, never by what a browser adds by itself
    allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"],
    allow_headers=["*"],
    allow_credentials=True,
    expose_headers=["ETag", "Content-Range", "Content-Disposition"],
)


def create_application(
    service: Service,
    *,
    intercept: Interceptor | None = None,
    events: EventServer | None = None,
    maximum_body: int = MAXIMUM_BODY,
) -> Starlette:
    """Return the ASGI application that serves *service* and its *events*, by an event server of its own unless given.

    Answers are worked out in threads, so that a slow one holds up no other.
    """

    def respond(request: ApiRequest) -> Response:
        if intercept is None:
            return answer(service, request)
        return _guarded(request, functools.partial(intercept, request, functools.partial(answer, service, request)))

    async def api(request: Request) -> Response:
        headers = dict(request.headers)
        try:
            body = await _body(request, maximum_body)
        except ClientDisconnect:
            return Response(status_code=400)  # to nobody: an unfinished request does nothing
        api_request = ApiRequest(headers, body or b"")
        if body is None:
            return _failure(_too_large(maximum_body), api_request.strict)
        return await run_in_threadpool(respond, api_request)

    async def front_page(_request: Request) -> Response:
        return HTMLResponse(_FRONT_PAGE.format(workspace=service.workspace.schema_hash))

    async def widget(request: Request) -> Response:
        page = service.widgets.page(request.query_params.get("token", ""))
        return HTMLResponse(REFUSAL, status_code=403) if page is None else HTMLResponse(page)

    return Starlette(
        routes=[
            Route("/api", api, methods=["POST"]),
            Route("/", front_page),
            Route(WIDGET_PATH, widget),
            *(events or EventServer(service)).routes(),
            *file_routes(service),
        ],
        middleware=[_CROSS_ORIGIN],
        exception_handlers={HTTPException: _http_failure, Exception: _unexpected_failure},
    )


def answer(service: Service, request: ApiRequest) -> Response:
    """Return the response to *request*, whatever happens."""

    def results() -> Response:
        caller = request.caller(service)
        return _json(service.answer(request.operations(), caller))

    return _guarded(request, results)


def _guarded(request: ApiRequest, work: Callable[[], Response]) -> Response:
    """Return the response of *work*, or the one that says how it failed."""
    try:
        return work()
    except Fault as fault:
        return _failure(fault, request.strict)
    except Exception as error:
        logger.exception("A call to the API failed unexpectedly")
        return _failure(_internal(error), request.strict)


async def _body(request: Request, maximum: int) -> bytes | None:
    """Return the whole body, or None where it has more bytes than *maximum*; then it is read to its end all the same.

    A client that is still sending would not see an early answer.
    """
    received = bytearray()
    too_large = False
    async for chunk in request.stream():
        too_large = too_large or len(received) + len(chunk) > maximum
        if too_large:
            received.clear()
        else:
            received += chunk
    return None if too_large else bytes(received)


def _options(headers: Mapping[str, str]) -> Mapping[str, bool]:
    """Return the header ``ftrack-api-options``, in its spellings ``strict:1;denormalize:1`` and ``strict=true``."""
    options: dict[str, bool] = {}
    for part in re.split(r"[;,]", headers.get("ftrack-api-options", "")):
        name, *value = re.split(r"[:=]", part, maxsplit=1)
        options[name.strip().lower()] = bool(value) and _is_true(value[0])
    return options


def _is_true(text: str) -> bool:
    return text.strip().lower() in {"1", "true"}


def _token(headers: Mapping[str, str], name: str) -> str | None:
    """Return a token of the JavaScript client, which sends "undefined" where it has none."""
    token = headers.get(name)
    return None if token in {None, "", "undefined", "null"} else token


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")


def _json(content: object, status: int = 200) -> Response:
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return Response(text.encode("ascii"), status_code=status, media_type="application/json")


def _failure(fault: Fault, strict: bool) -> Response:
    content: dict[str, object] = {
        "exception": fault.exception,
        "content": fault.content,
        "error_code": fault.error_code,
        "error": {},
    }
    return _json(content, fault.status if strict else 200)


def _too_large(maximum: int) -> Fault:
    return Fault(
        exception="MalformedRequestError",
        content=f"The body has more than {maximum} bytes: split the batch.",
        error_code="request_too_large",
        status=413,
    )


def _internal(error: Exception) -> Fault:
    return Fault(
        exception="InternalError",
        content=f"The sandbox failed ({type(error).__name__}); its log has the details.",
        error_code="internal_error",
        status=500,
    )


async def _http_failure(request: Request, error: Exception) -> Response:
    """Answer what has no route, or not with that method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    content = f"{request.method} {request.url.path} is nothing that this server knows; the API is POST /api."
    fault = Fault(exception="NotFoundError", content=content, error_code=None, status=status)
    response = _failure(fault, strict=True)
    response.headers.update(getattr(error, "headers", None) or {})
    return response


async def _unexpected_failure(_request: Request, error: Exception) -> Response:
    return _failure(_internal(error), strict=True)


_FRONT_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>ftrack-typed sandbox</title>
<h1>ftrack-typed sandbox</h1>
<p>A local server that speaks the API of ftrack, for development and tests. Clients talk to it with
<code>POST /api</code>; what they need stands in the variables that <code>ftrack-sandbox</code> printed.</p>
<p>Hash of the schemas that are served: <code>{workspace}</code></p>
</html>
"""
