"""Owns what a session offers about its own requests: a log of them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..request_log import RequestLog
    from ..transport import Transport


class RequestAccess:
    """The part of a session that tells what it asks its server."""

    _transport: Transport

    @contextmanager
    def request_log(self) -> Generator[RequestLog]:
        """Keep a log of the requests that a block of code causes, in all threads: ``print`` it to see where time goes.

        Uploads, downloads and requests for schemas are not in it.
        """
        from ..request_log import RequestLog

        before = self._transport
        log = self._transport = RequestLog(before)
        try:
            yield log
        finally:
            self._transport = before
