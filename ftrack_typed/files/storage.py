"""Owns `Storage`: what a session knows of a location beyond the server's row (session.md section 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from .accessor import Accessor
    from .structure import Structure
    from .transformer import ResourceIdentifierTransformer

PRIORITY: Final = 95
"""Of a location for which nothing else is said; lower numbers are tried first."""


@attrs.define(eq=False)
class Storage:
    """How one session reaches what is in one location, which it can only where there is an accessor.

    With ``moves_data=False`` data is neither copied nor removed: it is registered where it lies. ``remembered`` holds,
    where it is not None, resource identifiers by component id in place of the server.
    """

    accessor: Accessor | None = None
    structure: Structure | None = None
    transformer: ResourceIdentifierTransformer | None = None
    priority: int = PRIORITY
    moves_data: bool = True
    remembered: dict[str, str] | None = None
