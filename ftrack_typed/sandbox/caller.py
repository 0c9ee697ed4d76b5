"""Owns who calls: the user of a batch and what their headers ask of the answer."""

from __future__ import annotations

import attrs


@attrs.frozen
class Caller:
    """The authenticated sender of a batch (protocol section 1.1)."""

    user_id: str
    """Id of the calling user; the server writes it into ``created_by_id``, ``user_id`` and the like."""

    username: str

    strict: bool = False
    """Whether errors have an HTTP status of their own; the application reads `Fault.status` then."""

    denormalize: bool = False
    """Whether every occurrence of an entity in the answer is written in full (protocol section 3.2)."""

    client_token: str | None = None
    """Passed on in events."""

    push_token: str | None = None
    """Passed on in events."""

    server_url: str = "http://127.0.0.1"
    """Address that the caller knows this server by, without a final slash."""
