"""Owns signed addresses: tokens that this server made for one purpose, that carry their facts, and that expire."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from .faults import Fault


class Signer:
    """Signs the tokens of one server with a secret; nobody else can make one, and each is good for one purpose."""

    def __init__(self, secret: bytes | None = None, clock: Callable[[], float] = time.time) -> None:
        """Sign with *secret*, by default one that ends with this process; *clock* gives seconds since 1970."""
        self.clock = clock
        self._secret = secrets.token_bytes(32) if secret is None else secret

    def sign(self, purpose: str, content: Mapping[str, object], lifetime: float) -> str:
        """Return a token, safe in a URL, with *content*, which must be JSON; *lifetime* is in seconds."""
        signed = json.dumps({**content, "expires": self.clock() + lifetime}, separators=(",", ":"))
        text = base64.urlsafe_b64encode(signed.encode()).decode("ascii").rstrip("=")
        return f"{text}.{self._signature(purpose, text)}"

    def verify(self, purpose: str, token: str) -> dict[str, Any]:
        """Return the content of a token.

        Raises:
            Fault: a PermissionError, because the token is none of this server for this purpose, or has expired.
        """
        text, _, signature = token.partition(".")
        expected = self._signature(purpose, text)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise _refused("is none that this server signed for this", "signature_invalid")
        content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if content["expires"] < self.clock():
            raise _refused("has expired", "signature_expired")
        return content

    def _signature(self, purpose: str, text: str) -> str:
        message = f"{purpose}:{text}".encode("utf-8", "replace")
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()


def _refused(reason: str, code: str) -> Fault:
    return Fault("PermissionError", f"This address {reason}: ask the server for a new one.", code, 403)
