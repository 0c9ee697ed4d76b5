"""The session, and what works with it."""

from ftrack_typed.compat.session import Session
from ftrack_typed.session import (
    AutoPopulatingContext,
    OperationPayload,
    OperationRecordingContext,
    SessionAuthentication,
)

__all__ = [
    "AutoPopulatingContext",
    "OperationPayload",
    "OperationRecordingContext",
    "Session",
    "SessionAuthentication",
]
