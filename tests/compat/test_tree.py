"""Tests that the modules and names of the official client are there, as real types (session.md sections 1, 26, 27)."""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Mapping
from typing import Any

import pytest

from ftrack_typed.compat.session import Session

pytestmark = pytest.mark.usefixtures("switched_on")

NAMES: Mapping[str, tuple[str, ...]] = {
    "": ("Session", "__version__", "mixin"),
    "accessor.base": ("Accessor",),
    "accessor.disk": ("DiskAccessor",),
    "accessor.server": ("ServerFile", "_ServerAccessor"),
    "attribute": ("Attribute", "Attributes", "CollectionAttribute", "ReferenceAttribute", "ScalarAttribute"),
    "cache": ("Cache", "FileCache", "LayeredCache", "MemoryCache", "ProxyCache", "SerialisedCache", "StringKeyMaker"),
    "collection": ("Collection", "CustomAttributeCollectionProxy", "KeyValueMappedCollectionProxy"),
    "data": ("Data", "File", "FileWrapper", "String"),
    "entity.asset_version": ("AssetVersion",),
    "entity.base": ("Entity",),
    "entity.component": ("Component", "CreateThumbnailMixin"),
    "entity.job": ("Job",),
    "entity.location": ("Location", "UnmanagedLocationMixin"),
    "entity.note": ("CreateNoteMixin", "Note"),
    "entity.project_schema": ("ProjectSchema",),
    "entity.user": ("User",),
    "event.base": ("Event",),
    "event.expression": ("All", "Any", "Condition", "Expression", "Not", "Parser"),
    "event.hub": ("EventHub",),
    "event.subscriber": ("Subscriber",),
    "event.subscription": ("Subscription",),
    "exception": ("Error", "ServerError", "NoResultFoundError", "MultipleResultsFoundError", "ConnectionClosedError"),
    "formatter": ("FILTER", "format"),
    "inspection": ("identity", "primary_key", "state", "states"),
    "logging": ("LazyLogMessage", "deprecation_warning"),
    "operation": ("CreateEntityOperation", "DeleteEntityOperation", "Operations", "UpdateEntityOperation"),
    "plugin": ("discover",),
    "query": ("QueryResult",),
    "resource_identifier_transformer.base": ("ResourceIdentifierTransformer",),
    "session": ("AutoPopulatingContext", "OperationPayload", "OperationRecordingContext", "Session"),
    "structure.base": ("Structure",),
    "structure.entity_id": ("EntityIdStructure",),
    "structure.id": ("IdStructure",),
    "structure.origin": ("OriginStructure",),
    "structure.standard": ("StandardStructure",),
    "symbol": ("CHUNK_SIZE", "CREATED", "DELETED", "MODIFIED", "NOT_SET", "SERVER_LOCATION_ID", "Symbol"),
}

HIERARCHY = """
AuthenticationError Error
ServerError Error
ServerCompatibilityError ServerError
NotFoundError Error
NotUniqueError Error
IncorrectResultError Error
NoResultFoundError IncorrectResultError
MultipleResultsFoundError IncorrectResultError
EntityTypeError Error
UnrecognisedEntityTypeError EntityTypeError
OperationError Error
InvalidStateError Error
InvalidStateTransitionError InvalidStateError
AttributeError Error
ImmutableAttributeError AttributeError
CollectionError Error
ImmutableCollectionError CollectionError
DuplicateItemInCollectionError CollectionError
ParseError Error
EventHubError Error
EventHubConnectionError EventHubError
EventHubPacketError EventHubError
PermissionDeniedError Error
LocationError Error
ComponentNotInAnyLocationError LocationError
ComponentNotInLocationError LocationError
ComponentInLocationError LocationError
AccessorError Error
AccessorOperationFailedError AccessorError
AccessorUnsupportedOperationError AccessorOperationFailedError
AccessorPermissionDeniedError AccessorOperationFailedError
AccessorResourceIdentifierError AccessorError
AccessorFilesystemPathError AccessorResourceIdentifierError
AccessorResourceError AccessorError
AccessorResourceNotFoundError AccessorResourceError
AccessorParentResourceNotFoundError AccessorResourceError
AccessorResourceInvalidError AccessorResourceError
AccessorContainerNotEmptyError AccessorResourceError
StructureError Error
ConnectionClosedError Error
"""
"""Each error of section 26, and its base."""


HANDLER = """
import ftrack_api

def handler(
    session: ftrack_api.session.Session,
    event: ftrack_api.event.base.Event,
    hub: ftrack_api.event.hub.EventHub,
    entity: ftrack_api.entity.base.Entity,
    user: ftrack_api.entity.user.User,
    job: ftrack_api.entity.job.Job | None,
    version: ftrack_api.entity.asset_version.AssetVersion | None = None,
) -> None: ...
"""


@pytest.mark.parametrize("module", NAMES)
def test_names_are_there_after_the_import_of_the_package_alone(module: str) -> None:
    found: Any = importlib.import_module("ftrack_api")
    for part in filter(None, module.split(".")):
        found = getattr(found, part)
    assert [name for name in NAMES[module] if not hasattr(found, name)] == []


@pytest.mark.parametrize("line", HIERARCHY.split("\n")[1:-1])
def test_errors_are_caught_by_their_bases(line: str) -> None:
    errors: Any = importlib.import_module("ftrack_api.exception")
    name, base = line.split()
    assert issubclass(getattr(errors, name), getattr(errors, base))
    assert issubclass(getattr(errors, name), Exception)


def test_evaluated_annotations_are_real_types() -> None:
    scope: dict[str, Any] = {}
    exec(HANDLER, scope)
    hints = typing.get_type_hints(scope["handler"])
    assert hints["session"] is Session
    assert all(inspect.isclass(hints[name]) for name in ("session", "event", "hub", "entity", "user"))
