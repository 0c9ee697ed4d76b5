"""What a query finds."""

from ftrack_typed.query.result import QueryResult

__all__ = ["QueryResult"]
