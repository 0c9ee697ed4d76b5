"""Owns the shapes that results of the server must have: what has another one is named before anything uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Final, cast

from .errors import FtrackError, UnexpectedResponseError
from .transport import public_url

MERGING_ERRORS: Final = (KeyError, ValueError, TypeError, AttributeError)
"""What the merging of a row raises where the row is not what it should be."""


def checked_results(operations: Sequence[Mapping[str, Any]], results: list[Any], server_url: str) -> list[Any]:
    """Return *results*, those of *operations*; raise UnexpectedResponseError where one of a query holds no rows."""
    for operation, result in zip(operations, results, strict=False):
        if operation.get("action") == "query" and not _holds_rows(result):
            raise UnexpectedResponseError("the result of a query holds no rows", public_url(server_url))
    return results


def _holds_rows(result: Any) -> bool:
    if not isinstance(result, Mapping):
        return False
    known = cast("Mapping[str, Any]", result)
    rows, following = known.get("data"), known.get("metadata") or {}
    return (
        isinstance(rows, list)
        # The types alone: a page has many rows, and they are of few types.
        and all(issubclass(kind, Mapping) for kind in set(map(type, cast("list[object]", rows))))
        and isinstance(following, dict)
        and isinstance(cast("dict[str, Any]", following).get("next") or {}, dict)
    )


def checked_schemas(schemas: Any, server_url: str) -> list[dict[str, Any]]:
    """Return *schemas*; raise UnexpectedResponseError where they are no list of schemas, or an empty one."""
    if isinstance(schemas, list) and schemas and all(map(_is_schema, schemas)):
        return cast("list[dict[str, Any]]", schemas)
    raise UnexpectedResponseError("the answer to query_schemas holds no schemas", public_url(server_url))


def _is_schema(schema: Any) -> bool:
    return isinstance(schema, dict) and isinstance(cast("dict[str, Any]", schema).get("id"), str)


class RowsMerged:
    """While entered, an error that rows cause is an UnexpectedResponseError; those of this package stay."""

    __slots__ = ("_server_url",)

    def __init__(self, server_url: str) -> None:
        """Name the server at *server_url*."""
        self._server_url = server_url

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, MERGING_ERRORS) and not isinstance(error, FtrackError):
            reason = f"lacks {error}" if isinstance(error, KeyError) else f"cannot be read ({error})"
            raise UnexpectedResponseError(f"a row of the answer {reason}", public_url(self._server_url)) from error
