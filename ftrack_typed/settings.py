"""Owns what a session is told: its arguments, and the environment variables that stand in for them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, cast
from urllib.parse import urlsplit

from .redaction import hidden, hidden_address

if TYPE_CHECKING:
    from .retries import Retries

SERVER_VARIABLE: Final = "FTRACK_SERVER"
KEY_VARIABLES: Final = ("FTRACK_API_KEY", "FTRACK_APIKEY")
USER_VARIABLE: Final = "FTRACK_API_USER"
STRICT_HEADER: Final = "ftrack-strict-api"


class Settings(NamedTuple):
    """What a session works with; its ``repr`` tells no secret."""

    server_url: str
    api_user: str
    api_key: str
    timeout: float | None
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    strict_api: bool
    schema_cache: Path | Literal[False] | None
    retries: Retries | None

    def __repr__(self) -> str:
        return f"<Settings of {self.api_user!r}, timeout={self.timeout!r}, schema_cache={self.schema_cache!r}>"


def resolve(
    *,
    server_url: str | None,
    api_key: str | None,
    api_user: str | None,
    schema_cache_path: str | os.PathLike[str] | Literal[False] | None,
    timeout: float | None,
    cookies: Mapping[str, str] | None,
    headers: Mapping[str, str] | None,
    strict_api: bool,
    retries: Retries | None = None,
) -> Settings:
    """Return the settings that arguments and environment give (session.md section 2).

    Raise TypeError where the server, the key or the user is told nowhere, or where an argument has the wrong type.
    """
    _check_types(timeout, cookies, headers, strict_api, retries)
    _check_texts(server_url=server_url, api_key=api_key, api_user=api_user)
    url = hidden_address((server_url or os.environ.get(SERVER_VARIABLE) or "").rstrip("/"))
    if not url:
        raise TypeError(f"no server: give server_url, or set {SERVER_VARIABLE}")
    if not url.startswith(("http://", "https://")):
        # The value is not shown: where arguments were mixed up it is a secret.
        raise TypeError(f"the server_url, or {SERVER_VARIABLE}, does not start with http:// or https://")
    if not _names_a_host(url):
        raise TypeError(f"the server_url, or {SERVER_VARIABLE}, is no URL: its host or port cannot be read")
    key = hidden(api_key or next(filter(None, map(os.environ.get, KEY_VARIABLES)), None))
    if not key:
        raise TypeError(f"no API key: give api_key, or set {KEY_VARIABLES[0]}")
    user = api_user or os.environ.get(USER_VARIABLE) or _login_name()
    if not user:
        raise TypeError(f"no API user: give api_user, or set {USER_VARIABLE}")
    for name, value in (("api_key", key), ("api_user", user)):
        if not _fits_header(value):
            raise TypeError(f"{name} has a character that no HTTP header can carry")
    return Settings(
        server_url=url,
        api_user=user,
        api_key=key,
        timeout=timeout,
        headers={**hidden(headers or {}), STRICT_HEADER: "true" if strict_api else "false"},
        cookies=hidden(dict(cookies or {})),
        strict_api=strict_api,
        retries=retries,
        schema_cache=Path(schema_cache_path) if schema_cache_path else (False if schema_cache_path is False else None),
    )


def _check_types(timeout: object, cookies: object, headers: object, strict_api: object, retries: object) -> None:
    for name, mapping in (("cookies", cookies), ("headers", headers)):
        if mapping and not isinstance(mapping, Mapping):
            raise TypeError(f"{name} is a mapping of text to text, not {type(mapping).__name__}")
    for header, text in cast("Mapping[object, object]", headers or {}).items():
        if not isinstance(header, str) or not isinstance(text, str):
            raise TypeError(
                f"headers are text, which {header!r}: {'str' if isinstance(text, str) else type(text).__name__} is not"
            )
        if not _fits_header(header) or not _fits_header(text):
            raise TypeError(f"the header {header!r} has a character that no HTTP header can carry")
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or timeout <= 0):
        raise TypeError(f"timeout is a number of seconds above 0, or None, not {timeout!r}")
    if retries is not None:
        from .retries import Retries

        if not isinstance(retries, Retries):
            raise TypeError(f"retries is an ftrack_typed.retries.Retries, or None, not {retries!r}")
    if not isinstance(strict_api, bool):
        raise TypeError(f"strict_api is True or False, not {strict_api!r}")


def _check_texts(**values: object) -> None:
    """Raise TypeError for what is no text; it is not shown, for it may be a secret in the wrong place."""
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{name} is text, not {type(value).__name__}")


def _fits_header(value: str) -> bool:
    return value.isprintable() and all(ord(character) < 256 for character in value)


def _names_a_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.port != 0 and bool(parts.hostname)
    except ValueError:  # a bracket that is not closed, or a port that is none
        return False


def _login_name() -> str | None:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return None
