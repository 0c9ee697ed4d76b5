"""Owns the connections to one server: kept open by urllib3, with the certificates and the proxy of the environment.

requests, which stands on urllib3, adds two fifths to what importing that takes, and doubles what a call takes. It is
asked where there are proxies: its rules say which addresses go through which.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from .redaction import hidden, hidden_address

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

    import urllib3

BUNDLE_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Name a file or a folder with the certificates to trust, instead of those of certifi."""

_KEPT_OPEN: Final = 10
"""Connections that stay open at most; further threads get one for a single call."""


class Connections:
    """The connections to the address *url*. Several threads may use them."""

    def __init__(self, url: str, *, timeout: float | None, cookies: Mapping[str, str]) -> None:
        """Wait *timeout* seconds for a connection, and for each part of an answer; send *cookies* with every call.

        Raise ValueError where the environment names a proxy that cannot be used.
        """
        self._url = url
        self._timeout = timeout
        self._given_cookies = hidden("; ".join(f"{name}={value}" for name, value in cookies.items()))
        self._jar: CookieJar | None = None
        self._pool = _pool(url)

    def post(self, body: bytes, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        """Send *body* and return the answer, read to its end, whatever its status; redirects are not followed.

        Raise urllib3's HTTPError where there is none, and ValueError where the address or a header cannot be sent.
        """
        cookies = self._cookies()
        sent = {**headers, "cookie": cookies} if cookies else headers
        answer: urllib3.BaseHTTPResponse = self._pool.urlopen(
            "POST", self._url, body=body, headers=sent, redirect=False, retries=False, timeout=self._timeout
        )
        if "set-cookie" in answer.headers:
            self._keep_cookies(answer)
        return answer

    def close(self) -> None:
        """Close all connections."""
        self._pool.clear()

    def _cookies(self) -> str:
        jar = self._jar
        if jar is None:
            return self._given_cookies
        from urllib.request import Request

        request = Request(self._url)
        jar.add_cookie_header(request)
        return hidden("; ".join(filter(None, (self._given_cookies, request.get_header("Cookie")))))

    def _keep_cookies(self, answer: urllib3.BaseHTTPResponse) -> None:
        """Remember the cookies of *answer*: with them, a load balancer finds the same server again."""
        from http.cookiejar import CookieJar
        from urllib.request import Request

        jar = self._jar = self._jar or CookieJar()
        said: Any = SimpleNamespace(info=lambda: answer.headers)
        jar.extract_cookies(said, Request(self._url))


def _pool(url: str) -> urllib3.PoolManager:
    """Return what keeps connections to *url*, as the environment has them made."""
    import urllib3

    options: dict[str, Any] = {"maxsize": _KEPT_OPEN}
    if url.startswith("https:"):
        trusted = _trusted_certificates()
        options.update(cert_reqs="CERT_REQUIRED")
        options["ca_cert_dir" if os.path.isdir(trusted) else "ca_certs"] = trusted
    proxy = _proxy(url)
    if proxy is None:
        return urllib3.PoolManager(**options)
    from requests.adapters import HTTPAdapter

    # It knows the kinds of proxies, and how user and password are told to each.
    adapter = HTTPAdapter(pool_maxsize=options.pop("maxsize"))
    through: urllib3.PoolManager = adapter.proxy_manager_for(proxy, **options)
    return through


def _trusted_certificates() -> str:
    for variable in BUNDLE_VARIABLES:
        if found := os.environ.get(variable):
            return found
    import certifi

    return certifi.where()


def _proxy(url: str) -> str | None:
    """Return the proxy that leads to *url*, or None."""
    if sys.platform in ("darwin", "win32"):
        # There the settings of the system count as well.
        from urllib.request import getproxies

        may_be = bool(getproxies())
    else:
        may_be = any(name.lower().endswith("_proxy") for name in os.environ)
    if not may_be:
        return None
    from requests.utils import get_environ_proxies, select_proxy

    found: str | None = select_proxy(url, get_environ_proxies(url))
    # Where it holds a user and a password, its text shows neither.
    return None if found is None else hidden_address(found if "://" in found else f"http://{found}")
