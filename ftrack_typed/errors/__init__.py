"""Owns every error that ftrack-typed raises.

::

    FtrackError
    ├── SchemaError                     a schema cannot be read; ``problems`` lists what and where
    ├── QueryError                      a query cannot be built, or a text is no query (also a ValueError)
    │   ├── QuerySyntaxError            ... at a position of the text
    │   ├── QueryValueError             ... because of a value (also a TypeError)
    │   └── IncorrectResultError        a query found another number of rows than was said
    │       ├── NoResultFoundError      ... none where one was wanted
    │       └── MultipleResultsFoundError   ... several where one was wanted
    ├── ExpressionSyntaxError           a text is no expression of a subscription or target (also a ValueError)
    ├── TransportError                  no answer that can be used; ``server_url`` says whose, ``outcome_unknown``
    │   │                               whether it may have happened, ``temporary`` whether trying again may help
    │   ├── ServerUnreachableError      no connection, or it broke (also a ConnectionError)
    │   ├── RequestTimeoutError         no answer in time (also a TimeoutError)
    │   ├── UnexpectedResponseError     an answer that is not the API's, such as a login page
    │   └── CommitOutcomeUnknownError   a commit got none, and may have happened; ``session.resolve_commit()`` asks
    ├── ServerError                     the server refused; ``exception``, ``content`` and ``error_code`` are its words
    │   ├── AuthenticationError         ... the user or the key
    │   ├── PermissionDeniedError       ... for want of a permission
    │   └── ServerCompatibilityError    ... or is too old, or too new
    ├── NotUniqueError                  there is one already where only one can be, such as a timer that runs
    ├── PartialCommitError              a commit in batches ended early; ``batches_done`` of ``batches_total`` are kept
    ├── CommitInProgressError           a commit was asked for from within one
    ├── ConnectionClosedError           the session is closed
    ├── AttributeValueError             a value of the wrong type for an attribute (also a TypeError)
    ├── MissingAttributeError           a new entity lacks what its type requires (also a TypeError)
    ├── DeletedEntityError              the entity is deleted
    ├── UnrecognisedEntityTypeError     no such entity type (also a LookupError)
    ├── SchemaDriftError                the code has the type or attribute, the server's schema lacks it
    ├── UnknownAttributeError           no such attribute (also a KeyError and an AttributeError)
    ├── ImmutableAttributeError         the attribute cannot change
    ├── CollectionError                 a collection refuses a change
    │   ├── ImmutableCollectionError    ... because it cannot change at all
    │   └── DuplicateItemInCollectionError  ... because it holds the item already
    ├── NotLoadedError                  the value is not here and cannot be loaded
    │   └── ImplicitLoadError           ... because the loading mode is "raise"; ``call_site`` says where it was read
    ├── NotFoundError                   there is none of that name or identifier (also a LookupError)
    ├── EventHubError                   the event hub cannot do that
    │   ├── EventHubConnectionError     ... because it is not connected, or is already (also a ConnectionError)
    │   ├── EventHubPacketError         ... because what came over the connection makes no sense
    │   └── EventQueueFullError         ... because too many events wait to be sent
    ├── PluginError                     a plugin cannot be loaded or registered; ``path`` is its file
    ├── LocationError                   a location cannot do that; ``details`` say what was done
    │   ├── ComponentNotInAnyLocationError  ... the component is nowhere
    │   ├── ComponentNotInLocationError ... the components are not there; ``components`` and ``location``
    │   ├── ComponentInLocationError    ... the components are there already; ``components`` and ``location``
    │   └── TransferCancelledError      ... because its transfer was told to stop
    ├── AccessorError                   an accessor cannot reach a resource
    │   ├── AccessorOperationFailedError    ... an operation failed; ``operation`` and ``error`` say which and why
    │   │   ├── AccessorUnsupportedOperationError   ... it has no such operation
    │   │   ├── AccessorPermissionDeniedError   ... it is not allowed
    │   │   └── TransferVerificationError   ... a copy is not what its source was
    │   ├── AccessorResourceIdentifierError ... the text is no resource identifier
    │   │   └── AccessorFilesystemPathError ... or leads out of the accessor's prefix
    │   └── AccessorResourceError       ... the resource is not as it should be; ``resource_identifier`` says which
    │       ├── AccessorResourceNotFoundError   ... it is not there
    │       ├── AccessorParentResourceNotFoundError ... what it should be in is not there
    │       ├── AccessorResourceInvalidError    ... it is of another kind
    │       ├── AccessorResourceExistsError ... it is there already
    │       └── AccessorContainerNotEmptyError  ... it holds something
    ├── StructureError                  a structure cannot say where a component goes
    ├── JobFailedError                  a job that was waited for failed; ``reason`` is what the server says of it
    ├── JobTimeoutError                 a job was not over in time (also a TimeoutError)
    ├── DirectInstantiationError        an entity class was called; ``session.create`` makes entities (also a TypeError)
    └── ForeignEntityTypeError          the class belongs to another generated package

    UserWarning
    ├── ImplicitLoadWarning             a value that is not loaded was read while the loading mode is "warn"
    └── SchemaDriftWarning              the server's schema is not the one that a package was generated from
"""

from __future__ import annotations

from .base import FtrackError, close_matches, did_you_mean
from .commits import CommitInProgressError, CommitOutcomeUnknownError, PartialCommitError
from .connection import (
    AuthenticationError,
    ConnectionClosedError,
    PermissionDeniedError,
    RequestTimeoutError,
    ServerCompatibilityError,
    ServerError,
    ServerUnreachableError,
    TransportError,
    UnexpectedResponseError,
)
from .entities import (
    AttributeValueError,
    CollectionError,
    DeletedEntityError,
    DirectInstantiationError,
    DuplicateItemInCollectionError,
    ForeignEntityTypeError,
    ImmutableAttributeError,
    ImmutableCollectionError,
    ImplicitLoadError,
    MissingAttributeError,
    NotFoundError,
    NotLoadedError,
    NotUniqueError,
    SchemaDriftError,
    UnknownAttributeError,
    UnrecognisedEntityTypeError,
)
from .events import EventHubConnectionError, EventHubError, EventHubPacketError, EventQueueFullError, PluginError
from .files import (
    AccessorContainerNotEmptyError,
    AccessorError,
    AccessorFilesystemPathError,
    AccessorOperationFailedError,
    AccessorParentResourceNotFoundError,
    AccessorPermissionDeniedError,
    AccessorResourceError,
    AccessorResourceExistsError,
    AccessorResourceIdentifierError,
    AccessorResourceInvalidError,
    AccessorResourceNotFoundError,
    AccessorUnsupportedOperationError,
    ComponentInLocationError,
    ComponentNotInAnyLocationError,
    ComponentNotInLocationError,
    LocationError,
    StructureError,
)
from .queries import (
    ExpressionSyntaxError,
    IncorrectResultError,
    MultipleResultsFoundError,
    NoResultFoundError,
    QueryError,
    QuerySyntaxError,
    QueryValueError,
    SchemaError,
)
from .transfers import JobFailedError, JobTimeoutError, TransferCancelledError, TransferVerificationError
from .warnings import ImplicitLoadWarning, SchemaDriftWarning

__all__ = [
    "AccessorContainerNotEmptyError",
    "AccessorError",
    "AccessorFilesystemPathError",
    "AccessorOperationFailedError",
    "AccessorParentResourceNotFoundError",
    "AccessorPermissionDeniedError",
    "AccessorResourceError",
    "AccessorResourceExistsError",
    "AccessorResourceIdentifierError",
    "AccessorResourceInvalidError",
    "AccessorResourceNotFoundError",
    "AccessorUnsupportedOperationError",
    "AttributeValueError",
    "AuthenticationError",
    "CollectionError",
    "CommitInProgressError",
    "CommitOutcomeUnknownError",
    "ComponentInLocationError",
    "ComponentNotInAnyLocationError",
    "ComponentNotInLocationError",
    "ConnectionClosedError",
    "DeletedEntityError",
    "DirectInstantiationError",
    "DuplicateItemInCollectionError",
    "EventHubConnectionError",
    "EventHubError",
    "EventHubPacketError",
    "EventQueueFullError",
    "ExpressionSyntaxError",
    "ForeignEntityTypeError",
    "FtrackError",
    "ImmutableAttributeError",
    "ImmutableCollectionError",
    "ImplicitLoadError",
    "ImplicitLoadWarning",
    "IncorrectResultError",
    "JobFailedError",
    "JobTimeoutError",
    "LocationError",
    "MissingAttributeError",
    "MultipleResultsFoundError",
    "NoResultFoundError",
    "NotFoundError",
    "NotLoadedError",
    "NotUniqueError",
    "PartialCommitError",
    "PermissionDeniedError",
    "PluginError",
    "QueryError",
    "QuerySyntaxError",
    "QueryValueError",
    "RequestTimeoutError",
    "SchemaDriftError",
    "SchemaDriftWarning",
    "SchemaError",
    "ServerCompatibilityError",
    "ServerError",
    "ServerUnreachableError",
    "StructureError",
    "TransferCancelledError",
    "TransferVerificationError",
    "TransportError",
    "UnexpectedResponseError",
    "UnknownAttributeError",
    "UnrecognisedEntityTypeError",
    "close_matches",
    "did_you_mean",
]
