"""Owns the address of an event server, as the address of the server gives it."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit


class ServerDetails(NamedTuple):
    """Where an event server is."""

    scheme: str
    hostname: str
    port: int | None

    @property
    def network_location(self) -> str:
        """Host, and port where there is one."""
        host = f"[{self.hostname}]" if ":" in self.hostname else self.hostname
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"{self.scheme}://{self.network_location}"


def server_details(server_url: str) -> ServerDetails:
    """Return the parts of *server_url* that count; raise ValueError where scheme or host is missing."""
    parts = urlsplit(server_url)
    if not parts.scheme or not parts.hostname:
        # The value is not shown: it may hold a password.
        raise ValueError("the server_url needs a scheme and a host, such as https://studio.ftrackapp.com")
    return ServerDetails(parts.scheme, parts.hostname, parts.port)
