"""Owns how a client is made: boto3 is loaded when the first one is."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from .boto3_protocols import GivenSession, S3Client

_TIMEOUTS: Final = {"connect_timeout": 20, "read_timeout": 60}
"""Seconds."""

_CONNECTIONS: Final = 32
"""As many requests as several files in several parts each have under way."""


def check_boto3() -> None:
    """Raise ImportError without boto3, which says how to get it."""
    if importlib.util.find_spec("boto3") is None:
        raise ImportError("S3Accessor needs the package boto3: pip install 'ftrack-typed[s3]'")


def checked_endpoint(url: str | None) -> str | None:
    """Return *url*; raise ValueError where it is no address, or tells a password."""
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"endpoint_url is an address such as https://s3.example.com, not {url!r}")
    if "@" in parts.netloc:
        raise ValueError("endpoint_url holds a user or password: give keys to boto3 instead, as its documentation says")
    return url


def new_client(session: GivenSession | None, region: str | None, endpoint_url: str | None) -> S3Client:
    """Return a client that signs as S3 wants it today; no request is made yet."""
    config: Any = importlib.import_module("botocore.config").Config(
        signature_version="s3v4",
        retries={"mode": "standard"},
        max_pool_connections=_CONNECTIONS,
        **_TIMEOUTS,
    )
    # A session of its own: boto3's default one is not made for several threads.
    maker: GivenSession = session or importlib.import_module("boto3.session").Session()
    client: S3Client = maker.client("s3", region_name=region, endpoint_url=endpoint_url, config=config)
    return client
