"""Owns the errors of the way to a server and back."""

from __future__ import annotations

from .base import FtrackError


class TransportError(FtrackError):
    """There is no answer that can be used; ``server_url`` says whose.

    ``outcome_unknown`` says whether the server may have done what it was asked for, and ``temporary`` whether the same
    request may well succeed when it is sent again.
    """

    def __init__(
        self, message: str, server_url: str, *, outcome_unknown: bool = False, temporary: bool = False
    ) -> None:
        """Name the server in the message."""
        self.text = message
        self.server_url = server_url
        self.outcome_unknown = outcome_unknown
        self.temporary = temporary
        super().__init__(f"{server_url}: {message}", {"server_url": server_url})


class ServerUnreachableError(TransportError, ConnectionError):
    """There is no connection to the server, or it broke."""


class RequestTimeoutError(TransportError, TimeoutError):
    """The server did not answer in time."""


class UnexpectedResponseError(TransportError):
    """The answer is not one of the API's, such as a login page or half a document."""


class ServerError(FtrackError):
    """The server refused a request; ``exception``, ``content`` and ``error_code`` are its own words."""

    def __init__(
        self, message: str, exception: str | None = None, content: str = "", error_code: str | None = None
    ) -> None:
        """Keep what the server said (protocol section 1.4)."""
        self.exception = exception
        self.content = content
        self.error_code = error_code
        super().__init__(message, {"exception": exception, "content": content, "error_code": error_code})


class AuthenticationError(ServerError):
    """The server does not accept the user or the key."""


class PermissionDeniedError(ServerError):
    """The server does not let this user do that."""


class ServerCompatibilityError(ServerError):
    """The server is too old for this client, or lacks an action."""


class ConnectionClosedError(FtrackError):
    """The session is closed."""

    def __init__(self, message: str = "the session is closed") -> None:
        """Say so."""
        super().__init__(message)
