"""Owns the connections to a server's API: how they are set up, and that none is used which was idle for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from .redaction import keep_queries_out_of_logs

if TYPE_CHECKING:
    import requests

IDLE: Final = 4.0
"""Seconds without a call after which a connection is not used again.

Many servers give up a connection after 5 seconds without a call, load balancers after 60, and firewalls do so without a
word. A call that meets that end has no answer, and of a commit nobody knows then whether it happened (RFC 9112, section
9.5). A new connection costs less.
"""


class Connections:
    """Connections to one server, one for each call at the same time; they stay open while they are of use."""

    def __init__(
        self,
        server_url: str,
        headers: Mapping[str, str],
        cookies: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Send *headers* and *cookies* with every call to *server_url*; *clock* tells the time, in seconds."""
        self._server_url = server_url
        self._headers = headers
        self._cookies = cookies
        self._clock = clock
        self._lock = threading.Lock()
        self._current: _Pool | None = None

    @contextmanager
    def session(self) -> Generator[requests.Session, None, None]:
        """Give what to make one call with; it is taken back at the end of the block."""
        with self._lock:
            pool = self._current
            if pool is None or pool.idle_for(self._clock()) > IDLE:
                pool = self._current = self._new(pool)
            pool.calls += 1
        try:
            yield pool.http
        finally:
            with self._lock:
                pool.end(self._clock())
                if pool is not self._current and not pool.calls:
                    pool.http.close()

    def _new(self, former: _Pool | None) -> _Pool:
        """Return connections that are yet to be made, in place of those of *former*, which may be in use still."""
        import requests

        keep_queries_out_of_logs()
        http = requests.Session()
        if former is None:
            # The environment is asked once for proxies and certificates; requests would ask for every call.
            found = http.merge_environment_settings(self._server_url, {}, None, None, None)
            http.proxies, http.verify, http.cert = found["proxies"], found["verify"], found["cert"]
            http.cookies.update(self._cookies)
        else:
            http.proxies, http.verify, http.cert = former.http.proxies, former.http.verify, former.http.cert
            http.cookies = former.http.cookies
            if not former.calls:
                former.http.close()
        http.trust_env = False
        http.headers.update(self._headers)
        return _Pool(http)

    def close(self) -> None:
        """End all connections; a second time does nothing."""
        with self._lock:
            if self._current is not None:
                self._current.http.close()
                self._current = None


class _Pool:
    """The connections of one `requests.Session`, and when each was last of use.

    That session gives the connection that came back last. So the connection of the second call at the same time is the
    one that was of use when there were two calls last, and so on.
    """

    __slots__ = ("_last", "calls", "http")

    def __init__(self, http: requests.Session) -> None:
        self.http = http
        self.calls = 0
        """How many are under way."""
        self._last: dict[int, float] = {}
        """When there were one call, two calls, and so on, last."""

    def idle_for(self, now: float) -> float:
        """Return for how many seconds the connection that the next call gets was of no use; 0 where it will be new."""
        return now - self._last.get(self.calls + 1, now)

    def end(self, now: float) -> None:
        """Take note that one of the calls has ended."""
        self._last[self.calls] = now
        self.calls -= 1
