"""Owns the session ids that a handshake gives out: each opens one connection, soon, for one user (protocol 7.1)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Final

import attrs

from ..users import User

LIFETIME: Final = 30.0
"""Seconds in which a session id must be used."""

_MAXIMUM_WAITING: Final = 10_000
"""Session ids that wait at once; the oldest give way, so that clients that never connect fill no memory."""


@attrs.frozen
class _Admission:
    user: User
    expires: float


class Handshakes:
    """The session ids that are given out and not used yet."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, lifetime: float = LIFETIME) -> None:
        """Measure the *lifetime*, in seconds, by *clock*."""
        self._clock = clock
        self._lifetime = lifetime
        self._waiting: dict[str, _Admission] = {}

    def issue(self, user: User) -> str:
        """Return a new session id for *user*: 128 random bits, because the id is all that the connection shows."""
        self._forget_expired()
        session_id = secrets.token_hex(16)
        self._waiting[session_id] = _Admission(user, self._clock() + self._lifetime)
        return session_id

    def redeem(self, session_id: str) -> User | None:
        """Return whose session id this is, and take it back; None where there is none, or it has expired."""
        self._forget_expired()
        admission = self._waiting.pop(session_id, None)
        return None if admission is None else admission.user

    def _forget_expired(self) -> None:
        now = self._clock()
        while self._waiting:
            oldest = next(iter(self._waiting))
            if self._waiting[oldest].expires > now and len(self._waiting) < _MAXIMUM_WAITING:
                return
            del self._waiting[oldest]
