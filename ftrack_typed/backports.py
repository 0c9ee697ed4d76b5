"""Owns what Python 3.10 lacks, so that nothing has to be installed for it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or sys.version_info >= (3, 11):
    if sys.version_info >= (3, 11):
        from typing import dataclass_transform as dataclass_transform
    else:
        from typing_extensions import dataclass_transform as dataclass_transform
else:

    def dataclass_transform(**_: object) -> Any:
        """Mark a decorator for checkers, which know the real one; at run time do nothing (PEP 681)."""
        return lambda decorator: decorator
