"""A local ftrack-compatible server, for anyone without a spare one: ``ftrack-sandbox`` and the in-process `Sandbox`.

Importing this package loads none of its extra packages; using `Sandbox` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .in_process import Sandbox

__all__ = ["Sandbox"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in __all__:
            from . import in_process

            return getattr(in_process, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
