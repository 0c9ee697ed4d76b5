"""Owns the requests that send data to addresses that a server has signed, again where their connection breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from ..errors import AccessorOperationFailedError, TransferCancelledError, TransportError
from ..redaction import hidden, keep_queries_out_of_logs, origin
from .http import TEMPORARY

if TYPE_CHECKING:
    import requests

    from .transfer_meter import Meter
    from .upload_window import Window


@attrs.frozen
class Sender:
    """Sends the data of one component; several threads may."""

    component_id: str
    timeout: float | None
    meter: Meter

    def put(self, url: str, headers: Mapping[str, str], window: Callable[[], Window]) -> requests.Response:
        """Send what *window* gives anew for each try, as often as the options of the transfer say.

        Raise AccessorOperationFailedError where the server refuses, or nothing arrives.
        """
        url = hidden(url)

        def attempt() -> requests.Response:
            return self._put(url, headers, window())

        try:
            return self.meter.options.retries.run(attempt, _is_temporary)
        except TransportError as error:
            raise AccessorOperationFailedError("upload", self.component_id, error.text) from None

    def _put(self, url: str, headers: Mapping[str, str], window: Window) -> requests.Response:
        import requests

        self.meter.check()
        keep_queries_out_of_logs()
        url = hidden(url)
        response: requests.Response | None = None
        why = ""
        # An empty body of a file would be sent in chunks, which storage does not take.
        body = window if len(window) else b""
        try:
            response = requests.put(url, headers=dict(headers), data=body, timeout=self.timeout)
        except TransferCancelledError:
            raise
        except (requests.RequestException, OSError) as error:
            timed_out = isinstance(error, requests.Timeout)
            why = f"timed out after {self.timeout} seconds" if timed_out else type(error).__name__
        if response is None:
            # The cause is named and not chained: its text, and variables around it, hold the whole address.
            window.take_back()
            raise TransportError(f"Failed to upload data: {why}", origin(url), temporary=True)
        response.close()
        if response.status_code in TEMPORARY:
            window.take_back()
            raise TransportError(_refusal(response), origin(url), temporary=True)
        if not response.ok:
            raise AccessorOperationFailedError("upload", self.component_id, _refusal(response))
        return response


def _is_temporary(error: Exception) -> bool:
    return isinstance(error, TransportError) and error.temporary


def _refusal(response: requests.Response) -> str:
    """Return what the server says of a failure, with at most 200 characters of its own."""
    try:
        content = response.json()
    except ValueError:
        content = None
    said = str(content.get("content", ""))[:200] if isinstance(content, dict) else ""
    return f"Failed to upload data: status {response.status_code} {said}".rstrip()
