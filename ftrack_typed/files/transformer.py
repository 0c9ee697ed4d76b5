"""Owns `ResourceIdentifierTransformer`: what a location does to resource identifiers before they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..session import Session


class ResourceIdentifierTransformer:
    """Turns resource identifiers into what the server stores, and back; this one changes nothing.

    A studio's own derives from it and overrides both methods (session.md section 24).
    """

    def __init__(self, session: Session) -> None:
        """Work for *session*."""
        self.session = session

    def encode(self, resource_identifier: str, context: Mapping[str, Any] | None = None) -> str:
        """Return what is stored for *resource_identifier*; *context* has the ``component`` that it is of."""
        return resource_identifier

    def decode(self, resource_identifier: str, context: Mapping[str, Any] | None = None) -> str:
        """Return the resource identifier for which *resource_identifier* was stored; *context* as in `encode`."""
        return resource_identifier
