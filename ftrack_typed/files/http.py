"""Owns the addresses of data on the server, and the traffic with them (protocol section 6.3).

An address that the server has signed is used where there is one. Where there is none the user's key is part of the
address, as the server wants it: such an address never stands in an error.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from ..errors import AccessorOperationFailedError, AccessorResourceNotFoundError
from ..query.printer import print_value
from ..redaction import hidden, keep_queries_out_of_logs
from ..symbols import CHUNK_SIZE, SERVER_LOCATION_ID
from .registrations import rows

if TYPE_CHECKING:
    import requests

    from ..session import Session

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

    def download(self, component_id: str, file: IO[bytes]) -> None:
        """Write the data of a component to *file*; raise AccessorResourceNotFoundError or another AccessorError."""
        url = hidden(self.signed_url(component_id) or self.url("get", component_id))
        response = self._request("read", component_id, "GET", url, stream=True)
        why = None
        with response:
            try:
                for chunk in response.iter_content(CHUNK_SIZE):
                    file.write(chunk)
            except OSError as error:
                why = self._reason(error)
        if why is not None:
            raise AccessorOperationFailedError("read", component_id, f"Failed to read data: {why}")

    def remove(self, component_id: str) -> None:
        """Remove the data of a component; raise AccessorResourceNotFoundError or another AccessorError."""
        self._request("remove", component_id, "GET", self.url("remove", component_id)).close()

    def _request(self, operation: str, component_id: str, method: str, url: str, **options: Any) -> requests.Response:
        import requests

        keep_queries_out_of_logs()
        url = hidden(url)
        response: requests.Response | None = None
        why = ""
        try:
            response = requests.request(method, url, timeout=self.timeout, **options)
        except (requests.RequestException, OSError) as error:
            why = self._reason(error)
        if response is None:
            # The cause is named and not chained: its text, and variables around it, hold the whole address.
            raise AccessorOperationFailedError(operation, component_id, f"Failed to {operation} data: {why}")
        if response.status_code in _GONE:
            response.close()
            raise AccessorResourceNotFoundError(operation, component_id)
        if not response.ok:
            reason = f"Failed to {operation} data: status {response.status_code} {_content(response)}".rstrip()
            raise AccessorOperationFailedError(operation, component_id, reason)
        return response

    def _reason(self, error: Exception) -> str:
        import requests

        timed_out = isinstance(error, requests.Timeout)
        return f"timed out after {self.timeout} seconds" if timed_out else type(error).__name__


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
