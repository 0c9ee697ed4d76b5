"""Owns what the server says of the places of components: rows that are asked for in one request, however many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from ..query.printer import print_statement
from ..query.syntax import And, Comparison, Membership, Path, Statement, Step

if TYPE_CHECKING:
    from ..state import SessionState

CHUNK: Final = 500
"""Components that one query asks for; all queries go in one request."""


@attrs.frozen
class Registration:
    """That a component is in a location, under a resource identifier as it is stored."""

    id: str
    component_id: str
    location_id: str
    resource_identifier: str


def registrations(
    state: SessionState, component_ids: Iterable[str], location_id: str | None = None
) -> list[Registration]:
    """Return where components are, with *location_id* only those there."""
    wanted = list(dict.fromkeys(component_ids))
    if not wanted:
        return []
    chunks = [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)]
    names = ("id", "component_id", "location_id", "resource_identifier")
    statements = [_statement(chunk, location_id, names) for chunk in chunks]
    return [
        Registration(*(str(row.get(name) or "") for name in names))
        for row in rows(state, [print_statement(each) for each in statements])
    ]


def rows(state: SessionState, expressions: Sequence[str]) -> list[dict[str, Any]]:
    """Return what queries find, as the server sent it, in one request."""
    results = state.call([{"action": "query", "expression": expression} for expression in expressions])
    return [row for result in results for row in result["data"]]


def _statement(component_ids: Sequence[str], location_id: str | None, names: Sequence[str]) -> Statement:
    where: Membership | And = Membership(_path("component_id"), tuple(component_ids))
    if location_id is not None:
        where = And((where, Comparison(_path("location_id"), "is", location_id)))
    return Statement("ComponentLocation", tuple(map(_path, names)), where)


def _path(name: str) -> Path:
    return Path((Step(name),))
