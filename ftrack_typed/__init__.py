"""A typed client for ftrack: entities that editors complete and mypy checks, and a session that asks little.

What stands here is imported when it is first used; ``import ftrack_typed`` loads no entity and no network code.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .entities import Session as Session
    from .entity import Entity as Entity
    from .errors import FtrackError as FtrackError
    from .query.builder import Query as Query
    from .query.syntax import Criterion as Criterion
    from .symbols import NOT_SET as NOT_SET

__version__: Final = "0.1.0"

_EXPORTS: Final = {
    "Criterion": "query.syntax",
    "Entity": "entity",
    "FtrackError": "errors",
    "NOT_SET": "symbols",
    "Query": "query.builder",
    "Session": "entities",
}

__all__ = ["NOT_SET", "Criterion", "Entity", "FtrackError", "Query", "Session", "__version__"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import what the package exports as *name*."""
        module = _EXPORTS.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{module}"), name)
        return value

    def __dir__() -> list[str]:
        """Return the names that the package exports."""
        return sorted(__all__)
