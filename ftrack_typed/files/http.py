"""Owns the addresses of data on the server, and the traffic with them (protocol section 6.3).

An address that the server has signed is used where there is one. Where there is none the user's key is part of the
address, as the server wants it: such an address never stands in an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from ..errors import AccessorOperationFailedError, AccessorResourceNotFoundError, TransportError
from ..query.printer import print_value
from ..redaction import hidden, keep_queries_out_of_logs, origin
from ..symbols import SERVER_LOCATION_ID
from .registrations import rows

if TYPE_CHECKING:
    import requests

    from ..session import Session

TEMPORARY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that say nothing about the data: the same request may well succeed in a moment."""

_GONE: Final = frozenset({404, 410})

_SHOWING: Final = ("AssetVersion", "Context", "User")
"""Types of what has a thumbnail, and says its signed address."""


class FileHttp:
    """Fetches and removes the data of components on the server of one session."""

    def __init__(self, session: Session) -> None:
        """Work for *session*, with the timeout that it has at this moment."""
        self._session = session
        self.timeout = session.request_timeout

    def url(self, action: str, component_id: str, **parameters: object) -> str:
        """Return an address that holds the user's key; *action* is "get", "remove" or "thumbnail"."""
        session = self._session
        key = hidden(session.api_key)
        query = {"id": component_id, "username": session.api_user, "apiKey": key, **parameters}
        return hidden(f"{session.server_url}/component/{action}?{urlencode(query)}")

    def signed_url(self, component_id: str) -> str | None:
        """Return the address that the server has signed for the data of a component, or None where it signs none."""
        text = (
            f"select url from ComponentLocation where component_id is {print_value(component_id)} "
            f"and location_id is {print_value(SERVER_LOCATION_ID)}"
        )
        return _first_url(rows(self._session._state, [text]), "url")

    def thumbnail_url(self, component_id: str, size: int | None = None) -> str:
        """Return the address of a preview; a signed one where something that the server knows shows this thumbnail."""
        types = [name for name in _SHOWING if self._shows(name)]
        texts = [
            f"select thumbnail_url from {name} where thumbnail_id is {print_value(component_id)} limit 1"
            for name in types
        ]
        parameters = {} if size is None else {"size": size}
        signed = _first_url(rows(self._session._state, texts), "thumbnail_url") if texts else None
        if signed is None:
            return self.url("thumbnail", component_id, **parameters)
        if not parameters:
            return signed
        return f"{signed}{'&' if '?' in signed else '?'}{urlencode(parameters)}"

    def _shows(self, entity_type: str) -> bool:
        try:
            facts = self._session._state.entity_type(entity_type)._ftrack_facts
        except LookupError:
            return False
        return {"thumbnail_id", "thumbnail_url"} <= facts.keys()

    def address(self, component_id: str) -> str:
        """Return where the data of a component is fetched: a signed address, unless the server signs none."""
        return hidden(self.signed_url(component_id) or self.url("get", component_id))

    def fetch(self, component_id: str, url: str, headers: Mapping[str, str]) -> requests.Response:
        """Return the answer to a request of data, whose body is still to be read.

        Raise AccessorResourceNotFoundError, another AccessorError, or TransportError where another try may succeed.
        """
        return self._request("read", component_id, url, headers=dict(headers), stream=True)

    def remove(self, component_id: str) -> None:
        """Remove the data of a component; raise AccessorResourceNotFoundError or another AccessorError."""
        try:
            self._request("remove", component_id, self.url("remove", component_id)).close()
        except TransportError as error:
            raise AccessorOperationFailedError("remove", component_id, error.text) from None

    def reason(self, error: Exception) -> str:
        """Return why nothing came, without what the text of *error* may hold."""
        import requests

        timed_out = isinstance(error, requests.Timeout)
        return f"timed out after {self.timeout} seconds" if timed_out else type(error).__name__

    def _request(self, operation: str, component_id: str, url: str, **options: Any) -> requests.Response:
        import requests

        keep_queries_out_of_logs()
        url = hidden(url)
        response: requests.Response | None = None
        why = ""
        try:
            response = requests.get(url, timeout=self.timeout, **options)
        except (requests.RequestException, OSError) as error:
            why = self.reason(error)
        if response is None:
            # The cause is named and not chained: its text, and variables around it, hold the whole address.
            raise TransportError(f"Failed to {operation} data: {why}", origin(url), temporary=True)
        if response.ok:
            return response
        with response:
            if response.status_code in _GONE:
                raise AccessorResourceNotFoundError(operation, component_id)
            reason = f"Failed to {operation} data: status {response.status_code} {_content(response)}".rstrip()
            if response.status_code in TEMPORARY:
                raise TransportError(reason, origin(url), temporary=True)
            raise AccessorOperationFailedError(operation, component_id, reason)


def _content(response: requests.Response) -> str:
    """Return what the server says of a failure, in at most 200 characters."""
    try:
        content = response.json()
    except ValueError:
        return ""
    return str(content.get("content", ""))[:200] if isinstance(content, dict) else ""


def _first_url(found: list[dict[str, Any]], name: str) -> str | None:
    """Return the first address among *found*, rows with an object under *name*."""
    for row in found:
        value = row.get(name)
        if isinstance(value, dict):
            value = value.get("value") if isinstance(value.get("value"), dict) else value
        if isinstance(value, dict) and isinstance(value.get("url"), str):
            return str(value["url"])
    return None
