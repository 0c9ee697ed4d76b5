"""Owns the traffic with a server's API: what is sent again, and the types that errors get.

One endpoint takes an array of operations and answers with an array of results, or with one error (protocol section 1).
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast
from urllib.parse import urlsplit

from . import wire
from .connections import Connections
from .errors import (
    AuthenticationError,
    ConnectionClosedError,
    PermissionDeniedError,
    RequestTimeoutError,
    ServerCompatibilityError,
    ServerError,
    ServerUnreachableError,
    TransportError,
    UnexpectedResponseError,
)
from .garbage import CollectionHeld
from .redaction import hidden, hidden_address, origin, without

if TYPE_CHECKING:
    import requests

    from .retries import Retries

R = TypeVar("R", bound="_Request")

_LOGGER: Final = logging.getLogger(__name__)

_ERRORS_BY_EXCEPTION: Final[dict[str, type[ServerError]]] = {
    "InvalidCredentialsError": AuthenticationError,
    "FTAuthenticationError": PermissionDeniedError,
    "PermissionError": PermissionDeniedError,
}
REPEATABLE_ACTIONS: Final = frozenset(
    {"query", "search", "query_schemas", "query_server_information", "get_widget_url", "get_upload_metadata"}
)
"""Actions that change nothing: they may be sent again however the first time ended."""

_OVERLOADED: Final = frozenset({429, 502, 503, 504})
"""Statuses with which servers, and proxies before them, say that they cannot answer at this moment."""

_UNKNOWN_ACTION: Final = "Invalid action u'"


class _Request(Protocol):
    """What `requests` is about to send."""

    headers: Any


class SessionAuthentication:
    """Authenticates the calls of a session: what `requests` takes as ``auth`` for each, or for a session of its own."""

    def __init__(self, api_key: str, api_user: str) -> None:
        """Call as *api_user*, with its *api_key*."""
        self.api_key = hidden(api_key)
        self.api_user = api_user

    def __call__(self, request: R) -> R:
        """Add the headers that name user and key to *request*, and return it."""
        request.headers.update({"ftrack-api-key": self.api_key, "ftrack-user": self.api_user})
        return request

    def __repr__(self) -> str:
        return f"<SessionAuthentication of {self.api_user!r}>"


class Transport(Protocol):
    """What carries operations to a server; a session takes any object of this shape."""

    def call(self, operations: Sequence[Mapping[str, object]]) -> list[Any]:
        """Send *operations* as one batch and return a result for each."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


class HttpTransport:
    """Carries operations over HTTP, with the user's key on every call. Several threads may use it."""

    def __init__(
        self,
        server_url: str,
        api_user: str,
        api_key: str,
        *,
        timeout: float | None = 60,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        retries: Retries | None = None,
    ) -> None:
        """Talk to *server_url* as *api_user*; *timeout* is in seconds, for the connection and for each answer.

        *retries* says how often a call without an answer is sent again, where that is safe.
        """
        self.server_url = hidden_address(server_url)
        self.timeout = timeout
        self._authentication = SessionAuthentication(api_key, api_user)
        self._headers = {"content-type": "application/json", "accept": "application/json", **hidden(headers or {})}
        self._cookies = hidden(dict(cookies or {}))
        self._connections = Connections(self.server_url, self._headers, self._cookies)
        self._parse = wire.parser()
        self._retries = retries
        self.closed = False

    def __repr__(self) -> str:
        return f"<HttpTransport {public_url(self.server_url)}>"

    def call(self, operations: Sequence[Mapping[str, object]]) -> list[Any]:
        """Send *operations* as one batch and return a result for each.

        What changes nothing is sent again where no answer comes; what changes something only where it never reached
        the server. Raise ServerError where the server refuses, TransportError where there is no usable answer, and
        ConnectionClosedError after `close`.
        """
        if self.closed:
            raise ConnectionClosedError
        body = json.dumps(operations, separators=(",", ":")).encode("utf-8")
        safe = all(operation.get("action") in REPEATABLE_ACTIONS for operation in operations)

        def attempt() -> list[Any]:
            return self._results(self._post(body), len(operations))

        try:
            return attempt()
        except TransportError as error:
            failed = error
        # Outside of the handler, so that what comes of the next tries is not told as an error within this one.
        retries = self._retries
        if retries is None:
            # Imported here, for most programs never need it.
            from .retries import Retries

            retries = Retries()
        return retries.run_again(attempt, _is_temporary if safe else _never_happened, failed)

    def _post(self, body: bytes) -> requests.Response:
        outside = sys.exc_info()[1]
        try:
            with self._connections.session() as http:
                return http.post(
                    f"{self.server_url}/api",
                    data=body,
                    auth=self._authentication,
                    timeout=self.timeout,
                    allow_redirects=False,
                )
        except (OSError, UnicodeError) as error:  # OSError is what requests raises, and a lack of certificates
            failure = self._failure(error, outside)
        # The cause is named and not chained: its text, and the variables around it, may hold the whole request.
        raise failure

    def _failure(self, error: Exception, outside: BaseException | None) -> TransportError:
        from requests import exceptions

        where = public_url(self.server_url)
        causes = _causes(error, outside)
        sent = not _failed_before_sending(causes)
        if isinstance(error, exceptions.Timeout):
            message = f"no answer within {self.timeout} seconds"
            return RequestTimeoutError(message, where, outcome_unknown=sent, temporary=True)
        refused = (exceptions.SSLError, exceptions.InvalidURL, UnicodeError)
        here = not isinstance(error, (exceptions.RequestException, UnicodeError))  # nothing was tried
        lasting = here or isinstance(error, refused) or _has_no_address(causes)
        message = f"cannot be reached ({error if here else _reason(causes[-1])})"
        return ServerUnreachableError(message, where, outcome_unknown=sent and not lasting, temporary=not lasting)

    def _results(self, response: requests.Response, expected: int) -> list[Any]:
        try:
            with CollectionHeld():
                content = self._parse(response.content)
        except (ValueError, RecursionError):
            content = None
        if isinstance(content, dict) and "exception" in content:
            told = cast("dict[str, Any]", content)
            told["content"] = self._redacted(str(told.get("content", "")))
            raise server_error(told)
        if response.status_code >= 300 or not isinstance(content, list) or len(content) != expected:
            raise self._unexpected(response)
        return content

    def _redacted(self, text: str) -> str:
        """Return what a server said without what it was told: some repeat the headers of a request."""
        given = {*self._headers.values(), *self._cookies.values()} - {"application/json"}
        return without(self._authentication.api_key, text, *given)

    def _unexpected(self, response: requests.Response) -> UnexpectedResponseError:
        kind = response.headers.get("content-type", "an unknown type").partition(";")[0]
        target = response.headers.get("location")
        redirect = f", which sends on to {origin(target)}" if target else ""
        status = response.status_code
        message = f"the answer is none of the API's: status {status}, {len(response.content)} bytes of {kind}"
        cut = status < 300 and kind == "application/json"
        return UnexpectedResponseError(
            message + redirect,
            public_url(self.server_url),
            outcome_unknown=not 300 <= status < 500,
            temporary=cut or status in _OVERLOADED,
        )

    def close(self) -> None:
        """End the connection; a second call does nothing."""
        self.closed = True
        self._connections.close()


def server_error(content: Mapping[str, Any]) -> ServerError:
    """Return the error that the body *content* describes, as the type that fits (protocol section 1.4)."""
    exception, text = str(content.get("exception")), str(content.get("content", ""))
    code = content.get("error_code")
    error_type = _ERRORS_BY_EXCEPTION.get(exception, ServerError)
    if code == "api_credentials_invalid":
        error_type = AuthenticationError
    elif _UNKNOWN_ACTION in text:
        error_type = ServerCompatibilityError
    _LOGGER.debug("server reported %s", exception)
    return error_type(f"Server reported error: {exception}({text})", exception, text, code)


def public_url(url: str) -> str:
    """Return *url* without user, password, query and fragment, so that it can be shown."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if parts.scheme else parts.path


def _is_temporary(error: Exception) -> bool:
    return isinstance(error, TransportError) and error.temporary


def _never_happened(error: Exception) -> bool:
    return isinstance(error, TransportError) and error.temporary and not error.outcome_unknown


def _causes(error: BaseException, outside: BaseException | None) -> list[BaseException]:
    """Return *error* and what led to it, from the outermost to the innermost.

    *outside* is what the caller was handling already, such as the failure of the attempt before: no cause of this one.
    """
    causes: list[BaseException] = []
    cause: object = error
    while isinstance(cause, BaseException) and cause is not outside:
        causes.append(cause)
        cause = getattr(cause, "reason", None) or cause.__context__
    return causes


def _failed_before_sending(causes: Sequence[BaseException]) -> bool:
    from requests.exceptions import ConnectTimeout
    from urllib3.exceptions import NewConnectionError

    return any(isinstance(cause, (ConnectTimeout, NewConnectionError)) for cause in causes)


def _has_no_address(causes: Sequence[BaseException]) -> bool:
    import socket

    return any(isinstance(cause, socket.gaierror) for cause in causes)


def _reason(cause: BaseException) -> str:
    """Return what the innermost *cause* says in a few words."""
    return str(getattr(cause, "strerror", None) or type(cause).__name__)
