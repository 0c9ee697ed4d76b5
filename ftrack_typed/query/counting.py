"""Owns the counting of rows: by the server where it can, else by asking for keys alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from ..errors import AuthenticationError, PermissionDeniedError, ServerError
from .printer import print_statement
from .syntax import Aggregate, Path, Statement, Step


def count(call: Callable[[Sequence[dict[str, Any]]], list[Any]], statement: Statement, key: Sequence[str]) -> int:
    """Return how many rows *statement* finds; *key* are the attributes that every row has."""
    paths = tuple(Path((Step(name),)) for name in key)
    bare = attrs.evolve(statement, order_by=(), projections=paths)
    if statement.limit is None and statement.offset is None:
        by_server = attrs.evolve(bare, projections=(Aggregate("count", paths[0]),))
        try:
            (result,) = call([{"action": "query", "expression": print_statement(by_server)}])
        except (AuthenticationError, PermissionDeniedError):
            raise
        except ServerError:
            # Not every type and server has aggregates (protocol section 4.1).
            result = {"data": []}
        if len(result["data"]) == 1 and isinstance(number := result["data"][0].get(f"count_{key[0]}"), int):
            return number
    (result,) = call([{"action": "query", "expression": print_statement(bare)}])
    return len(result["data"])
