"""Owns what a session offers about its own requests: a log of them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..request_log import RequestLog
    from ..state import SessionState
    from ..transport import Transport


class RequestAccess:
    """The part of a session that tells what it asks its server."""

    _state: SessionState
    _transport: Transport

    @contextmanager
    def request_log(self) -> Generator[RequestLog]:
        """Keep a log of the requests that a block of code causes, in all threads: ``print`` it to see where time goes.

        Uploads, downloads and requests for schemas are not in it.
        """
        from ..request_log import RequestLog

        with self._state.lock:
            log = self._transport = RequestLog(self._transport)
        try:
            yield log
        finally:
            with self._state.lock:
                self._transport = RequestLog.removed(log, self._transport)
