"""Speaks HTTP for files: uploads to signed addresses, downloads, removals and previews (protocol section 6)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from ..caller import Caller
from ..faults import Fault
from ..users import User
from . import thumbnails
from .receiving import drain, receive
from .uploads import UPLOAD_PATH, content_type

if TYPE_CHECKING:
    from ..actions import Service

logger = logging.getLogger(__name__)

GET_PATH: Final = "/component/get"
REMOVE_PATH: Final = "/component/remove"
THUMBNAIL_PATH: Final = "/component/thumbnail"
PLACEHOLDER_PATH: Final = "/img/thumbnail2.png"

_PREVIEWS: Final = 2
"""Previews that are made at once; each holds a decoded image."""

_SAFE: Final = {"X-Content-Type-Options": "nosniff"}

_Endpoint = Callable[[Request], Awaitable[Response]]


def file_routes(service: Service) -> list[Route]:
    """Return the routes of the files of *service*."""
    routes = _Routes(service)
    return [
        Route(UPLOAD_PATH, _guarded(routes.upload), methods=["PUT"]),
        Route(GET_PATH, _guarded(routes.get), methods=["GET"]),
        Route(REMOVE_PATH, _guarded(routes.remove), methods=["GET"]),
        Route(THUMBNAIL_PATH, _guarded(routes.thumbnail), methods=["GET"]),
        Route(PLACEHOLDER_PATH, routes.placeholder, methods=["GET"]),
    ]


class _Routes:
    """What answers at each address. What takes time runs in threads."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._files = service.files
        self._previews: anyio.CapacityLimiter | None = None

    async def upload(self, request: Request) -> Response:
        """Store the body of a component, or one part of it, at an address from ``get_upload_metadata``."""
        files = self._files
        content = files.signer.verify("upload", request.query_params.get("token", ""))
        expected = await run_in_threadpool(files.uploads.expected, content)
        received = await receive(request, files.storage.temporary(), expected)
        try:
            await run_in_threadpool(files.take, content, received)
        finally:
            received.path.unlink(missing_ok=True)
        return Response(headers={"ETag": f'"{received.etag}"'})

    async def get(self, request: Request) -> Response:
        """Send the file of a component, or the range of it that is asked for."""
        component_id = await self._allowed(request, "get")
        path, name = await run_in_threadpool(self._files.download, component_id)
        return FileResponse(path, filename=name, media_type=content_type(name), headers=_SAFE)

    async def remove(self, request: Request) -> Response:
        """Remove the file of a component; its rows stay."""
        if request.method != "GET":
            raise Fault("ValidationError", f"{request.method} removes nothing: use GET.", None, 405)
        user = await self._user(request)
        caller = Caller(user.id, user.username)
        await run_in_threadpool(self._files.remove, request.query_params.get("id", ""), caller)
        return Response(status_code=204)

    async def thumbnail(self, request: Request) -> Response:
        """Send a preview of the image of a component."""
        component_id = await self._allowed(request, "thumbnail")
        size = _size(request.query_params.get("size"))
        path, _ = await run_in_threadpool(self._files.download, component_id)
        self._previews = self._previews or anyio.CapacityLimiter(_PREVIEWS)
        png = await anyio.to_thread.run_sync(thumbnails.thumbnail, path, size, limiter=self._previews)
        return Response(png, media_type="image/png", headers={**_SAFE, "Cache-Control": "private, max-age=60"})

    async def placeholder(self, _request: Request) -> Response:
        """Send the picture that stands for a missing preview."""
        return Response(thumbnails.placeholder(), media_type="image/png", headers=_SAFE)

    async def _allowed(self, request: Request, purpose: str) -> str:
        """Return the id of the component that is asked for, where a signature or a user's key allows it."""
        query = request.query_params
        component_id = query.get("id", "")
        if "token" in query:
            if self._files.signer.verify(purpose, query["token"])["id"] != component_id:
                raise Fault("PermissionError", "This address was signed for another component.", None, 403)
            return component_id
        await self._user(request)
        return component_id

    async def _user(self, request: Request) -> User:
        """Return the user whose name and key stand in the query, or in the headers; raise Fault."""
        username = request.query_params.get("username") or request.headers.get("ftrack-user", "")
        key = request.query_params.get("apiKey") or request.headers.get("ftrack-api-key", "")
        return await run_in_threadpool(self._service.users.authenticate, username, key)


def not_found(component_id: str) -> Fault:
    """Return the fault for a component without a file on this server."""
    content = f"There is no file of a component {component_id!r} here: it was removed, or never uploaded."
    return Fault("NotFoundError", content, "file_not_found", 404)


def _size(text: str | None) -> int:
    if text is None or text == "":
        return thumbnails.DEFAULT_SIZE
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise Fault("ValidationError", f"size must be a number of pixels, from 1 on, not {text[:60]!r}.", None, 422)
    return min(int(text[:9]), thumbnails.MAXIMUM_SIZE)


def _guarded(endpoint: _Endpoint) -> _Endpoint:
    """Return *endpoint* with its failures as JSON, in the shape of those of ``/api``, and a status of their own."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Fault as fault:
            failed = fault
        except OSError as error:
            logger.exception("A file could not be read or written")
            reason = f"The server cannot read or write the file ({type(error).__name__}); its log has the details."
            failed = Fault("StorageError", reason, "storage_failed", 507)
        await drain(request)
        content = {"exception": failed.exception, "content": failed.content, "error_code": failed.error_code}
        return JSONResponse({**content, "error": {}}, status_code=failed.status)

    return answer
