"""Owns URLs of databases: read, and shown without what nobody else should read."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy.engine import URL, make_url

_CREDENTIALS: Final = re.compile(r"(?<=:)(/*[^:/?#\s]*):.*@")
_SECRET: Final = re.compile(r"(?i)((?:password|passwd|sslkey|passfile)=)[^&\s]*")


def parsed(url: str) -> URL:
    """Return the parts of a URL; raise ArgumentError or ValueError for a text that is none."""
    return make_url(url)


def without_secrets(text: str) -> str:
    """Return a URL, or what was meant as one, with ``***`` in place of passwords."""
    return _SECRET.sub(r"\1***", _CREDENTIALS.sub(r"\1:***@", text))
