"""Errors, under the names of the official client; where two of its names are one here, both catch it."""

from ftrack_typed.compat.errors import InvalidStateError, InvalidStateTransitionError, OperationError
from ftrack_typed.errors import (
    AuthenticationError,
    CollectionError,
    ConnectionClosedError,
    DuplicateItemInCollectionError,
    EventHubConnectionError,
    EventHubError,
    EventHubPacketError,
    ImmutableAttributeError,
    ImmutableCollectionError,
    IncorrectResultError,
    MultipleResultsFoundError,
    NoResultFoundError,
    NotFoundError,
    NotUniqueError,
    PermissionDeniedError,
    ServerCompatibilityError,
    ServerError,
    UnrecognisedEntityTypeError,
)
from ftrack_typed.errors import ExpressionSyntaxError as ParseError
from ftrack_typed.errors import FtrackError as Error
from ftrack_typed.errors import ImmutableAttributeError as AttributeError
from ftrack_typed.errors import UnrecognisedEntityTypeError as EntityTypeError

__all__ = [
    "AttributeError",
    "AuthenticationError",
    "CollectionError",
    "ConnectionClosedError",
    "DuplicateItemInCollectionError",
    "EntityTypeError",
    "Error",
    "EventHubConnectionError",
    "EventHubError",
    "EventHubPacketError",
    "ImmutableAttributeError",
    "ImmutableCollectionError",
    "IncorrectResultError",
    "InvalidStateError",
    "InvalidStateTransitionError",
    "MultipleResultsFoundError",
    "NoResultFoundError",
    "NotFoundError",
    "NotUniqueError",
    "OperationError",
    "ParseError",
    "PermissionDeniedError",
    "ServerCompatibilityError",
    "ServerError",
    "UnrecognisedEntityTypeError",
]
